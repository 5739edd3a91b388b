import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ParameterUpdate } from "../../../src/components/optimizers/contracts.js";
import { largestError, makeOptimizer, type OptimizerName, parameter, sparse } from "./tools.js";

const TOLERANCE = 1e-6;

interface Case<Values> {
  readonly optimizer: OptimizerName;
  readonly config: object;
  readonly trajectory: readonly Values[];
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8")) as T;
}

const dense = fixture<{
  shapes: number[][];
  start: number[][];
  gradients: number[][][];
  cases: Case<number[][]>[];
}>("dense");

const table = fixture<{
  shape: number[];
  start: number[];
  ids: number[][];
  rows: number[][];
  cases: Case<number[]>[];
}>("sparse");

describe("dense updates follow PyTorch's trajectory", () => {
  it.each(dense.cases)("$optimizer $config", ({ optimizer: name, config, trajectory }) => {
    const parameters = dense.shapes.map((shape, index) => parameter(`p${index}`, shape, dense.start[index]!));
    const optimizer = makeOptimizer(name, config);
    optimizer.bind(parameters);
    trajectory.forEach((expected, step) => {
      const updates: ParameterUpdate[] = parameters.map((entry, index) => ({
        parameter: entry,
        gradient: { kind: "dense", data: Float32Array.from(dense.gradients[step]![index]!) },
      }));
      optimizer.step(updates, 1, 1);
      parameters.forEach((entry, index) => {
        expect(largestError(entry.data, expected[index]!)).toBeLessThan(TOLERANCE);
      });
    });
  });
});

describe("row-sparse updates follow PyTorch's trajectory (SparseAdam for Adam)", () => {
  it.each(table.cases)("$optimizer $config", ({ optimizer: name, config, trajectory }) => {
    const entry = parameter("table", table.shape, table.start);
    const optimizer = makeOptimizer(name, config);
    optimizer.bind([entry]);
    trajectory.forEach((expected, step) => {
      const gradient = sparse(table.ids[step]!, table.rows[step]!, table.shape[1]!);
      optimizer.step([{ parameter: entry, gradient }], 1, 1);
      expect(largestError(entry.data, expected)).toBeLessThan(TOLERANCE);
    });
  });
});
