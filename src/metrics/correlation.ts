import { MetricsError, requireLength } from "./errors.js";

/**
 * Pearson's correlation: the covariance over the product of the standard deviations, from -1 to 1. Null for fewer than two
 * pairs, and where one side is the same everywhere.
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  requirePairs(x, y);
  const [centredX, centredY] = [centred(x), centred(y)];
  const [ofX, ofY] = [dot(centredX, centredX), dot(centredY, centredY)];
  if (x.length < 2 || ofX === 0 || ofY === 0) return null;
  const value = dot(centredX, centredY) / (Math.sqrt(ofX) * Math.sqrt(ofY));
  return Math.max(-1, Math.min(1, value));
}

/** Spearman's correlation: Pearson's of the ranks. Null as there. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  requirePairs(x, y);
  return pearson(averageRanks(x), averageRanks(y));
}

/** The rank of each value, the smallest one's 1; equal values share the mean of their ranks. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  order.sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    // Places start + 1 to end.
    for (let at = start; at < end; at++) ranks[order[at]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

function requirePairs(x: ArrayLike<number>, y: ArrayLike<number>): void {
  requireLength("y", y, x.length, "as many as x");
  for (let i = 0; i < x.length; i++) {
    const bad = [x[i]!, y[i]!].find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new MetricsError(`pair ${i} holds ${bad}, expected finite numbers`);
  }
}

function centred(x: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(x);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  // What is the same everywhere must come out as zeros, whatever its mean rounds to.
  return values.every((value) => value === values[0]) ? values.fill(0) : values.map((value) => value - mean);
}

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
