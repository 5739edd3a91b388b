/** @file SentencePiece's precompiled table of character sequences and what they become. */
import { type NormalizedText, NormalizedTextBuilder } from "../normalize.js";
import type { JsonPlace } from "./json-place.js";

/** Sequences of more bytes are only looked at character by character. */
const LONGEST = 6;

/** Characters that clusters of several characters (graphemes) are made with, or that may be. */
const CLUSTERS = new RegExp(
  "[\\r\\p{M}\\p{Emoji_Modifier}\\p{Regional_Indicator}\\u1100-\\u11ff\\ua960-\\ua97c\\uac00-\\ud7fb\\u200c\\u200d" +
    "\\u0600-\\u0605\\u06dd\\u070f\\u08e2\\u{110bd}\\u{110cd}\\u{e0020}-\\u{e007f}\\uff9e\\uff9f]",
  "u",
);

/**
 * A double array (Darts): a tree of UTF-8 bytes. A text is read by graphemes, as Hugging Face's tokenizers do: one of fewer
 * than 6 bytes that begins with an entry becomes what the shortest such entry says, all of it; else its characters do.
 */
export class Charsmap {
  readonly #known = new Map<string, string>();
  #graphemes: Intl.Segmenter | undefined;

  private constructor(
    readonly array: Uint32Array,
    /** UTF-8, each entry ended by a zero. */
    readonly entries: Uint8Array,
  ) {}

  /** Reads base64. Throws `PTX_VOCABULARY` with the place where it is no such table. */
  static read(place: JsonPlace): Charsmap {
    const bytes = Buffer.from(place.string(), "base64");
    const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
    if (size === 0 || size % 4 !== 0 || size + 4 > bytes.length)
      return place.refuse("here is no table of characters");
    const array = Uint32Array.from({ length: size / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i));
    return new Charsmap(array, bytes.subarray(4 + size));
  }

  apply(text: NormalizedText): NormalizedText {
    const { text: from } = text;
    const builder = new NormalizedTextBuilder(text);
    let changed = false;
    let at = 0;
    for (const part of this.#parts(from)) {
      const replaced = this.#replaced(part);
      changed ||= replaced !== part;
      builder.push(replaced, at, at + part.length);
      at += part.length;
    }
    return changed ? builder.build() : text;
  }

  *#parts(text: string): Generator<string> {
    if (!CLUSTERS.test(text)) return yield* text;
    this.#graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
    for (const { segment } of this.#graphemes.segment(text)) {
      const whole = Buffer.byteLength(segment) < LONGEST && this.#replacement(segment) !== undefined;
      if (whole) yield segment;
      else yield* segment;
    }
  }

  #replaced(part: string): string {
    let known = this.#known.get(part);
    if (known === undefined) {
      known = this.#replacement(part) ?? part;
      this.#known.set(part, known);
    }
    return known;
  }

  /** What the shortest entry that a text begins with says; undefined: there is none. */
  #replacement(text: string): string | undefined {
    const { array, entries } = this;
    let node = offsetOf(array[0]!);
    for (const byte of Buffer.from(text)) {
      node ^= byte;
      const unit = array[node];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      node ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) {
        const start = array[node]! & 0x7fffffff;
        const end = entries.indexOf(0, start);
        return Buffer.from(entries.subarray(start, end < 0 ? entries.length : end)).toString("utf8");
      }
    }
    return undefined;
  }
}

/** Where a unit's children begin. */
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
