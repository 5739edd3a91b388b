import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { readModel } from "../../../src/graph/onnx/file.js";
import { add, cast, mul, pow } from "../../../src/graph/ops/elementwise.js";
import { densify } from "../../../src/graph/ops/lookup.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { unsqueeze } from "../../../src/graph/ops/shaping.js";
import { optimize } from "../../../src/graph/passes.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { integers, onnxruntimeEngine } from "./graphs.js";

interface Recorded {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
  readonly last_hidden_state: number[];
  readonly pooler_output: number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number[]>>;
}

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const recorded = JSON.parse(readFileSync(fixture("bert.json"), "utf8")) as Recorded;

function expectClose(got: HostTensor | undefined, want: readonly number[]): void {
  const values = Array.from(got!.data as Float32Array);
  expect(values).toHaveLength(want.length);
  for (const [i, value] of want.entries()) {
    expect(Math.abs(values[i]! - value), `element ${i}: ${values[i]} for ${value}`).toBeLessThan(
      2e-5 * (1 + Math.abs(value)),
    );
  }
}

describe.each(["bert-torchscript.onnx", "bert-dynamo.onnx"])("a BERT that PyTorch exported (%s)", (file) => {
  const rows = (ids: number[][]): HostTensor => integers([ids.length, ids[0]!.length], ids.flat());
  const feeds = { input_ids: rows(recorded.input_ids), attention_mask: rows(recorded.attention_mask) };

  it("predicts what it predicts in PyTorch, also after the passes", async () => {
    const { graph, values } = await readModel(fixture(file));
    const runtime = await onnxruntimeEngine();
    expect([...graph.outputs.values()].map(String)).toEqual([
      "float32[batch,sequence,8]",
      "float32[batch,8]",
    ]);
    for (const prepare of [verifyGraph, optimize]) {
      prepare(graph);
      const results = await (await runtime.compile(graph, { frozen: values })).run(feeds);
      expectClose(results.last_hidden_state, recorded.last_hidden_state);
      expectClose(results.pooler_output, recorded.pooler_output);
    }
  });

  it("can be trained further: its gradients are PyTorch's", async () => {
    const { graph, values } = await readModel(fixture(file));
    const [hidden, pooled] = ["last_hidden_state", "pooler_output"].map(
      (name) => graph.outputs.get(name)!,
    ) as [Tensor, Tensor];
    const mask = unsqueeze(cast(graph.inputs.find(({ name }) => name === "attention_mask")!, "float32"), [2]);
    const loss = add(reduceSum(mul(mul(hidden, hidden), mask), []), reduceSum(pow(pooled, 3), []));
    graph.output("loss", loss);
    const names = Object.keys(recorded.gradients);
    const weights = names.map(
      (name) => graph.parameters.find((parameter) => parameter.name === `m.${name}`)!,
    );
    for (const [i, gradient] of gradients(loss, weights).entries()) {
      if (gradient === null) throw new Error(`no gradient for ${names[i]}`);
      graph.output(names[i]!, isSparse(gradient) ? densify(gradient, weights[i]!.dim(0)) : gradient);
    }
    verifyGraph(graph);
    const results = await (await (await onnxruntimeEngine()).compile(graph)).run({ ...feeds, ...values });
    expectClose(results.loss, [recorded.loss]);
    for (const [name, want] of Object.entries(recorded.gradients)) expectClose(results[name], want);
  });
});
