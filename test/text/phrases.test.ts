import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PhraseFinder } from "../../src/text/phrases.js";

const finderOf = (phrases: readonly string[]) => {
  const finder = new PhraseFinder();
  return { finder, numbers: phrases.map((phrase) => finder.add(phrase.split(" "))) };
};

describe("PhraseFinder", () => {
  it("finds the longest phrase at each place, from left to right", () => {
    const { finder, numbers } = finderOf(["new york", "new york times", "york", "times square", "new york"]);
    expect(numbers).toEqual([0, 1, 2, 3, 0]);
    const found = (text: string) =>
      finder.find(text.split(" ")).map(({ phrase, start, end }) => [phrase, start, end]);
    expect(found("the new york times square in york")).toEqual([
      [1, 1, 4],
      [2, 6, 7],
    ]);
    expect(found("new york")).toEqual([[0, 0, 2]]);
    expect(found("new")).toEqual([]);
    expect(finder.find([])).toEqual([]);
  });

  it("does as a search through all phrases does (property)", () => {
    const run = (min: number, max: number) =>
      fc.array(fc.constantFrom("a", "b", "c"), { minLength: min, maxLength: max });
    fc.assert(
      fc.property(fc.array(run(1, 4), { maxLength: 6 }), run(0, 12), (phrases, text) => {
        const finder = new PhraseFinder();
        const numbers = phrases.map((phrase) => finder.add(phrase));
        const wanted: number[][] = [];
        for (let start = 0; start < text.length; ) {
          let best = -1;
          for (const [i, phrase] of phrases.entries()) {
            const fits = phrase.every((token, at) => token === text[start + at]);
            if (fits && (best < 0 || phrase.length > phrases[best]!.length)) best = i;
          }
          if (best >= 0) wanted.push([numbers[best]!, start, start + phrases[best]!.length]);
          start += best >= 0 ? phrases[best]!.length : 1;
        }
        expect(finder.find(text).map(({ phrase, start, end }) => [phrase, start, end])).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });
});
