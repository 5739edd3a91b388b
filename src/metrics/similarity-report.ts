import { pearson, spearman } from "./correlation.js";
import { requireLoss } from "./report-parts.js";

/** What figures of similarities are computed from. */
export type SimilarityInput = {
  /** How alike the texts of each row are said to be, `[rows]`, in any unit. */
  readonly gold: ArrayLike<number>;
  /** How alike their vectors are, `[rows]`. */
  readonly predicted: ArrayLike<number>;
  /** The mean loss; null where none was computed. */
  readonly loss: number | null;
};

/** One split's entry in metrics.json for similarities. */
export type SimilarityReport = {
  readonly rows: number;
  readonly loss: number | null;
  /** Null where one side is the same in all rows, as is `spearman`. */
  readonly pearson: number | null;
  readonly spearman: number | null;
};

/** Correlations of similarities with scores. Throws `MetricsError` for a number that is not finite, as a model gives that has diverged. */
export function similarityReport({ gold, predicted, loss }: SimilarityInput): SimilarityReport {
  requireLoss(loss);
  return {
    rows: gold.length,
    loss,
    pearson: pearson(predicted, gold),
    spearman: spearman(predicted, gold),
  };
}
