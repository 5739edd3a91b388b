import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipByGlobalNorm, clipByValue, globalNorm } from "../../../src/components/optimizers/clipping.js";
import type { MergedGradient, ParameterUpdate } from "../../../src/components/optimizers/contracts.js";
import { GradientAccumulator } from "../../../src/components/optimizers/gradient-accumulator.js";
import { densify, largestError, parameter, problemOf, randomSparse, randomStream } from "./tools.js";

const recorded = JSON.parse(readFileSync(new URL("fixtures/clipping.json", import.meta.url), "utf8")) as {
  gradients: number[][];
  cases: { max_norm: number; norm: number; clipped: number[][] }[];
};

function denseUpdate(name: string, values: ArrayLike<number>): ParameterUpdate<MergedGradient> {
  const data = Float32Array.from(values);
  return { parameter: parameter(name, [data.length], data), gradient: { kind: "dense", data } };
}

/** A sparse and a dense update, and all numbers of their full gradients. */
function mixedProblem(seed: number, rows: number, size: number) {
  const random = randomStream(seed);
  const table = parameter("table", [5, 3], new Float32Array(15));
  const gradient = randomSparse(5, 3, rows, random);
  const bias = random.fillNormal(new Float32Array(size), 0, 2);
  const accumulator = new GradientAccumulator(1);
  accumulator.add(table, gradient);
  accumulator.add(parameter("bias", [size], bias), { kind: "dense", data: bias.slice() });
  return { updates: accumulator.take(), all: [...bias, ...densify(gradient, 15)] };
}

function full(updates: readonly ParameterUpdate<MergedGradient>[]): number[] {
  return updates.flatMap(({ gradient }) => [
    ...(gradient.kind === "dense" ? gradient.data : densify(gradient, 15)),
  ]);
}

describe("clipping", () => {
  it.each(recorded.cases)("by norm $max_norm agrees with PyTorch", ({ max_norm, norm, clipped }) => {
    const updates = recorded.gradients.map((values, index) => denseUpdate(`p${index}`, values));
    const result = clipByGlobalNorm(updates, max_norm, 1);
    expect(result.norm).toBeCloseTo(norm, 5);
    recorded.gradients.forEach((values, index) => {
      expect(
        largestError(
          values.map((value) => value * result.scale),
          clipped[index]!,
        ),
      ).toBeLessThan(1e-6);
    });
  });

  it("measures the norm of the full gradients, repeated rows merged", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 9 }),
        (seed, rows, size) => {
          const { updates, all } = mixedProblem(seed, rows, size);
          expect(largestError([globalNorm(updates)], [Math.hypot(...all)])).toBeLessThan(1e-12);
        },
      ),
    );
  });

  it("by norm leaves the gradients as they are and bounds their norm by the scale", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        fc.double({ min: 0.001, max: 2, noNaN: true }),
        (seed, limit, scale) => {
          const { updates, all } = mixedProblem(seed, 6, 5);
          const result = clipByGlobalNorm(updates, limit, scale);
          const norm = Math.hypot(...all) * scale;
          expect(full(updates)).toEqual(all);
          expect(largestError([result.norm], [norm])).toBeLessThan(1e-12);
          if (norm > limit) expect(largestError([(result.scale / scale) * norm], [limit])).toBeLessThan(1e-4);
          else if (norm < limit - 1e-5) expect(result.scale).toBe(scale);
        },
      ),
    );
  });

  it("by value bounds each number of the scaled full gradient", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.constantFrom(1, 0.25, 3),
        (seed, limit, scale) => {
          const { updates, all } = mixedProblem(seed, 9, 5);
          const norm = clipByValue(updates, limit, scale);
          expect(largestError([norm], [Math.hypot(...all) * scale])).toBeLessThan(1e-12);
          const expected = all.map((value) => Math.max(-limit, Math.min(limit, value * scale)));
          expect(
            largestError(
              full(updates).map((value) => value * scale),
              expected,
            ),
          ).toBeLessThan(1e-6);
        },
      ),
    );
  });

  it("scales by the full factor where the gradient is 0", () => {
    expect(clipByGlobalNorm([denseUpdate("zero", [0, 0])], 1, 0.5)).toEqual({ norm: 0, scale: 0.5 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "reports a gradient of %s with the parameter's name",
    (bad) => {
      const updates = [
        denseUpdate("good", [1, 2]),
        denseUpdate("bad", [1, 2, 3, 4, bad]),
        denseUpdate("worse", [bad]),
      ];
      for (const clip of [() => clipByGlobalNorm(updates, 1, 1), () => clipByValue(updates, 1, 1)]) {
        const error = problemOf(clip);
        expect(error.problems[0]).toMatchObject({ code: "PTX_TRAINING", where: "bad, worse" });
        expect(error.message).toContain(`the gradient norm is ${bad}`);
      }
    },
  );

  it("reports a scale that is not finite", () => {
    expect(
      problemOf(() => clipByGlobalNorm([denseUpdate("good", [1])], 1, Number.NaN)).problems[0].where,
    ).toBe("gradients");
  });
});
