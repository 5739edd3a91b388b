import { ServeError } from "../contracts.js";

/** Bounds of what waits for a model. */
export interface RoomLimits {
  readonly rows: number;
  readonly characters: number;
  /** How long an answer may take, by what workers got done lately, before more is refused; null: not bounded. */
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
   * Why there is no room: `too_large` for what would not fit if nothing else waited, `overloaded` for what does not fit now.
   * @param wait milliseconds until the last row would be answered
   * @param secondsFor about how many seconds pass until there is room for so many rows
   */
  refusal(
    { rows, characters }: Space,
    wait: number,
    secondsFor: (rows: number) => number,
  ): ServeError | undefined {
    const { limits } = this;
    if (rows > limits.rows)
      return new ServeError("too_large", `${rows} inputs are more than the ${limits.rows} that can wait`);
    if (characters > limits.characters)
      return new ServeError(
        "too_large",
        `${characters} characters are more than the ${limits.characters} that can wait`,
      );
    const full = this.#rows + rows > limits.rows || this.#characters + characters > limits.characters;
    const late = this.#rows > 0 && limits.wait !== null && wait > limits.wait;
    if (!full && !late) return undefined;
    const over = full ? Math.max(1, this.#rows + rows - limits.rows) : rows;
    return new ServeError("overloaded", `${this.#rows} inputs wait already: try again later`, {
      retryAfter: secondsFor(over),
    });
  }

  /** Takes space that there is. */
  enter({ rows, characters }: Space): void {
    this.#rows += rows;
    this.#characters += characters;
  }

  leave({ rows, characters }: Space): void {
    this.#rows -= rows;
    this.#characters -= characters;
  }
}
