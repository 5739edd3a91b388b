import { type NormalizeOptions, normalizeText } from "./normalize.js";
import type { Token, Tokenizer } from "./tokenizer.js";

/** Tokens are what stands between the matches of a regular expression (PyText's `Tokenizer`), whatever the expression looks at. */
export class SplitTokenizer implements Tokenizer {
  readonly #separator: RegExp;

  /** @param separator matched on the normalised text; must have the flags `g` and `u` */
  constructor(
    separator: RegExp,
    readonly options: NormalizeOptions,
  ) {
    this.#separator = separator;
  }

  normalize(token: string): string {
    return normalizeText(token, this.options).text;
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
