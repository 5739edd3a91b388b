/** @file What tests of word pieces share: recorded results of the reference, and texts at random. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { PieceVocabulary } from "../../src/text/pieces/wordpiece.js";
import type { BasicOptions } from "../../src/text/pieces/wordpiece-characters.js";

/** A text that the reference has cut. Offsets count code points: start and end of each piece. */
export interface RecordedText extends BasicOptions {
  readonly text: string;
  readonly ids: readonly number[];
  readonly offsets: readonly number[];
}

/** One text or two that the reference has encoded and truncated. */
export interface RecordedPair {
  readonly texts: readonly string[];
  readonly most: number;
  readonly ids: readonly number[];
  readonly segments: readonly number[];
}

const [head, ...lines] = readFileSync(new URL("fixtures/bert-tokenizer.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Some 200 pieces of many scripts. */
export const vocabulary = new PieceVocabulary(head!.vocabulary as readonly string[]);

export const recordedTexts = lines.filter((line) => "text" in line) as unknown as RecordedText[];
export const recordedPairs = lines.filter((line) => "texts" in line) as unknown as RecordedPair[];

/** As in bert-base-uncased, as in bert-base-cased, and two mixtures. */
export const OPTIONS: readonly BasicOptions[] = [
  { lowercase: true, stripAccents: null, splitChinese: true },
  { lowercase: false, stripAccents: null, splitChinese: true },
  { lowercase: true, stripAccents: false, splitChinese: true },
  { lowercase: false, stripAccents: true, splitChinese: false },
];

const PARTS = [
  ..."aAbehHqxzZ09_.,!?-#[]$^`'=  \t\n\u00a0\u3000éÉ\u0301\u0323İıΣςßẞﬁ中文\uf900日本한국\u1112\u1161Пр",
  ...["un", "aff", "able", "ing", "The", "quick", "running", "hello", "привет", "café", "שלום", "कान", "กา"],
  ...[
    "👍",
    "🏽",
    "\u200d",
    "❤\ufe0f",
    "\u200b",
    "\u00ad",
    "\ufeff",
    "\ufffd",
    "\ue000",
    "\u{1d15e}",
    "\u{1d16e}",
  ],
  ...[
    "\u2028",
    "\u0000",
    "\ud83d",
    "\udc4d",
    "\u1abf",
    "\u2e43",
    "\u166d",
    "[SEP]",
    "b".repeat(45),
    "x".repeat(99),
  ],
];

/** Texts of any characters, and of those that are cut in a way of their own. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...PARTS), { maxLength: 20 }).map((parts) => parts.join("")),
  },
);
