import { describe, expect, it } from "vitest";
import { Graph, type Node, Tensor } from "../../src/graph/graph.js";
import { apply } from "../../src/graph/ops/define.js";
import { add, identity, mul, neg, tanh } from "../../src/graph/ops/elementwise.js";
import { matmul } from "../../src/graph/ops/matrix.js";
import { scan } from "../../src/graph/ops/scan.js";
import { Reshape } from "../../src/graph/ops/shaping.js";
import { verifyGraph } from "../../src/graph/verify.js";
import { PtxError } from "../../src/registry/errors.js";
import { cases } from "./onnx/graphs.js";

/** Everything that is wrong with a graph, as `where: message`. */
function breaches(graph: Graph): string[] {
  try {
    verifyGraph(graph);
    return [];
  } catch (error) {
    if (!(error instanceof PtxError)) throw error;
    expect(error.problems.every(({ code }) => code === "PTX_GRAPH")).toBe(true);
    return error.problems.map(({ where, message }) => `${where}: ${message}`);
  }
}

/** y = tanh(-x) in a component called "model". */
function chain(): { graph: Graph; x: Tensor; first: Node; second: Node } {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["n", 2]);
  graph.within("model", () => graph.output("y", tanh(neg(x))));
  const [first, second] = graph.nodes as [Node, Node];
  return { graph, x, first, second };
}

/** A loop over x with a weight read from outside. */
function loop(): { graph: Graph; node: Node; body: Graph; w: Tensor } {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["time", 2]);
  const w = graph.parameter("w", [2]);
  const start = neg(w);
  const { outputs } = scan({ states: [start], scanned: [x] }, ([s], [value]) => {
    const next = add(mul(s!, w), value!);
    return { states: [next], outputs: [tanh(next)] };
  });
  graph.output("y", outputs[0]!);
  const node = graph.nodes.at(-1)!;
  return { graph, node, body: node.attributes.body as Graph, w };
}

it("graphs that builders and differentiation made are right", () => {
  for (const make of Object.values(cases)) expect(breaches(make().graph)).toEqual([]);
});

