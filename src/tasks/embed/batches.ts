/** @file Which texts run together. */

/** Limits of a batch. */
export interface BatchLimits {
  readonly rows: number;
  /** Padding included. */
  readonly tokens: number;
}

/**
 * Numbers of rows in batches of like length, the shortest first, so that there is little padding. A row that is longer
 * than the limit of tokens is a batch of its own.
 */
export function batchesByLength(lengths: readonly number[], { rows, tokens }: BatchLimits): number[][] {
  const order = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const row of order) {
    const full = batch.length === rows || lengths[row]! * (batch.length + 1) > tokens;
    if (full && batch.length > 0) {
      batches.push(batch);
      batch = [];
    }
    batch.push(row);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** How many texts are held at a time. */
const CHUNK = 1024;

/** What comes one at a time, some at a time. */
export async function* chunksOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  size = CHUNK,
): AsyncGenerator<readonly T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
