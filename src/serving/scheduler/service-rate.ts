/** How much the newest batch counts. */
const WEIGHT = 0.1;

/** Longest time that a client is told to stay away, in seconds. */
const LONGEST = 60;

/** How fast a worker gets through rows while there is always more to do; padding and all that surrounds a run included. */
export class ServiceRate {
  /** Milliseconds a token and a row; null before the first batch. */
  #perToken: number | null = null;
  #perRow = 0;

  /** A batch that left rows behind took a worker so many milliseconds. */
  observe(tokens: number, rows: number, milliseconds: number): void {
    const mean = (old: number, now: number): number =>
      this.#perToken === null ? now : old + WEIGHT * (now - old);
    this.#perRow = mean(this.#perRow, milliseconds / rows);
    this.#perToken = mean(this.#perToken ?? 0, milliseconds / tokens);
  }

  /** About how many tokens a row has; 1 where nothing is known. */
  get tokensOfRow(): number {
    return this.#perToken === null || this.#perToken === 0 ? 1 : this.#perRow / this.#perToken;
  }

  /** About how many milliseconds so many tokens take; 0 where nothing is known. */
  timeOf(tokens: number, workers: number): number {
    return ((this.#perToken ?? 0) * tokens) / Math.max(1, workers);
  }

  /** The whole seconds in which so many rows are done, one at least. */
  secondsFor(rows: number, workers: number): number {
    const milliseconds = (this.#perRow * rows) / Math.max(1, workers);
    return Math.min(LONGEST, Math.max(1, Math.ceil(milliseconds / 1000)));
  }
}
