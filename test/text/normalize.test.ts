import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowerCaseOf, normalizeText } from "../../src/text/normalize.js";

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
  it("is the platform's, character by character, but for İ, whose dot goes (the simple mapping of UnicodeData.txt)", () => {
    for (const character of codePoints()) {
      const expected = character === "\u0130" ? "i" : character.toLowerCase();
      if (lowerCaseOf(character) !== expected)
        expect([character, lowerCaseOf(character)]).toEqual([character, expected]);
      if (expected.length !== character.length) expect(character).toBe(`of another length: ${expected}`);
    }
    expect(normalizeText("TITLE", lower).text).toBe("title"); // Turkish rules would give "tıtle"
  });

  it("does to a text what it does to its characters: no sigma looks around", () => {
    fc.assert(
      fc.property(letters, (parts) => {
        const text = parts.join("");
        expect(normalizeText(text, lower).text).toBe(Array.from(text, lowerCaseOf).join(""));
      }),
    );
    expect(normalizeText("ΟΔΟΣ", lower).text).toBe("οδοσ");
  });

  it("keeps offsets", () => {
    const normalized = normalizeText("İ am", lower);
    expect(normalized.text).toBe("i am");
    expect([normalized.originalStart(2), normalized.originalEnd(4)]).toEqual([2, 4]);
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
        expect(normalized.text).toBe(lowerCaseOf(text.normalize("NFC")));
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
