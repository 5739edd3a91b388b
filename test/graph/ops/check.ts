/** @file Running operator cases on engines, and comparing gradients with finite differences. */
import { expect } from "vitest";
import type { Engine, Program, Values } from "../../../src/engine/engine.js";
import { backward, isSparse } from "../../../src/graph/autodiff.js";
import { type HostTensor, isFloat } from "../../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import type { OpDefinition } from "../../../src/graph/ops/define.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { stream } from "../../../src/registry/random.js";
import { numbers } from "../engines.js";
import type { OpCase } from "./arbitraries.js";

/** A case as a graph with its feeds. */
export interface Built {
  readonly graph: Graph;
  readonly inputs: readonly Tensor[];
  /** The operator's results, in the graph's outputs as `y0`, `y1`, ... */
  readonly results: readonly Tensor[];
  readonly feeds: Values;
}

/** Builds a case's graph, and makes sure that it applies the operator that it is about. */
export function buildCase(operator: OpDefinition, opCase: OpCase): Built {
  const graph = new Graph();
  const inputs = opCase.inputs.map(({ axes, value }, i) =>
    graph.input(
      `x${i}`,
      value.dtype,
      axes.map(({ dim }) => dim),
    ),
  );
  const results = opCase.build(inputs);
  expect(graph.nodes.map((node) => node.definition)).toContain(operator);
  for (const [i, result] of results.entries()) graph.output(`y${i}`, result);
  const feeds = Object.fromEntries(opCase.inputs.map(({ value }, i) => [`x${i}`, value]));
  return { graph, inputs, results, feeds };
}

/** Runs a program once. */
export async function runOnce(
  engine: Engine,
  graph: Graph,
  feeds: Values,
): Promise<Record<string, HostTensor>> {
  verifyGraph(graph);
  const program = await engine.compile(graph);
  try {
    return await program.run(feeds);
  } finally {
    await program.release();
  }
}

/** Two engines' results: equal types, sizes, integers and strings; floats within a few roundings of float32, or as near as `tolerance`. */
export function expectAgreement(
  got: Record<string, HostTensor>,
  wanted: Record<string, HostTensor>,
  tolerance = 4e-6,
): void {
  expect(Object.keys(got)).toEqual(Object.keys(wanted));
  for (const [name, value] of Object.entries(wanted)) {
    const other = got[name]!;
    expect({ dtype: other.dtype, dims: other.dims }).toEqual({ dtype: value.dtype, dims: value.dims });
    if (isFloat(value.dtype)) expectClose(numbers(other.data), numbers(value.data), () => tolerance);
    else expect([...other.data]).toEqual([...value.data]);
  }
}

/** Elementwise `|got - wanted| <= tolerance * (1 + |wanted|)`; infinities and NaN must be equal. */
export function expectClose(
  got: readonly number[],
  wanted: readonly number[],
  tolerance: (at: number) => number,
): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) {
    if (Object.is(got[i], value)) continue;
    const error = Math.abs(got[i]! - value) / (1 + Math.abs(value));
    if (!(error <= tolerance(i))) {
      expect.fail(`element ${i}: got ${got[i]}, wanted ${value} (error ${error}, allowed ${tolerance(i)})`);
    }
  }
}

/** The step of the finite differences: below a third of the distance of any value from a kink. */
const STEP = 0.01;
/** Half a unit in the last place of a float32 of size 1. */
const ROUNDING = 2 ** -24;

/**
 * Compares gradients with fourth-order central differences, one input element at a time:
 * `(8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h`, whose truncation error is `h^4 / 30` of the fifth derivative.
 * `f` weighs every float result by random numbers and sums in double precision, so the noise is the results' own
 * rounding: some units in the last place of each, divided by the step.
 */
