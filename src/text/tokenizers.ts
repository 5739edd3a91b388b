import { type NormalizeOptions, normalizeText } from "./normalize.js";
import type { Token, Tokenizer } from "./tokenizer.js";

/** Tokens are what stands between the matches of a regular expression (PyText's `Tokenizer`). */
export class SplitTokenizer implements Tokenizer {
  readonly #separator: RegExp;

  /** @param separator matched on the normalised text; must have the flags `g` and `u` */
  constructor(
    separator: RegExp,
    readonly options: NormalizeOptions,
  ) {
    this.#separator = separator;
  }

  tokenize(text: string): Token[] {
    const normalized = normalizeText(text, this.options);
    const tokens: Token[] = [];
    let start = 0;
    const push = (end: number): void => {
      if (end > start) {
        tokens.push({
          text: normalized.text.slice(start, end),
          startUtf16: normalized.originalStart(start),
          endUtf16: normalized.originalEnd(end),
        });
      }
    };
    for (const match of normalized.text.matchAll(this.#separator)) {
      push(match.index);
      start = match.index + match[0].length;
    }
    push(normalized.text.length);
    return tokens;
  }
}

/** Tokens are the matches of a regular expression; what it does not match is left out. */
export class MatchTokenizer implements Tokenizer {
  readonly #token: RegExp;

  /** @param token matched on the normalised text; must have the flags `g` and `u` */
  constructor(
    token: RegExp,
    readonly options: NormalizeOptions,
  ) {
    this.#token = token;
  }

  tokenize(text: string): Token[] {
    const normalized = normalizeText(text, this.options);
    const tokens: Token[] = [];
    for (const match of normalized.text.matchAll(this.#token)) {
      const end = match.index + match[0].length;
      if (end === match.index) continue;
      tokens.push({
        text: match[0],
        startUtf16: normalized.originalStart(match.index),
        endUtf16: normalized.originalEnd(end),
      });
    }
    return tokens;
  }
}

/** How `wordPunctPattern` cuts. */
export interface WordPunctOptions {
  /** "runs": `!!!` is one token; "each": three. */
  readonly punctuation: "runs" | "each";
  /** Chinese characters are tokens of their own. */
  readonly splitHan: boolean;
}

/** The expression of the word-and-punctuation tokenizer: words of letters, marks, digits and `_`; anything else but space. */
export function wordPunctPattern({ punctuation, splitHan }: WordPunctOptions): RegExp {
  const word = String.raw`\p{L}\p{M}\p{N}_`;
  const other = `[^${word}\\s]${punctuation === "runs" ? "+" : ""}`;
  const words = splitHan ? String.raw`\p{Script=Han}\p{M}*|(?:(?!\p{Script=Han})[${word}])+` : `[${word}]+`;
  return new RegExp(`${words}|${other}`, "gu");
}
