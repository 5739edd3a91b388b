/** @file An ensemble of runs that have ended. */
import { isDeepStrictEqual } from "node:util";
import type { Log } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { isObject, type JsonObject } from "../../registry/json.js";
import { resolveConfig } from "../../registry/load-config.js";
import type { Registry } from "../../registry/registry.js";
import type { RunConfig } from "../../registry/run-config.js";
import { namedTensorizers, openTask } from "../open-task.js";
import { RunFolder, type SavedVocabularies } from "../run-folder.js";
import type { Metrics, TrainedRun } from "../run-session.js";
import { train } from "../train.js";
import type { Combination } from "./verdict.js";

/** How runs become an ensemble. */
export interface FromRunsOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** The folder of the ensemble's run. */
  readonly output: string;
  readonly combine: Combination;
  /** Show nothing on the terminal. */
  readonly quiet?: boolean;
}

/** A run that is to be a member. */
interface Finished {
  readonly folder: RunFolder;
  readonly config: RunConfig;
  readonly metrics: Metrics;
  readonly saved: SavedVocabularies;
  /** Its task's class, and the keys that a member has. */
  readonly name: string;
  readonly data: unknown;
  readonly around: JsonObject;
  readonly head: JsonObject;
}

/**
 * Makes one model of finished runs: nothing is trained, the ensemble is tested on the first run's rows. Throws `PTX_RUN`
 * for runs that cannot decide together: they must read the same data (which share of the training rows each had may
 * differ), have learnt the same of inputs that are read in the same way, and have the same labels.
 */
export async function ensembleOfRuns(
  paths: readonly string[],
  options: FromRunsOptions,
): Promise<TrainedRun> {
  const { registry, log, output, combine, quiet = false } = options;
  if (paths.length < 2) throw ptxError("PTX_USAGE", "ensemble", "name two runs or more");
  const runs = await Promise.all(paths.map((path) => finished(path, registry)));
  const [first] = runs as [Finished, ...Finished[]];
  for (const run of runs) requireSameRows(first, run);
  const config = resolveConfig(
    {
      ...first.config,
      task: {
        EnsembleTask: {
          ...{ data: first.data, ...first.around, combine },
          members: runs.map(({ name, head }) => ({ [name]: head })),
          seeds: runs.map(({ config: { seed } }) => seed),
        },
      },
    },
    registry,
    { checkFiles: false, source: "the runs' ensemble" },
  ).config;
  return train(config, {
    ...{ registry, log, output, quiet },
    learnt: learntOf(config, runs, options),
    member: async ({ name }) => runs[Number(name.replace("member", "")) - 1]!,
  });
}

async function finished(path: string, registry: Registry): Promise<Finished> {
  const folder = new RunFolder(path);
  const config = await folder.config(registry);
  const [[name, options] = ["", {}]] = Object.entries(config.task);
  if (!registry.has("head", name))
    throw ptxError(
      "PTX_RUN",
      path,
      `a run of ${name} cannot be one of several that decide together`,
      `runs of these can: ${registry.names("head").join(", ")}`,
    );
  const { data, trainer, channels, ...head } = options as JsonObject;
  const metrics = (await folder.metrics()) as unknown as Metrics;
  const saved = await folder.vocabularies();
  return { folder, config, metrics, saved, name, data, around: { trainer, channels }, head };
}

/** Data without the share of the training rows that is used. */
function rowsOf(data: unknown): unknown {
  if (!isObject(data)) return data;
  const [[name, options] = ["", {}]] = Object.entries(data);
  const { train_fraction: _share, train_seed: _seed, ...rest } = options as JsonObject;
  return { [name]: rest };
}

function requireSameRows(first: Finished, run: Finished): void {
  if (isDeepStrictEqual(rowsOf(first.data), rowsOf(run.data))) return;
  throw ptxError(
    "PTX_RUN",
    run.folder.path,
    `it has other data than ${first.folder.path}: rows that one is tested on may be what another was trained on`,
    "train the runs with the same task.data; train_fraction and train_seed may differ",
  );
}

/** What the ensemble's tensorizers have learnt, by their names in it. Throws `PTX_RUN` where runs have learnt different things. */
function learntOf(
  config: RunConfig,
  runs: readonly Finished[],
  { registry, log }: FromRunsOptions,
): SavedVocabularies["tensorizers"] {
  const { task } = openTask(config, registry, log);
  const names = new Map([...namedTensorizers(task)].map(([name, tensorizer]) => [tensorizer, name]));
  const learnt = new Map<string, { readonly state: unknown; readonly run: Finished }>();
  for (const [i, { tensorizers }] of task.members!.entries()) {
    const run = runs[i]!;
    for (const [input, tensorizer] of Object.entries(tensorizers)) {
      const state = run.saved.tensorizers[input];
      const name = names.get(tensorizer)!;
      const known = learnt.get(name);
      if (known === undefined) learnt.set(name, { state, run });
      else if (!isDeepStrictEqual(known.state, state))
        throw ptxError(
          "PTX_RUN",
          run.folder.path,
          `its input "${input}" has learnt something else than that of ${known.run.folder.path}: a number would mean one thing to one and another to the other`,
          "runs of one ensemble learn from the same training rows; EnsembleTask with sample_rate gives each member its share of them",
        );
    }
  }
  return Object.fromEntries([...learnt].map(([name, { state }]) => [name, state]));
}
