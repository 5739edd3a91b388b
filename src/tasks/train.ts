import { isDeepStrictEqual } from "node:util";
import { JsonLines } from "../components/channels/jsonl.js";
import type { Split } from "../components/data/contracts.js";
import { type Fingerprint, learn } from "../components/data/data-handler.js";
import type { SplitData } from "../components/data/split-data.js";
import type {
  Channel,
  EpochRecord,
  Figures,
  Predictions,
  TrainingEvent,
  TrainingPart,
} from "../components/trainers/contracts.js";
import { Evaluator } from "../components/trainers/evaluator.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import { runFiles } from "../registry/run-files.js";
import { loadVocabularies, namedTensorizers, type OpenTask, openTask } from "./open-task.js";
import { RunFolder } from "./run-folder.js";
import type { ModelTask, Task } from "./task.js";

/** What metrics.json holds. */
export interface Metrics {
  readonly train: Figures;
  readonly eval: Figures | null;
  readonly test: Figures | null;
  readonly best_epoch: number;
  /** The share of zeros in what the trainer's sparsifier works on, where it has one. */
  readonly sparsity?: number;
  readonly epochs: readonly EpochRecord[];
}

/** How a run is made. */
export interface TrainOptions {
  readonly registry: Registry;
  /** The folder that the run writes. */
  readonly output: string;
  /** Continue the run in `output` from its last checkpoint. */
  readonly resume?: boolean;
  readonly log: Log;
  /** Show nothing on the terminal: the config's channels stay silent, the run's own log is written. */
  readonly quiet?: boolean;
}

/** A finished run: its folder, its figures, and the files that it wrote. */
export interface TrainedRun {
  readonly folder: RunFolder;
  readonly metrics: Metrics;
  readonly written: readonly string[];
}

/** How many held-out rows are kept with the run, to check exported files with. */
const SAMPLES = 64;

/** Trains a resolved config's task, tests it, and writes the run folder. Nothing is written before all parts are built. */
export async function train(config: RunConfig, options: TrainOptions): Promise<TrainedRun> {
  const folder = new RunFolder(options.output);
  const resumed = options.resume === true && (await continues(folder, config, options.registry));
  if (resumed && folder.has("metrics")) {
    options.log.info(`the run in ${folder.path} has ended already`);
    await folder.dropCheckpoint();
    return { folder, metrics: (await folder.metrics()) as unknown as Metrics, written: [] };
  }
  if (!resumed) await folder.requireFree();
  if (!resumed && options.resume) options.log.info(`${folder.path} holds no run yet: a new one begins`);
  const open = openTask(config, options.registry, options.log);
  const { rows, files } = await readData(open, resumed ? folder : null);
  if (folder.has("checkpoint")) await folder.loadFiles(runFiles(open.context));
  else for (const part of open.task.parts.values()) await part.prepare();
  const channels = chooseChannels(open.task, options.quiet ?? false);
  const session: RunSession = {
    rows,
    folder,
    emit: (event) => {
      for (const channel of channels) channel.event(event);
    },
    begin: async () => {
      await folder.create();
      if (!folder.has("config")) await folder.saveConfig(config);
      if (!folder.has("vocabularies"))
        await folder.saveVocabularies({ tensorizers: states(open.task), data: files });
      if (!folder.has("checkpoint")) await folder.saveFiles(runFiles(open.context));
      channels.push(new JsonLines(folder.file("log")));
    },
  };
  try {
    const metrics = await trainAndTest(open, session);
    await folder.saveMetrics(metrics);
    await folder.dropCheckpoint();
    return { folder, metrics, written: folder.files() };
  } finally {
    for (const channel of channels) channel.close();
  }
}

/** The numericalised splits of each part. */
type Rows = ReadonlyMap<string, ReadonlyMap<Split, SplitData>>;

/** The rows of all parts as numbers; the vocabularies are those of the run that is gone on with, or learnt. */
async function readData(
  { task }: OpenTask,
  run: RunFolder | null,
): Promise<{ readonly rows: Rows; readonly files: readonly Fingerprint[] }> {
  const handlers = [...task.parts.values()].map((part) => part.data());
  const files: Fingerprint[] = [];
  for (const handler of handlers) files.push(...(await handler.fingerprints()));
  if (run?.has("vocabularies")) {
    const saved = await run.vocabularies();
    requireSameData(saved.data, files);
    loadVocabularies(task, saved, run.file("vocabularies"));
  } else {
    await learn(handlers);
  }
  const rows = new Map<string, ReadonlyMap<Split, SplitData>>();
  for (const [name, part] of task.parts) {
    part.requireFit();
    const splits = new Map<Split, SplitData>();
    for (const split of part.data().splits) splits.set(split, await part.data().load(split));
    rows.set(name, splits);
  }
  return { rows, files };
}

/** The config's channels; of these the quiet run keeps the ones that write files. */
function chooseChannels(task: Task, quiet: boolean): Channel[] {
  return task.channels().filter(({ terminal }) => !(quiet && terminal));
}

function states(task: Task): Record<string, unknown> {
  const entries = [...namedTensorizers(task)];
  return Object.fromEntries(entries.map(([name, tensorizer]) => [name, tensorizer.state()]));
}

