import { pearson, spearman } from "./correlation.js";
import { MetricsError, requireLength } from "./errors.js";
import { requireLoss } from "./report-parts.js";

/** What figures of predicted numbers are computed from. */
export type RegressionInput = {
  /** The right numbers, `[rows]`. */
  readonly gold: ArrayLike<number>;
  /** The predicted ones, `[rows]`. */
  readonly predicted: ArrayLike<number>;
  /** The mean loss; null where none was computed. */
  readonly loss: number | null;
};

/** One split's entry in metrics.json for predicted numbers. Figures of no rows are null. */
export type RegressionReport = {
  readonly rows: number;
  readonly loss: number | null;
  /** Mean squared difference. */
  readonly mse: number | null;
  /** Mean absolute difference. */
  readonly mae: number | null;
  /** Null where one side is the same in all rows, as is `spearman`. */
  readonly pearson: number | null;
  readonly spearman: number | null;
};

/** Figures of predicted numbers. Throws `MetricsError` for a number that is not finite, as a model gives that has diverged. */
export function regressionReport({ gold, predicted, loss }: RegressionInput): RegressionReport {
  requireLoss(loss);
  const rows = gold.length;
  requireLength("predicted", predicted, rows, "as many as gold");
  let [squares, sizes] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const apart = predicted[row]! - gold[row]!;
    if (!Number.isFinite(apart))
      throw new MetricsError(`row ${row} is ${gold[row]}, predicted ${predicted[row]}: expected numbers`);
    squares += apart * apart;
    sizes += Math.abs(apart);
  }
  return {
    rows,
    loss,
    mse: rows === 0 ? null : squares / rows,
    mae: rows === 0 ? null : sizes / rows,
    pearson: pearson(predicted, gold),
    spearman: spearman(predicted, gold),
  };
}
