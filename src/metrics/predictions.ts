import { MetricsError, requireLabelIndices, requireLength } from "./errors.js";

/** Number of rows of a `[rows, labels]` array; throws when its length is not a multiple of `labelCount`. */
export function rowCount(values: Float32Array | Uint8Array, labelCount: number): number {
  if (!Number.isInteger(labelCount) || labelCount < 1) {
    throw new MetricsError(`labelCount is ${labelCount}, expected an integer of at least 1`);
  }
  if (values.length % labelCount !== 0) {
    throw new MetricsError(
      `${values.length} values are not a whole number of rows of ${labelCount} labels each`,
    );
  }
  return values.length / labelCount;
}

/**
 * Index of the highest score of each row of `scores [rows, labels]` -> `[rows]`.
 * Of equal scores the first label wins, as in ONNX ArgMax, so figures agree with an exported model.
 */
export function predictedLabels(scores: Float32Array, labelCount: number): Int32Array {
  const predicted = new Int32Array(rowCount(scores, labelCount));
  for (let row = 0; row < predicted.length; row++) {
    const start = row * labelCount;
    let best = 0;
    for (let label = 0; label < labelCount; label++) {
      const score = scores[start + label]!;
      if (Number.isNaN(score)) throw new MetricsError(`scores[${row}, ${label}] is NaN, it has no rank`);
      if (score > scores[start + best]!) best = label;
    }
    predicted[row] = best;
  }
  return predicted;
}

/** Share of rows whose prediction is the gold label; `gold` and `predicted` are `[rows]`. Null without rows. */
export function accuracy(gold: Int32Array, predicted: Int32Array): number | null {
  requireLength("predicted", predicted, gold.length, "one for each gold label");
  if (gold.length === 0) return null;
  let hits = 0;
  for (let row = 0; row < gold.length; row++) if (gold[row] === predicted[row]) hits++;
  return hits / gold.length;
}

/**
 * Share of rows whose gold label is among the `k` highest of `scores [rows, labels]`, for each `k` of `ks`.
 * Equal scores rank in label order, so k = 1 is `accuracy` of `predictedLabels`, and k = labels gives 1.
 * Null without rows; throws for a `k` that is not an integer from 1 to `labelCount`.
 */
export function topKAccuracy(
  gold: Int32Array,
  scores: Float32Array,
  labelCount: number,
  ks: readonly number[],
): (number | null)[] {
  const rows = rowCount(scores, labelCount);
  requireLength("gold", gold, rows, "one for each row of scores");
  requireLabelIndices("gold", gold, labelCount);
  for (const k of ks) {
    if (!Number.isInteger(k) || k < 1 || k > labelCount) {
      throw new MetricsError(`k is ${k}, expected an integer from 1 to ${labelCount}, the number of labels`);
    }
  }
  const rowsAtRank = new Int32Array(labelCount);
  for (let row = 0; row < rows; row++) {
    const rank = goldRank(scores.subarray(row * labelCount, (row + 1) * labelCount), gold[row]!, row);
    rowsAtRank[rank] = rowsAtRank[rank]! + 1;
  }
  return ks.map((k) => (rows === 0 ? null : rowsAtRank.subarray(0, k).reduce((a, b) => a + b, 0) / rows));
}

/** How many labels rank above `gold` in the scores of one row. */
function goldRank(scores: Float32Array, gold: number, row: number): number {
  const goldScore = scores[gold]!;
  let above = 0;
  for (let label = 0; label < scores.length; label++) {
    const score = scores[label]!;
    if (Number.isNaN(score)) throw new MetricsError(`scores[${row}, ${label}] is NaN, it has no rank`);
    if (score > goldScore || (score === goldScore && label < gold)) above++;
  }
  return above;
}

/**
 * Labels whose score reaches their threshold: `scores [rows, labels]` -> `[rows, labels]` of 0 and 1.
 * `thresholds` is one number for all labels or one for each.
 */
export function thresholdedLabels(
  scores: Float32Array,
  labelCount: number,
  thresholds: number | readonly number[] = 0.5,
): Uint8Array {
  rowCount(scores, labelCount);
  const limits = typeof thresholds === "number" ? Array<number>(labelCount).fill(thresholds) : thresholds;
  requireLength("thresholds", limits, labelCount, "one for each label");
  const bad = limits.findIndex(Number.isNaN);
  if (bad >= 0) throw new MetricsError(`thresholds[${bad}] is NaN, expected a score to compare with`);
  const predicted = new Uint8Array(scores.length);
  for (let position = 0; position < scores.length; position++) {
    const score = scores[position]!;
    if (Number.isNaN(score)) {
      const row = Math.floor(position / labelCount);
      throw new MetricsError(`scores[${row}, ${position % labelCount}] is NaN, it cannot be compared`);
    }
    if (score >= limits[position % labelCount]!) predicted[position] = 1;
  }
  return predicted;
}

/**
 * Share of rows whose whole label set is right; `gold` and `predicted` are `[rows, labels]` of 0 and 1.
 * Null without rows.
 */
export function subsetAccuracy(gold: Uint8Array, predicted: Uint8Array, labelCount: number): number | null {
  const rows = rowCount(gold, labelCount);
  requireLength("predicted", predicted, gold.length, "as many as gold");
  if (rows === 0) return null;
  let exact = 0;
  for (let row = 0; row < rows; row++) {
    let position = row * labelCount;
    const end = position + labelCount;
    while (position < end && gold[position] === predicted[position]) position++;
    if (position === end) exact++;
  }
  return exact / rows;
}

/**
 * Share of single label decisions that are wrong; `gold` and `predicted` are `[rows, labels]` of 0 and 1.
 * Null without rows.
 */
export function hammingLoss(gold: Uint8Array, predicted: Uint8Array): number | null {
  requireLength("predicted", predicted, gold.length, "as many as gold");
  if (gold.length === 0) return null;
  let wrong = 0;
  for (let position = 0; position < gold.length; position++) {
    if (gold[position] !== predicted[position]) wrong++;
  }
  return wrong / gold.length;
}
