import fc from "fast-check";
import { expect, it } from "vitest";
import { sumOfSquares } from "../../../src/components/optimizers/sum-of-squares.js";
import { randomStream } from "./tools.js";

/** Four sums of every fourth square, and what is left over added to the first. */
function byHand(data: Float32Array): number {
  const sums = [0, 0, 0, 0];
  const whole = data.length - (data.length % 4);
  for (const [i, x] of data.entries()) sums[i < whole ? i % 4 : 0]! += x * x;
  return sums[0]! + sums[1]! + (sums[2]! + sums[3]!);
}

it("the sum of squares is exact to the bit in float64, wherever it starts and ends", () => {
  const data = randomStream("squares").fillNormal(new Float32Array(10_000), 0, 1);
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
      const [start, end] = [Math.min(a, b), Math.max(a, b)];
      expect(sumOfSquares(data, start, end)).toBe(byHand(data.subarray(start, end)));
    }),
  );
});

it("a sum of squares with NaN or an infinite element is not finite, and squares of float32 do not overflow", () => {
  const data = new Float32Array(9).fill(1e38);
  expect(sumOfSquares(data, 0, 9)).toBeCloseTo(9 * Math.fround(1e38) ** 2, -60);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
    for (const at of [0, 3, 8])
      expect(
        Number.isFinite(
          sumOfSquares(
            Float32Array.from(data, (x, i) => (i === at ? bad : x)),
            0,
            9,
          ),
        ),
      ).toBe(false);
});
