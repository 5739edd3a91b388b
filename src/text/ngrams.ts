/** N-grams of words and characters, as the texts under which a vocabulary counts them. */

/** Which n-grams are taken. */
export interface NGramOptions {
  /** Runs of 1 to so many words. */
  readonly words: number;
  /** Runs of characters inside each word, its ends marked `<` and `>`; null: none. */
  readonly characters: { readonly min: number; readonly max: number } | null;
}

/** Stands between the words of an n-gram. */
export const WORD_SEPARATOR = " ";

/**
 * All n-grams of a text's tokens, repeated ones repeated. Word n-grams are words joined by a space; character n-grams
 * (Bojanowski et al., 2017) start with a space, which no word does, so that "the" the word and "the" the characters differ.
 */
export function ngrams(tokens: readonly string[], options: NGramOptions): string[] {
  const found: string[] = [];
  for (let start = 0; start < tokens.length; start++) {
    let gram = tokens[start]!;
    found.push(gram);
    const last = Math.min(start + options.words, tokens.length);
    for (let end = start + 1; end < last; end++) {
      gram += WORD_SEPARATOR + tokens[end]!;
      found.push(gram);
    }
  }
  if (options.characters !== null)
    for (const token of tokens) pushCharacters(found, token, options.characters);
  return found;
}

function pushCharacters(found: string[], token: string, { min, max }: { min: number; max: number }): void {
  const characters = ["<", ...token, ">"];
  for (let start = 0; start < characters.length; start++) {
    for (let size = min; size <= max && start + size <= characters.length; size++) {
      found.push(` ${characters.slice(start, start + size).join("")}`);
    }
  }
}
