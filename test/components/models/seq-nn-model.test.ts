import { describe, expect, it } from "vitest";
import type { VocabularyHolder } from "../../../src/components/data/tensorizers/vocabulary-holder.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { engine, engineNames } from "../../graph/engines.js";
import { built, difference, gradientError, normals, withGradients } from "./harness.js";
import { modelOnRows } from "./task.js";

const values = [
  { text_seq: ["wake me 🌞 at nine", "no , at ten", "cancel that"], label: "alarm" },
  { text_seq: ["play jazz"], label: "music" },
  { text_seq: [], label: "none" },
  { text_seq: ["play jazz", "", "louder"], label: "music" },
  { text_seq: ["", ""], label: "none" },
];
const mean = { BiLSTMDocAttention: { lstm: "PassThroughRepresentation", pooling: "MeanPool", dropout: 0 } };
const embedding = { WordEmbedding: { embed_dim: 3 } };
const byMeans = {
  SeqNNModel: {
    embedding,
    representation: { SeqRepresentation: { doc_representation: mean, seq_representation: mean } },
  },
};
const trained = {
  SeqNNModel: {
    embedding,
    representation: {
      SeqRepresentation: {
        doc_representation: { DocNNRepresentation: { kernel_num: 2, kernel_sizes: [2], dropout: 0 } },
        seq_representation: {
          BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 2, dropout: 0 } }, dropout: 0 },
        },
      },
    },
  },
};

function filled(store: ParameterStore): void {
  for (const { name, data, shape } of store) {
    data.set(normals(data.length, name));
    if (name === "model.embedding.weight") data.fill(0, shape[1]!, 2 * shape[1]!);
  }
}

describe.each(engineNames)("SeqNNModel on %s", (name) => {
  it("scores the mean of the utterances by a linear layer and a softmax, computed by hand", async () => {
    const model = await modelOnRows(byMeans, values);
    const store = new ParameterStore(1);
    const target = await built(
      await engine(name),
      "infer",
      store,
      (scope) => model.build(scope, false).outputs,
    );
    filled(store);
    const { scores } = await target.run(model.feeds([0, 1, 2, 3, 4], false));
    const { vocabulary } = model.tensorizers.get("tokens") as VocabularyHolder;
    const [table, weight, bias] = ["embedding.weight", "decoder.layer0.weight", "decoder.layer0.bias"].map(
      (path) => store.get(`model.${path}`)!.data,
    );
    const labels = model.labels.labels!;
    const average = (all: readonly number[][]) =>
      [0, 1, 2].map((at) => all.reduce((sum, vector) => sum + vector[at]!, 0) / Math.max(1, all.length));
    for (const [row, { text_seq }] of values.entries()) {
      const last = text_seq.findLastIndex((text) => text !== "");
      const doc = average(
        text_seq.slice(0, last + 1).map((text) =>
          average(
            text
              .split(" ")
              .filter((word) => word !== "")
              .map((word) => Array.from(table!.slice(3 * vocabulary.id(word), 3 * vocabulary.id(word) + 3))),
          ),
        ),
      );
      const logits = labels.map((_, k) =>
        doc.reduce((sum, x, at) => sum + x * weight![at * labels.length + k]!, bias![k]!),
      );
      const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
      for (const [k, logit] of logits.entries())
        expect(scores!.data[row * labels.length + k]).toBeCloseTo(Math.exp(logit) / total, 5);
    }
  });

  it("scores a session the same whatever stands beside it", async () => {
    const model = await modelOnRows(trained, values);
    for (const mode of ["train", "infer"] as const) {
      const store = new ParameterStore(2);
      const target = await built(
        await engine(name),
        mode,
        store,
        (scope) => model.build(scope, false).outputs,
      );
      filled(store);
      const together = (await target.run(model.feeds([0, 1, 2, 3, 4], false))).scores!;
      for (const row of values.keys()) {
        const alone = (await target.run(model.feeds([row], false))).scores!;
        const same = together.data.slice(row * 3, row * 3 + 3);
        expect(difference(alone, { dims: [1, 3], data: same })).toBeLessThan(1e-6);
        expect(alone.data.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe("SeqNNModel", () => {
  it("has the gradients that finite differences have", async () => {
    const model = await modelOnRows(trained, values);
    const store = new ParameterStore(3);
    const target = await built(
      await engine("onnxruntime"),
      "train",
      store,
      withGradients((scope) => model.build(scope).loss!.sum),
      model.context,
    );
    filled(store);
    expect(await gradientError(target, store, model.feeds([0, 1, 2, 3]))).toBeLessThan(2e-3);
  });

  it("hears the order of the utterances", async () => {
    const model = await modelOnRows(trained, [
      { text_seq: ["play jazz", "cancel that"], label: "a" },
      { text_seq: ["cancel that", "play jazz"], label: "b" },
    ]);
    const store = new ParameterStore(4);
    const target = await built(
      await engine("onnxruntime"),
      "infer",
      store,
      (scope) => model.build(scope, false).outputs,
    );
    filled(store);
    const { scores } = await target.run(model.feeds([0, 1], false));
    expect(Math.abs(scores!.data[0]! - scores!.data[2]!)).toBeGreaterThan(1e-5);
  });

  it("says what to do about a text where a list is needed, and about parts for one text", async () => {
    await expect(modelOnRows(trained, [{ text_seq: "play jazz", label: "music" }])).rejects.toThrow(
      /PTX_DATA {2}rows:1\n.*"text_seq" should hold a JSON list of texts, such as \["where to\?", "home"\], but holds "play jazz"/,
    );
    const model = await modelOnRows({ SeqNNModel: { representation: "DocNNRepresentation" } }, values);
    const build = async () =>
      built(
        await engine("onnxruntime"),
        "infer",
        new ParameterStore(5),
        (scope) => model.build(scope).outputs,
      );
    await expect(build()).rejects.toThrow(
      /model\.representation\n.*DocNNRepresentation reads one text in each row.*\n.*SeqRepresentation/,
    );
    const text = await modelOnRows({ DocModel: { representation: "SeqRepresentation" } }, [
      { text: "a", label: "x" },
      { text: "b", label: "y" },
    ]);
    const other = async () =>
      built(
        await engine("onnxruntime"),
        "infer",
        new ParameterStore(6),
        (scope) => text.build(scope).outputs,
      );
    await expect(other()).rejects.toThrow(/model\.representation\n.*SeqTokenTensorizer/s);
  });
});
