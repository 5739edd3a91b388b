/** @file Which of the rows that could be next run together: those whose lengths are near that of the first. */

/** Limits of a batch. */
export interface BatchLimits {
  readonly rows: number;
  /** Padding included. A row that alone has more is a batch of its own. */
  readonly tokens: number;
}

/**
 * Padding that is no loss: so many tokens, which cost less than another batch would, or that share of a batch. Beyond both, rows
 * that are unlike run in batches of their own.
 */
const SPARE = { tokens: 32, share: 0.2 };

/**
 * Numbers of rows for a batch, ascending. The first row is always among them; the others are its neighbours by length, the
 * nearest first (of equal ones those that stand first), as long as the limits hold.
 */
export function chooseRows(lengths: readonly number[], limits: BatchLimits): number[] {
  const order = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const first = order.indexOf(0);
  const lengthAt = (at: number): number => lengths[order[at]!]!;
  let [low, high, sum] = [first, first, lengthAt(first)];
  const fits = (at: number): boolean => {
    const count = high - low + 2;
    const padded = Math.max(lengthAt(at), lengthAt(high)) * count;
    const padding = padded - sum - lengthAt(at);
    const spare = Math.max(SPARE.tokens, SPARE.share * padded);
    return count <= limits.rows && padded <= limits.tokens && padding <= spare;
  };
  for (;;) {
    const anchor = lengthAt(first);
    const shorter = low > 0 && fits(low - 1) ? anchor - lengthAt(low - 1) : Number.POSITIVE_INFINITY;
    const longer =
      high + 1 < order.length && fits(high + 1) ? lengthAt(high + 1) - anchor : Number.POSITIVE_INFINITY;
    if (shorter === Number.POSITIVE_INFINITY && longer === Number.POSITIVE_INFINITY) break;
    const at = longer <= shorter ? ++high : --low;
    sum += lengthAt(at);
  }
  return order.slice(low, high + 1).sort((a, b) => a - b);
}
