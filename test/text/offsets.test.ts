import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lengthIn, OffsetTable, type OffsetUnit } from "../../src/text/offsets.js";

const units: readonly OffsetUnit[] = ["utf16", "code_points", "utf8_bytes"];

/** Texts with emoji, combining marks, lone surrogates and control characters. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes)),
);

/** The length by the platform's own means: iteration, and the encoder, which writes lone surrogates as U+FFFD. */
function lengthByPlatform(text: string, unit: OffsetUnit): number {
  if (unit === "utf16") return text.length;
  return unit === "code_points" ? [...text].length : Buffer.byteLength(text, "utf8");
}

describe("offset units", () => {
  it.each(units)("measures a text in %s as the platform does", (unit) => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(lengthIn(text, unit)).toBe(lengthByPlatform(text, unit));
      }),
    );
  });

  it.each(units)("converts every place between characters to %s and back", (unit) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const table = new OffsetTable(text, unit);
        expect(table.length).toBe(lengthByPlatform(text, unit));
        let utf16 = 0;
        for (const character of [...text, ""]) {
          const place = lengthByPlatform(text.slice(0, utf16), unit);
          expect(table.fromUtf16(utf16)).toBe(place);
          expect(table.toUtf16(place)).toBe(utf16);
          utf16 += character.length;
        }
      }),
    );
  });

  it("knows the places of an emoji, which is two UTF-16 units, one code point and four bytes", () => {
    const text = "a👍é";
    expect(units.map((unit) => new OffsetTable(text, unit).fromUtf16(3))).toEqual([3, 2, 5]);
    expect(new OffsetTable(text, "utf8_bytes").toUtf16(5)).toBe(3);
  });

  it("has no place inside a character", () => {
    expect(new OffsetTable("👍", "code_points").fromUtf16(1)).toBeUndefined();
    expect([1, 2, 3].map((byte) => new OffsetTable("👍", "utf8_bytes").toUtf16(byte))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(new OffsetTable("é", "utf8_bytes").toUtf16(1)).toBeUndefined();
  });

  it.each(units)("has no place in %s before, beyond or between", (unit) => {
    const table = new OffsetTable("ab👍", unit);
    for (const place of [-1, table.length + 1, 0.5, Number.NaN]) expect(table.toUtf16(place)).toBeUndefined();
    expect(table.fromUtf16(5)).toBeUndefined();
  });
});
