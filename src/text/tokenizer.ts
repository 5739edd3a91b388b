/** A piece of a text. Offsets count UTF-16 code units of the original text, end exclusive: `text.slice(start, end)`. */
export interface Token {
  readonly text: string;
  readonly startUtf16: number;
  readonly endUtf16: number;
}

/** Cuts a text into tokens. Pure: the same text always gives the same tokens, on any machine and locale. */
export interface Tokenizer {
  tokenize(text: string): Token[];
  /** What `tokenize` does to the characters of a token: the same for tokens that were cut by others. Absent: nothing. */
  normalize?(token: string): string;
  /** What stands between tokens that are put together to a text. Absent: a space. */
  readonly separator?: string;
}
