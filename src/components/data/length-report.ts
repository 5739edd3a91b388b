/** How long the rows of a split are. */
export interface LengthReport {
  readonly mean: number;
  /** The lengths that 0, 50, 90, 99 and 100 % of the rows do not exceed. */
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Rows by length: bins of doubling width, `from` to `to` inclusive, none after the longest row. */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly rows: number }[];
}

/** Describes lengths, of which there must be one at least. Percentiles are nearest-rank. */
export function lengthReport(lengths: Int32Array): LengthReport {
  const sorted = lengths.slice().sort();
  const rank = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
  const histogram: { from: number; to: number; rows: number }[] = [];
  for (let from = 0, to = 0, at = 0; at < sorted.length; from = to + 1, to = Math.max(1, to * 2)) {
    const start = at;
    while (at < sorted.length && sorted[at]! <= to) at++;
    if (at > start || histogram.length > 0) histogram.push({ from, to, rows: at - start });
  }
  return {
    mean: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
    min: rank(0),
    median: rank(50),
    p90: rank(90),
    p99: rank(99),
    max: rank(100),
    histogram,
  };
}
