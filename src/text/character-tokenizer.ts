import { type NormalizeOptions, normalizeText } from "./normalize.js";
import type { Token, Tokenizer } from "./tokenizer.js";

/** Every character (Unicode code point) is a token, white space too. */
export class CharacterSplitter implements Tokenizer {
  readonly separator = "";

  constructor(readonly options: NormalizeOptions) {}

  normalize(token: string): string {
    return normalizeText(token, this.options).text;
  }

  tokenize(text: string): Token[] {
    const normalized = normalizeText(text, this.options);
    let start = 0;
    return Array.from(normalized.text, (character) => {
      const end = start + character.length;
      const token = {
        text: character,
        startUtf16: normalized.originalStart(start),
        endUtf16: normalized.originalEnd(end),
      };
      start = end;
      return token;
    });
  }
}
