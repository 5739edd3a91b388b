import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GradientValue } from "../../../src/components/optimizers/contracts.js";
import { GradientAccumulator } from "../../../src/components/optimizers/gradient-accumulator.js";
import { densify, largestError, parameter, problemOf, randomSparse, randomStream, sparse } from "./tools.js";

const table = parameter("table", [4, 2], new Float32Array(8));
const bias = parameter("bias", [3], new Float32Array(3));
const dense = (...values: number[]) => ({ kind: "dense", data: Float32Array.from(values) }) as const;

function full(gradient: GradientValue): Float32Array {
  return gradient.kind === "dense" ? gradient.data : densify(gradient, 8);
}

describe("accumulating gradients", () => {
  it("passes a single batch's dense gradient on without a copy", () => {
    const gradient = dense(1, 2, 3);
    const accumulator = new GradientAccumulator(1);
    accumulator.add(bias, gradient);
    expect(accumulator.take()[0]?.gradient).toBe(gradient);
  });

  it("sums several batches although each overwrites the buffers of the one before", () => {
    const accumulator = new GradientAccumulator(3);
    const gradient = dense(0, 0, 0);
    for (const values of [
      [1, 2, 3],
      [10, 20, 30],
      [100, 200, 300],
    ]) {
      gradient.data.set(values);
      accumulator.add(bias, gradient);
    }
    gradient.data.fill(Number.NaN);
    expect(accumulator.take()[0]?.gradient).toEqual(dense(111, 222, 333));
  });

  it("equals the gradient of all batches at once, whatever mix of dense and sparse they are", () => {
    const batch = fc.record({ sparse: fc.boolean(), seed: fc.nat(), count: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(
        fc.array(fc.array(batch, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
        (updates) => {
          const accumulator = new GradientAccumulator(4);
          for (const batches of updates) {
            const expected = new Float64Array(8);
            for (const { sparse: rows, seed, count } of batches) {
              const random = randomStream(seed);
              const gradient = rows
                ? randomSparse(4, 2, count, random)
                : dense(...random.fillNormal(new Float32Array(8), 0, 1));
              full(gradient).forEach((value, index) => {
                expected[index] = expected[index]! + value;
              });
              accumulator.add(table, gradient);
            }
            const [update, ...others] = accumulator.take();
            expect(others).toEqual([]);
            expect(largestError(full(update!.gradient), expected)).toBeLessThan(1e-5);
          }
        },
      ),
    );
  });

  it("gives parameters by name, whichever was seen first, and only those of this update", () => {
    const accumulator = new GradientAccumulator(2);
    accumulator.add(table, sparse([1, 1], [1, 2, 3, 4], 2));
    accumulator.add(bias, dense(1, 1, 1));
    const first = accumulator.take();
    expect(first.map(({ parameter: { name } }) => name)).toEqual(["bias", "table"]);
    expect(full(first[1]!.gradient)).toEqual(Float32Array.of(0, 0, 4, 6, 0, 0, 0, 0));
    expect(accumulator.take()).toEqual([]);
    accumulator.add(bias, dense(5, 5, 5));
    accumulator.add(table, sparse([0], [9, 9], 2));
    const second = accumulator.take();
    expect(second.map(({ parameter: { name } }) => name)).toEqual(["bias", "table"]);
    expect(full(second[1]!.gradient)).toEqual(Float32Array.of(9, 9, 0, 0, 0, 0, 0, 0));
    expect(second[0]!.gradient).toEqual(dense(5, 5, 5));
  });

  it("refuses a gradient of another size than the parameter", () => {
    const accumulator = new GradientAccumulator(1);
    const error = problemOf(() => accumulator.add(bias, dense(1, 2)));
    expect(error.message).toBe("PTX_TRAINING  bias\n  a gradient of 2 values for 3 elements");
    expect(problemOf(() => accumulator.add(table, sparse([9], [1, 1], 2))).message).toContain("row number 9");
  });
});
