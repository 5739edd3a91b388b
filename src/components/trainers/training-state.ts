import type { ParameterStore } from "../../graph/parameters.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { Optimizer, SavedState, WeightAveraging } from "../optimizers/contracts.js";
import type { Scheduler, SchedulerState } from "../schedulers/contracts.js";
import type { Checkpoint, EpochRecord, Figures } from "./contracts.js";

/** Everything that changes while training, apart from what parameters, optimizer, scheduler and averaging hold themselves. */
export interface TrainingState {
  /** Epochs and batches of this epoch that are done, and optimizer steps of the run. */
  epoch: number;
  batch: number;
  step: number;
  /** Loss terms accumulated since the last update. */
  pending: number;
  lossSum: number;
  lossCount: number;
  norm: number | null;
  /** The training pass's scores of this epoch, by row. */
  scores: Float32Array;
  best: { epoch: number; metric: number | null; parameters: Map<string, Float32Array> } | null;
  epochs: EpochRecord[];
  trainFigures: Figures | null;
  /** Whether weight averaging has given an average yet. */
  averaged: boolean;
}

/** What a checkpoint gathers. */
export interface TrainingParts {
  readonly context: Context;
  readonly state: TrainingState;
  readonly parameters: ParameterStore;
  readonly optimizer: Optimizer;
  readonly scheduler: Scheduler;
  readonly averaging: WeightAveraging | null;
}

/** The JSON part of a checkpoint. */
interface SavedJson {
  /** Threads of the graph: with another number of them sums are taken in another order. */
  readonly threads: number;
  readonly progress: Omit<TrainingState, "scores" | "best">;
  readonly best: { readonly epoch: number; readonly metric: number | null } | null;
  readonly optimizer: Readonly<Record<string, number>>;
  readonly averaging: Readonly<Record<string, number>> | null;
  readonly scheduler: SchedulerState;
}

/** All of a run as arrays and JSON. Arrays are the live ones: write before training goes on. */
export function saveState(parts: TrainingParts): Checkpoint {
  const { context, state, parameters, optimizer, scheduler, averaging } = parts;
  const arrays = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const put = (prefix: string, entries: Iterable<readonly [string, Float32Array]>): void => {
    for (const [name, data] of entries) arrays.set(`${prefix}/${name}`, { shape: [data.length], data });
  };
  const { scores, best, ...progress } = state;
  const [moved, averaged] = [optimizer.state(), averaging?.state() ?? null];
  put(
    "parameter",
    [...parameters].map(({ name, data }) => [name, data] as const),
  );
  put("optimizer", Object.entries(moved.arrays));
  put("averaging", Object.entries(averaged?.arrays ?? {}));
  put("best", best?.parameters ?? []);
  put("training", [["scores", scores]]);
  const json: SavedJson = {
    threads: context.settings.threads,
    progress,
    best: best && { epoch: best.epoch, metric: best.metric },
    optimizer: moved.numbers,
    averaging: averaged?.numbers ?? null,
    scheduler: scheduler.state(),
  };
  return { arrays, state: json };
}

/** Restores `saveState`; warns of another number of threads. Throws `PTX_MODEL_FILE` when the checkpoint belongs to another model or trainer. */
export function restoreState(checkpoint: Checkpoint, parts: TrainingParts): void {
  const json = checkpoint.state as SavedJson;
  const take = (prefix: string): Map<string, Float32Array> => {
    const start = `${prefix}/`;
    return new Map(
      [...checkpoint.arrays]
        .filter(([name]) => name.startsWith(start))
        .map(([name, { data }]) => [name.slice(start.length), data]),
    );
  };
  const saved = (prefix: string, numbers: Readonly<Record<string, number>>): SavedState => ({
    arrays: Object.fromEntries(take(prefix)),
    numbers,
  });
  const values = take("parameter");
  for (const name of parts.parameters.names) {
    if (!values.has(name))
      throw ptxError(
        "PTX_MODEL_FILE",
        name,
        "the checkpoint lacks this parameter: it belongs to another model",
      );
  }
  const { log, settings } = parts.context;
  if (json.threads !== settings.threads) {
    log.warn(
      `the run was begun with ${json.threads} threads and goes on with ${settings.threads}: its last bits may differ; --threads ${json.threads} keeps them`,
    );
  }
  parts.parameters.assign(values);
  parts.optimizer.load(saved("optimizer", json.optimizer));
  parts.scheduler.load(json.scheduler);
  if (parts.averaging !== null && json.averaging !== null) {
    parts.averaging.load(saved("averaging", json.averaging), [...parts.parameters]);
  }
  const best = json.best && { ...json.best, parameters: take("best") };
  Object.assign(parts.state, json.progress, {
    best,
    scores: take("training").get("scores") ?? new Float32Array(0),
  });
}
