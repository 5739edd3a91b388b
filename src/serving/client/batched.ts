import { setImmediate as tick } from "node:timers/promises";

/** Items that go together. */
export interface Batch<T> {
  /** The number of the first one. */
  readonly from: number;
  readonly items: readonly T[];
}

/** Items some at a time: so many, or as many as have come when the next one lets wait. */
export async function* batched<T>(
  source: Iterable<T> | AsyncIterable<T>,
  size: number,
): AsyncGenerator<Batch<T>> {
  let [from, items]: [number, T[]] = [0, []];
  const take = (): Batch<T> => {
    const batch = { from, items };
    [from, items] = [from + items.length, []];
    return batch;
  };
  if (Symbol.asyncIterator in source) {
    const iterator = source[Symbol.asyncIterator]();
    try {
      for (let next = iterator.next(); ; next = iterator.next()) {
        if (items.length > 0 && (await Promise.race([next, tick(LATE)])) === LATE) yield take();
        const { done, value } = await next;
        if (done) break;
        items.push(value);
        if (items.length === size) yield take();
      }
    } finally {
      await iterator.return?.();
    }
  } else {
    for (const item of source) {
      items.push(item);
      if (items.length === size) yield take();
    }
  }
  if (items.length > 0) yield take();
}

const LATE = Symbol("late");
