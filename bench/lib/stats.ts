/** Percentiles of samples, in the samples' unit. */
export interface Figures {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly min: number;
}

/** The value below which a share of the samples lies, between neighbours by linear interpolation (as numpy's default). */
function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError("no samples");
  const sorted = [...samples].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

export const mean = (samples: readonly number[]): number =>
  samples.reduce((sum, x) => sum + x, 0) / samples.length;

/** What a round of steps reports. */
export function figures(samples: readonly number[]): Figures {
  return {
    p50: median(samples),
    p90: quantile(samples, 0.9),
    p99: quantile(samples, 0.99),
    min: Math.min(...samples),
  };
}

/** How long requests took, for most and for nearly all. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function percentiles(samples: readonly number[]): Percentiles {
  return { p50: median(samples), p95: quantile(samples, 0.95), p99: quantile(samples, 0.99) };
}
