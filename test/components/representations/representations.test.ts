import { describe, expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { PtxError } from "../../../src/registry/errors.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  gradientError,
  mixed,
  normals,
  slot,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";

const DIM = 4;
const mlp = { hidden_dims: [5, 3], activation: "tanh", layer_norm: true };

/** Every representation that gives a vector of the text, with its size. */
const texts: readonly { readonly title: string; readonly raw: unknown; readonly size: number }[] = [
  { title: "DocNN", raw: { DocNNRepresentation: { kernel_sizes: [1, 2, 3], kernel_num: 3 } }, size: 9 },
  {
    title: "DocNN of one window size",
    raw: { DocNNRepresentation: { kernel_sizes: [4], kernel_num: 2 } },
    size: 2,
  },
  {
    title: "BiLSTM with attention",
    raw: { BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 3 } } } },
    size: 6,
  },
  {
    title: "two GRU layers with maximum and hidden layers",
    raw: { BiLSTMDocAttention: { lstm: { BiGRU: { gru_dim: 2, num_layers: 2 } }, pooling: "MaxPool", mlp } },
    size: 3,
  },
  { title: "attention over words", raw: { PureDocAttention: {} }, size: DIM },
  { title: "a deep averaging network", raw: { PureDocAttention: { pooling: "MeanPool", mlp } }, size: 3 },
];

const rows = [
  { name: "long", length: 6 },
  { name: "short", length: 2 },
  { name: "empty", length: 0 },
  { name: "one", length: 1 },
];

function text(raw: unknown) {
  const value = slot("representation", raw);
  return (scope: Scope) =>
    scope.part("representation", value, "rep", (representation, config, at) =>
      representation.build(at, config, tokenInputs(scope, DIM)),
    );
}

async function docOf(raw: unknown, mode: Mode, store = new ParameterStore(9)) {
  return built(await engine("onnxruntime"), mode, store, (scope) => ({ doc: text(raw)(scope).doc! }));
}

function lively(store: ParameterStore): ParameterStore {
  for (const { name, data } of store) data.set(normals(data.length, name));
  return store;
}

describe.each(texts)("$title", ({ raw, size }) => {
  it.each(["train", "infer"] as const)(
    "gives a row the same vector whatever stands beside it, in mode %s",
    async (mode) => {
      const store = new ParameterStore(9);
      const target = await docOf(raw, mode, store);
      lively(store);
      const together = (await target.run(tokenVectors(rows, 9, DIM))).doc!;
      expect(together.dims).toEqual([rows.length, size]);
      expect(together.data.every(Number.isFinite)).toBe(true);
      for (const [i, row] of rows.entries()) {
        const alone = (await target.run(tokenVectors([row], Math.max(1, row.length), DIM))).doc!;
        const own = { dims: [1, size], data: together.data.slice(i * size, (i + 1) * size) };
        expect(difference(alone, own)).toBeLessThan(2e-6);
      }
    },
  );

  it("gives the same vectors in training without dropout as in inference", async () => {
    const store = new ParameterStore(9);
    const infer = await docOf(raw, "infer", store);
    lively(store);
    const train = await docOf(raw, "train", store);
    const feeds = tokenVectors(rows, 6, DIM);
    const [a, b] = [(await train.run(feeds)).doc!, (await infer.run(feeds)).doc!];
    expect(difference(a, b)).toBeLessThan(3e-6);
    expect(Math.max(...b.data.map(Math.abs))).toBeGreaterThan(0.05);
    expect(infer.scope.masks).toEqual([]);
    expect(train.scope.masks.length).toBeGreaterThan(0);
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    const store = new ParameterStore(9);
    const target = await built(
      await engine(name),
      "train",
      store,
      withGradients((scope) => mixed(text(raw)(scope).doc!), ["vectors"]),
    );
    for (const { name: parameter, data } of store)
      data.set(normals(data.length, parameter).map((value) => value * 0.6));
    expect(await gradientError(target, store, tokenVectors(rows, 6, DIM), ["vectors"], 2e-3)).toBeLessThan(
      4e-3,
    );
  });
});

