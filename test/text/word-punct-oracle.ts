/** @file The word-and-punctuation tokenizer as a regular expression: its definition, against which the rules are held. */
import type { WordPunctOptions } from "../../src/text/character-cutter.js";
import { type NormalizeOptions, normalizeText } from "../../src/text/normalize.js";
import type { Token } from "../../src/text/tokenizer.js";

/** The tokens of a text by the definition; matches that came from one place of the original are one. */
export function wordPunctTokens(
  text: string,
  options: WordPunctOptions,
  normalization: NormalizeOptions,
): Token[] {
  const normalized = normalizeText(text, normalization);
  const tokens: Token[] = [];
  for (const { 0: match, index } of normalized.text.matchAll(wordPunctPattern(options))) {
    const startUtf16 = normalized.originalStart(index);
    const endUtf16 = normalized.originalEnd(index + match.length);
    const last = tokens.at(-1);
    if (last === undefined || startUtf16 >= last.endUtf16) tokens.push({ text: match, startUtf16, endUtf16 });
    else tokens[tokens.length - 1] = { ...last, text: last.text + match, endUtf16 };
  }
  return tokens;
}

function wordPunctPattern({ punctuation, splitHan }: WordPunctOptions): RegExp {
  const word = String.raw`\p{L}\p{M}\p{N}_`;
  const notHan = String.raw`(?!\p{Script=Han})`;
  // Radicals (⺀) are of Han script and no letters.
  const other = `(?:${splitHan ? notHan : ""}[^${word}\\s])${punctuation === "runs" ? "+" : ""}`;
  const words = splitHan
    ? String.raw`\p{Script=Han}(?:${notHan}\p{M}(?:${notHan}[${word}])*)?|(?:${notHan}[${word}])+`
    : `[${word}]+`;
  return new RegExp(`${words}|${other}`, "gu");
}
