/** @file How long a row is, as far as that can be told without its model: for batches of like length, and for the bounds of queues. */

/** What a row weighs. */
export interface RowSize {
  /** About how many tokens its model reads of it, one at least. */
  readonly tokens: number;
  /** UTF-16 code units of text. */
  readonly characters: number;
}

/** Longer texts are not looked through. */
const LOOKED_THROUGH = 8192;

/** Of long texts, and of long words: a piece has about so many characters. */
const CHARACTERS_A_TOKEN = 5;

/** From here on a character is a word of its own: Chinese, Japanese, Korean and what stands near them. */
const IDEOGRAPHS = 0x2e80;

/** About how many tokens a text has: runs of letters and digits, long ones for more than one, and every mark. */
export function estimatedTokens(text: string): number {
  if (text.length > LOOKED_THROUGH) return Math.ceil(text.length / CHARACTERS_A_TOKEN);
  let [tokens, run] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      (code > 127 && code < IDEOGRAPHS);
    if (letter) {
      if (run % (2 * CHARACTERS_A_TOKEN) === 0) tokens++;
      run++;
    } else {
      run = 0;
      if (code > 32) tokens++;
    }
  }
  return tokens;
}

/** The size of a row's texts and lists of texts together. */
export function sizeOf(values: Readonly<Record<string, unknown>>): RowSize {
  let [tokens, characters] = [0, 0];
  const add = (value: unknown): void => {
    if (typeof value === "string") {
      tokens += estimatedTokens(value);
      characters += value.length;
    } else if (Array.isArray(value)) for (const item of value) add(item);
    else characters += 8;
  };
  for (const value of Object.values(values)) add(value);
  return { tokens: Math.max(1, tokens), characters };
}
