import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../scripts/lib/random.js";

describe("Random", () => {
  it("gives the same stream for the same seed and another for another", () => {
    const draw = (seed: string): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 8 }, () => random.next());
    };
    expect(draw("a")).toEqual(draw("a"));
    expect(draw("a")).not.toEqual(draw("b"));
  });

  it("spreads evenly over ten bins (chi-square with 9 degrees of freedom below the 99.9 % point 27.9)", () => {
    const random = new Random("bins");
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) bins[random.below(10)]!++;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(27.9);
  });

  it("says yes about as often as asked", () => {
    const random = new Random("coin");
    const yes = Array.from({ length: 10_000 }, () => random.chance(0.3)).filter(Boolean).length;
    expect(Math.abs(yes - 3000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.3 * 0.7));
  });

  it("shuffles without losing or repeating anything, and leaves its argument alone", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        const before = [...items];
        const mixed = new Random(seed).shuffle(items);
        expect(items).toEqual(before);
        expect(mixed.sort((a, b) => a - b)).toEqual(before.sort((a, b) => a - b));
      }),
    );
  });

  it("picks every item in the long run and refuses an empty choice", () => {
    const random = new Random("pick");
    expect(new Set(Array.from({ length: 200 }, () => random.pick("abcde".split("")))).size).toBe(5);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
