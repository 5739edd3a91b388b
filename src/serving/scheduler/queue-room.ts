import { ServeError } from "../contracts.js";

/** Bounds of what waits for a model. */
export interface RoomLimits {
  readonly rows: number;
  readonly characters: number;
  /** How long a row may have to wait, by what workers got done lately, before more is refused; null: not bounded. */
  readonly wait: number | null;
}

/** What a row occupies. */
export interface Space {
  readonly rows: number;
  readonly characters: number;
}

/** The bounded place where rows of a model wait, those of all its versions together. */
export class QueueRoom {
  #rows = 0;
  #characters = 0;

  constructor(readonly limits: RoomLimits) {}

  get rows(): number {
    return this.#rows;
  }

  get characters(): number {
    return this.#characters;
  }

  /**
   * Takes space. Throws `too_large` for what would not fit if nothing else waited, `overloaded` for what does not fit now.
   * @param wait milliseconds that the last row would wait
   * @param secondsFor about how many seconds pass until there is room for so many rows
   */
  enter({ rows, characters }: Space, wait: number, secondsFor: (rows: number) => number): void {
    const { limits } = this;
    if (rows > limits.rows)
      throw new ServeError("too_large", `${rows} inputs are more than the ${limits.rows} that can wait`);
    if (characters > limits.characters)
      throw new ServeError(
        "too_large",
        `${characters} characters are more than the ${limits.characters} that can wait`,
      );
    const full = this.#rows + rows > limits.rows || this.#characters + characters > limits.characters;
    const late = this.#rows > 0 && limits.wait !== null && wait > limits.wait;
    if (full || late) {
      const over = full ? Math.max(1, this.#rows + rows - limits.rows) : rows;
      throw new ServeError("overloaded", `${this.#rows} inputs wait already: try again later`, {
        retryAfter: secondsFor(over),
      });
    }
    this.#rows += rows;
    this.#characters += characters;
  }

  leave({ rows, characters }: Space): void {
    this.#rows -= rows;
    this.#characters -= characters;
  }
}
