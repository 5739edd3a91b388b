import { JsonLines } from "../components/channels/jsonl.js";
import type { Split } from "../components/data/contracts.js";
import { type Fingerprint, learn } from "../components/data/data-handler.js";
import type { SplitData } from "../components/data/split-data.js";
import type { Channel } from "../components/trainers/contracts.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { differences } from "../registry/json.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import { runFiles } from "../registry/run-files.js";
import { type MakeMember, makeEnsemble } from "./ensemble/make-ensemble.js";
import { loadVocabularies, namedTensorizers, type OpenTask, openTask } from "./open-task.js";
import { RunFolder, type SavedVocabularies } from "./run-folder.js";
import {
  type Metrics,
  type Rows,
  type RunSession,
  type TrainedRun,
  tested,
  trainingPart,
} from "./run-session.js";
import type { Task } from "./task.js";

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
  /** What tensorizers have learnt already, by input; null: they learn from the training rows. */
  readonly learnt?: SavedVocabularies["tensorizers"] | null;
  /** Where the runs of an ensemble's members come from; by default they are trained. */
  readonly member?: MakeMember;
}

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
  const { rows, files } = await readData(open, resumed ? folder : null, options.learnt ?? null);
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
    const trainMember: MakeMember = ({ name, seed, task }, learnt) =>
      train(
        { ...config, seed, task },
        { ...options, learnt, output: folder.member(name), resume: folder.hasMember(name) },
      );
    const metrics = await (open.task.members === undefined
      ? trainAndTest(open, session)
      : makeEnsemble(open, session, options.member ?? trainMember));
    await folder.saveMetrics(metrics);
    await folder.dropCheckpoint();
    return { folder, metrics, written: folder.files() };
  } finally {
    for (const channel of channels) channel.close();
  }
}

/** The rows of all parts as numbers; the vocabularies are those of the run that is gone on with, or learnt. */
async function readData(
  { task }: OpenTask,
  run: RunFolder | null,
  learnt: SavedVocabularies["tensorizers"] | null,
): Promise<{ readonly rows: Rows; readonly files: readonly Fingerprint[] }> {
  const handlers = [...task.parts.values()].map((part) => part.data());
  const files: Fingerprint[] = [];
  for (const handler of handlers) files.push(...(await handler.fingerprints()));
  if (run?.has("vocabularies")) {
    const saved = await run.vocabularies();
    requireSameData(saved.data, files);
    loadVocabularies(task, saved, run.file("vocabularies"));
  } else if (learnt !== null) {
    loadVocabularies(task, { tensorizers: learnt, data: files }, "learnt");
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

async function trainAndTest(open: OpenTask, session: RunSession): Promise<Metrics> {
  const { rows, folder, emit, begin } = session;
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
  const figures = await tested(open, engine, parts, result.chosen, session);
  const { train, bestEpoch: best_epoch, sparsity, epochs } = result;
  return { train, ...figures, best_epoch, ...(sparsity !== undefined && { sparsity }), epochs };
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