export async function expectGradients(
  engine: Engine,
  { graph, inputs, results, feeds }: Built,
  seed = 1,
): Promise<void> {
  const random = stream(seed, "cotangents");
  const first = await runOnce(engine, graph, feeds);
  const seeds = new Map<Tensor, Tensor>();
  const weights = new Map<string, HostTensor>();
  for (const [i, result] of results.entries()) {
    if (!isFloat(result.dtype)) continue;
    const { dims } = first[`y${i}`]!;
    const data = Float32Array.from(
      { length: dims.reduce((a, b) => a * b, 1) },
      () => random.uniform() * 2 - 1,
    );
    seeds.set(result, graph.input(`dy${i}`, "float32", result.shape));
    weights.set(`dy${i}`, { dtype: "float32", dims, data });
  }
  const wrt = inputs.filter((tensor) => isFloat(tensor.dtype));
  const cotangents = backward(graph, seeds, wrt);
  for (const [tensor, cotangent] of cotangents) {
    if (cotangent === null) continue;
    if (isSparse(cotangent)) {
      graph.output(`${tensor.name}.ids`, cotangent.ids);
      graph.output(`${tensor.name}.rows`, cotangent.rows);
    } else graph.output(`${tensor.name}.gradient`, cotangent);
  }
  verifyGraph(graph);
  const program = await engine.compile(graph);
  const all = { ...feeds, ...Object.fromEntries(weights) };
  try {
    const given = await program.run(all);
    for (const tensor of wrt) {
      const value = feeds[tensor.name]!;
      const gradient = gradientOf(given, tensor.name, value.dims);
      const { slopes, noise } = await differences(program, all, tensor.name, weights);
      // 1e-3 of the slope covers truncation at the curvatures that the cases have.
      expectClose(gradient, slopes, (i) => 1e-3 + noise[i]!);
    }
  } finally {
    await program.release();
  }
}

/** The gradient that a run gave: as it is, summed up from rows, or zero when the graph has none. */
function gradientOf(given: Record<string, HostTensor>, name: string, dims: readonly number[]): number[] {
  const size = dims.reduce((a, b) => a * b, 1);
  const dense = given[`${name}.gradient`];
  if (dense !== undefined) {
    expect(dense.dims).toEqual(dims);
    return numbers(dense.data);
  }
  const total = new Array<number>(size).fill(0);
  const [ids, rows] = [given[`${name}.ids`], given[`${name}.rows`]];
  if (ids === undefined || rows === undefined) return total;
  expect(rows.dims).toEqual([ids.dims[0], ...dims.slice(1)]);
  const width = size / dims[0]!;
  for (const [i, id] of numbers(ids.data).entries()) {
    const start = (id < 0 ? id + dims[0]! : id) * width;
    for (let k = 0; k < width; k++) total[start + k]! += numbers(rows.data)[i * width + k]!;
  }
  return total;
}

async function differences(
  program: Program,
  feeds: Values,
  name: string,
  weights: ReadonlyMap<string, HostTensor>,
): Promise<{ slopes: number[]; noise: number[] }> {
  const outputs = [...weights.keys()].map((weight) => weight.replace("dy", "y"));
  const { data, ...type } = feeds[name]!;
  const values = data as Float32Array;
  const moved = async (i: number, by: number): Promise<{ sum: number; size: number }> => {
    const changed = values.slice();
    changed[i] = values[i]! + by;
    const given = await program.run({ ...feeds, [name]: { ...type, data: changed } }, outputs);
    let [sum, size] = [0, 0];
    for (const output of outputs) {
      const weight = numbers(weights.get(output.replace("y", "dy"))!.data);
      for (const [k, y] of numbers(given[output]!.data).entries()) {
        sum += y * weight[k]!;
        size += Math.abs(y * weight[k]!);
      }
    }
    return { sum, size };
  };
  const slopes: number[] = [];
  const noise: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const [far, near, near2, far2] = [
      await moved(i, -2 * STEP),
      await moved(i, -STEP),
      await moved(i, STEP),
      await moved(i, 2 * STEP),
    ];
    slopes.push((8 * (near2.sum - near.sum) - (far2.sum - far.sum)) / (12 * STEP));
    noise.push((8 * ROUNDING * near.size) / STEP);
  }
  return { slopes, noise };
}
