import { availableParallelism } from "node:os";
import type { Tensorizer } from "../components/data/contracts.js";
import type { Engine } from "../engine/engine.js";
import { ParameterStore } from "../graph/parameters.js";
import { Context, type Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import { runFiles } from "../registry/run-files.js";
import { RunFolder, type SavedVocabularies } from "./run-folder.js";
import type { Task } from "./task.js";

/** A task with its context and its parameters. */
export interface OpenTask {
  readonly task: Task;
  readonly context: Context;
  readonly parameters: ParameterStore;
  /** Makes the engine that the config names. */
  engine(): Promise<Engine>;
}

/** Makes a config's task. */
export function openTask(config: RunConfig, registry: Registry, log: Log): OpenTask {
  const settings = { seed: config.seed, threads: config.threads ?? availableParallelism() };
  const context = new Context(registry, { log, settings });
  const { component, config: options } = context.part("task", config.task);
  return {
    task: component.create(options, context),
    context,
    parameters: new ParameterStore(config.seed),
    engine: () => {
      const part = context.part("engine", config.engine);
      return part.component.create(part.config, context);
    },
  };
}

/** A task's tensorizers by the names that a run saves them under; one that is shared, by its first. */
export function namedTensorizers({ parts }: Task): Map<string, Tensorizer> {
  const named = new Map<string, Tensorizer>();
  const known = new Set<Tensorizer>();
  for (const [part, { tensorizers }] of parts)
    for (const [name, tensorizer] of Object.entries(tensorizers)) {
      if (known.has(tensorizer)) continue;
      known.add(tensorizer);
      named.set(part === "" ? name : `${part}.${name}`, tensorizer);
    }
  return named;
}

/** Restores what a run's tensorizers learned. */
export function loadVocabularies(task: Task, saved: SavedVocabularies, where: string): void {
  for (const [name, tensorizer] of namedTensorizers(task)) {
    if (!(name in saved.tensorizers))
      throw ptxError("PTX_MODEL_FILE", where, `nothing is saved for the input "${name}"`);
    tensorizer.load(saved.tensorizers[name]);
  }
}

/** A config whose graphs run on so many threads. Engines but ONNX Runtime have no say in it. */
function withThreads(config: RunConfig, { threads, spinning }: RunThreads): RunConfig {
  const { onnxruntime, ...others } = config.engine as Record<string, object>;
  const engine = onnxruntime && { onnxruntime: { ...onnxruntime, threads, allow_spinning: spinning } };
  return { ...config, threads, engine: { ...others, ...engine } };
}

/** A run that has been opened. */
export interface OpenRun extends OpenTask {
  readonly folder: RunFolder;
  readonly config: RunConfig;
}

/** How a run's graphs run, in place of what its config says. */
export interface RunThreads {
  readonly threads: number;
  /** Whether threads wait busily between operators. */
  readonly spinning: boolean;
}

/** Opens a finished run: config, vocabularies and parameters. Of several models trained together, `part` asks for the parameters that are best for that one. */
export async function openRun(
  path: string,
  registry: Registry,
  log: Log,
  part?: string,
  threads?: RunThreads,
): Promise<OpenRun> {
  const folder = new RunFolder(path);
  const saved = await folder.config(registry);
  const config = threads === undefined ? saved : withThreads(saved, threads);
  const open = openTask(config, registry, log);
  await folder.loadFiles(runFiles(open.context));
  loadVocabularies(open.task, await folder.vocabularies(), folder.file("vocabularies"));
  await folder.loadParameters(open.parameters, part);
  return { ...open, folder, config };
}
