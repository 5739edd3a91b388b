/** The contracts around the training loop: what it trains, on what, and who hears of it. */
import type { Engine, Values } from "../../engine/engine.js";
import type { ParameterStore } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";
import type { Loss, Predicted } from "../contracts.js";
import type { Batcher, Split } from "../data/contracts.js";
import type { RowOutputs } from "./row-outputs.js";

/** The numericalised rows of one split. */
export interface Examples {
  readonly size: number;
  /** What batchers sort by: tokens in each row. */
  readonly lengths: Int32Array;
  /** The size that an axis of the feeds (`tokens`) has in each row. */
  axisSizes(axis: string): Int32Array;
  /** The padded arrays of these rows by field name; may reuse the buffers of an earlier call. */
  batch(rows: Uint32Array): Values;
}

/** What there is to train and evaluate on. */
export interface TrainingData {
  readonly train: Examples;
  readonly eval: Examples | null;
  readonly batcher: Batcher;
}

/** What a model gave for every row of a split. */
export interface Predictions {
  readonly outputs: RowOutputs;
  /** The mean loss, or null when there are no targets. */
  readonly loss: number | null;
  /** The mean losses of a model's heads, where it has several; not of a training pass. */
  readonly heads?: Readonly<Record<string, number | null>>;
}

/** The figures of a split as `metrics.json` holds them: plain JSON with at least the loss. */
export type Figures = Readonly<Record<string, unknown>> & { readonly loss: number | null };

/** The figure by which the best epoch is chosen. */
export interface SelectMetric {
  readonly name: string;
  readonly higherIsBetter: boolean;
  /** The value in a split's figures; null (undefined for this data) ranks below everything. */
  value(figures: Figures): number | null;
}

/** One epoch's record in `metrics.json` and the log. */
export interface EpochRecord {
  readonly epoch: number;
  readonly steps: number;
  readonly train_loss: number;
  readonly eval_loss: number | null;
  /** The selection metric on eval (on train when there is no eval split). */
  readonly metric: number | null;
  readonly learning_rate: number;
  readonly gradient_norm: number | null;
  readonly best: boolean;
  /** The share of zeros in what the sparsifier works on, where there is one. */
  readonly sparsity?: number;
  /** Each part's own metric on eval, where several are trained together. */
  readonly tasks?: Readonly<Record<string, number | null>>;
}

/** What happens during a run; channels show or store it. */
export type TrainingEvent =
  | {
      readonly type: "start";
      readonly epochs: number;
      readonly batches: number;
      readonly rows: number;
      readonly parameters: number;
      readonly resumed: number;
    }
  | {
      readonly type: "progress";
      readonly epoch: number;
      readonly batch: number;
      readonly batches: number;
      readonly rows: number;
      readonly loss: number;
    }
  | { readonly type: "epoch"; readonly record: EpochRecord; readonly seconds: number; readonly rows: number }
  | { readonly type: "figures"; readonly split: Split; readonly figures: Figures }
  | { readonly type: "stop"; readonly reason: string; readonly best_epoch: number };

/** Shows or stores events: a console, a file. */
export interface Channel {
  /** Whether it writes on the terminal; a quiet run leaves such channels out. */
  readonly terminal: boolean;
  event(event: TrainingEvent): void;
  close(): void;
}

/** Named arrays and plain JSON that a run can be continued from. */
export interface Checkpoint {
  readonly arrays: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  readonly state: unknown;
}

/** Where checkpoints are kept. `save` replaces the previous one atomically. */
export interface CheckpointStore {
  load(): Promise<Checkpoint | null>;
  save(checkpoint: Checkpoint): Promise<void>;
}

/** A model with the rows that it is trained on: a task, or one of several that share parameters. */
export interface TrainingPart {
  /** Its task's name among several; "" for the only one. */
  readonly name: string;
  /** Builds the model with its loss in the given scope (inputs of the form "ids"). */
  readonly build: (scope: Scope) => Predicted;
  readonly data: TrainingData;
  readonly report: (split: Split, predictions: Predictions) => Figures;
  /** The figure that tells how good it is; recorded for each epoch where there are several parts. */
  readonly metric?: SelectMetric;
  /** What is made small, given a batch's loss; the loss itself by default. An update divides the sum by the count. */
  readonly objective?: (loss: Loss) => Loss;
}

/** A choice of epoch: the parameters of the one with the best figure are kept under its name. */
export interface Selection {
  readonly name: string;
  readonly metric: SelectMetric;
}

/** Everything that a trainer works with. */
export interface TrainingSession {
  readonly context: Context;
  readonly engine: Engine;
  readonly parameters: ParameterStore;
  readonly parts: readonly TrainingPart[];
  /** Whose batch comes when in an epoch: part numbers, given how many batches each has. A part that runs out begins anew. */
  readonly turns: (batches: readonly number[], epoch: number) => ArrayLike<number>;
  /** The figures of all parts as one value, which selections read. */
  readonly combine: (figures: ReadonlyMap<string, Figures>) => Figures;
  /** How epochs are chosen; the run ends with the parameters of the first, which early stopping watches too. */
  readonly selections: readonly [Selection, ...Selection[]];
  readonly emit: (event: TrainingEvent) => void;
  /** Called once, when everything is built and sound, before the first event and the first batch. */
  readonly begin: () => Promise<void>;
  readonly checkpoints: CheckpointStore | null;
}

/** The parameters that a selection chose. */
export interface Chosen {
  readonly epoch: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** How a training run ended; the parameters are the best epoch's. */
export interface TrainingResult {
  readonly epochs: readonly EpochRecord[];
  readonly bestEpoch: number;
  /** Figures of the best epoch's training pass (dropout on, parameters changing). */
  readonly train: Figures;
  /** The share of zeros in what the sparsifier works on, where there is one. */
  readonly sparsity?: number;
  /** What each selection chose, by its name. */
  readonly chosen: ReadonlyMap<string, Chosen>;
}

/** Runs the epochs. */
export interface Trainer {
  train(session: TrainingSession): Promise<TrainingResult>;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    trainer: { create(config: Config, context: Context): Trainer };
    channel: { create(config: Config, context: Context): Channel };
  }
}
