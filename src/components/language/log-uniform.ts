import type { RandomStream } from "../../registry/random.js";

/** How often a draw from the log-uniform (Zipfian) distribution gives an id: `ln((id + 2) / (id + 1)) / ln(size + 1)`, ids from 0 to size - 1. */
export function logUniformProbability(id: number, size: number): number {
  return Math.log1p(1 / (id + 1)) / Math.log1p(size);
}

/** One draw. */
function logUniform(random: RandomStream, size: number): number {
  return Math.min(size - 1, Math.floor(Math.exp(random.uniform() * Math.log1p(size))) - 1);
}

/**
 * Draws until there are as many different ids as `ids` has room for; they are written in the order of their draws.
 * @returns how many draws it took: the expected number of times that an id is among them is `1 - (1 - p)^draws`
 */
export function drawCandidates(random: RandomStream, size: number, ids: Int32Array): number {
  const seen = new Set<number>();
  let draws = 0;
  while (seen.size < ids.length) {
    seen.add(logUniform(random, size));
    draws++;
  }
  ids.set([...seen]);
  return draws;
}
