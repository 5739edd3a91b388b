/** The contract of metric reporters: predictions and gold in, figures out. Showing and storing them is the channels' part. */
import type { Context } from "../../registry/context.js";
import type { Decision } from "../contracts.js";
import type { Figures, Predictions, SelectMetric } from "../trainers/contracts.js";

/** What figures are computed from. */
export interface Evaluated extends Predictions {
  readonly labels: readonly string[];
  readonly decision: Decision;
  /** Multi-label: the score from which a label holds. */
  readonly threshold: number;
  /** Single-label: class ids `[rows]`. Multi-label: 0/1 `[rows, labels]`. */
  readonly gold: Int32Array | Uint8Array;
}

/** Computes a split's figures, and says by which the best model is chosen. */
export interface MetricReporter {
  readonly select: SelectMetric;
  /** Throws `PTX_CONFIG_VALUE` when the config names a label or a figure that such a task does not have; asked before training. */
  requireFit(labels: readonly string[], decision: Decision): void;
  /** Throws `PTX_TRAINING` for scores that are not probabilities, as a model gives that has diverged. */
  figures(evaluated: Evaluated): Figures;
  /** Rows that the model got most wrong: row numbers, the worst first. */
  worst(evaluated: Evaluated): readonly WorstRow[];
}

/** A row whose gold label got a low score. */
export interface WorstRow {
  readonly row: number;
  readonly gold: readonly string[];
  readonly predicted: readonly string[];
  /** The probability that the model gave to the truth. */
  readonly score: number;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    metric_reporter: { create(config: Config, context: Context): MetricReporter };
  }
}