interface RunSession {
  readonly rows: Rows;
  readonly folder: RunFolder;
  readonly emit: (event: TrainingEvent) => void;
  readonly begin: () => Promise<void>;
}

async function trainAndTest(open: OpenTask, { rows, folder, emit, begin }: RunSession): Promise<Metrics> {
  const { task, context, parameters } = open;
  const engine = await open.engine();
  const parts = [...task.parts].map(([name, part]) => trainingPart(task, name, part, rows.get(name)!));
  const result = await task.trainer.train({
    context,
    engine,
    parameters,
    parts,
    turns: (batches, epoch) => task.turns(batches, epoch),
    combine: (figures) => task.combine(figures),
    selections: task.selections,
    emit,
    begin,
    checkpoints: folder,
  });
  await folder.saveParameters(parameters);
  for (const name of task.parts.keys()) {
    const own = name === "" ? undefined : result.chosen.get(name);
    if (own !== undefined) await folder.savePartParameters(name, parameters, own.parameters);
  }
  const figures: Record<"eval" | "test", Map<string, Figures>> = { eval: new Map(), test: new Map() };
  for (const { name, build, data, report } of parts) {
    const part = task.parts.get(name)!;
    if (result.chosen.size > 1) parameters.assign(result.chosen.get(name)!.parameters);
    const splits = rows.get(name)!;
    const evaluator = await Evaluator.compile(engine, build, parameters, context);
    for (const split of ["eval", "test"] as const) {
      const examples = splits.get(split);
      if (examples === undefined) continue;
      const predictions = await evaluator.run(examples, data.batcher.eval(examples.lengths, split));
      figures[split].set(name, report(split, predictions));
      if (split === "test" || !splits.has("test")) await saveWorst(part, examples, predictions, folder, name);
    }
    await evaluator.release();
    const heldOut = splits.get("test") ?? splits.get("eval") ?? splits.get("train")!;
    const sampled: number[] = [];
    for (let row = 0; row < heldOut.size && sampled.length < SAMPLES; row++)
      if (row === 0 || heldOut.sourceRow(row) !== heldOut.sourceRow(row - 1)) sampled.push(row);
    await folder.saveSamples(await part.data().examples(heldOut, sampled), name);
  }
  const combined = (split: "eval" | "test"): Figures | null =>
    figures[split].size === 0 ? null : task.combine(figures[split]);
  for (const split of ["eval", "test"] as const) {
    const shown = combined(split);
    if (shown !== null) emit({ type: "figures", split, figures: shown });
  }
  return {
    train: result.train,
    eval: combined("eval"),
    test: combined("test"),
    best_epoch: result.bestEpoch,
    ...(result.sparsity !== undefined && { sparsity: result.sparsity }),
    epochs: result.epochs,
  };
}

/** A part of a task with its rows, as the trainer takes it. */
function trainingPart(
  task: Task,
  name: string,
  part: ModelTask,
  splits: ReadonlyMap<Split, SplitData>,
): TrainingPart {
  const objective = task.objective(name);
  return {
    name,
    build: (scope) => part.build(scope, { form: "ids", targets: true }),
    data: {
      train: splits.get("train")!,
      eval: splits.get("eval") ?? null,
      batcher: part.data().batcher,
    },
    report: (split, predictions) => part.report(splits.get(split)!, predictions),
    metric: part.select,
    ...(objective && { objective }),
  };
}

async function saveWorst(
  part: ModelTask,
  data: SplitData,
  predictions: Predictions,
  folder: RunFolder,
  name: string,
): Promise<void> {
  const worst = part.worst(data, predictions);
  const rows = await part.data().examples(
    data,
    worst.map(({ row }) => row),
  );
  await folder.saveWorst(
    worst.map(({ gold, predicted, score }, i) => ({
      origin: rows[i]!.origin,
      gold,
      predicted,
      score,
      row: { ...rows[i]!.values },
    })),
    name,
  );
}

/** Whether the folder holds a run of this very config that can be gone on with. */
async function continues(folder: RunFolder, config: RunConfig, registry: Registry): Promise<boolean> {
  if (!folder.has("config")) return false;
  const saved = await folder.config(registry);
  const differing = differences(saved, config);
  if (differing.length === 0) return true;
  throw ptxError(
    "PTX_RUN",
    folder.file("config"),
    `the run in this folder has another config: ${differing.slice(0, 5).join(", ")}`,
    "resume with the run's own config.json, or train into another --output",
  );
}

function differences(a: unknown, b: unknown, path = ""): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  const objects = [a, b].every(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  );
  if (!objects) return [`${path} ${JSON.stringify(a)} -> ${JSON.stringify(b)}`];
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => differences(left[key], right[key], path === "" ? key : `${path}.${key}`));
}

function requireSameData(saved: readonly Fingerprint[], now: readonly Fingerprint[]): void {
  for (const print of now) {
    const before = saved.find(({ split, file }) => split === print.split && file === print.file);
    if (before?.sha256 === print.sha256) continue;
    throw ptxError(
      "PTX_RUN",
      print.file,
      "the file has changed since the run began: a resumed run must go on with the same rows",
    );
  }
}
