import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Values } from "../../../src/engine/engine.js";
import { prunedModel } from "../../../src/exporters/prune/prune.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { add, relu, sigmoid, tanh } from "../../../src/graph/ops/elementwise.js";
import { gather } from "../../../src/graph/ops/lookup.js";
import { gemm, matmul } from "../../../src/graph/ops/matrix.js";
import { reduceMax, softmax } from "../../../src/graph/ops/reduction.js";
import { concat, reshape } from "../../../src/graph/ops/shaping.js";
import { openEngine } from "../../../src/library.js";
import { stream } from "../../../src/registry/random.js";

const engines = [await openEngine("onnxruntime"), await openEngine("tensorflow")];

/** A graph that is being written, with values of its parameters. */
class Draft {
  readonly graph = new Graph();
  readonly values: Record<string, Values[string]> = {};

  constructor(readonly seed: number) {}

  /** A parameter of random numbers, some columns (or rows) of it zero. */
  parameter(
    name: string,
    dims: readonly number[],
    zeroColumns: readonly number[] = [],
    zeroRows: readonly number[] = [],
  ): Tensor {
    const random = stream(this.seed, name);
    const columns = dims.at(-1)!;
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => {
      const value = random.normal();
      return zeroColumns.includes(i % columns) || zeroRows.includes(Math.floor(i / columns)) ? 0 : value;
    });
    this.values[name] = { dtype: "float32", dims, data };
    return this.graph.parameter(name, dims);
  }
}

/** What a model gives before and after, on each engine, and the sizes of its parameters after. */
async function compared({ graph, values }: Draft, feeds: Values) {
  const pruned = await prunedModel(graph, values, engines[0]!);
  for (const engine of engines) {
    const [before, after] = [
      await engine.compile(graph, { frozen: values }),
      await engine.compile(pruned.graph, { frozen: pruned.values }),
    ];
    const [whole, small] = [await before.run(feeds), await after.run(feeds)];
    expect(Object.keys(small)).toEqual(Object.keys(whole));
    for (const [name, { dims, data }] of Object.entries(whole)) {
      expect(small[name]!.dims).toEqual(dims);
      for (const [i, value] of (data as Float32Array).entries())
        expect(small[name]!.data[i], `${engine.name} ${name} ${i}`).toBeCloseTo(value, 4);
    }
    await before.release();
    await after.release();
  }
  const sizes = Object.fromEntries(
    Object.entries(pruned.values).map(([name, { dims }]) => [name, dims.join("x")]),
  );
  return { ...pruned, sizes };
}

const x = (rows: number, columns: number, seed = 5): Values => {
  const random = stream(seed, "x");
  const data = Float32Array.from({ length: rows * columns }, () => random.normal());
  return { x: { dtype: "float32", dims: [rows, columns], data } };
};

const some = (size: number) => fc.subarray([...Array(size).keys()], { maxLength: size - 1 });
const ACTIVATIONS = { relu, tanh, sigmoid };

test("layers whose units or inputs are zero become smaller by just these, and answer alike", async () => {
  const cases = fc.record({
    seed: fc.nat(1000),
    dead: some(6),
    other: some(4),
    unread: some(10),
    activation: fc.constantFrom(...(Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[])),
    transposed: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, dead, other, unread, activation, transposed }) => {
      const draft = new Draft(seed);
      const input = draft.graph.input("x", "float32", ["batch", 5]);
      const act = ACTIVATIONS[activation];
      const left = act(
        gemm(input, draft.parameter("w1", [5, 6], dead), { bias: draft.parameter("b1", [6]) }),
      );
      const right = act(add(matmul(input, draft.parameter("w2", [5, 4], other)), draft.parameter("b2", [4])));
      const joined = concat([left, right], 1);
      const last = transposed
        ? draft.parameter("w3", [3, 10], unread)
        : draft.parameter("w3", [10, 3], [], unread);
      draft.graph.output(
        "y",
        softmax(gemm(joined, last, { bias: draft.parameter("b3", [3]), transB: transposed })),
      );
      const { values } = await compared(draft, x(4, 5));
      const live = [...Array(10).keys()].filter(
        (i) => !unread.includes(i) && !(i < 6 ? dead.includes(i) : other.includes(i - 6)),
      );
      // A product keeps one number, where none is left.
      const [first, second] = [live.filter((i) => i < 6).length, live.filter((i) => i >= 6).length];
      const matrices = Object.values(values).filter(({ dims }) => dims.length === 2);
      const count = matrices.reduce((sum, { data }) => sum + data.length, 0);
      expect(count).toBe(live.length === 0 ? 5 + 3 : 5 * (first + second) + 3 * live.length);
    }),
    { numRuns: 25 },
  );
});

describe("filters over words", () => {
  function filters(columns: readonly number[], dims: readonly number[]) {
    const draft = new Draft(3);
    const ids = draft.graph.input("ids", "int64", ["batch", "windows", 2]);
    const table = draft.parameter("words", [7, 5], dims);
    const windows = reshape(gather(table, ids), [ids.dim(0), ids.dim(1), 10]);
    const weight = draft.parameter("filters", [10, 6], columns);
    const answers = relu(add(reduceMax(matmul(windows, weight), [1]), draft.parameter("bias", [6])));
    draft.graph.output("y", gemm(answers, draft.parameter("decoder", [6, 3])));
    return draft;
  }
  const ids: Values = {
    ids: { dtype: "int64", dims: [2, 2, 2], data: BigInt64Array.from([0, 1, 2, 3, 4, 5, 6, 0], BigInt) },
  };

  test("go when they are zero; what their biases add goes into the next layer", async () => {
    const { sizes, smaller } = await compared(filters([1, 4], []), ids);
    expect(sizes).toMatchObject({ words: "7x5" });
    expect(Object.values(sizes).sort()).toEqual(["10x4", "4", "4x3", "7x5"]);
    expect(smaller.map(({ name, to }) => `${name} ${to.join("x")}`).sort()).toEqual([
      "bias 4",
      "decoder 4x3",
      "filters 10x4",
    ]);
  });

  test("lose the dimensions in which all words are zero, at every place of a window", async () => {
    const { sizes } = await compared(filters([], [0, 3]), ids);
    expect(Object.values(sizes).sort()).toEqual(["6", "6x3", "6x6", "7x3"]);
  });

  test("of a model without zeros stay as they are", async () => {
    const draft = filters([], []);
    const { smaller, values } = await compared(draft, ids);
    expect(smaller).toEqual([]);
    expect(Object.keys(values).sort()).toEqual(Object.keys(draft.values).sort());
  });
});

test("what is read twice, or by something that needs each column, stays", async () => {
  const draft = new Draft(4);
  const input = draft.graph.input("x", "float32", ["batch", 5]);
  const hidden = relu(matmul(input, draft.parameter("w1", [5, 6], [0, 2])));
  draft.graph.output("hidden", hidden);
  draft.graph.output("y", matmul(hidden, draft.parameter("w2", [6, 2])));
  draft.graph.output(
    "z",
    matmul(softmax(matmul(input, draft.parameter("w3", [5, 6], [1]))), draft.parameter("w4", [6, 2])),
  );
  const { smaller } = await compared(draft, x(3, 5));
  expect(smaller).toEqual([]);
});
