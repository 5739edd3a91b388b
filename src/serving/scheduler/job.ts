import type { RowSize } from "./lengths.js";

/** What is to be queued. */
export interface JobSpec<T> {
  /** Whom it is for. */
  readonly client: string;
  /** Rows of jobs with the same key can run together. */
  readonly key: string;
  readonly rows: readonly T[];
  readonly sizes: readonly RowSize[];
  /** When nobody wants the answer any more; infinity: always. */
  readonly deadline: number;
}

/** The rows of a request that wait. They may be taken in any order and over any number of batches. */
export class Job<T> {
  /** Row numbers in the order in which they are taken: of many rows the short ones first, so that those of a batch are alike. */
  readonly order: Uint32Array;
  readonly #taken: Uint8Array;
  #first = 0;
  #waiting: number;

  /**
   * @param arrived when it came
   * @param served the number of the batch that took its newest row; at first of the one before it came
   * @param sorted whether short rows go first
   */
  constructor(
    readonly spec: JobSpec<T>,
    readonly arrived: number,
    public served: number,
    sorted: boolean,
  ) {
    const { sizes } = spec;
    this.order = Uint32Array.from(sizes.keys());
    if (sorted) this.order.sort((a, b) => sizes[a]!.tokens - sizes[b]!.tokens || a - b);
    this.#taken = new Uint8Array(sizes.length);
    this.#waiting = sizes.length;
  }

  /** How many rows have not been taken. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The rows that wait, in order. */
  *rows(): Generator<number> {
    for (let at = this.#first; at < this.order.length; at++) {
      const row = this.order[at]!;
      if (this.#taken[row] === 0) yield row;
    }
  }

  take(row: number): void {
    this.#taken[row] = 1;
    this.#waiting--;
    while (this.#first < this.order.length && this.#taken[this.order[this.#first]!] === 1) this.#first++;
  }
}
