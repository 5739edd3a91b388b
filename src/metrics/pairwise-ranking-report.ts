import { MetricsError, requireLength } from "./errors.js";
import { requireLoss } from "./report-parts.js";

/** What figures of pairwise ranking are computed from. */
export type PairwiseRankingInput = {
  /** How near the right response of each row is to its query, `[rows]`. */
  readonly right: ArrayLike<number>;
  /** How near the wrong one is. */
  readonly wrong: ArrayLike<number>;
  /** The mean loss; null where none was computed. */
  readonly loss: number | null;
};

/** One split's entry in metrics.json for pairwise ranking. Figures of no rows are null. */
export type PairwiseRankingReport = {
  readonly rows: number;
  readonly loss: number | null;
  /** The share of rows whose right response is nearer than the wrong one; as near does not count. */
  readonly accuracy: number | null;
  /** The mean of how much nearer the right response is. */
  readonly average_score_difference: number | null;
};

/** PyText's figures of pairwise ranking. Throws `MetricsError` for a number that is not finite, as a model gives that has diverged. */
export function pairwiseRankingReport({ right, wrong, loss }: PairwiseRankingInput): PairwiseRankingReport {
  requireLoss(loss);
  const rows = right.length;
  requireLength("wrong", wrong, rows, "as many as right");
  let [wins, sum] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const difference = right[row]! - wrong[row]!;
    if (!Number.isFinite(difference))
      throw new MetricsError(`row ${row} scores ${right[row]} and ${wrong[row]}: expected numbers`);
    if (difference > 0) wins++;
    sum += difference;
  }
  return {
    rows,
    loss,
    accuracy: rows === 0 ? null : wins / rows,
    average_score_difference: rows === 0 ? null : sum / rows,
  };
}
