import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { decodeModel } from "../../../src/graph/onnx/decode.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { type ForeignGraph, ForeignPart, inlineGraph } from "../../../src/graph/onnx/inline.js";
import { add, cast, mul, pow } from "../../../src/graph/ops/elementwise.js";
import { densify } from "../../../src/graph/ops/lookup.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { unsqueeze } from "../../../src/graph/ops/shaping.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { Scope } from "../../../src/graph/scope.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { Context } from "../../../src/registry/context.js";
import { Registry } from "../../../src/registry/registry.js";
import { onnxruntimeEngine } from "./graphs.js";

interface Recorded {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
  readonly last_hidden_state: number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number[]>>;
}

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const recorded = JSON.parse(readFileSync(fixture("bert.json"), "utf8")) as Recorded;
const files = ["bert-torchscript.onnx", "bert-dynamo.onnx"];
const read = (file: string): ForeignGraph =>
  decodeModel(readFileSync(fixture(file)), { trained: true, widen: true });

function place(parameters = new ParameterStore(1)): {
  graph: Graph;
  scope: Scope;
  inputs: Record<string, Tensor>;
} {
  const graph = new Graph();
  const context = new Context(new Registry(), {
    log: { info: () => {}, warn: () => {} },
    settings: { seed: 1, threads: 1 },
  });
  const scope = Scope.root(graph, "train", parameters, context).child("encoder");
  const inputs = {
    input_ids: graph.input("ids", "int32", ["rows", "pieces"]),
    attention_mask: graph.input("mask", "bool", ["rows", "pieces"]),
  };
  return { graph, scope, inputs };
}

const size = [recorded.input_ids.length, recorded.input_ids[0]!.length];
const feeds: Record<string, HostTensor> = {
  ids: { dtype: "int32", dims: size, data: Int32Array.from(recorded.input_ids.flat()) },
  mask: { dtype: "bool", dims: size, data: Uint8Array.from(recorded.attention_mask.flat()) },
};

function expectClose(got: HostTensor | undefined, want: readonly number[]): void {
  expect(got!.data.length).toBe(want.length);
  for (const [i, value] of want.entries())
    expect(Math.abs(Number(got!.data[i]) - value), `element ${i}`).toBeLessThan(2e-5 * (1 + Math.abs(value)));
}

describe.each(files)("a BERT from a file as a part of another graph (%s)", (file) => {
  it("gives PyTorch's states and gradients, other types and names of sizes notwithstanding", async () => {
    const store = new ParameterStore(1);
    const { graph, scope, inputs } = place(store);
    const found = inlineGraph(scope, read(file), inputs);
    const [hidden, pooled] = [found.last_hidden_state!, found.pooler_output!];
    expect(String(hidden)).toBe("float32[rows,pieces,8]");
    const mask = unsqueeze(cast(inputs.attention_mask!, "float32"), [2]);
    const loss = add(reduceSum(mul(mul(hidden, hidden), mask), []), reduceSum(pow(pooled, 3), []));
    graph.output("loss", loss);
    graph.output("hidden", hidden);
    const names = Object.keys(recorded.gradients);
    const weights = names.map((name) => graph.parameters.find((each) => each.name === `encoder.m.${name}`)!);
    for (const [i, gradient] of gradients(loss, weights).entries()) {
      if (gradient === null) throw new Error(`no gradient for ${names[i]}`);
      graph.output(names[i]!, isSparse(gradient) ? densify(gradient, weights[i]!.dim(0)) : gradient);
    }
    verifyGraph(graph);
    const program = await (await onnxruntimeEngine()).compile(graph);
    const results = await program.run({ ...feeds, ...store.feeds() });
    expectClose(results.hidden, recorded.last_hidden_state);
    expectClose(results.loss, [recorded.loss]);
    for (const [name, want] of Object.entries(recorded.gradients)) expectClose(results[name], want);
    await program.release();
  });

  it("is kept without its weights and read back under the same names", () => {
    const foreign = read(file);
    const { model } = encodeModel(foreign.graph);
    const again = decodeModel(model);
    const name = ({ name: own }: Tensor): string => own;
    expect(again.values).toEqual({});
    expect(again.graph.parameters.map(name).sort()).toEqual(foreign.graph.parameters.map(name).sort());
    const [first, second] = [place(), place()];
    inlineGraph(first.scope, foreign, first.inputs);
    expect(() => inlineGraph(second.scope, again, second.inputs)).toThrow(
      /there is no value for the stored tensor/,
    );
  });

  it("is built as far as it is read, once, and stays as it is when frozen", () => {
    const store = new ParameterStore(1);
    const { graph, scope, inputs } = place(store);
    const part = new ForeignPart(scope, read(file), inputs, true);
    part.value("last_hidden_state");
    const nodes = graph.nodes.length;
    expect(graph.parameters.filter(({ name }) => name.includes("pooler"))).toEqual([]);
    part.value("last_hidden_state");
    expect(graph.nodes.length).toBe(nodes);
    part.value("pooler_output");
    expect(graph.nodes.length).toBeGreaterThan(nodes);
    expect([...store].every(({ trainable }) => !trainable)).toBe(true);
  });

  it("names what does not fit", () => {
    const { scope, inputs, graph } = place();
    const foreign = read(file);
    expect(() => inlineGraph(scope, foreign, inputs, ["last_hidden_stat"])).toThrow(
      /did you mean "last_hidden_state"/,
    );
    expect(() => inlineGraph(scope, foreign, { ...inputs, input_id: inputs.input_ids! })).toThrow(
      /no input "input_id"/,
    );
    expect(() => inlineGraph(scope, foreign, { input_ids: inputs.input_ids! })).toThrow(
      /"attention_mask" is not given/,
    );
    const flat = { ...inputs, input_ids: graph.input("flat", "int64", ["rows"]) };
    expect(() => inlineGraph(scope, foreign, flat)).toThrow(/what is given has the shape \[rows\]/);
  });
});
