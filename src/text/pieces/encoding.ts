/** @file What a text becomes for a model that reads pieces of words. */

/** A piece of a text. Offsets count UTF-16 code units of the text, end exclusive: `text.slice(startUtf16, endUtf16)`. */
export interface Piece {
  readonly id: number;
  readonly startUtf16: number;
  readonly endUtf16: number;
}

/** Which of two texts loses pieces where there are too many: the longer one first, always the same one, or none. */
export const TRUNCATION_STRATEGIES = [
  "longest_first",
  "only_first",
  "only_second",
  "do_not_truncate",
] as const;
export type TruncationStrategy = (typeof TRUNCATION_STRATEGIES)[number];

/** How many pieces are kept. */
export interface Truncation {
  /** At most so many, special pieces included; null: any number. */
  readonly most: number | null;
  /** Default: `longest_first`. */
  readonly strategy?: TruncationStrategy;
  /** Which end of a text is cut off. Default: `right`. */
  readonly direction?: "left" | "right";
}

/** One text or two with the special pieces around, as a model reads them. All arrays have a place for each piece. */
export interface Encoding {
  readonly ids: Int32Array;
  /** The segment of each piece, as the model's template says (BERT: 1 from the second text to its [SEP], else 0). */
  readonly typeIds: Int32Array;
  /** The text (0 or 1) that each piece is from; -1 for special pieces that stand around texts. */
  readonly texts: Int8Array;
  /** Where each piece starts and (exclusive) ends in its text, in UTF-16 code units; -1 at special pieces. */
  readonly startsUtf16: Int32Array;
  readonly endsUtf16: Int32Array;
  /** Whether texts had more pieces. */
  readonly truncated: boolean;
}

/** Words as a model reads them. Offsets are about each piece's word. */
export interface WordEncoding extends Encoding {
  /** The word that each piece is from; -1 for special pieces. */
  readonly words: Int32Array;
  /** Where the first piece of each kept word stands among the pieces: rises, one for each word. */
  readonly first: Int32Array;
}

/** The place of pieces in front of, between and behind texts. */
export interface TemplatePart {
  /** A special piece, or one of the texts. */
  readonly piece: { readonly id: number } | { readonly text: 0 | 1 };
  readonly typeId: number;
}

/** What stands around one text, and around two. */
export interface Template {
  readonly single: readonly TemplatePart[];
  readonly pair: readonly TemplatePart[];
}

/** Ids of the pieces that have a part to play; null where a vocabulary has none. */
export interface SpecialPieces {
  readonly pad: number | null;
  readonly unknown: number | null;
  /** What stands before texts ([CLS], <s>). */
  readonly start: number | null;
  /** What stands behind texts ([SEP], </s>). */
  readonly separator: number | null;
  readonly mask: number | null;
}
