/** Typed arrays that grow at the end, doubling their room. */

type Numbers = Int32Array | Float32Array | Float64Array | Uint32Array;
type Constructor<A extends Numbers> = new (length: number) => A;

/** A typed array that grows. */
export class Growable<A extends Numbers> {
  #array: A;
  #length = 0;

  constructor(readonly type: Constructor<A>) {
    this.#array = new type(1024);
  }

  get length(): number {
    return this.#length;
  }

  at(index: number): number | undefined {
    return index < this.#length ? this.#array[index] : undefined;
  }

  push(value: number): void {
    this.#reserve(1);
    this.#array[this.#length++] = value;
  }

  append(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#array.set(values, this.#length);
    this.#length += values.length;
  }

  /** The values in place; not to be kept while more are added. */
  view(): A {
    return this.#array.subarray(0, this.#length) as A;
  }

  /** The values, in an array of just their number. */
  toArray(): A {
    const exact = new this.type(this.#length);
    exact.set(this.#array.subarray(0, this.#length));
    return exact;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#array.length) return;
    const larger = new this.type(Math.max(needed, this.#array.length * 2));
    larger.set(this.#array);
    this.#array = larger;
  }
}
