import { type ConfusionMatrix, margins } from "./confusion.js";

/**
 * Correlation between gold and predicted labels, from -1 to 1; 0 is chance.
 *
 * Gorodkin's R_K (Comput. Biol. Chem. 28, 2004): with `s` rows, `c` hits, `t_k` gold and `p_k` predicted occurrences
 * of label k, `R = (c s - sum t_k p_k) / sqrt((s^2 - sum p_k^2) (s^2 - sum t_k^2))`. For two labels this is Matthews'
 * `(TP TN - FP FN) / sqrt((TP + FP) (TP + FN) (TN + FP) (TN + FN))`.
 *
 * Null where it is undefined: gold or predictions hold fewer than two different labels. (PyText and scikit-learn
 * return 0 there, which reads like a measured absence of correlation.)
 */
export function matthewsCorrelation(matrix: ConfusionMatrix): number | null {
  const { gold, predicted, hits } = margins(matrix);
  const rows = sum(gold);
  const goldSpread = rows * rows - sum(gold.map((count) => count * count));
  const predictedSpread = rows * rows - sum(predicted.map((count) => count * count));
  if (goldSpread === 0 || predictedSpread === 0) return null;
  const covariance = sum(hits) * rows - sum(gold.map((count, label) => count * predicted[label]!));
  return covariance / Math.sqrt(goldSpread * predictedSpread);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
