/** Stands between the tokens of a phrase where they are one text: a control character that no text has inside a word. */
export const PHRASE_SEPARATOR = "\u001f";

/** Runs of tokens. `tokens.slice(start, end)` is the phrase `phrase`. */
export interface PhraseMatch {
  readonly phrase: number;
  readonly start: number;
  readonly end: number;
}

/** Finds phrases in texts, token by token. */
export class PhraseFinder {
  readonly #numbers = new Map<string, number>();
  /** By a phrase's first token the lengths that such phrases have, the longest first. */
  readonly #lengths = new Map<string, number[]>();

  /** The number of a phrase, given when it is first seen: 0, 1, ... It has one token or more. */
  add(tokens: readonly string[]): number {
    const key = tokens.join(PHRASE_SEPARATOR);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    const lengths = this.#lengths.get(tokens[0]!) ?? [];
    if (!lengths.includes(tokens.length)) {
      lengths.push(tokens.length);
      lengths.sort((a, b) => b - a);
    }
    this.#lengths.set(tokens[0]!, lengths);
    return number;
  }

  /** By number of tokens the phrases as texts, and their numbers. */
  keysByLength(): ReadonlyMap<number, ReadonlyMap<string, number>> {
    const lengths = new Map<number, Map<string, number>>();
    for (const [key, number] of this.#numbers) {
      const length = key.split(PHRASE_SEPARATOR).length;
      lengths.set(length, (lengths.get(length) ?? new Map<string, number>()).set(key, number));
    }
    return lengths;
  }

  /** From left to right the longest phrase at each place; the next one begins behind it. */
  find(tokens: readonly string[]): PhraseMatch[] {
    const matches: PhraseMatch[] = [];
    for (let start = 0; start < tokens.length; ) {
      const match = this.#at(tokens, start);
      if (match !== undefined) matches.push(match);
      start = match?.end ?? start + 1;
    }
    return matches;
  }

  #at(tokens: readonly string[], start: number): PhraseMatch | undefined {
    for (const length of this.#lengths.get(tokens[start]!) ?? []) {
      const end = start + length;
      if (end > tokens.length) continue;
      const phrase = this.#numbers.get(tokens.slice(start, end).join(PHRASE_SEPARATOR));
      if (phrase !== undefined) return { phrase, start, end };
    }
    return undefined;
  }
}
