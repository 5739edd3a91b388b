/** A binary heap: what comes before all else is taken out first. */
export class Heap<T> {
  readonly #values: T[] = [];

  constructor(readonly before: (a: T, b: T) => boolean) {}

  push(value: T): void {
    const values = this.#values;
    let at = values.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.before(value, values[above]!)) break;
      values[at] = values[above]!;
      at = above;
    }
    values[at] = value;
  }

  /** Takes the first value out; undefined: there is none. */
  pop(): T | undefined {
    const values = this.#values;
    const first = values[0];
    const last = values.pop();
    if (first === undefined || last === undefined || values.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= values.length) break;
      if (below + 1 < values.length && this.before(values[below + 1]!, values[below]!)) below++;
      if (!this.before(values[below]!, last)) break;
      values[at] = values[below]!;
      at = below;
    }
    values[at] = last;
    return first;
  }
}
