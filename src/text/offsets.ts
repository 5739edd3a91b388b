/**
 * Places in a text, counted in three units: UTF-16 code units (JavaScript), code points (Python, most data sets)
 * and UTF-8 bytes (C++, some data sets). A lone surrogate counts as one code point and as the three bytes of U+FFFD.
 */

/** How a place in a text is counted. */
export const OFFSET_UNITS = ["utf16", "code_points", "utf8_bytes"] as const;
export type OffsetUnit = (typeof OFFSET_UNITS)[number];

/** Converts places in one text between UTF-16 code units and another unit, both ways, in constant time. */
export class OffsetTable {
  /** The text's length in the table's unit. */
  readonly length: number;
  /** For each UTF-16 place the same place in the unit; undefined when all are equal. */
  readonly #fromUtf16: Int32Array | undefined;
  /** For each place in the unit its UTF-16 place; -1 inside a character. */
  readonly #toUtf16: Int32Array | undefined;
  readonly #utf16Length: number;

  constructor(
    text: string,
    readonly unit: OffsetUnit,
  ) {
    this.#utf16Length = text.length;
    this.length = lengthIn(text, unit);
    if (this.length === text.length && (unit !== "utf8_bytes" || isAscii(text))) return;
    this.#fromUtf16 = new Int32Array(text.length + 1).fill(-1);
    this.#toUtf16 = new Int32Array(this.length + 1).fill(-1);
    let [utf16, other] = [0, 0];
    for (const character of text) {
      this.#fromUtf16[utf16] = other;
      this.#toUtf16[other] = utf16;
      utf16 += character.length;
      other += unit === "code_points" ? 1 : utf8Width(character);
    }
    this.#fromUtf16[utf16] = other;
    this.#toUtf16[other] = utf16;
  }

  /** The place of a UTF-16 offset in this unit; undefined beyond the text's end or inside a character. */
  fromUtf16(offset: number): number | undefined {
    return look(this.#fromUtf16, this.#utf16Length, offset);
  }

  /** The UTF-16 offset of a place in this unit; undefined beyond the text's end or inside a character. */
  toUtf16(offset: number): number | undefined {
    return look(this.#toUtf16, this.length, offset);
  }
}

/** How long a text is in a unit. */
export function lengthIn(text: string, unit: OffsetUnit): number {
  if (unit === "utf16") return text.length;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const pair = isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(i + 1));
    if (unit === "code_points") length += 1;
    else length += pair ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    if (pair) i++;
  }
  return length;
}

function look(table: Int32Array | undefined, length: number, offset: number): number | undefined {
  if (!(Number.isInteger(offset) && offset >= 0 && offset <= length)) return undefined;
  if (table === undefined) return offset;
  const found = table[offset]!;
  return found < 0 ? undefined : found;
}

function utf8Width(character: string): number {
  const code = character.codePointAt(0)!;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

function isAscii(text: string): boolean {
  return lengthIn(text, "utf8_bytes") === text.length;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