describe("a breach is named with its place:", () => {
  it("a node that reads what comes later", () => {
    const { graph, first, second } = chain();
    graph.nodes = [second, first];
    expect(breaches(graph)).toEqual([
      `model: ${second.name} reads ${first.name} before it is defined, or where it cannot be seen`,
    ]);
  });

  it("a node that reads from another program", () => {
    const { graph, second } = chain();
    second.inputs = [chain().x];
    expect(breaches(graph)).toEqual([
      `model: ${second.name} reads x before it is defined, or where it cannot be seen`,
    ]);
  });

  it("an output that nothing defines", () => {
    const { graph, first } = chain();
    graph.nodes = [first];
    expect(breaches(graph)).toEqual([
      expect.stringMatching(/^y: the output "y" is model\/Tanh_\d+, which nothing defines$/),
    ]);
  });

  it("a node listed twice, and two tensors of one name", () => {
    const { graph, x, first, second } = chain();
    graph.nodes = [first, first, second];
    expect(breaches(graph)).toEqual([`${first.name}: it is defined twice`]);
    graph.nodes = [first, second];
    graph.inputs.push(new Tensor(graph, "x", "float32", [], { kind: "input" }));
    expect(breaches(graph)).toEqual([`${x.name}: two tensors have this name`]);
  });

  it("a tensor listed in a graph that it does not belong to", () => {
    const { graph } = chain();
    graph.inputs.push(new Tensor(new Graph(), "stray", "float32", [], { kind: "input" }));
    expect(breaches(graph)).toEqual(["stray: it is listed in a graph that it does not belong to"]);
  });

  it("an output that says it comes from elsewhere", () => {
    const { graph, first, second } = chain();
    const { name, dtype, shape } = first.outputs[0]!;
    first.outputs = [new Tensor(graph, name, dtype, shape, { kind: "node", node: second, index: 0 })];
    second.inputs = [first.outputs[0]!];
    expect(breaches(graph)).toEqual([
      `model: ${name} is listed as output 0 of ${first.name} but says otherwise of itself`,
    ]);
  });

  it("a shape, a type or a number of outputs that the operator does not make", () => {
    const { graph, first, second } = chain();
    const retyped = (dtype: "float32" | "float64", shape: readonly (string | number)[]) => {
      first.outputs = [new Tensor(graph, first.name, dtype, shape, { kind: "node", node: first, index: 0 })];
      second.inputs = [...first.outputs];
      return breaches(graph)[0];
    };
    expect(retyped("float32", ["n", 3])).toBe(
      `model: ${first.name} is float32[n,3], its operator makes float32[n,2]`,
    );
    expect(retyped("float64", ["n", 2])).toBe(
      `model: ${first.name} is float64[n,2], its operator makes float32[n,2]`,
    );
    retyped("float32", ["n", 2]);
    const surplus = new Tensor(graph, "surplus", "float32", [], { kind: "node", node: first, index: 1 });
    first.outputs.push(surplus);
    expect(breaches(graph)).toEqual([`model: ${first.name} has 2 outputs, its operator makes 1`]);
  });

  it("inputs that an operator cannot take", () => {
    const graph = new Graph();
    const [a, b] = [graph.input("a", "float32", [2, 3]), graph.input("b", "float32", [3, 4])];
    graph.output("y", matmul(a, b));
    graph.nodes[0]!.inputs = [a, a];
    expect(breaches(graph)).toEqual([
      `${graph.nodes[0]!.name}: ${graph.nodes[0]!.name} cannot take its inputs: inner sizes 3 and 2 differ`,
    ]);
  });

  it("unknown sizes are as good as each other", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [graph.freshDim(), 2]);
    graph.output("y", neg(apply(Reshape, [x, graph.input("target", "int64", [2])], {})));
    expect(breaches(graph)).toEqual([]);
  });
});

describe("a loop's breach is named:", () => {
  it("a body that belongs to another graph", () => {
    const { graph, node } = loop();
    const other = new Graph();
    Object.assign(node.attributes, { body: Object.assign(loop().body, { parent: other }) });
    expect(breaches(graph)).toContainEqual(`${node.name}: the body of ${node.name} belongs to another graph`);
  });

  it("a body of another number of inputs, or of other types", () => {
    const { graph, node, body } = loop();
    const state = body.inputs[0]!;
    const wrong = new Tensor(body, state.name, "float32", [3], { kind: "input" });
    body.inputs[0] = wrong;
    expect(breaches(graph)).toContainEqual(
      `${node.name}: ${wrong.name} is float32[3], ${node.name} gives it float32[2]`,
    );
    body.inputs.unshift();
    body.inputs.push(new Tensor(body, "more", "float32", [], { kind: "input" }));
    expect(breaches(graph)).toContainEqual(
      `${node.name}: the body of ${node.name} has 3 inputs, the node gives it 2`,
    );
  });

  it("an outer tensor that is not among its inputs", () => {
    const { graph, node, w } = loop();
    node.inputs = node.inputs.filter((input) => input !== w);
    expect(breaches(graph)).toEqual([
      `${node.name}: the body of ${node.name} reads w, which is not among its inputs`,
    ]);
  });

  it("an output that the body does not compute", () => {
    const { graph, node, body } = loop();
    const [name] = [...body.outputs.keys()];
    body.outputs.set(name!, body.inputs[0]!);
    expect(breaches(graph)).toContainEqual(
      `${node.name}: the output ${name} of the body of ${node.name} is not computed in the body`,
    );
  });

  it("a body that reads what its loop comes before", () => {
    const { graph, node, body } = loop();
    const late = identity(graph.parameters[0]!);
    body.nodes[0]!.inputs = [body.nodes[0]!.inputs[0]!, late];
    node.inputs = [...node.inputs, late];
    expect(breaches(graph)[0]).toContain(`reads ${late.name} before it is defined`);
  });
});
