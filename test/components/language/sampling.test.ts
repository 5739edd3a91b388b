import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidatesOf, drawToken, type SamplingOptions } from "../../../src/components/language/sampling.js";
import { stream } from "../../../src/registry/random.js";

const all: SamplingOptions = { temperature: 1, topK: null, topP: null };
const none: ReadonlySet<number> = new Set();

/** Distributions over up to 12 tokens, some of them impossible, some equal. */
const distribution = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => {
    const total = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / total);
  });

/** The filters as they are said: by looking at every token and every set of likeliest tokens. */
function filtered(
  given: readonly number[],
  { temperature, topK, topP }: SamplingOptions,
): Map<number, number> {
  let kept = given.map((p, id) => ({ id, weight: p ** (1 / temperature) }));
  const share = (): void => {
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    kept = kept.map(({ id, weight }) => ({ id, weight: weight / total }));
  };
  share();
  const ahead = (of: { id: number; weight: number }): { id: number; weight: number }[] =>
    kept.filter(({ id, weight }) => weight > of.weight || (weight === of.weight && id < of.id));
  if (topK !== null) kept = kept.filter((one) => ahead(one).length < topK);
  share();
  if (topP !== null)
    kept = kept.filter((one) => ahead(one).reduce((sum, { weight }) => sum + weight, 0) < topP);
  share();
  return new Map(kept.map(({ id, weight }) => [id, weight]));
}

describe("candidates for the next token", () => {
  it("are those that the filters leave, with the shares that these leave", () => {
    const options = fc.record({
      temperature: fc.constantFrom(0.3, 0.5, 1, 2),
      topK: fc.option(fc.integer({ min: 1, max: 13 })),
      // No tokens of these distributions together have just such a share, where rounding would decide (19 of 20 are 0.95).
      topP: fc.option(fc.constantFrom(0.0513, 0.1237, 0.4321, 0.7117, 0.9487)),
    });
    fc.assert(
      fc.property(distribution, options, (given, chosen) => {
        const { ids, probabilities } = candidatesOf(given, chosen, none);
        const expected = filtered(given, chosen);
        expect(new Set(ids)).toEqual(new Set(expected.keys()));
        for (const [i, id] of ids.entries()) expect(probabilities[i]).toBeCloseTo(expected.get(id)!, 9);
      }),
    );
  });

  it("are all tokens with their own probabilities when nothing is asked for", () => {
    const { ids, probabilities } = candidatesOf([0.1, 0.6, 0.3], all, none);
    expect(ids).toEqual([1, 2, 0]);
    expect(probabilities).toEqual([0.6, 0.3, 0.1].map((p) => expect.closeTo(p, 12) as number));
  });

  it("are the likeliest token alone at temperature 0, and all but that near it", () => {
    expect(candidatesOf([0.2, 0.4, 0.4], { ...all, temperature: 0 }, none)).toEqual({
      ids: [1],
      probabilities: [1],
    });
    const near = candidatesOf([1e-30, 1e-38, 0], { ...all, temperature: 0.01 }, none);
    expect(near.ids[0]).toBe(0);
    expect(near.probabilities[0]).toBeCloseTo(1, 12);
  });

  it("never hold what is barred", () => {
    fc.assert(
      fc.property(distribution, fc.integer({ min: 0, max: 11 }), (given, id) => {
        fc.pre(given.some((p, other) => p > 0 && other !== id));
        for (const temperature of [0, 1])
          expect(candidatesOf(given, { ...all, temperature }, new Set([id])).ids).not.toContain(id);
      }),
    );
  });

  it("are drawn as often as they are likely, impossible ones never", () => {
    const given = [0.5, 0, 0.2, 0.3];
    const candidates = candidatesOf(given, all, none);
    const random = stream(4, "draws");
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[drawToken(candidates, random)]!++;
    expect(counts[1]).toBe(0);
    for (const [id, count] of counts.entries())
      expect(Math.abs(count / 30_000 - given[id]!)).toBeLessThan(0.015);
  });
});
