import { MetricsError } from "./errors.js";

/**
 * What the decision rule "positive where score >= threshold" yields at every distinct score, from the highest
 * threshold to the lowest. All arrays are `[cuts]`. Equal scores share one cut, so no figure depends on row order.
 */
export type ScoreCuts = {
  readonly thresholds: Float32Array;
  /** Positives with a score of at least the threshold. */
  readonly truePositives: Int32Array;
  /** Negatives with a score of at least the threshold. */
  readonly falsePositives: Int32Array;
  /** All positives. */
  readonly positives: number;
  /** All negatives. */
  readonly negatives: number;
};

/** A point on the precision-recall curve: the wanted figure there, and the threshold that gets it. */
export type RecallPoint = { readonly recall: number | null; readonly threshold: number | null };
/** See {@link RecallPoint}. */
export type PrecisionPoint = { readonly precision: number | null; readonly threshold: number | null };

/** Builds the cuts from the scores of the positive and of the negative rows, in any order. Throws on NaN. */
export function scoreCuts(positiveScores: Float32Array, negativeScores: Float32Array): ScoreCuts {
  const high = sortedDescending("positive", positiveScores);
  const low = sortedDescending("negative", negativeScores);
  const thresholds = new Float32Array(high.length + low.length);
  const truePositives = new Int32Array(thresholds.length);
  const falsePositives = new Int32Array(thresholds.length);
  let tp = 0;
  let fp = 0;
  let cuts = 0;
  while (tp < high.length || fp < low.length) {
    const threshold = Math.max(high[tp] ?? -Infinity, low[fp] ?? -Infinity);
    while (tp < high.length && high[tp] === threshold) tp++;
    while (fp < low.length && low[fp] === threshold) fp++;
    thresholds[cuts] = threshold;
    truePositives[cuts] = tp;
    falsePositives[cuts] = fp;
    cuts++;
  }
  return {
    thresholds: thresholds.subarray(0, cuts),
    truePositives: truePositives.subarray(0, cuts),
    falsePositives: falsePositives.subarray(0, cuts),
    positives: high.length,
    negatives: low.length,
  };
}

/** Cuts of one column of `scores [rows, labels]`; `isPositive` tells by row. */
export function columnCuts(
  scores: Float32Array,
  labelCount: number,
  label: number,
  isPositive: (row: number) => boolean,
): ScoreCuts {
  const rows = Math.floor(scores.length / labelCount);
  const positive = new Float32Array(rows);
  const negative = new Float32Array(rows);
  let positives = 0;
  let negatives = 0;
  for (let row = 0; row < rows; row++) {
    const score = scores[row * labelCount + label]!;
    if (isPositive(row)) positive[positives++] = score;
    else negative[negatives++] = score;
  }
  return scoreCuts(positive.subarray(0, positives), negative.subarray(0, negatives));
}

function sortedDescending(what: string, scores: Float32Array): Float32Array {
  if (scores.some(Number.isNaN)) throw new MetricsError(`a ${what} score is NaN, it has no rank`);
  return scores.slice().sort().reverse();
}

/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, a tie counting
 * one half (Mann-Whitney U over the number of pairs). Null when there are no positives or no negatives.
 */
export function rocAuc(cuts: ScoreCuts): number | null {
  const { truePositives, falsePositives, positives, negatives } = cuts;
  if (positives === 0 || negatives === 0) return null;
  let pairs = 0;
  let tp = 0;
  let fp = 0;
  for (let cut = 0; cut < truePositives.length; cut++) {
    const tied = truePositives[cut]! - tp;
    pairs += (falsePositives[cut]! - fp) * (tp + tied / 2);
    tp = truePositives[cut]!;
    fp = falsePositives[cut]!;
  }
  return pairs / (positives * negatives);
}

/** Sum over the cuts of precision times the increase of recall, without interpolation. Null without positives. */
export function averagePrecision(cuts: ScoreCuts): number | null {
  const { truePositives, falsePositives, positives } = cuts;
  if (positives === 0) return null;
  let total = 0;
  let previous = 0;
  for (let cut = 0; cut < truePositives.length; cut++) {
    const tp = truePositives[cut]!;
    total += ((tp - previous) * tp) / (tp + falsePositives[cut]!);
    previous = tp;
  }
  return total / positives;
}

/**
 * Highest recall among the cuts with a precision of at least `precision`, and the threshold that gets it (the
 * highest such threshold, hence the most precise). Recall 0 with threshold null: no cut is that precise. Both null:
 * there are no positives.
 */
export function recallAtPrecision(cuts: ScoreCuts, precision: number): RecallPoint {
  const { thresholds, truePositives, falsePositives, positives } = cuts;
  if (positives === 0) return { recall: null, threshold: null };
  let best = 0;
  let threshold: number | null = null;
  for (let cut = 0; cut < thresholds.length; cut++) {
    const tp = truePositives[cut]!;
    if (tp > best && tp / (tp + falsePositives[cut]!) >= precision) {
      best = tp;
      threshold = thresholds[cut]!;
    }
  }
  return { recall: best / positives, threshold };
}

/**
 * Highest precision among the cuts with a recall of at least `recall` (in `[0, 1]`), and the threshold that gets it
 * (the lowest such threshold, hence the one that recalls most). Both null without positives.
 */
export function precisionAtRecall(cuts: ScoreCuts, recall: number): PrecisionPoint {
  const { thresholds, truePositives, falsePositives, positives } = cuts;
  if (positives === 0) return { precision: null, threshold: null };
  let best: number | null = null;
  let threshold: number | null = null;
  for (let cut = 0; cut < thresholds.length; cut++) {
    const tp = truePositives[cut]!;
    const precision = tp / (tp + falsePositives[cut]!);
    if (tp / positives >= recall && (best === null || precision >= best)) {
      best = precision;
      threshold = thresholds[cut]!;
    }
  }
  return { precision: best, threshold };
}
