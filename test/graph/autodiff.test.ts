import fc from "fast-check";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { onnxruntime } from "../../src/engine/onnxruntime.js";
import { type Gradient, gradients, isSparse } from "../../src/graph/autodiff.js";
import { type HostTensor, toData } from "../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../src/graph/graph.js";
import type { SparseRows } from "../../src/graph/ops/define.js";
import * as e from "../../src/graph/ops/elementwise.js";
import { densify, gather, oneHot } from "../../src/graph/ops/lookup.js";
import { matmul } from "../../src/graph/ops/matrix.js";
import { argMax, reduceMean, reduceSum, softmax } from "../../src/graph/ops/reduction.js";
import { type ScanAttributes, scan } from "../../src/graph/ops/scan.js";
import { concat, slice, swapAxes } from "../../src/graph/ops/shaping.js";
import { Context } from "../../src/registry/context.js";
import { stream } from "../../src/registry/random.js";
import { Registry } from "../../src/registry/registry.js";
import { engine, engineNames, numbers } from "./engines.js";
import { expectClose, expectGradients, runOnce } from "./ops/check.js";

const total = (x: Tensor): Tensor => reduceSum(x, [...x.shape.keys()]);

const f32 = (dims: readonly number[], values: readonly number[]): HostTensor => ({
  dtype: "float32",
  dims,
  data: toData("float32", values),
});
const i64 = (...values: readonly number[]): HostTensor => ({
  dtype: "int64",
  dims: [values.length],
  data: toData("int64", values),
});

function sparse(gradient: Gradient | undefined): SparseRows {
  if (!gradient || !isSparse(gradient)) throw new Error("the gradient is not by rows");
  return gradient;
}

function dense(gradient: Gradient | undefined): Tensor {
  if (!gradient || isSparse(gradient)) throw new Error("the gradient is not dense");
  return gradient;
}

