/** @file Whatever can be served, opened: an exported file, a run, an encoder. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "../../components/data/contracts.js";
import { readFacts } from "../../exporters/metadata.js";
import { OnnxPredictor } from "../../exporters/onnx-predictor.js";
import type { Log } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { Registry } from "../../registry/registry.js";
import type { Embedded, Embedder, EmbedInput } from "../../tasks/embed/contracts.js";
import { EncoderEmbedder } from "../../tasks/embed/encoder-embedder.js";
import { openEncoder } from "../../tasks/embed/load-encoder.js";
import type { EmbedOptions } from "../../tasks/embed/options.js";
import { WordEmbedder } from "../../tasks/embed/word-embedder.js";
import type { Prediction } from "../../tasks/prediction.js";
import { RunPredictor } from "../../tasks/predictor.js";
import type { ModelTask } from "../../tasks/task.js";
import type { ModelDescription, ModelKind, ServeAnswer, ServeEmbedOptions } from "../contracts.js";
import type { ModelSpec, RowValues } from "./messages.js";

/** A model that answers rows. */
export interface OpenModel {
  readonly about: Omit<ModelDescription, "example" | "selfTest">;
  /** The metadata of an exported file; none of others. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Answers in the order of the rows; `embed` for encoders. Throws for the whole batch if one row is wrong. */
  answer(rows: readonly RowValues[], embed: ServeEmbedOptions): Promise<ServeAnswer[]>;
  /** Answers by what the files alone say, whatever serve.json asks encoders for. */
  asMade(rows: readonly RowValues[]): Promise<ServeAnswer[]>;
  /** Whether rounding by `tolerance` could have decided an answer otherwise. */
  undecided(answer: Prediction, tolerance: number): boolean;
  release(): Promise<void>;
}

/** Opens a model. Throws `PtxError`s as the commands `predict` and `embed` do. */
export async function openModel(spec: ModelSpec, registry: Registry, log: Log): Promise<OpenModel> {
  const path = modelPath(spec.path);
  const kind = spec.kind === "auto" ? kindOf(path) : spec.kind;
  if (kind === "encoder") return openVectors(path, spec, registry, log);
  if (spec.adapter !== null)
    throw ptxError("PTX_USAGE", spec.name, "a predictor takes no adapter: leave it out, or say kind encoder");
  if (statSync(path).isDirectory()) {
    const { task, threads, spinning } = spec;
    const run = await RunPredictor.load(path, registry, log, task ?? undefined, { threads, spinning });
    return predictor(run, run.part, run.part.labels);
  }
  if (spec.task !== null)
    throw ptxError("PTX_USAGE", spec.name, "an exported file holds one task: leave `task` out");
  const { threads, spinning } = spec;
  const file = await OnnxPredictor.load(path, registry, log, { threads, spinning });
  const { task, labels, metadata } = file;
  return { ...predictor(file, task, labels, told(metadata, path)), metadata };
}

/** The file or folder that is opened: of a folder with one .onnx file and what belongs to it, that file. */
export function modelPath(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw ptxError("PTX_FILE_MISSING", path, "there is no such file or folder");
  if (!found.isDirectory() || existsSync(join(path, "config.json"))) return path;
  const files = readdirSync(path).filter((name) => /\.(onnx|ort)$/.test(name));
  return files.length === 1 ? join(path, files[0]!) : path;
}

/** What a path is served as unless told otherwise: runs and exported files predict, everything else gives vectors. */
function kindOf(path: string): ModelKind {
  if (/\.(onnx|ort)$/.test(path)) return "predictor";
  return existsSync(join(path, "parameters.safetensors")) ? "predictor" : "encoder";
}

interface OpenPredictor {
  readonly columns: readonly string[];
  predict(rows: readonly Row[]): Promise<Prediction[]>;
  release(): Promise<void>;
}

function predictor(
  model: OpenPredictor,
  task: ModelTask,
  labels: ModelDescription["labels"],
  metadata: ModelDescription["metadata"] = {},
): OpenModel {
  const answer = (rows: readonly RowValues[]): Promise<ServeAnswer[]> => model.predict(rows.map(rowOf));
  return {
    about: { kind: "predictor", columns: model.columns, task: task.name, labels, metadata },
    metadata: {},
    answer,
    asMade: answer,
    undecided: (prediction, tolerance) => task.undecided(prediction, tolerance),
    release: () => model.release(),
  };
}

/** What an exported file says of itself, without texts and places of its training. */
function told(metadata: Readonly<Record<string, string>>, path: string): ModelDescription["metadata"] {
  const { version, input, unit, sizes, metrics } = readFacts(metadata, path);
  const { quantize } = metadata;
  return {
    ...{ version, input, offset_unit: unit, sizes: Object.fromEntries(sizes), metrics },
    ...(quantize !== undefined && { quantize }),
  };
}

/** A row without a prototype, as sources give them, so that every column name is safe. */
function rowOf(values: RowValues, i: number): Row {
  return { values: Object.assign(Object.create(null), values), origin: `inputs[${i}]` };
}

async function openVectors(path: string, spec: ModelSpec, registry: Registry, log: Log): Promise<OpenModel> {
  const { threads, spinning, task, adapter, maxBatchRows, maxBatchTokens } = spec;
  const encoder = await openEncoder(path, {
    ...{ registry, log, threads, spinning },
    ...(task !== null && { task }),
    ...(adapter !== null && { adapter }),
  });
  if (encoder instanceof WordEmbedder)
    throw ptxError(
      "PTX_USAGE",
      path,
      "a file of word vectors is read anew for every batch, which is no way to serve it",
      "serve a folder of an encoder, or of model2vec",
    );
  const learnt = encoder instanceof EncoderEmbedder;
  const limits = learnt ? { batchSize: maxBatchRows, maxTokens: maxBatchTokens } : {};
  const maxTokens = learnt ? encoder.asked(spec.embed).maxSeqLen : null;
  return {
    about: {
      kind: "encoder",
      columns: encoder.columns,
      task: "encoder",
      labels: {},
      dim: await encoder.dim(spec.embed),
      ...(maxTokens !== null && { maxTokens }),
      metadata: {},
    },
    metadata: {},
    answer: (rows, embed) => vectorsOf(encoder, rows, { ...spec.embed, ...embed, ...limits }),
    asMade: (rows) => vectorsOf(encoder, rows, limits),
    undecided: () => false,
    release: () => encoder.release(),
  };
}

async function vectorsOf(
  encoder: Embedder,
  rows: readonly RowValues[],
  options: EmbedOptions,
): Promise<Embedded[]> {
  const answers: Embedded[] = [];
  for await (const some of encoder.embed(rows.map(textsOf), options)) answers.push(...some);
  return answers;
}

/** A row's one text, or its two that are read together. */
function textsOf(values: RowValues): EmbedInput {
  const texts = Object.values(values) as readonly string[];
  return texts.length === 2 ? [texts[0]!, texts[1]!] : texts[0]!;
}
