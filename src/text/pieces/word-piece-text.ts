/** @file Texts put together from word pieces. */

/** What is written without the space before it (Hugging Face's `clean_up_tokenization`). */
const TIDY = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const;

/** A piece of text with English punctuation drawn to the words before it. */
export const tidied = (text: string): string =>
  TIDY.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);

/** Word pieces as a text: a space before each that does not go on with a word. */
export function joinWordPieces(pieces: readonly string[], continuation: string, tidy: boolean): string {
  const parts = wordPieceParts(pieces, continuation, tidy);
  return parts.join("");
}

/** What each piece adds to a text. */
export const wordPieceParts = (pieces: readonly string[], continuation: string, tidy: boolean): string[] =>
  pieces.map((piece, i) => {
    const goesOn = piece.startsWith(continuation);
    const part = i === 0 ? piece : goesOn ? piece.replace(continuation, "") : ` ${piece}`;
    return tidy ? tidied(part) : part;
  });
