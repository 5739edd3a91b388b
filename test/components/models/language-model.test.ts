import { describe, expect, it } from "vitest";
import { ModelInputs } from "../../../src/components/contracts.js";
import { dataComponents } from "../../../src/components/data/index.js";
import type { RunningText } from "../../../src/components/data/tensorizers/running-text-tensorizer.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  floats,
  gradientError,
  ints,
  normals,
  slot,
  testContext,
  withGradients,
} from "./harness.js";

const words = ["a", "b", "c", "d", "e"];
const HIDDEN = 3;

async function model(config: object) {
  const context = testContext(...dataComponents);
  const raw = { LMLSTM: { lstm_dim: HIDDEN, embedding: { WordEmbedding: { embed_dim: 4 } }, ...config } };
  const { component, config: resolved } = context.part(
    "language_model",
    slot("language_model", raw, context),
  );
  const { component: tensorizer, config: options } = context.part(
    "tensorizer",
    component.inputs(resolved).tokens!,
  );
  const tokens = tensorizer.create(options, context, "tokens") as RunningText;
  tokens.observe({ values: { text: words.join(" ") }, origin: "row" });
  await tokens.finish();
  const build = (scope: Scope) => {
    const input = { tensorizer: tokens, tensors: tokens.build(scope, "ids") };
    const inputs = new ModelInputs(
      new Map([
        ["tokens", input],
        ["next", input],
      ]),
    );
    return scope.within("model", (at) => component.build(at, resolved, inputs, {}));
  };
  return { context, build };
}

/** Three rows of different lengths, the last without tokens, that go on from states. */
const feeds: Record<string, HostTensor> = {
  tokens: ints([3, 4], [3, 5, 4, 7, 6, 3, 1, 1, 1, 1, 1, 1]),
  tokens_before: ints([3], [2, 5, 4]),
  "model.state": floats([3, 4 * HIDDEN], normals(3 * 4 * HIDDEN, "state")),
};

async function ready(config: object): Promise<ParameterStore> {
  const { build, context } = await model(config);
  const store = new ParameterStore(2);
  const make = (scope: Scope) => ({ loss: build(scope).loss!.sum });
  await built(await engine("onnxruntime"), "infer", store, make, context);
  for (const { name, data } of store) data.set(normals(data.length, name).map((value) => value * 0.7));
  // The vector of padding is zeros, and stays so.
  store.get("model.embedding.weight")!.data.fill(0, 4, 8);
  return store;
}

const kinds: readonly [string, object][] = [
  ["with weights of their own", {}],
  ["with tied weights and a projection", { tied_weights: true, projection_dim: 4 }],
  ["with tied weights", { tied_weights: true, lstm_dim: 4, embedding: { WordEmbedding: { embed_dim: 4 } } }],
  ["with an adaptive softmax", { softmax: { AdaptiveSoftmax: { cutoffs: [3, 6] } } }],
];

describe.each(kinds)("LMLSTM %s", (_title, config) => {
  const width = "lstm_dim" in config ? 4 : HIDDEN;
  const given = { ...feeds, "model.state": floats([3, 4 * width], normals(12 * width, "state")) };

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    const { build, context } = await model(config);
    const store = await ready(config);
    const loss = withGradients((scope) => build(scope).loss!.sum);
    const target = await built(await engine(name), "train", store, loss, context);
    expect(await gradientError(target, store, given)).toBeLessThan(2e-3);
  });

  it("gives the same surprisals and next states in training and in inference, zeros at padding", async () => {
    const store = await ready(config);
    const results = [];
    for (const mode of ["train", "infer"] as const satisfies readonly Mode[]) {
      const { build, context } = await model(config);
      const make = (scope: Scope) => {
        const { outputs, loss } = build(scope);
        return { ...outputs, count: loss!.count, next: scope.carried[0]!.next };
      };
      results.push(await (await built(await engine("onnxruntime"), mode, store, make, context)).run(given));
    }
    const [train, infer] = results;
    expect(difference(train!.surprisal!, infer!.surprisal!)).toBeLessThan(1e-5);
    expect(difference(train!.next!, infer!.next!)).toBeLessThan(1e-5);
    expect(train!.count!.data).toEqual([6]);
    expect(infer!.surprisal!.data.slice(6)).toEqual([0, 0, 0, 0, 0, 0]);
    const [states, next] = [given["model.state"].data as Float32Array, infer!.next!.data];
    expect(next.slice(-4 * width)).toEqual([...states.slice(-4 * width)]); // the row without tokens
    expect(next.slice(0, 4 * width)).not.toEqual([...states.slice(0, 4 * width)]);
  });
});

it("LMLSTM begins with zeros and hands nothing on where runs stand alone", async () => {
  const { build, context } = await model({});
  const store = await ready({});
  const alone = await built(
    await engine("onnxruntime"),
    "infer",
    store,
    (scope) => build(scope.alone()).outputs,
    context,
  );
  expect(alone.graph.inputs.map(({ name }) => name).sort()).toEqual(["tokens", "tokens_before"]);
  const carried = await built(
    await engine("onnxruntime"),
    "infer",
    store,
    (scope) => build(scope).outputs,
    context,
  );
  const zeros = { ...feeds, "model.state": floats([3, 4 * HIDDEN], new Float32Array(12 * HIDDEN)) };
  const { "model.state": _, ...without } = feeds;
  const [a, b] = [await alone.run(without), await carried.run(zeros)];
  expect(difference(a.surprisal!, b.surprisal!)).toBeLessThan(1e-6);
});

it("LMLSTM drops out before each layer and before the softmax, for each token or for each row", async () => {
  const masks = async (config: object) => {
    const { build, context } = await model({ dropout: 0.5, ...config });
    const make = (scope: Scope) => ({ loss: build(scope).loss!.sum });
    const target = await built(await engine("onnxruntime"), "train", new ParameterStore(1), make, context);
    return Object.fromEntries(target.scope.masks.map(({ name, shape }) => [name, shape]));
  };
  expect(await masks({})).toEqual({
    "model.embedded.dropout0": ["batch", "tokens", 4],
    "model.lstm.layer1.dropout1": ["tokens", "batch", HIDDEN],
    "model.output.dropout2": ["batch", "tokens", HIDDEN],
  });
  expect(Object.values(await masks({ variational_dropout: true }))).toEqual([
    ["batch", 1, 4],
    [1, "batch", HIDDEN],
    ["batch", 1, HIDDEN],
  ]);
});
