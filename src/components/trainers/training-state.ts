import type { ParameterStore } from "../../graph/parameters.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import type { Optimizer, SavedState, WeightAveraging } from "../optimizers/contracts.js";
import type { Scheduler, SchedulerState } from "../schedulers/contracts.js";
import type { Sparsifier } from "../sparsifiers/contracts.js";
import type { CarriedValues } from "./carried.js";
import type { Checkpoint, EpochRecord, Figures } from "./contracts.js";
import type { RowOutputs } from "./row-outputs.js";

/** The best epoch so far by one selection. */
export interface Best {
  epoch: number;
  metric: number | null;
  parameters: Map<string, Float32Array>;
}

/** What changes in one part of the training while it goes on. */
export interface PartState {
  /** Passes over its rows, and batches of this pass, that are done. */
  epoch: number;
  batch: number;
  /** Loss terms of this epoch. */
  lossSum: number;
  lossCount: number;
}

/** Everything that changes while training, apart from what parameters, outputs, optimizer, scheduler and averaging hold themselves. */
export interface TrainingState {
  /** Epochs and turns of this epoch that are done, and optimizer steps of the run. */
  epoch: number;
  turn: number;
  step: number;
  /** What the gradients gathered since the last update must be divided by. */
  pending: number;
  norm: number | null;
  readonly parts: readonly PartState[];
  /** By the name of the selection. */
  best: Record<string, Best>;
  epochs: EpochRecord[];
  trainFigures: Figures | null;
  /** Whether weight averaging has given an average yet. */
  averaged: boolean;
}

/** What a checkpoint gathers. */
export interface TrainingParts {
  readonly context: Context;
  readonly state: TrainingState;
  /** For each part the outputs of this epoch's training pass, and the states that go on to its next batch. */
  readonly passes: readonly { readonly outputs: RowOutputs; readonly carried: CarriedValues }[];
  readonly parameters: ParameterStore;
  readonly optimizer: Optimizer;
  readonly scheduler: Scheduler;
  readonly averaging: WeightAveraging | null;
  readonly sparsifier: Sparsifier | null;
}

/** The JSON part of a checkpoint. */
interface SavedJson {
  /** Threads of the graph: with another number of them sums are taken in another order. */
  readonly threads: number;
  readonly progress: Omit<TrainingState, "best">;
  readonly best: Readonly<Record<string, Omit<Best, "parameters">>>;
  /** The sizes of the states that are carried on, by part. */
  readonly carried: readonly Readonly<Record<string, readonly number[]>>[];
  readonly optimizer: Readonly<Record<string, number>>;
  readonly averaging: Readonly<Record<string, number>> | null;
  readonly sparsifier: Readonly<Record<string, number>> | null;
  readonly scheduler: SchedulerState;
}

/** All of a run as arrays and JSON. Arrays are the live ones: write before training goes on. */
export function saveState(parts: TrainingParts): Checkpoint {
  const { context, state, passes, parameters, optimizer, scheduler, averaging, sparsifier } = parts;
  const arrays = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const put = (prefix: string, entries: Iterable<readonly [string, Float32Array]>): void => {
    for (const [name, data] of entries) arrays.set(`${prefix}/${name}`, { shape: [data.length], data });
  };
  const { best, ...progress } = state;
  const [moved, averaged] = [optimizer.state(), averaging?.state() ?? null];
  const masked = sparsifier?.state() ?? null;
  put(
    "parameter",
    [...parameters].map(({ name, data }) => [name, data] as const),
  );
  put("optimizer", Object.entries(moved.arrays));
  put("averaging", Object.entries(averaged?.arrays ?? {}));
  put("sparsifier", Object.entries(masked?.arrays ?? {}));
  for (const [name, { parameters: chosen }] of Object.entries(best)) put(`best/${name}`, chosen);
  for (const [i, { outputs, carried }] of passes.entries()) {
    put(`pass${i}`, outputs.state());
    put(
      `carried${i}`,
      carried.state().map(({ name, data }) => [name, data] as const),
    );
  }
  const json: SavedJson = {
    threads: context.settings.threads,
    progress,
    best: Object.fromEntries(
      Object.entries(best).map(([name, { epoch, metric }]) => [name, { epoch, metric }]),
    ),
    carried: passes.map(({ carried }) =>
      Object.fromEntries(carried.state().map(({ name, dims }) => [name, dims])),
    ),
    optimizer: moved.numbers,
    averaging: averaged?.numbers ?? null,
    sparsifier: masked?.numbers ?? null,
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
  if (parts.sparsifier !== null && json.sparsifier !== null)
    parts.sparsifier.load(saved("sparsifier", json.sparsifier));
  const best = Object.fromEntries(
    Object.entries(json.best).map(([name, kept]) => [name, { ...kept, parameters: take(`best/${name}`) }]),
  );
  for (const [i, { outputs, carried }] of parts.passes.entries()) {
    outputs.load(take(`pass${i}`));
    const states = [...take(`carried${i}`)].map(
      ([name, data]) => [name, { dims: json.carried[i]![name]!, data }] as const,
    );
    carried.load(new Map(states));
  }
  const { parts: progress, ...rest } = json.progress;
  for (const [i, part] of progress.entries()) Object.assign(parts.state.parts[i]!, part);
  Object.assign(parts.state, rest, { best });
}
