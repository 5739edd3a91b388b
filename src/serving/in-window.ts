/** How many run at a time, and whether results come in the order of what they are of. */
export interface WindowOptions {
  readonly window: number;
  readonly ordered: boolean;
}

/**
 * Results of `run` for items, some of them under way at a time. An item is taken only when there is room for it, and a result
 * is given as soon as it is there, also while the next item is awaited. The first rejection ends it.
 */
export async function* inWindow<T, R>(
  items: AsyncIterable<T>,
  run: (item: T) => Promise<R>,
  { window, ordered }: WindowOptions,
): AsyncGenerator<R> {
  const iterator = items[Symbol.asyncIterator]();
  const arrival = async () => ({ arrived: await iterator.next() });
  const running = new Map<number, Promise<{ readonly id: number; readonly result: R }>>();
  let next: ReturnType<typeof arrival> | null = arrival();
  let count = 0;
  try {
    while (next !== null || running.size > 0) {
      const results = ordered ? [...running.values()].slice(0, 1) : [...running.values()];
      const room = next !== null && running.size < window;
      const event = await Promise.race(room ? [next!, ...results] : results);
      if ("arrived" in event) {
        if (event.arrived.done) next = null;
        else {
          const id = count++;
          const item = event.arrived.value;
          running.set(
            id,
            run(item).then((result) => ({ id, result })),
          );
          next = arrival();
        }
      } else {
        running.delete(event.id);
        yield event.result;
      }
    }
  } finally {
    next?.catch(() => {});
    for (const promise of running.values()) promise.catch(() => {});
    // An iterator that waits for its next item ends only when that comes: nobody waits for it.
    iterator.return?.()?.catch(() => {});
  }
}
