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
   * @param base where `text` begins in the original, if they line up
   */
  constructor(
    readonly text: string,
    readonly starts?: Int32Array,
    readonly ends?: Int32Array,
    readonly base = 0,
  ) {}

  /** The UTF-16 offset in the original at which the (non-empty) part of `text` from `start` begins. */
  originalStart(start: number): number {
    return this.starts === undefined ? this.base + start : this.starts[start]!;
  }

  /** The UTF-16 offset in the original, exclusive, at which the (non-empty) part of `text` up to `end` ends. */
  originalEnd(end: number): number {
    return this.ends === undefined ? this.base + end : this.ends[end - 1]!;
  }

  /** A part of the text, which knows where it came from. */
  slice(start: number, end: number): NormalizedText {
    if (start === 0 && end === this.text.length) return this;
    const text = this.text.slice(start, end);
    if (this.starts === undefined) return new NormalizedText(text, undefined, undefined, this.base + start);
    return new NormalizedText(text, this.starts.subarray(start, end), this.ends!.subarray(start, end));
  }

  /** Another text of the same length that came, unit by unit, from the same places. */
  withText(text: string): NormalizedText {
    return text === this.text ? this : new NormalizedText(text, this.starts, this.ends, this.base);
  }
}

/** Writes a text from parts of another one, each of which comes from a place there. */
export class NormalizedTextBuilder {
  readonly #parts: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(readonly from: NormalizedText) {}

  /** Adds what stands for the (non-empty) part `[start, end)`; what is the same text lines up with it unit by unit. */
  push(text: string, start: number, end: number): void {
    this.#parts.push(text);
    const same = text.length === end - start && text === this.from.text.slice(start, end);
    for (let i = 0; i < text.length; i++) {
      this.#starts.push(this.from.originalStart(same ? start + i : start));
      this.#ends.push(this.from.originalEnd(same ? start + i + 1 : end));
    }
  }

  build(): NormalizedText {
    return new NormalizedText(
      this.#parts.join(""),
      Int32Array.from(this.#starts),
      Int32Array.from(this.#ends),
    );
  }
}

/** Normalises a text. NFC comes before lower-casing. */
export function normalizeText(text: string, options: NormalizeOptions): NormalizedText {
  const composed = options.nfc ? unicodeForm(new NormalizedText(text), "NFC") : new NormalizedText(text);
  return options.lowercase ? lowerCase(composed) : composed;
}

/** Characters that others before them compose with: marks, vowels and final letters of Hangul, vowel signs of Kirat Rai. */
const GOES_ON = /^[\p{M}\u1160-\u11ff\u{16d63}-\u{16d6a}]/u;

const goingOn = new Map<string, boolean>();

function goesOn(character: string): boolean {
  let known = goingOn.get(character);
  if (known === undefined) {
    known = GOES_ON.test(character.normalize("NFKD"));
    goingOn.set(character, known);
  }
  return known;
}

/**
 * One of Unicode's normal forms. Characters that become what they become alone line up with it; where several are composed
 * or put in another order, all that they become comes from all of them.
 */
export function unicodeForm(text: NormalizedText, form: "NFC" | "NFD" | "NFKC" | "NFKD"): NormalizedText {
  const { text: from } = text;
  if (from.normalize(form) === from) return text;
  const builder = new NormalizedTextBuilder(text);
  let run: string[] = [];
  let start = 0;
  const end = (): void => {
    const whole = run.join("");
    const together = whole.normalize(form);
    const alone = run.map((character) => character.normalize(form));
    if (together !== alone.join("")) builder.push(together, start, start + whole.length);
    else
      for (let at = start, i = 0; i < run.length; at += run[i++]!.length)
        builder.push(alone[i]!, at, at + run[i]!.length);
    start += whole.length;
    run = [];
  };
  for (const character of from) {
    if (run.length > 0 && !goesOn(character)) end();
    run.push(character);
  }
  end();
  return builder.build();
}

/** Lower-cased character by character (Unicode's simple mapping), so that texts line up: no sigma looks around, and İ becomes i. */
export const lowerCaseOf = (text: string): string =>
  (/[Σİ]/.test(text) ? text.replaceAll("Σ", "σ").replaceAll("İ", "i") : text).toLowerCase();

function lowerCase(text: NormalizedText): NormalizedText {
  return text.withText(lowerCaseOf(text.text));
}
