import { ptxError } from "../registry/errors.js";

/** The id of every word that a vocabulary does not hold. */
export const UNK_ID = 0;
/** The id that fills places beyond a text's end. */
export const PAD_ID = 1;
/** What stands before the words: entries that no text can match. */
export const SPECIALS = ["__UNKNOWN__", "__PAD__"] as const;

/** A vocabulary as JSON. */
export interface VocabularyState {
  readonly specials: readonly string[];
  readonly words: readonly string[];
}

/**
 * Words and their ids. Special entries (unknown, padding) come first and have ids of their own:
 * a text that contains the characters `__PAD__` gets the id of that word, or unknown, never the padding id.
 */
export class Vocabulary {
  readonly #ids = new Map<string, number>();

  readonly #counts: ReadonlyMap<string, number> | undefined;

  /**
   * @param words in id order; a word given twice throws `PTX_VOCABULARY`
   * @param counts how often words occur in the training rows; no part of the saved state
   */
  constructor(
    readonly words: readonly string[],
    readonly specials: readonly string[] = SPECIALS,
    counts?: ReadonlyMap<string, number>,
  ) {
    this.#counts = counts;
    for (const word of words) {
      if (this.#ids.has(word))
        throw ptxError("PTX_VOCABULARY", "vocabulary", `the word "${word}" stands in it twice`);
      this.#ids.set(word, specials.length + this.#ids.size);
    }
  }

  /** Entries, special ones included. */
  get size(): number {
    return this.specials.length + this.words.length;
  }

  /** The word's id, or the unknown id. */
  id(word: string): number {
    return this.#ids.get(word) ?? UNK_ID;
  }

  /** How often the training rows hold the word; 0 when they do not, or when the vocabulary was loaded. */
  count(word: string): number {
    return this.#counts?.get(word) ?? 0;
  }

  has(word: string): boolean {
    return this.#ids.has(word);
  }

  /** The word (or special entry) with this id; throws `PTX_VOCABULARY` when there is none. */
  word(id: number): string {
    const found = id < this.specials.length ? this.specials[id] : this.words[id - this.specials.length];
    if (found === undefined) {
      throw ptxError(
        "PTX_VOCABULARY",
        "vocabulary",
        `no entry has the id ${id}: ids go from 0 to ${this.size - 1}`,
      );
    }
    return found;
  }

  toJSON(): VocabularyState {
    return { specials: this.specials, words: this.words };
  }

  /** Restores `toJSON()`'s value; throws `PTX_MODEL_FILE` when it is something else. */
  static fromJSON(state: unknown, where: string): Vocabulary {
    const { specials, words } = (state ?? {}) as Partial<VocabularyState>;
    if (!isTextList(specials) || !isTextList(words)) {
      throw ptxError("PTX_MODEL_FILE", where, "not a vocabulary: it needs the lists `specials` and `words`");
    }
    return new Vocabulary(words, specials);
  }
}

/** How many of the counted words a vocabulary takes. */
export interface VocabularyLimits {
  /** Words seen fewer times are left out. */
  readonly minCount: number;
  /** At most so many of the most frequent words; 0: all. */
  readonly maxSize: number;
}

/** Counts words, then makes a vocabulary: most frequent first, ties in the order of first sight. */
export class VocabularyBuilder {
  readonly #counts = new Map<string, number>();
  readonly #extra = new Set<string>();

  /** Counts one occurrence. */
  add(word: string): void {
    const count = this.#counts.get(word);
    if (count === undefined) this.#counts.set(ownCopy(word), 1);
    else this.#counts.set(word, count + 1);
  }

  /** Takes a word whatever its count (from a vocabulary file). Such words follow the counted ones, in this order. */
  addAlways(word: string): void {
    if (!this.#extra.has(word)) this.#extra.add(ownCopy(word));
  }

  /** How many different words were counted. */
  get distinct(): number {
    return this.#counts.size;
  }

  /** The number of times that a word was counted. */
  count(word: string): number {
    return this.#counts.get(word) ?? 0;
  }

  /** The counted words that the limits let through, most frequent first. */
  counted(limits: VocabularyLimits): string[] {
    const kept = [...this.#counts].filter(([, count]) => count >= limits.minCount);
    kept.sort(([, a], [, b]) => b - a); // stable: ties stay in the order of first sight
    return kept.slice(0, limits.maxSize === 0 ? undefined : limits.maxSize).map(([word]) => word);
  }

  build(limits: VocabularyLimits, specials?: readonly string[]): Vocabulary {
    return new Vocabulary([...new Set([...this.counted(limits), ...this.#extra])], specials, this.#counts);
  }
}

/** A copy that stands alone: V8 keeps the whole text alive behind a slice of it that is not short. */
function ownCopy(word: string): string {
  return word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le");
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
