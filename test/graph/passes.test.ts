import { describe, expect, it } from "vitest";
import { Graph } from "../../src/graph/graph.js";
import { apply } from "../../src/graph/ops/define.js";
import { add, identity, mul, neg, sub, tanh } from "../../src/graph/ops/elementwise.js";
import { gather } from "../../src/graph/ops/lookup.js";
import { scan } from "../../src/graph/ops/scan.js";
import { ints, reshape, ShapeOp } from "../../src/graph/ops/shaping.js";
import { removeDeadNodes } from "../../src/graph/passes/rewrite.js";
import { foldKnownSizes, mergeIdenticalNodes, optimize, removeIdentities } from "../../src/graph/passes.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { onnxruntimeEngine, wave } from "./onnx/graphs.js";

const operators = (graph: Graph): string[] => graph.nodes.map(({ definition }) => definition.name);

function bodyOf(graph: Graph): Graph {
  return graph.nodes.find(({ definition }) => definition.name === "Scan")!.attributes.body as Graph;
}

describe("dead nodes", () => {
  it("go, and what only they needed goes with them", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n"]);
    tanh(neg(x));
    graph.output("y", add(x, 1));
    removeDeadNodes(graph);
    expect(operators(graph)).toEqual(["Add"]);
  });

  it("go from bodies too, with what the loop captured for them alone", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["time"]);
    const [used, unused] = [neg(graph.input("a", "float32", [])), neg(graph.input("b", "float32", []))];
    const { outputs } = scan({ states: [], scanned: [x] }, (_, [value]) => {
      mul(value!, unused);
      return { states: [], outputs: [mul(value!, used)] };
    });
    graph.output("y", outputs[0]!);
    removeDeadNodes(graph);
    verifyGraph(graph);
    expect(operators(bodyOf(graph))).toEqual(["Mul"]);
    expect(graph.nodes.at(-1)!.inputs).toEqual([x, used]);
    removeDeadNodes(graph);
    expect(operators(graph)).toEqual(["Neg", "Scan"]);
  });

  it("that a body reads are alive", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["time"]);
    const factor = neg(graph.input("a", "float32", []));
    const { outputs } = scan({ states: [], scanned: [x] }, (_, [value]) => ({
      states: [],
      outputs: [mul(value!, factor)],
    }));
    graph.output("y", outputs[0]!);
    removeDeadNodes(graph);
    expect(operators(graph)).toEqual(["Neg", "Scan"]);
  });
});

describe("identical nodes", () => {
  it("become one when operator, attributes and inputs agree, in chains too", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n"]);
    graph.output("y", add(tanh(neg(x)), tanh(neg(x))));
    graph.output("z", sub(tanh(neg(x)), tanh(x)));
    mergeIdenticalNodes(graph);
    verifyGraph(graph);
    expect(operators(graph)).toEqual(["Neg", "Tanh", "Add", "Tanh", "Sub"]);
  });

  it("stay apart when an attribute or the order of inputs differs", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2, 2]);
    const ids = graph.constant("int64", [1], [0]);
    graph.output("a", add(gather(x, ids, 0), neg(gather(x, ids, 1))));
    graph.output("b", sub(neg(x), x));
    graph.output("c", sub(x, neg(x)));
    mergeIdenticalNodes(graph);
    expect(operators(graph)).toEqual(["Gather", "Gather", "Neg", "Add", "Neg", "Sub", "Sub"]);
  });

  it("stay apart when each declares an output, whose tensors stay what they are", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n"]);
    const [first, second] = [neg(x), neg(x)];
    graph.output("first", first);
    graph.output("second", second);
    graph.output("sum", add(first, second));
    mergeIdenticalNodes(graph);
    expect([...graph.outputs.values()].slice(0, 2)).toEqual([first, second]);
    expect(operators(graph)).toEqual(["Neg", "Neg", "Add"]);
    const results = await (await (await onnxruntimeEngine()).compile(graph)).run({ x: wave([3], 1) });
    expect(results.first).toEqual(results.second);
  });

  it("in a body are served by an earlier one outside, never by one of another body", async () => {
    const build = (): Graph => {
      const graph = new Graph();
      const x = graph.input("x", "float32", ["time", 2]);
      const w = graph.input("w", "float32", [2]);
      const outside = tanh(w);
      const loop = (sign: number) =>
        scan({ states: [w], scanned: [x] }, ([state], [value]) => {
          const inBody = state!.graph;
          const again = inBody.addNode(graph.nodes[0]!.definition, [w], {}, [w]).outputs[0]!;
          const next = add(mul(state!, sign), mul(tanh(value!), again));
          return { states: [next], outputs: [add(next, tanh(value!))] };
        });
      const [left, right] = [loop(0.5), loop(-1)];
      graph.output("y", add(add(left.outputs[0]!, right.outputs[0]!), outside));
      return graph;
    };
    const [plain, merged] = [build(), build()];
    mergeIdenticalNodes(merged);
    verifyGraph(merged);
    const count = (graph: Graph) => operators(bodyOf(graph)).filter((name) => name === "Tanh").length;
    expect([count(plain), count(merged)]).toEqual([3, 1]);
    const runtime = await onnxruntimeEngine();
    const feeds = { x: wave([4, 2], 0.9), w: wave([2], 2.2) };
    const run = async (graph: Graph) => (await runtime.compile(graph)).run(feeds);
    expect(await run(merged)).toEqual(await run(plain));
  });
});

describe("identities", () => {
  it("go, except where they give an output its tensor", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n"]);
    const copy = identity(identity(x));
    graph.output("copy", copy);
    graph.output("y", neg(identity(copy)));
    removeIdentities(graph);
    verifyGraph(graph);
    expect(operators(graph)).toEqual(["Identity", "Neg"]);
    expect(graph.outputs.get("copy")).toBe(copy);
    expect(graph.nodes.every(({ inputs }) => inputs[0] === x)).toBe(true);
  });

  it("stay as outputs of a body", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["time"]);
    const { outputs } = scan({ states: [], scanned: [x] }, (_, [value]) => ({
      states: [],
      outputs: [value!],
    }));
    graph.output("y", outputs[0]!);
    removeIdentities(graph);
    verifyGraph(graph);
    expect(operators(bodyOf(graph))).toEqual(["Identity"]);
  });
});

describe("sizes", () => {
  it("that are numbers become constants, open ones stay computed", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n", 3, 4]);
    const shape = apply(ShapeOp, [x], {});
    const columns = mul(gather(shape, ints(x, [1])), gather(shape, ints(x, [2])));
    graph.output("flat", reshape(x, [-1, 12]));
    graph.output("columns", add(columns, 0));
    graph.output("rows", gather(shape, ints(x, [0])));
    foldKnownSizes(graph);
    verifyGraph(graph);
    expect(operators(graph)).toEqual(["Shape", "Reshape", "Add", "Gather"]);
    const results = await (await (await onnxruntimeEngine()).compile(graph)).run({ x: wave([5, 3, 4], 1) });
    expect([results.columns!.data, results.rows!.data]).toEqual([
      BigInt64Array.of(12n),
      BigInt64Array.of(5n),
    ]);
  });
});

it("a pass that breaks the graph is named", () => {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["n"]);
  graph.output("y", neg(x));
  graph.inputs.length = 0;
  expect(() => optimize(graph)).toThrow(
    /^PTX_GRAPH {2}removeDeadNodes\n {2}the pass broke the graph\nPTX_GRAPH {2}Neg_/,
  );
});
