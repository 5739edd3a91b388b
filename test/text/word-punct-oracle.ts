/** @file The word-and-punctuation tokenizer as a regular expression: its definition, against which the rules are held. */
import type { WordPunctOptions } from "../../src/text/character-cutter.js";
import { type NormalizeOptions, normalizeText } from "../../src/text/normalize.js";
import type { Token } from "../../src/text/tokenizer.js";

/** The tokens of a text by the definition. */
export function wordPunctTokens(
  text: string,
  options: WordPunctOptions,
  normalization: NormalizeOptions,
): Token[] {
  const normalized = normalizeText(text, normalization);
  return [...normalized.text.matchAll(wordPunctPattern(options))].map(({ 0: token, index }) => ({
    text: token,
    startUtf16: normalized.originalStart(index),
    endUtf16: normalized.originalEnd(index + token.length),
  }));
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