describe("the gradient of a table", () => {
  it("that is only looked up is its touched rows, repeated ids repeated", async () => {
    const graph = new Graph();
    const table = graph.parameter("table", [5, 2]);
    const ids = graph.input("ids", "int64", ["n"]);
    const weights = graph.input("weights", "float32", ["n", 2]);
    const [gradient] = gradients(total(e.mul(gather(table, ids), weights)), [table]);
    const { ids: touched, rows } = sparse(gradient);
    expect(rows.shape).toEqual(["n", 2]);
    graph.output("ids", touched);
    graph.output("rows", rows);
    const feeds = {
      ids: i64(3, 0, 3),
      weights: f32([3, 2], [1, 2, 3, 4, 5, 6]),
      table: f32([5, 2], Array(10).fill(0)),
    };
    const got = await runOnce(await engine("onnxruntime"), graph, feeds);
    expect(numbers(got.ids!.data)).toEqual([3, 0, 3]);
    expect(numbers(got.rows!.data)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("that is looked up in two places has the rows of both, ids in one type", async () => {
    const graph = new Graph();
    const table = graph.parameter("table", [5, 2]);
    const [a, b] = [graph.input("a", "int64", ["n"]), graph.input("b", "int32", ["m", "k"])];
    const loss = e.add(total(gather(table, a)), total(e.mul(gather(table, b), 3)));
    const { ids, rows } = sparse(gradients(loss, [table])[0]);
    expect(rows.shape).toEqual(["k*m+n", 2]);
    graph.output("dense", densify({ ids, rows }, 5));
    const feeds = {
      table: f32([5, 2], Array(10).fill(0)),
      a: i64(1, 4),
      b: { dtype: "int32" as const, dims: [1, 3], data: Int32Array.of(4, 4, 0) },
    };
    const got = await runOnce(await engine("onnxruntime"), graph, feeds);
    expect(numbers(got.dense!.data)).toEqual([3, 3, 1, 1, 0, 0, 0, 0, 7, 7]);
  });

  it.each(engineNames)("that is looked up and computed with is dense (%s)", async (name) => {
    const graph = new Graph();
    const table = graph.input("table", "float32", [4, 3]);
    const ids = graph.input("ids", "int32", ["n"]);
    const scores = matmul(e.tanh(gather(table, ids)), swapAxes(table));
    graph.output("y0", scores);
    expect(isSparse(gradients(total(scores), [table])[0]!)).toBe(false);
    const random = stream(1, "table");
    const feeds = {
      table: f32(
        [4, 3],
        Array.from({ length: 12 }, () => random.normal()),
      ),
      ids: { dtype: "int32" as const, dims: [3], data: Int32Array.of(2, 2, 0) },
    };
    await expectGradients(await engine(name), { graph, inputs: [table], results: [scores], feeds }, 5);
  });

  it("passes on to what the table was computed from", () => {
    const graph = new Graph();
    const raw = graph.parameter("raw", [4, 3]);
    const rows = gather(e.tanh(raw), graph.input("ids", "int64", ["n"]));
    expect(dense(gradients(total(rows), [raw])[0]).shape).toEqual([4, 3]);
  });

  it("counts every row on several threads", async () => {
    const log = { info: () => {}, warn: () => {} };
    const context = new Context(new Registry(), { log, settings: { seed: 1, threads: 4 } });
    const parallel = await onnxruntime.create(Value.Create(onnxruntime.schema), context);
    const graph = new Graph();
    const [ids, rows] = [graph.input("ids", "int64", ["n"]), graph.input("rows", "float32", ["n", 100])];
    graph.output("y", densify({ ids, rows }, 3));
    const count = 20_001;
    const feeds = {
      ids: i64(...Array.from({ length: count }, (_, i) => i % 3)),
      rows: { dtype: "float32" as const, dims: [count, 100], data: new Float32Array(count * 100).fill(1) },
    };
    for (let run = 0; run < 4; run++) {
      const { y } = await runOnce(parallel, graph, feeds);
      expect(new Set(numbers(y!.data))).toEqual(new Set([count / 3]));
    }
  });
});

describe("gradients", () => {
  it("add up where a value is used several times", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2]);
    const loss = total(e.add(e.mul(x, x), e.mul(x, 3)));
    graph.output("dx", dense(gradients(loss, [x])[0]));
    const got = await runOnce(await engine("onnxruntime"), graph, { x: f32([2], [2, -1]) });
    expect(numbers(got.dx!.data)).toEqual([7, 1]);
  });

  it("are null for what the loss does not depend on, or only through integers", () => {
    const graph = new Graph();
    const [x, unused] = [graph.parameter("x", [2, 3]), graph.parameter("unused", [2])];
    const ids = graph.input("ids", "int64", [2]);
    const through = graph.parameter("through", [2, 3]);
    const picked = e.cast(argMax(through), "float32");
    const loss = total(e.mul(gather(x, ids), reduceSum(picked, [0])));
    expect(gradients(loss, [unused, ids, through])).toEqual([null, null, null]);
  });

  it("start from a given cotangent", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [3]);
    const seed = graph.input("seed", "float32", [3]);
    graph.output("dx", dense(gradients(e.mul(x, x), [x], seed)[0]));
    const feeds = { x: f32([3], [1, 2, 3]), seed: f32([3], [1, 0, -1]) };
    const got = await runOnce(await engine("onnxruntime"), graph, feeds);
    expect(numbers(got.dx!.data)).toEqual([2, 0, -6]);
  });

  it("are attributed to the component whose nodes they differentiate", () => {
    const graph = new Graph();
    const x = graph.parameter("x", [3]);
    const y = graph.within("model/decoder", () => e.tanh(x));
    const before = graph.nodes.length;
    gradients(total(y), [x]);
    const places = new Set(graph.nodes.slice(before).map(({ place }) => place));
    expect(places).toContain("model/decoder'");
  });

  it("cost nothing for what is not asked for", () => {
    const nodes = (wanted: "x" | "w"): number => {
      const graph = new Graph();
      const named = { x: graph.parameter("x", [4, 3]), w: graph.parameter("w", [3, 2]) };
      const loss = total(matmul(e.exp(named.x), named.w));
      const before = graph.nodes.length;
      gradients(loss, [named[wanted]]);
      return graph.nodes.length - before;
    };
    expect(nodes("w")).toBeLessThan(nodes("x"));
  });

  it("asked through an operator that has none are an error at its component", () => {
    const graph = new Graph();
    const levels = graph.parameter("levels", [2]);
    const ids = graph.input("ids", "int64", [3]);
    const y = graph.within("model/head", () => {
      const hot = oneHot(ids, 4);
      const node = graph.nodes.findLast(({ definition }) => definition.name === "OneHot")!;
      node.inputs[2] = levels;
      return hot;
    });
    expect(() => gradients(total(y), [levels])).toThrow(
      "PTX_GRADIENT  model/head\n  no gradient passes through OneHot: its result is discrete",
    );
  });

  it("of gradients are the second derivatives", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [3]);
    const [first] = gradients(total(e.exp(e.mul(x, 2))), [x]);
    graph.output("d2", dense(gradients(total(dense(first)), [x])[0]));
    const got = await runOnce(await engine("onnxruntime"), graph, { x: f32([3], [0, 0.5, -1]) });
    expectClose(
      numbers(got.d2!.data),
      [0, 0.5, -1].map((value) => 4 * Math.exp(2 * value)),
      () => 1e-6,
    );
  });
});

