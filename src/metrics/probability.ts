import { requireBits, requireLabelIndices, requireLength } from "./errors.js";
import { rowCount } from "./predictions.js";

/** How far the probabilities of a row may sum from 1 and still be a distribution in float32. */
const SUM_SLACK = 1e-3;

/** The smallest probability that a float32 tells apart from 0 next to 1; scikit-learn clips at the same value. */
const FLOAT32_EPSILON = 2 ** -23;

/** True when every row of `scores [rows, labels]` sums to 1, as softmax gives and independent sigmoids do not. */
export function isDistribution(scores: Float32Array, labelCount: number): boolean {
  const rows = rowCount(scores, labelCount);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let label = 0; label < labelCount; label++) sum += scores[row * labelCount + label]!;
    if (!(Math.abs(sum - 1) <= SUM_SLACK)) return false;
  }
  return true;
}

/**
 * Mean of `-ln p(gold)` in nats over `scores [rows, labels]`, probabilities clipped at 2^-23 (15.94 nats at most for a
 * row). Null without rows, and where the rows are not distributions: the figure could then be made small by
 * raising all scores.
 */
export function logLoss(gold: Int32Array, scores: Float32Array, labelCount: number): number | null {
  requireRows(gold, scores, labelCount);
  if (gold.length === 0 || !isDistribution(scores, labelCount)) return null;
  let total = 0;
  for (let row = 0; row < gold.length; row++) {
    const p = scores[row * labelCount + gold[row]!]!;
    total -= Math.log(Math.min(1, Math.max(FLOAT32_EPSILON, p)));
  }
  return total / gold.length;
}

/**
 * Brier's score (1950): mean over rows of the squared distance between `scores [rows, labels]` and the one-hot gold
 * label, from 0 to 2. For two labels it is twice the one-sided form (see {@link binaryBrierScore}). Null without rows.
 */
export function brierScore(gold: Int32Array, scores: Float32Array, labelCount: number): number | null {
  requireRows(gold, scores, labelCount);
  if (gold.length === 0) return null;
  let total = 0;
  for (let row = 0; row < gold.length; row++) {
    for (let label = 0; label < labelCount; label++) {
      const distance = scores[row * labelCount + label]! - (label === gold[row] ? 1 : 0);
      total += distance * distance;
    }
  }
  return total / gold.length;
}

/**
 * Mean squared distance between the probability of the positive outcome and what happened (0 or 1), from 0 to 1.
 * Both arrays have the same shape; null when they are empty.
 */
export function binaryBrierScore(outcomes: Uint8Array, probabilities: Float32Array): number | null {
  requireLength("probabilities", probabilities, outcomes.length, "one for each outcome");
  requireBits("outcomes", outcomes);
  if (outcomes.length === 0) return null;
  let total = 0;
  for (let position = 0; position < outcomes.length; position++) {
    total += (probabilities[position]! - outcomes[position]!) ** 2;
  }
  return total / outcomes.length;
}

function requireRows(gold: Int32Array, scores: Float32Array, labelCount: number): void {
  requireLength("gold", gold, rowCount(scores, labelCount), "one for each row of scores");
  requireLabelIndices("gold", gold, labelCount);
}
