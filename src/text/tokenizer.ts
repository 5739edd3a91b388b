/** A piece of a text. Offsets count UTF-16 code units of the original text, end exclusive: `text.slice(start, end)`. */
export interface Token {
  readonly text: string;
  readonly startUtf16: number;
  readonly endUtf16: number;
}

/** Cuts a text into tokens. Pure: the same text always gives the same tokens, on any machine and locale. */
export interface Tokenizer {
  tokenize(text: string): Token[];
}
