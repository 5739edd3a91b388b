import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addNoise,
  misspellWord,
  noiseRates,
  type Segment,
  withoutAccents,
} from "../../scripts/assistant/noise.js";
import { Random } from "../../scripts/lib/random.js";

const clean: Segment[] = [
  { text: "text " },
  { text: "José", slot: "contact" },
  { text: ", " },
  { text: "don't wait", slot: "message" },
  { text: " please?" },
];

function samples(count: number): string[] {
  const random = new Random("samples");
  return Array.from({ length: count }, () =>
    addNoise(clean, random)
      .map(({ text }) => text)
      .join(""),
  );
}

describe("addNoise", () => {
  it("keeps the slots in order, their fillers neither empty nor with white space at the ends, and all digits", () => {
    const filler = fc.constantFrom(
      "é",
      "7:30 pm",
      "Zoë & the Kites",
      "to-do",
      "½",
      "I'm late 🎉",
      "ab",
      "longword",
    );
    const slot = fc.record({ text: filler, slot: fc.constantFrom("x", "y") });
    const plain = fc.constantFrom("please set, ", " to ", " maybe: ", "?").map((text) => ({ text }));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(slot, plain), { minLength: 1, maxLength: 6 }),
        fc.string(),
        (segments: Segment[], seed) => {
          const slots = (list: readonly Segment[]): Segment[] =>
            list.filter(({ slot }) => slot !== undefined);
          const before = slots(segments);
          const after = slots(addNoise(segments, new Random(seed)));
          expect(after.map(({ slot }) => slot)).toEqual(before.map(({ slot }) => slot));
          for (const [i, { text }] of after.entries()) {
            expect(text.trim()).toBe(text);
            expect(text).not.toBe("");
            expect(text.replace(/\D/g, "")).toBe(before[i]!.text.replace(/\D/g, ""));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("leaves its input alone", () => {
    const copy = structuredClone(clean);
    samples(50);
    expect(clean).toEqual(copy);
  });

  it("strikes about as often as its rates say", () => {
    const texts = samples(4000);
    const near = (pattern: RegExp, share: number): void => {
      const found = texts.filter((text) => pattern.test(text)).length / texts.length;
      expect(Math.abs(found - share), `${pattern} in ${found}`).toBeLessThan(0.04);
    };
    const { dropAccents, dropApostrophes, lowerCase, upperCase, keepEnd, closer } = noiseRates;
    near(/^[^a-z]*$/, (1 - lowerCase) * upperCase);
    near(/^[^A-Z]*$/, lowerCase);
    near(/é/i, 1 - dropAccents);
    near(/n't|t'n/i, 1 - dropApostrophes);
    near(/\?/, keepEnd + closer / 15);
  });

  it("makes the whole range of changes", () => {
    const texts = new Set(samples(4000));
    for (const text of [
      "Text José, don't wait please?",
      "text jose dont wait please",
      "TEXT JOSÉ, DON'T WAIT PLEASE?",
    ]) {
      expect(texts).toContain(text);
    }
    expect([...texts].some((text) => text.startsWith("👋 "))).toBe(true);
    expect(texts.size).toBeGreaterThan(1000);
  });
});

describe("misspellWord", () => {
  it("changes one place inside the word: two letters swapped, one lost, doubled or replaced", () => {
    const word = fc.string({
      unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzAB"),
      minLength: 4,
      maxLength: 10,
    });
    fc.assert(
      fc.property(word, fc.string(), (text, seed) => {
        const wrong = misspellWord(text, new Random(seed));
        let [start, end] = [0, 0];
        while (start < text.length && text[start] === wrong[start]) start++;
        while (
          end < text.length - start &&
          end < wrong.length - start &&
          text.at(-1 - end) === wrong.at(-1 - end)
        )
          end++;
        expect(wrong[0]).toBe(text[0]);
        expect(Math.abs(wrong.length - text.length)).toBeLessThan(2);
        expect(text.length - start - end).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe("withoutAccents", () => {
  it("takes marks off Latin letters only", () => {
    expect(withoutAccents("Crème brûlée in São Paulo, Łódź ßø й 👍🏽")).toBe(
      "Creme brulee in Sao Paulo, Łodz ßø й 👍🏽",
    );
  });
});
