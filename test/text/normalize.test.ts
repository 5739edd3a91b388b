import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeText } from "../../src/text/normalize.js";

const lower = { lowercase: true, nfc: false };
const composed = { lowercase: false, nfc: true };

/** Every code point that is a character of its own. */
function* codePoints(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}

const letters = fc.array(
  fc.oneof(
    fc.constantFrom(
      "İ",
      "I",
      "ß",
      "Σ",
      "Å",
      "\u0041\u030a",
      "e\u0301",
      "\u0323",
      "\u0307",
      "각",
      "\u1100\u1161\u11a8",
      "\u{16d63}\u{16d67}",
      "👍",
      " ",
      "ﬀ",
    ),
    fc.string({ unit: "binary", maxLength: 2 }),
  ),
);

describe("lower-casing", () => {
  it("makes no character of Unicode shorter, which the alignment of texts of equal length rests on", () => {
    const shorter = [...codePoints()].filter(
      (character) => character.toLowerCase().length < character.length,
    );
    expect(shorter).toEqual([]);
  });

  it("is that of the platform, whatever the locale", () => {
    fc.assert(
      fc.property(letters, (parts) => {
        const text = parts.join("");
        expect(normalizeText(text, lower).text).toBe(text.toLowerCase());
      }),
    );
    expect(normalizeText("TITLE", lower).text).toBe("title"); // Turkish rules would give "tıtle"
  });

  it("keeps offsets right behind İ, which becomes two characters", () => {
    const normalized = normalizeText("İ am", lower);
    expect(normalized.text).toBe("i\u0307 am");
    expect([normalized.originalStart(3), normalized.originalEnd(5)]).toEqual([2, 4]);
    expect([normalized.originalStart(1), normalized.originalEnd(1)]).toEqual([0, 1]);
  });
});

describe("composition", () => {
  it("gives what the platform's NFC gives", () => {
    fc.assert(
      fc.property(letters, (parts) => {
        const text = parts.join("");
        expect(normalizeText(text, composed).text).toBe(text.normalize("NFC"));
      }),
    );
  });

  it("never has to reach across its units: all second halves of Unicode's compositions belong to the unit before", () => {
    const unit = /^(?:\p{M}|[\u1100-\u11ff\uac00-\ud7a3\u{16d40}-\u{16d7f}])/u;
    const seconds = new Set<string>();
    for (const character of codePoints()) {
      const [, ...rest] = [...character.normalize("NFD")];
      if (character.normalize("NFC") === character) for (const second of rest) seconds.add(second);
    }
    expect(seconds.size).toBeGreaterThan(50);
    expect([...seconds].filter((second) => !unit.test(second))).toEqual([]);
  });

  it("maps a composed character to all of its parts", () => {
    const normalized = normalizeText("e\u0301x", composed);
    expect(normalized.text).toBe("éx");
    expect([0, 1].map((at) => [normalized.originalStart(at), normalized.originalEnd(at + 1)])).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });
});

describe("composition and lower-casing together", () => {
  it("maps the parts to pieces of the original, in order, from its start to its end", () => {
    const both = { lowercase: true, nfc: true };
    fc.assert(
      fc.property(letters, (parts) => {
        const text = parts.join("");
        const normalized = normalizeText(text, both);
        expect(normalized.text).toBe(text.normalize("NFC").toLowerCase());
        let last = 0;
        for (let at = 0; at < normalized.text.length; at++) {
          const [start, end] = [normalized.originalStart(at), normalized.originalEnd(at + 1)];
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          last = start;
        }
        if (normalized.text.length > 0) {
          expect(normalized.originalStart(0)).toBe(0);
          expect(normalized.originalEnd(normalized.text.length)).toBe(text.length);
        }
      }),
    );
  });
});
