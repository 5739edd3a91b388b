/** Normalised text that remembers which piece of the original every part of it came from. */

/** NUL characters, at which strings end on their way into ONNX Runtime, and halves of surrogate pairs, which UTF-8 lacks. */
const UNFIT = /[\0\p{Cs}]/u;
const ALL_UNFIT = /[\0\p{Cs}]/gu;

/** A text that is the same to this program and to an exported file: U+FFFD stands for what the latter could not get. Places stay. */
export const mended = (text: string): string => (UNFIT.test(text) ? text.replace(ALL_UNFIT, "\ufffd") : text);

/** What to do to a text before it is cut. */
export interface NormalizeOptions {
  /** Lower-case by Unicode's rules, whatever the machine's locale. */
  readonly lowercase: boolean;
  /** Compose characters (Unicode NFC), so that "é" and "e" + U+0301 are one. */
  readonly nfc: boolean;
}

/** A normalised text. */
export class NormalizedText {
  /**
   * @param starts for each UTF-16 unit of `text`, where the piece of the original that it came from starts;
   *   undefined when both texts line up unit by unit. `ends`: where that piece ends.
   */
  constructor(
    readonly text: string,
    readonly starts?: Int32Array,
    readonly ends?: Int32Array,
  ) {}

  /** The UTF-16 offset in the original at which the (non-empty) part of `text` from `start` begins. */
  originalStart(start: number): number {
    return this.starts === undefined ? start : this.starts[start]!;
  }

  /** The UTF-16 offset in the original, exclusive, at which the (non-empty) part of `text` up to `end` ends. */
  originalEnd(end: number): number {
    return this.ends === undefined ? end : this.ends[end - 1]!;
  }
}

/** Normalises a text. NFC comes before lower-casing. */
export function normalizeText(text: string, options: NormalizeOptions): NormalizedText {
  const composed = options.nfc ? compose(text) : new NormalizedText(text);
  return options.lowercase ? lowerCase(composed) : composed;
}

/**
 * A run of characters that composition never reaches across: a character with the marks behind it, or Hangul letters
 * (conjoining jamo and the syllables that take a final letter), or vowel signs of Kirat Rai.
 */
const UNIT = /[\u1100-\u11ff\uac00-\ud7a3\u{16d40}-\u{16d7f}]+\p{M}*|\P{M}\p{M}*|\p{M}+/gu;

function compose(text: string): NormalizedText {
  if (text.normalize("NFC") === text) return new NormalizedText(text);
  const parts: string[] = [];
  const [starts, ends]: [number[], number[]] = [[], []];
  for (const match of text.matchAll(UNIT)) {
    const part = match[0].normalize("NFC");
    parts.push(part);
    const same = part === match[0];
    for (let i = 0; i < part.length; i++) {
      starts.push(match.index + (same ? i : 0));
      ends.push(match.index + (same ? i + 1 : match[0].length));
    }
  }
  return new NormalizedText(parts.join(""), Int32Array.from(starts), Int32Array.from(ends));
}

/** Lower-cased character by character (Unicode's simple mapping), so that texts line up: no sigma looks around, and İ becomes i. */
export const lowerCaseOf = (text: string): string =>
  (/[Σİ]/.test(text) ? text.replaceAll("Σ", "σ").replaceAll("İ", "i") : text).toLowerCase();

function lowerCase({ text, starts, ends }: NormalizedText): NormalizedText {
  return new NormalizedText(lowerCaseOf(text), starts, ends);
}