describe("representations of words", () => {
  it.each([
    ["BiLSTM", { lstm_dim: 3, bidirectional: false }, 3],
    ["BiGRU", { gru_dim: 3 }, 6],
  ])("%s gives a state for every word and none for the text", async (name, config, width) => {
    const store = new ParameterStore(1);
    let doc: unknown;
    const target = await built(await engine("onnxruntime"), "train", store, (scope) => {
      const represented = text({ [name]: config })(scope);
      doc = represented.doc;
      return { tokens: represented.tokens! };
    });
    expect(doc).toBeNull();
    expect((await target.run(tokenVectors(rows, 6, DIM))).tokens!.dims).toEqual([4, 6, width]);
    expect(target.scope.masks[0]).toMatchObject({ shape: ["batch", 1, DIM], keep: 0.6 });
  });

  it("pooling something that gives no words is refused, naming what would do", async () => {
    const wrong = { BiLSTMDocAttention: { lstm: { DocNNRepresentation: {} } } };
    await expect(docOf(wrong, "infer")).rejects.toThrow(/rep\.lstm\n.*DocNNRepresentation.*\n.*BiLSTM/);
    await expect(docOf(wrong, "infer")).rejects.toThrow(PtxError);
  });
});

describe("DocNN", () => {
  it("is the largest answer over all windows that touch the text, edges included", async () => {
    const store = new ParameterStore(2);
    const target = await docOf(
      { DocNNRepresentation: { kernel_sizes: [2], kernel_num: 1, dropout: 0 } },
      "train",
      store,
    );
    const weight = [1, 10, 100, 1000, -1, -10, -100, -1000];
    store.get("rep.conv0.weight")!.data.set(weight);
    store.get("rep.conv0.bias")!.data.set([0.5]);
    const token = [1, 2, 3, 4];
    const vectors = new Float32Array(2 * 3 * DIM);
    vectors.set(token, 0);
    vectors.set([...token, ...token.map((x) => -x)], 3 * DIM);
    const { doc } = await target.run({
      vectors: { dtype: "float32", dims: [2, 3, DIM], data: vectors },
      mask: tokenVectors(
        [
          { name: "a", length: 1 },
          { name: "b", length: 2 },
        ],
        3,
        DIM,
      ).mask,
    });
    const full = 1 + 20 + 300 + 4000;
    // One token: the windows (padding, t) = -full and (t, padding) = full. Two: also (t, -t) = 2 full.
    expect(doc!.data).toEqual([full + 0.5, 2 * full + 0.5]);
  });

  it("names its parameters by window size's place", async () => {
    const store = new ParameterStore(2);
    await docOf({ DocNNRepresentation: {} }, "train", store);
    expect(Object.fromEntries([...store].map(({ name, shape }) => [name, shape]))).toEqual({
      "rep.conv0.weight": [3 * DIM, 100],
      "rep.conv0.bias": [100],
      "rep.conv1.weight": [4 * DIM, 100],
      "rep.conv1.bias": [100],
    });
  });
});

describe("wrong settings are told with their place and the rule", () => {
  it.each([
    [{ DocNNRepresentation: { kernel_sizes: [] } }, "kernel_sizes"],
    [{ DocNNRepresentation: { kernel_sizes: [0] } }, "kernel_sizes"],
    [{ DocNNRepresentation: { kernel_number: 3 } }, "kernel_num"],
    [{ BiLSTM: { dropout: 1 } }, "dropout"],
    [{ BiLSTMDocAttention: { pooling: "MaxPol" } }, "MaxPool"],
    [{ PureDocAttention: { mlp: { activation: "rellu" } } }, "activation"],
  ])("%o", (raw, told) => {
    expect(() => slot("representation", raw)).toThrow(told);
  });
});
