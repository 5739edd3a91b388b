import type { RandomStream } from "../../registry/random.js";

/** How a token is chosen from the probabilities of all of them. The filters work in this order. */
export interface SamplingOptions {
  /** Probabilities are raised to the power 1 / temperature: below 1 the likely tokens gain, above 1 the unlikely ones; 0 takes the likeliest. */
  readonly temperature: number;
  /** Only so many of the likeliest tokens; null: all. */
  readonly topK: number | null;
  /** Only the likeliest tokens that together reach this probability (Holtzman et al., 2020); null: all. */
  readonly topP: number | null;
}

/** Tokens that may be chosen, the likeliest first (of equal ones the lower id), with their probabilities. */
export interface Candidates {
  readonly ids: readonly number[];
  /** They sum to 1. */
  readonly probabilities: readonly number[];
}

/** The tokens that are left after the filters. `barred` ids are never among them. */
export function candidatesOf(
  probabilities: ArrayLike<number>,
  { temperature, topK, topP }: SamplingOptions,
  barred: ReadonlySet<number>,
): Candidates {
  const allowed = Array.from({ length: probabilities.length }, (_, id) => id).filter((id) => !barred.has(id));
  allowed.sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  if (temperature === 0) return { ids: allowed.slice(0, 1), probabilities: [1] };
  const most = probabilities[allowed[0]!]!;
  // In relation to the largest, so that a low temperature does not make all of them zero.
  const weights = allowed.map((id) => (probabilities[id]! / most) ** (1 / temperature));
  const kept = topK === null ? allowed.length : Math.min(topK, allowed.length);
  const total = sum(weights.slice(0, kept));
  let count = kept;
  if (topP !== null) {
    let reached = 0;
    for (count = 0; count < kept && reached < topP; count++) reached += weights[count]! / total;
  }
  const rest = sum(weights.slice(0, count));
  return {
    ids: allowed.slice(0, count),
    probabilities: weights.slice(0, count).map((weight) => weight / rest),
  };
}

/** Draws one of the candidates. */
export function drawToken({ ids, probabilities }: Candidates, random: RandomStream): number {
  let left = random.uniform();
  for (const [i, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return ids[i]!;
  }
  return ids.at(-1)!;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