describe("random programs", () => {
  /** What a step does with two earlier values `[batch, 3]`. */
  const steps: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
    (a, b) => e.add(a, b),
    (a, b) => e.mul(e.tanh(a), b),
    (a, b) => e.sub(a, e.mul(b, 0.5)),
    (a, b) => e.mul(softmax(a), b),
    (a, b) => e.add(a, reduceMean(b, [0], true)),
    (a, b) => concat([slice(a, 1, 0, 1), slice(b, 1, 1, 3)], 1),
    (a, b) => matmul(matmul(a, e.mul(swapAxes(b), 0.3)), e.tanh(a)),
    (a) => e.sigmoid(a),
  ];
  const program = fc.array(fc.record({ step: fc.nat(steps.length - 1), a: fc.nat(), b: fc.nat() }), {
    minLength: 2,
    maxLength: 9,
  });

  it.each(engineNames)("have the gradients of finite differences on %s", async (name) => {
    const used = await engine(name);
    const check = fc.asyncProperty(program, fc.nat(1000), async (chosen, seed) => {
      const graph = new Graph();
      const inputs = [graph.input("x", "float32", ["batch", 3]), graph.input("w", "float32", [1, 3])];
      const values = [inputs[0]!, e.mul(inputs[0]!, inputs[1]!)];
      for (const { step, a, b } of chosen)
        values.push(steps[step]!(values[a % values.length]!, values[b % values.length]!));
      const result = values.at(-1)!;
      graph.output("y0", result);
      const random = stream(seed, "program");
      const draw = (count: number): number[] => Array.from({ length: count }, () => random.uniform() * 2 - 1);
      await expectGradients(used, {
        graph,
        inputs,
        results: [result],
        feeds: { x: f32([2, 3], draw(6)), w: f32([1, 3], draw(3)) },
      });
    });
    await fc.assert(check, { numRuns: 15 });
  });
});

describe("the gradient of a loop", () => {
  it("takes what belongs to captured weights once after the loop, not every step", () => {
    const graph = new Graph();
    const xs = graph.input("xs", "float32", ["tokens", "batch", 4]);
    const h = graph.input("h", "float32", ["batch", 3]);
    const [w, u, bias] = [
      graph.parameter("w", [4, 3]),
      graph.parameter("u", [3, 3]),
      graph.parameter("bias", [3]),
    ];
    const { outputs } = scan({ states: [h], scanned: [xs] }, ([state], [x]) => {
      const next = e.tanh(e.add(e.add(matmul(x!, w), matmul(state!, u)), bias));
      return { states: [next], outputs: [next] };
    });
    const before = graph.nodes.length;
    const found = gradients(total(outputs[0]!), [w, u, bias]);
    expect(found.map((gradient) => dense(gradient).shape)).toEqual([[4, 3], [3, 3], [3]]);
    const loops = graph.nodes.slice(before).filter(({ definition }) => definition.name === "Scan");
    expect(loops.map(({ attributes }) => (attributes as unknown as ScanAttributes).states)).toEqual([1]);
    const inner = (loops[0]!.attributes as unknown as ScanAttributes).body.nodes.flatMap(
      ({ outputs: all }) => all,
    );
    expect(inner.map(({ shape }) => shape.join())).not.toContain("4,3");
    expect(inner.map(({ shape }) => shape.join())).not.toContain("3,3");
  });

  it("leaves out what nobody asks for: no loop runs back when only the outside is wanted", () => {
    const graph = new Graph();
    const xs = graph.input("xs", "float32", ["tokens", 4]);
    const w = graph.parameter("w", [4]);
    const { outputs } = scan({ states: [], scanned: [xs] }, (_, [x]) => ({
      states: [],
      outputs: [e.exp(x!)],
    }));
    gradients(total(e.mul(outputs[0]!, w)), [w]);
    expect(graph.nodes.filter(({ definition }) => definition.name === "Scan")).toHaveLength(1);
  });

  it("can be taken for two losses of one loop", async () => {
    const graph = new Graph();
    const xs = graph.input("xs", "float32", ["tokens", 2]);
    const w = graph.input("w", "float32", [2]);
    const h = graph.input("h", "float32", [2]);
    const { states, outputs } = scan({ states: [h], scanned: [xs] }, ([s], [x]) => {
      const next = e.mul(e.add(s!, x!), w);
      return { states: [next], outputs: [next] };
    });
    graph.output("a", dense(gradients(total(states[0]!), [w])[0]));
    graph.output("b", dense(gradients(total(outputs[0]!), [w])[0]));
    const feeds = { xs: f32([2, 2], [1, 2, 3, 4]), w: f32([2], [2, 3]), h: f32([2], [1, 1]) };
    for (const name of engineNames) {
      const got = await runOnce(await engine(name), graph, feeds);
      // s1 = (h + x1) w, s2 = (s1 + x2) w: ds2/dw = 2 (h + x1) w + x2, d(s1 + s2)/dw = that + (h + x1).
      expect(numbers(got.a!.data)).toEqual([2 * 2 * 2 + 3, 2 * 3 * 3 + 4]);
      expect(numbers(got.b!.data)).toEqual([11 + 2, 22 + 3]);
    }
  });
});
