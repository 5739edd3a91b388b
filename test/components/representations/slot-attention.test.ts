import { describe, expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import {
  built,
  difference,
  normals,
  slot,
  tokenInputs,
  tokenVectors,
  type Value,
} from "../models/harness.js";

const DIM = 3;
const lstm = { BiLSTM: { lstm_dim: 2, dropout: 0 } };
const rows = [
  { name: "long", length: 4 },
  { name: "short", length: 1 },
];

async function ready(raw: unknown, mode: Mode = "infer", store = new ParameterStore(2)) {
  const value = slot("representation", raw);
  const target = await built(await engine("onnxruntime"), mode, store, (scope) =>
    scope.part("representation", value, "rep", (representation, config, at) => {
      const { doc, tokens } = representation.build(at, config, tokenInputs(scope, DIM));
      return { ...(doc && { doc }), tokens: tokens! };
    }),
  );
  for (const { name, data } of store) data.set(normals(data.length, name.replace(".lstm", "")));
  return target;
}

const run = async (raw: unknown) => (await ready(raw)).run(tokenVectors(rows, 4, DIM));

/** The first half of each word's features, or the second. */
function half({ dims, data }: Value, which: 0 | 1): Value {
  const [batch, tokens, dim] = dims as [number, number, number];
  const size = dim / 2;
  return {
    dims: [batch, tokens, size],
    data: data.filter((_, i) => Math.floor((i % dim) / size) === which),
  };
}

describe("BiLSTMDocSlotAttention", () => {
  it("gives the words' states, and what its pooling makes of them", async () => {
    const { doc, tokens } = await run({ BiLSTMDocSlotAttention: { lstm, pooling: "MeanPool" } });
    const { tokens: states } = await run(lstm);
    expect(difference(tokens!, states!)).toBe(0);
    const means = rows.flatMap(({ length }, row) =>
      Array.from({ length: 4 }, (_, k) => {
        const of = Array.from({ length }, (_, t) => states!.data[(row * 4 + t) * 4 + k]!);
        return of.reduce((a, b) => a + b, 0) / length;
      }),
    );
    expect(difference(doc!, { dims: [2, 4], data: means })).toBeLessThan(1e-6);
  });

  it("puts the attended words beside each word, the text's vector aside", async () => {
    const settings = { lstm, pooling: "MaxPool" };
    const plain = await run({ BiLSTMDocSlotAttention: settings });
    const attended = await run({
      BiLSTMDocSlotAttention: { ...settings, slot_attention: { attention_type: "multiply" } },
    });
    expect(difference(plain.doc!, attended.doc!)).toBe(0);
    expect(difference(plain.tokens!, half(attended.tokens!, 0))).toBe(0);
    // A text of one word can only attend to that word.
    const [own, seen] = [half(attended.tokens!, 0), half(attended.tokens!, 1)];
    expect(seen.data.slice(16, 20)).toEqual(own.data.slice(16, 20));
    expect(difference(own, seen)).toBeGreaterThan(0.01);
  });

  it("drops out what it gives, in training only", async () => {
    const raw = { BiLSTMDocSlotAttention: { lstm, pooling: "MaxPool", dropout: 0.25 } };
    const { scope } = await ready(raw, "train");
    expect(scope.masks.map(({ shape, keep }) => [shape, keep])).toEqual([
      [["batch", "tokens", 4], 0.75],
      [["batch", 4], 0.75],
    ]);
    expect((await ready(raw)).scope.masks).toEqual([]);
  });

  it("names its parameters by part", async () => {
    const store = new ParameterStore(2);
    const mlp = { hidden_dims: [2] };
    const slot_attention = { attention_type: "concat", attn_dimension: 5 };
    await ready(
      {
        BiLSTMDocSlotAttention: { lstm, pooling: "MaxPool", slot_attention, doc_mlp: mlp, word_mlp: mlp },
      },
      "train",
      store,
    );
    const shapes = Object.fromEntries([...store].map(({ name, shape }) => [name, shape]));
    expect(shapes).toMatchObject({
      "rep.lstm.layer0.forward.weight_ih": [DIM, 8],
      "rep.slot_attention.query.weight": [4, 5],
      "rep.slot_attention.key.weight": [4, 5],
      "rep.slot_attention.score.weight": [5, 1],
      "rep.doc_mlp.layer0.weight": [4, 2],
      "rep.word_mlp.layer0.weight": [8, 2],
    });
  });
});

describe("wrong settings of slot attention are told", () => {
  it.each([
    [{ BiLSTMSlotAttention: { slot_attention: { attention_type: "dott" } } }, "dot"],
    [{ BiLSTMDocSlotAttention: { slot_attention: { attn_dimension: 0 } } }, "attn_dimension"],
    [{ BiLSTMDocSlotAttention: { word_mlp: { dropout: 0.5 } } }, "word_mlp.dropout"],
    [{ BiLSTMSlotAttention: { mlp: { layer_norm: true } } }, "mlp.layer_norm"],
  ])("%o", (raw, told) => {
    expect(() => slot("representation", raw)).toThrow(told);
  });

  it.each(["BiLSTMSlotAttention", "BiLSTMDocSlotAttention"])(
    "%s refuses a representation that gives no words",
    async (name) => {
      await expect(ready({ [name]: { lstm: "DocNNRepresentation" } })).rejects.toThrow(
        /rep\.lstm\n.*DocNNRepresentation gives a vector of the text only.*\n.*BiLSTM/,
      );
    },
  );
});
