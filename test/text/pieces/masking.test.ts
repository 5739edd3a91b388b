import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../../../src/registry/random.js";
import { drawMasking, type MaskingRule, maskedCount } from "../../../src/text/pieces/masking.js";

const PIECES = 60;
const [SPECIALS, MASK] = [5, 4];

/** Ids below 5 are special, those from 50 go on with a word. */
function rule(more: Partial<MaskingRule> = {}): MaskingRule {
  return {
    rate: 0.15,
    wholeWords: false,
    mask: MASK,
    ordinary: Int32Array.from({ length: PIECES - SPECIALS }, (_, i) => i + SPECIALS),
    isOrdinary: Uint8Array.from({ length: PIECES }, (_, id) => (id >= SPECIALS ? 1 : 0)),
    continues: Uint8Array.from({ length: PIECES }, (_, id) => (id >= 50 ? 1 : 0)),
    ...more,
  };
}

function drawn(of: MaskingRule, ids: readonly number[], seed: number) {
  const room = maskedCount(of, ids);
  const [places, replacements] = [new Int32Array(room), new Int32Array(room)];
  const count = drawMasking(of, ids, stream(seed, "masking"), places, replacements);
  return { places: [...places.slice(0, count)], replacements: [...replacements.slice(0, count)] };
}

const texts = fc.array(fc.integer({ min: 0, max: PIECES - 1 }), { maxLength: 80 });

describe("masking of pieces", () => {
  it("chooses the rate's share of the ordinary pieces, each once, and special ones never", () => {
    fc.assert(
      fc.property(texts, fc.double({ min: 0.05, max: 1, noNaN: true }), fc.nat(), (ids, rate, seed) => {
        const { places } = drawn(rule({ rate }), ids, seed);
        const ordinary = ids.filter((id) => id >= SPECIALS).length;
        expect(places).toHaveLength(ordinary === 0 ? 0 : Math.max(1, Math.round(rate * ordinary)));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(places.every((place) => ids[place]! >= SPECIALS)).toBe(true);
      }),
    );
  });

  it("chooses all pieces of a word or none, and not more than the rate says", () => {
    fc.assert(
      fc.property(texts, fc.double({ min: 0.05, max: 1, noNaN: true }), fc.nat(), (ids, rate, seed) => {
        const of = rule({ rate, wholeWords: true });
        const { places } = drawn(of, ids, seed);
        const chosen = new Set(places);
        expect(places.length).toBeLessThanOrEqual(maskedCount(of, ids));
        for (let at = 1; at < ids.length; at++) {
          if (ids[at]! >= 50 && ids[at - 1]! >= SPECIALS) expect(chosen.has(at)).toBe(chosen.has(at - 1));
        }
      }),
    );
  });

  it("puts the mask in 80 of 100 places, another piece in 10, and leaves 10, all places equally often", () => {
    const ids = [2, ...Array.from({ length: 20 }, (_, i) => SPECIALS + i), 3];
    const hits = new Array<number>(ids.length).fill(0);
    const [counts, runs] = [{ mask: 0, same: 0, other: 0 }, 6000];
    for (let seed = 0; seed < runs; seed++) {
      const { places, replacements } = drawn(rule(), ids, seed);
      for (const [i, place] of places.entries()) {
        hits[place]! += 1;
        const kind = replacements[i] === MASK ? "mask" : replacements[i] === ids[place] ? "same" : "other";
        counts[kind] += 1;
        expect(replacements[i] === MASK || replacements[i]! >= SPECIALS).toBe(true);
      }
    }
    // Three of twenty each time. Five standard deviations of the binomial distribution.
    const near = (count: number, all: number, share: number): void => {
      expect(Math.abs(count - all * share)).toBeLessThan(5 * Math.sqrt(all * share * (1 - share)));
    };
    const total = 3 * runs;
    // One of the 55 ordinary pieces that may be drawn is the one that stood there.
    near(counts.mask, total, 0.8);
    near(counts.other, total, (0.1 * 54) / 55);
    near(counts.same, total, 0.1 + 0.1 / 55);
    for (const count of hits.slice(1, -1)) near(count, runs, 0.15);
    expect([hits[0], hits.at(-1)]).toEqual([0, 0]);
  });
});
