/** @file The commands as functions, with the defaults that a script wants. */
import { statSync } from "node:fs";
import { extname } from "node:path";
import { type Static, Type } from "typebox";
import type { Row } from "./components/data/contracts.js";
import type { Figures } from "./components/trainers/contracts.js";
import type { Engine } from "./engine/engine.js";
import { OnnxPredictor } from "./exporters/onnx-predictor.js";
import { Slot } from "./registry/component.js";
import { Context, type Log } from "./registry/context.js";
import { throwIfAny } from "./registry/errors.js";
import { loadConfig, resolveConfig } from "./registry/load-config.js";
import type { Registry } from "./registry/registry.js";
import { resolveValue } from "./registry/resolve.js";
import { defaultRegistry } from "./tasks/builtins.js";
import { choosePart } from "./tasks/deployment.js";
import type { Embedder } from "./tasks/embed/contracts.js";
import type { OpenOptions } from "./tasks/embed/encoder-source.js";
import { openEncoder } from "./tasks/embed/load-encoder.js";
import { openRun } from "./tasks/open-task.js";
import type { Prediction } from "./tasks/prediction.js";
import { type Predictor, RunPredictor } from "./tasks/predictor.js";
import type { TrainedRun } from "./tasks/run-session.js";
import { testRun } from "./tasks/test-run.js";
import { train as trainConfig } from "./tasks/train.js";

/** Shows nothing but warnings. */
export const silentLog: Log = {
  info: () => {},
  warn: (line) => {
    process.stderr.write(`warning: ${line}\n`);
  },
};

/** What most functions here may be given. */
export interface LibraryOptions {
  /** Who exists; the built-in components by default. Add your own with `defaultRegistry().add(...)`. */
  readonly registry?: Registry;
  readonly log?: Log;
}

/** How `train` is called. */
export interface TrainInput extends LibraryOptions {
  /** The folder that the run writes. */
  readonly output: string;
  /** Changes to the config, as `--set` takes them: `["task.trainer.epochs=3"]`. */
  readonly set?: readonly string[];
  readonly resume?: boolean;
  /** Whether the config's channels show the run; default false. */
  readonly show?: boolean;
}

/**
 * Trains a config, given as a file's path or as a value, and writes a run folder.
 * Throws `PtxError` with everything that is wrong with config or data.
 */
export async function train(config: string | object, options: TrainInput): Promise<TrainedRun> {
  const {
    registry = defaultRegistry(),
    log = silentLog,
    output,
    set = [],
    resume = false,
    show = false,
  } = options;
  const loaded =
    typeof config === "string"
      ? loadConfig(config, registry, { set })
      : resolveConfig(config, registry, { set });
  for (const note of loaded.notes) log.warn(note);
  return trainConfig(loaded.config, { registry, log, output, resume, quiet: !show });
}

/** The figures of a run on its test rows, or on another file of their form; of all its tasks, or of one. */
export async function test(
  run: string,
  options: LibraryOptions & { readonly data?: string; readonly task?: string } = {},
): Promise<Figures> {
  const { registry = defaultRegistry(), log = silentLog, data, task } = options;
  return testRun(run, {
    registry,
    log,
    ...(data !== undefined && { data }),
    ...(task !== undefined && { task }),
  });
}

/** How a run is loaded. */
export interface LoadRunOptions extends LibraryOptions {
  /** Which of several models that were trained together. */
  readonly task?: string;
  /** Whether predictions of tags tell the scores of all tags at each token, as `scores`. Of a run; a file tells what it was exported with. */
  readonly distributions?: boolean;
}

/** A model that is ready to predict; `release` it when done. */
export async function loadRun(
  run: string,
  { registry = defaultRegistry(), log = silentLog, task, distributions }: LoadRunOptions = {},
): Promise<Predictor> {
  const open = await openRun(run, registry, log, task);
  return RunPredictor.of(open, choosePart(open.task, task), { ...(distributions && { distributions }) });
}

/** A run folder or an exported file, ready to predict. */
export async function loadModel(path: string, options: LoadRunOptions = {}): Promise<Predictor> {
  const { registry = defaultRegistry(), log = silentLog } = options;
  const file = statSync(path, { throwIfNoEntry: false })?.isFile() ?? extname(path) === ".onnx";
  return file ? OnnxPredictor.load(path, registry, log) : loadRun(path, options);
}

/**
 * What gives vectors of texts: a folder of Hugging Face's or of sentence-transformers, a run folder (its encoder), a model2vec
 * folder, or a text file of word vectors. `release` it when done.
 */
export async function loadEncoder(
  path: string,
  options: LoadRunOptions & Pick<OpenOptions, "threads" | "adapter"> = {},
): Promise<Embedder> {
  const { registry = defaultRegistry(), log = silentLog } = options;
  return openEncoder(path, { ...options, registry, log });
}

/** Something to compile graphs with: an engine's name, or `{name: {...}}` as a config's `engine` has it. */
export async function openEngine(
  engine: string | object = "onnxruntime",
  options: LibraryOptions & { readonly threads?: number } = {},
): Promise<Engine> {
  const { registry = defaultRegistry(), log = silentLog, threads = 1 } = options;
  const { value, problems } = resolveValue(
    registry,
    engineSchema,
    { engine },
    { source: "engine", checkFiles: true },
  );
  throwIfAny(problems);
  const context = new Context(registry, { log, settings: { seed: 0, threads } });
  const part = context.part("engine", (value as Static<typeof engineSchema>).engine);
  return part.component.create(part.config, context);
}

const engineSchema = Type.Object(
  { engine: Slot("engine", { description: "What runs graphs." }) },
  { additionalProperties: false, description: "An engine." },
);

/** Predictions for texts, or for objects with the model's columns, in order; offsets count UTF-16 code units. */
export async function predict(
  model: Predictor,
  inputs: readonly (string | Readonly<Record<string, unknown>>)[],
): Promise<Prediction[]> {
  const column = model.columns[0];
  const rows = inputs.map((input, i): Row => {
    const values = typeof input === "string" ? { [column ?? "text"]: input } : input;
    return { values: Object.assign(Object.create(null), values), origin: `input ${i + 1}` };
  });
  return model.predict(rows);
}
