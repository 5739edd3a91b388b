import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseRows } from "../../../src/serving/scheduler/choose-rows.js";

const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 64 });
const limits = fc.record({
  rows: fc.integer({ min: 1, max: 16 }),
  tokens: fc.integer({ min: 1, max: 2000 }),
});

describe("the rows of a batch", () => {
  test("always have the first among them, and keep both limits (property)", () => {
    fc.assert(
      fc.property(lengths, limits, (all, { rows, tokens }) => {
        const chosen = chooseRows(all, { rows, tokens });
        expect(chosen[0]).toBe(0);
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen.length).toBeLessThanOrEqual(rows);
        const longest = Math.max(...chosen.map((at) => all[at]!));
        if (chosen.length > 1) expect(longest * chosen.length).toBeLessThanOrEqual(tokens);
      }),
    );
  });

  test("have a fifth of padding at most, or 32 tokens (property)", () => {
    fc.assert(
      fc.property(lengths, limits, (all, limit) => {
        const chosen = chooseRows(all, limit).map((at) => all[at]!);
        const padded = Math.max(...chosen) * chosen.length;
        const padding = padded - chosen.reduce((a, b) => a + b, 0);
        expect(padding).toBeLessThanOrEqual(Math.max(32, 0.2 * padded));
      }),
    );
  });

  test("are neighbours by length: none is left out that lies between two of them (property)", () => {
    fc.assert(
      fc.property(lengths, limits, (all, limit) => {
        const chosen = new Set(chooseRows(all, limit));
        const taken = [...chosen].map((at) => all[at]!);
        const [low, high] = [Math.min(...taken), Math.max(...taken)];
        for (const [at, length] of all.entries())
          if (!chosen.has(at)) expect(length > low && length < high).toBe(false);
      }),
    );
  });

  test("cannot be extended by the next shorter or longer one (property)", () => {
    fc.assert(
      fc.property(lengths, limits, (all, limit) => {
        const chosen = new Set(chooseRows(all, limit));
        const taken = [...chosen].map((at) => all[at]!);
        const [high, sum] = [Math.max(...taken), taken.reduce((a, b) => a + b, 0)];
        for (const [at, length] of all.entries()) {
          if (chosen.has(at) || chosen.size >= limit.rows) continue;
          const padded = Math.max(high, length) * (chosen.size + 1);
          const little = padded - sum - length <= Math.max(32, 0.2 * padded);
          expect(padded <= limit.tokens && little && length >= high).toBe(false);
        }
      }),
    );
  });

  test("of equal length are those that stand first", () => {
    expect(chooseRows([5, 5, 5, 5, 5], { rows: 3, tokens: 100 })).toEqual([0, 1, 2]);
  });
});
