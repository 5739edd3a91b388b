import { MetricsError, requireBits, requireLength, requireProbabilities } from "./errors.js";

/** Predictions whose confidence lies in `[lower, upper)`; the last bin holds 1 too. */
export type CalibrationBin = {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Mean confidence of the bin's predictions; null for an empty bin. */
  readonly confidence: number | null;
  /** Share of the bin's predictions that are right; null for an empty bin. */
  readonly accuracy: number | null;
};

/**
 * How far confidence is from accuracy. The gap of a bin is `|accuracy - confidence|`. All errors are fractions, not
 * percentages, and null without predictions.
 */
export type Calibration = {
  /** ECE: mean gap of the bins, weighted by their number of predictions (Naeini et al., 2015). */
  readonly expected_error: number | null;
  /** MCE: the largest gap. */
  readonly maximum_error: number | null;
  /** TCE: the sum of the gaps of all non-empty bins, at most their number. PyText's third figure. */
  readonly total_error: number | null;
  readonly bins: readonly CalibrationBin[];
};

/**
 * Calibration over bins of equal width. `confidences [predictions]` are probabilities, `correct [predictions]` is 1
 * where the prediction came true and 0 elsewhere.
 */
export function calibration(confidences: Float32Array, correct: Uint8Array, binCount = 10): Calibration {
  if (!Number.isInteger(binCount) || binCount < 1) {
    throw new MetricsError(`binCount is ${binCount}, expected an integer of at least 1`);
  }
  requireLength("correct", correct, confidences.length, "one for each confidence");
  requireBits("correct", correct);
  requireProbabilities(confidences, (position) => `confidences[${position}]`);
  const counts = new Float64Array(binCount);
  const confidenceSums = new Float64Array(binCount);
  const hits = new Float64Array(binCount);
  for (let position = 0; position < confidences.length; position++) {
    const bin = binOf(confidences[position]!, binCount);
    counts[bin] = counts[bin]! + 1;
    confidenceSums[bin] = confidenceSums[bin]! + confidences[position]!;
    hits[bin] = hits[bin]! + correct[position]!;
  }
  const bins = Array.from(counts, (count, bin) => ({
    lower: bin / binCount,
    upper: (bin + 1) / binCount,
    count,
    confidence: count === 0 ? null : confidenceSums[bin]! / count,
    accuracy: count === 0 ? null : hits[bin]! / count,
  }));
  return { ...errorsOf(bins, confidences.length), bins };
}

function errorsOf(bins: readonly CalibrationBin[], predictions: number): Omit<Calibration, "bins"> {
  if (predictions === 0) return { expected_error: null, maximum_error: null, total_error: null };
  let expected = 0;
  let maximum = 0;
  let total = 0;
  for (const { count, confidence, accuracy } of bins) {
    if (confidence === null || accuracy === null) continue;
    const gap = Math.abs(accuracy - confidence);
    expected += (count / predictions) * gap;
    maximum = Math.max(maximum, gap);
    total += gap;
  }
  return { expected_error: expected, maximum_error: maximum, total_error: total };
}

/** Exact at the bounds: a float32 times a small integer has no rounding in double precision. */
function binOf(confidence: number, binCount: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.floor(confidence * binCount)));
}
