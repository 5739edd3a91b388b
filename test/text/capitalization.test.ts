import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CAPITALIZATIONS, capitalization, explicitPatterns } from "../../src/text/capitalization.js";

describe("capitalization", () => {
  it.each([
    ["lower", "the", "don't", "é", "ǆ", "straße", "e-mail", "ﬁ"],
    ["initial_capital", "The", "I", "É", "O'clock", "ǅ", "«Hallo", "Ǆ", "İstanbul"],
    ["all_capitals", "NATO", "U.S.", "ÉÉ", "AT&T", "ΑΒΓ"],
    ["mixed", "iPhone", "McDonald", "eBay", "USAs", "naÏve"],
    ["digits", "7", "3.14", "12:30", "-5", "€40", "½", "٣"],
    ["digits_and_letters", "5pm", "B2B", "H₂O", "x86", "3月"],
    ["punctuation", ".", "...", "?!", "—", "$", "😀", "+", "\u0301"],
    ["no_case", "日本", "שלום", "ß日".slice(1), "ª"],
  ] as const)("calls %s what is written so: %s", (wanted, ...tokens) => {
    for (const token of tokens) expect([token, capitalization(token)]).toEqual([token, wanted]);
  });

  /** Counts of characters, asked one by one. */
  function byCounting(token: string): string {
    const characters = [...token];
    const count = (kind: RegExp) => characters.filter((one) => kind.test(one)).length;
    const [letters, digits] = [count(/\p{L}/u), count(/\p{N}/u)];
    const [upper, lower] = [count(/\p{Lu}|\p{Lt}/u), count(/\p{Ll}/u)];
    if (letters + digits === 0) return "punctuation";
    if (letters === 0) return "digits";
    if (digits > 0) return "digits_and_letters";
    if (upper === 0) return lower > 0 ? "lower" : "no_case";
    const first = characters.find((one) => /\p{L}/u.test(one))!;
    if (upper === 1 && /\p{Lu}|\p{Lt}/u.test(first)) return "initial_capital";
    return lower === 0 ? "all_capitals" : "mixed";
  }

  it("follows from the counts of a token's letters and digits (property)", () => {
    const odd = fc.constantFrom("a", "B", "ǅ", "é", "日", "7", "½", "-", ".", "😀", "\u0301", "ß");
    const token = fc.oneof(
      fc.array(odd, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("")),
      fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
    );
    fc.assert(
      fc.property(token, (text) => {
        expect(CAPITALIZATIONS).toContain(capitalization(text));
        expect(capitalization(text)).toBe(byCounting(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("has the same expressions with all characters written out", () => {
    const { noLetters, noDigits, noCapitals, noLowerCase } = explicitPatterns();
    for (const [pattern, kind] of [
      [noLetters, /\p{L}/u],
      [noDigits, /\p{N}/u],
      [noCapitals, /\p{Lu}|\p{Lt}/u],
      [noLowerCase, /\p{Ll}/u],
    ] as const) {
      const expression = new RegExp(`^(?:${pattern})$`, "u");
      for (let code = 0; code < 0x110000; code += code > 0x20000 ? 97 : 1) {
        const character = String.fromCodePoint(code);
        if (expression.test(character) === kind.test(character)) throw new Error(`U+${code.toString(16)}`);
      }
    }
  });
});
