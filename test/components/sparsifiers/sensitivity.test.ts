import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sensitivities, withoutSensitive } from "../../../src/components/sparsifiers/sensitivity.js";
import { parameter, places, sparsifier } from "./support.js";

/** How good it is: the sum of all numbers, so that each costs its own size. */
const goodnessOf = (parameters: readonly { data: Float32Array }[]) => async () =>
  parameters.reduce((sum, { data }) => sum + data.reduce((a, b) => a + b, 0), 0);

test("a sensitivity is what the parameter's least numbers are worth, and nothing is changed", async () => {
  const parameters = [parameter("a", [1, 4], [4, 1, 2, 3]), parameter("b", [1, 2], [10, 20])];
  const before = parameters.map(({ data }) => [...data]);
  const { value, changes } = await sensitivities(parameters, 0.5, goodnessOf(parameters), "test");
  expect(value).toBe(40);
  expect([...changes]).toEqual([
    ["a", -3],
    ["b", -10],
  ]);
  expect(parameters.map(({ data }) => [...data])).toEqual(before);
  await expect(sensitivities(parameters, 0.5, async () => null, "test")).rejects.toThrow("not defined");
});

test("only parameters far below the others are spared, and no more than may be", () => {
  const names = Array.from({ length: 20 }, (_, i) => ({ name: `p${i}` }));
  const changes = new Map(names.map(({ name }, i) => [name, i < 2 ? -9 - i : -0.01 * (i % 3)]));
  const left = (most: number) => 20 - withoutSensitive(names, changes, most).length;
  // Of p1 alone: mean -0.96, deviation 2.84, so -10 is beyond three of them; then of p0: mean -0.49, deviation 2.01.
  expect([left(0), left(1), left(2), left(5)]).toEqual([0, 1, 2, 2]);
  const even = new Map(names.map(({ name }, i) => [name, -i]));
  expect(withoutSensitive(names, even, 5)).toHaveLength(20);
});

describe("SensitivityAnalysisSparsifier", () => {
  const parameters = () => [parameter("a", [1, 4], [4, 1, 2, 3]), parameter("b", [1, 2], [10, 20])];
  const start = (epoch: number, of: ReturnType<typeof parameters>, seen: string[] = []) => ({
    epoch,
    goodness: goodnessOf(of),
    restoreBest: () => void seen.push(`restored ${epoch}`),
  });

  test("prunes in steps from the best parameters, and holds its masks between", async () => {
    const of = parameters();
    const seen: string[] = [];
    const config = { sparsity: 0.5, start_sparsity_ratio: 0.5, pruning_iterations: 2 };
    const { made, lines } = sparsifier(
      { SensitivityAnalysisSparsifier: config },
      { parameters: of, epochs: 5 },
    );
    expect(made.rises).toEqual([1, 3]);
    for (const epoch of [0, 1, 2]) await made.beforeEpoch(start(epoch, of, seen));
    expect(of.map(places)).toEqual([
      [0, 2, 3],
      [0, 1],
    ]);
    of[0]!.data[1] = 50;
    made.afterStep({ step: 9, epoch: 2, lr: 1 });
    expect(places(of[0]!)).toEqual([0, 2, 3]);
    await made.beforeEpoch(start(3, of, seen));
    expect(of.map(places)).toEqual([[0, 3], [1]]);
    expect(seen).toEqual(["restored 1", "restored 3"]);
    expect(lines).toContain("sensitivity of b: -10.0000 at 0.8");
  });

  test("takes the analysis of a file, by the share that it names", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "sensitivity-")), "analysis.json");
    writeFileSync(path, JSON.stringify({ changes: { a: { "0.8": -0.5 }, b: { "0.8": -1 } } }));
    const make = (analyzed_sparsity: number, of = parameters()) => {
      const config = { analyzed_sparsity, pre_analysis_path: path, iterative_pruning: false };
      return sparsifier({ SensitivityAnalysisSparsifier: config }, { parameters: of });
    };
    const { made, lines } = make(0.8);
    await made.beforeEpoch(start(1, parameters()));
    expect(lines[0]).toBe("sensitivity of a: -0.5000 at 0.8");
    await expect(make(0.5).made.beforeEpoch(start(1, parameters()))).rejects.toThrow("no share 0.5");
    const other = [parameter("c", [1, 2], [1, 2])];
    await expect(make(0.8, other).made.beforeEpoch(start(1, other))).rejects.toThrow("it says nothing of c");
  });

  test("needs eval rows, and epochs that can be divided", () => {
    const make = (config: object, info: object) =>
      sparsifier({ SensitivityAnalysisSparsifier: config }, { parameters: parameters(), ...info });
    expect(() => make({}, { evaluated: false })).toThrow("there are no eval rows");
    expect(() => make({}, { epochs: 4 })).toThrow("3 epochs from starting_epoch (2) to the last (4)");
    expect(() => make({ starting_epoch: 9 }, {})).toThrow("0 epochs from starting_epoch");
  });
});
