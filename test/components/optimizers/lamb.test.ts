import { describe, expect, it } from "vitest";
import type { ParameterEntry, ParameterUpdate } from "../../../src/components/optimizers/contracts.js";
import { largestError, makeOptimizer, parameter, randomParameter, randomStream, sparse } from "./tools.js";

const settings = { lr: 0.1, weight_decay: 0.05, beta1: 0.8, beta2: 0.9, eps: 1e-6 };
const norm = (values: number[]) => Math.hypot(...values);

/** Algorithm 2 of You et al., line by line, for one layer; phi(z) = min(z, upper). */
function paper(start: readonly number[], gradients: readonly number[][], upper: number): number[] {
  const { lr, weight_decay: lambda, beta1, beta2, eps } = settings;
  let [x, m, v] = [[...start], start.map(() => 0), start.map(() => 0)];
  gradients.forEach((g, index) => {
    const t = index + 1;
    m = m.map((value, i) => beta1 * value + (1 - beta1) * g[i]!);
    v = v.map((value, i) => beta2 * value + (1 - beta2) * g[i]! ** 2);
    const mHat = m.map((value) => value / (1 - beta1 ** t));
    const vHat = v.map((value) => value / (1 - beta2 ** t));
    const r = mHat.map((value, i) => value / (Math.sqrt(vHat[i]!) + eps));
    const u = r.map((value, i) => value + lambda * x[i]!);
    const ratio = norm(x) > 0 && norm(u) > 0 ? Math.min(norm(x), upper) / norm(u) : 1;
    x = x.map((value, i) => value - lr * ratio * u[i]!);
  });
  return x;
}

function run(
  entries: readonly ParameterEntry[],
  steps: readonly ParameterUpdate["gradient"][][],
  config: object,
): void {
  const optimizer = makeOptimizer("Lamb", { ...settings, ...config });
  optimizer.bind(entries);
  for (const gradients of steps) {
    optimizer.step(
      gradients.map((gradient, index) => ({ parameter: entries[index]!, gradient })),
      1,
      1,
    );
  }
}

const dense = (values: readonly number[]) => ({ kind: "dense", data: Float32Array.from(values) }) as const;
const draws = (size: number, ...name: (string | number)[]) => [
  ...randomStream(...name).fillNormal(new Float32Array(size), 0, 1),
];

describe("LAMB", () => {
  it.each([
    ["without a bound", null, Number.POSITIVE_INFINITY],
    ["with the default bound, which these parameters exceed", 10, 10],
  ])("follows algorithm 2 of the paper, parameter by parameter, %s", (_, bound, upper) => {
    const random = randomStream("lamb");
    const entries = [randomParameter("small", [3, 4], random), randomParameter("large", [5], random)];
    entries[1]!.data.forEach((value, index) => {
      entries[1]!.data[index] = value * 40;
    });
    const starts = entries.map(({ data }) => [...data]);
    const gradients = Array.from({ length: 15 }, (__, step) => [
      draws(12, "small", step),
      draws(5, "large", step),
    ]);
    run(
      entries,
      gradients.map((step) => step.map(dense)),
      { max_weight_norm: bound },
    );
    entries.forEach(({ data }, index) => {
      const expected = paper(
        starts[index]!,
        gradients.map((step) => step[index]!),
        upper,
      );
      expect(largestError(data, expected)).toBeLessThan(2e-6);
    });
  });

  it("takes the plain step where the parameter, or the direction, is 0", () => {
    const [zero, still] = [parameter("zero", [2], [0, 0]), parameter("still", [2], [3, 4])];
    run([zero, still], [[dense([1, -2]), dense([0, 0])]], { weight_decay: 0 });
    expect(largestError(zero.data, [-0.1, 0.1])).toBeLessThan(1e-6);
    expect([...still.data]).toEqual([3, 4]);
  });

  it("takes the norms of a row-sparse update over the touched rows together", () => {
    const table = randomParameter("table", [5, 3], randomStream("table"));
    const rows = [...table.data.subarray(3, 6), ...table.data.subarray(12, 15)];
    const gradients = Array.from({ length: 4 }, (_, step) => draws(6, "rows", step));
    run(
      [table],
      gradients.map((gradient) => [sparse([1, 4], gradient, 3)]),
      {},
    );
    const moved = [...table.data.subarray(3, 6), ...table.data.subarray(12, 15)];
    expect(largestError(moved, paper(rows, gradients, 10))).toBeLessThan(2e-6);
  });
});
