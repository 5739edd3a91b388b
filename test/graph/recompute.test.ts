/** @file What the backward pass computes once more: the same gradients, and less to keep until then. */
import { describe, expect, it } from "vitest";
import { gradients, isSparse } from "../../src/graph/autodiff.js";
import type { HostTensor } from "../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../src/graph/graph.js";
import { peakBytes } from "../../src/graph/memory.js";
import { add, mul, tanh } from "../../src/graph/ops/elementwise.js";
import { gelu } from "../../src/graph/ops/gelu.js";
import { linear } from "../../src/graph/ops/matrix.js";
import { layerNorm, reduceSum } from "../../src/graph/ops/reduction.js";
import { scan } from "../../src/graph/ops/scan.js";
import { optimize } from "../../src/graph/passes.js";
import { stream } from "../../src/registry/random.js";
import { engine, engineNames } from "./engines.js";
import { runOnce } from "./ops/check.js";

const [ROWS, DIM, LAYERS] = [5, 4, 6];

/** Layers with a hand-written gradient (gelu), several outputs (norm), a mask and a matrix that two of them share. */
function stack(recomputed: boolean): Graph {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["rows", DIM]);
  const mask = graph.input("mask", "float32", ["rows", 2 * DIM]);
  const shared = graph.parameter("shared", [DIM, 2 * DIM]);
  const scale = graph.parameter("scale", [DIM]);
  const bias = graph.parameter("bias", [DIM]);
  const trained = [shared, scale, bias];
  let rows = tanh(x);
  for (let i = 0; i < LAYERS; i++) {
    const own = graph.parameter(`own${i}`, [2 * DIM, DIM]);
    trained.push(own);
    const layer = (): Tensor => {
      const hidden = mul(gelu(linear(rows, shared)), mask);
      return layerNorm(add(rows, linear(tanh(hidden), own)), scale, bias);
    };
    rows = recomputed ? graph.recomputed(rows, layer) : layer();
  }
  for (const [i, gradient] of gradients(reduceSum(mul(rows, rows), [0, 1]), [...trained, x]).entries()) {
    if (gradient === null || isSparse(gradient)) throw new Error("a dense gradient is expected");
    graph.output(`gradient${i}`, gradient);
  }
  graph.output("result", rows);
  optimize(graph);
  return graph;
}

function feeds(graph: Graph): Record<string, HostTensor> {
  return Object.fromEntries(
    [...graph.inputs, ...graph.parameters].map(({ name, shape }) => {
      const dims = shape.map((dim) => (typeof dim === "number" ? dim : ROWS));
      const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
      stream(1, name).fillNormal(data, 0, 0.7);
      return [name, { dtype: "float32", dims, data }];
    }),
  );
}

const operators = (graph: Graph): number => graph.nodes.length;

describe("a part of a graph that is computed once more", () => {
  it.each(engineNames)("has the same gradients and results (%s)", async (name) => {
    const on = await engine(name);
    const [kept, again] = [stack(false), stack(true)];
    const [expected, got] = [await runOnce(on, kept, feeds(kept)), await runOnce(on, again, feeds(again))];
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    for (const [output, { data }] of Object.entries(expected))
      for (const [i, value] of (data as Float32Array).entries())
        expect(Math.abs((got[output]!.data as Float32Array)[i]! - value)).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(value)),
        );
  });

  it("passes on a number that is none", async () => {
    const graph = stack(true);
    const given = feeds(graph);
    (given.x!.data as Float32Array)[0] = Number.NaN;
    const { gradient0 } = await runOnce(await engine("onnxruntime"), graph, given);
    expect((gradient0!.data as Float32Array).some(Number.isNaN)).toBe(true);
  });

  it("stands in the graph twice, and is predicted to take less memory", () => {
    const [kept, again] = [stack(false), stack(true)];
    const sizes = new Map([["rows", 1000]]);
    expect(operators(again)).toBeGreaterThan(operators(kept) + LAYERS * 5);
    expect(peakBytes(again, sizes, 1)).toBeLessThan(0.6 * peakBytes(kept, sizes, 1));
  });

  it("runs no sooner than the gradient that it is for, and than the gradients of what stands above", () => {
    const { nodes } = stack(true);
    const made = new Set<Tensor>();
    const chosen = nodes.filter(({ definition }) => definition.name === "Where");
    expect(chosen).toHaveLength(LAYERS);
    // Each choice reads, through its condition, gradients that the choice before it made possible.
    for (const [i, choice] of chosen.entries()) {
      const reads = ancestors(choice.inputs[0]!);
      if (i > 0) expect([...made].every((output) => reads.has(output))).toBe(true);
      for (const output of choice.outputs) made.add(output);
    }
  });

  it("may not hold a loop that reads it, nor another such part", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [3, DIM]);
    const w = graph.parameter("w", [DIM]);
    const looped = graph.recomputed(x, () => {
      const scaled = mul(x, w);
      const { states } = scan({ states: [w], scanned: [scaled] }, ([h], [row]) => ({
        states: [add(h!, row!)],
        outputs: [],
      }));
      return states[0]!;
    });
    expect(() => gradients(reduceSum(looped, [0]), [w])).toThrow(/cannot be computed once more/);
    expect(() => graph.recomputed(x, () => graph.recomputed(x, () => x))).toThrow(/another such part/);
  });
});

/** Everything that a tensor is computed from. */
function ancestors(of: Tensor): Set<Tensor> {
  const found = new Set<Tensor>();
  const open = [of];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (found.has(tensor)) continue;
    found.add(tensor);
    if (tensor.origin.kind === "node")
      open.push(...tensor.origin.node.inputs.filter((input) => input !== null));
  }
  return found;
}
