import { describe, expect, it } from "vitest";
import { dataComponents } from "../../../src/components/data/index.js";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import { div } from "../../../src/graph/ops/elementwise.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { PAD_ID } from "../../../src/text/vocabulary.js";
import { type EngineName, engine, engineNames } from "../../graph/engines.js";
import {
  type Built,
  built,
  difference,
  gradientError,
  normals,
  slot,
  testContext,
  withGradients,
} from "./harness.js";
import { type ModelOnRows, modelOnRows } from "./task.js";

const rows = [
  { text: "good good film", label: "yes", tags: ["a", "b"], numbers: [1, 0.5] },
  { text: "bad", label: "no", tags: [], numbers: [-1, 2] },
  { text: "", label: "no", tags: ["c"], numbers: [0, 0] },
  { text: "a good bad long film it was", label: "maybe", tags: ["a"], numbers: [3, -2] },
];
const two = rows.map((row) => ({ ...row, label: row.label === "yes" ? "yes" : "no" }));

const small = { WordEmbedding: { embed_dim: 4 } };
const inputs = { dense: { FloatListTensorizer: { column: "numbers" } }, chars: "CharacterTokenTensorizer" };
const tags = { LabelListTensorizer: { column: "tags" } };
const tfidf = { NGramTensorizer: { weighting: "tfidf" } };

const models: readonly {
  readonly title: string;
  readonly raw: unknown;
  readonly rows: typeof rows;
  readonly labels: number;
}[] = [
  {
    title: "DocNN",
    raw: { DocModel: { embedding: small, representation: { DocNNRepresentation: { kernel_num: 3 } } } },
    rows,
    labels: 3,
  },
  {
    title: "BiLSTM with attention, one logit",
    raw: {
      DocModel: {
        embedding: small,
        representation: { BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 3, dropout: 0 } } } },
        output_layer: "BinaryClassificationOutputLayer",
      },
    },
    rows: two,
    labels: 2,
  },
  {
    title: "words, characters and dense numbers, several labels",
    raw: {
      DocModel: {
        inputs: { ...inputs, labels: tags },
        embedding: {
          EmbeddingList: {
            embeddings: [small, { CharacterEmbedding: { embed_dim: 3, kernel_num: 2, highway_layers: 1 } }],
          },
        },
        representation: { PureDocAttention: { pooling: "MeanPool" } },
        decoder: { MLPDecoder: { hidden_dims: [4], activation: "tanh" } },
        output_layer: { MultiLabelClassificationOutputLayer: { label_weights: { a: 2 } } },
      },
    },
    rows,
    labels: 3,
  },
  { title: "mean of n-gram vectors", raw: { BagOfNGramsModel: { embed_dim: 5 } }, rows, labels: 3 },
  {
    title: "mean of n-gram vectors, deeper",
    raw: {
      BagOfNGramsModel: {
        embed_dim: 4,
        decoder: { MLPDecoder: { hidden_dims: [3], activation: "tanh" } },
        dropout: 0.3,
      },
    },
    rows,
    labels: 3,
  },
  {
    title: "linear model over TF-IDF with focal loss",
    raw: {
      BagOfNGramsModel: {
        embed_dim: null,
        inputs: { ngrams: tfidf },
        output_layer: { ClassificationOutputLayer: { loss: "FocalLoss" } },
      },
    },
    rows,
    labels: 3,
  },
];

/** Noticeable numbers everywhere, but zeros for the padding row of word vectors, which stays so in training. */
function lively(store: ParameterStore): void {
  for (const { name, shape, data } of store) {
    data.set(normals(data.length, name).map((x) => x * 0.5));
    if (/embedding(\.\d)?\.weight$/.test(name)) data.fill(0, PAD_ID * shape[1]!, (PAD_ID + 1) * shape[1]!);
  }
}

async function scores(
  model: ModelOnRows,
  store: ParameterStore,
  mode: Mode,
  name: EngineName = "onnxruntime",
): Promise<Built> {
  return built(
    await engine(name),
    mode,
    store,
    (scope) => ({ scores: model.build(scope, false).outputs.scores! }),
    model.context,
  );
}

/** Loss (mean) and all gradients. */
async function step(model: ModelOnRows, store: ParameterStore, name: EngineName): Promise<Built> {
  const build = withGradients((scope) => {
    const { loss } = model.build(scope);
    return div(loss!.sum, loss!.count);
  });
  return built(await engine(name), "train", store, build, model.context);
}

describe.each(models)("$title", ({ raw, rows: data, labels }) => {
  it.each(["train", "infer"] as const)(
    "predicts the same for a row whatever stands beside it, in mode %s",
    async (mode) => {
      const model = await modelOnRows(raw, data);
      const store = new ParameterStore(1);
      const target = await scores(model, store, mode);
      lively(store);
      const together = (await target.run(model.feeds([0, 1, 2, 3], false))).scores!;
      expect(together.dims).toEqual([4, labels]);
      expect(together.data.every((score) => score > 0 && score < 1)).toBe(true);
      for (let row = 0; row < 4; row++) {
        const alone = (await target.run(model.feeds([row], false))).scores!;
        const own = { dims: [1, labels], data: together.data.slice(row * labels, (row + 1) * labels) };
        expect(difference(alone, own)).toBeLessThan(1e-6);
      }
      expect(target.graph.inputs.map(({ name }) => name)).not.toContain("labels");
    },
  );

  it("predicts in training without dropout what it predicts in inference", async () => {
    const model = await modelOnRows(raw, data);
    const store = new ParameterStore(1);
    const [train, infer] = [await scores(model, store, "train"), await scores(model, store, "infer")];
    lively(store);
    const feeds = model.feeds([0, 1, 2, 3], false);
    expect(difference((await train.run(feeds)).scores!, (await infer.run(feeds)).scores!)).toBeLessThan(2e-6);
  });

  it("has the gradients that finite differences give", async () => {
    const model = await modelOnRows(raw, data);
    const store = new ParameterStore(1);
    const target = await step(model, store, "onnxruntime");
    lively(store);
    expect(await gradientError(target, store, model.feeds([0, 1, 2, 3]), [], 3e-3)).toBeLessThan(3e-3);
  });

  it("takes the same training step on every engine", async () => {
    const model = await modelOnRows(raw, data);
    const after = await Promise.all(
      engineNames.map(async (name) => {
        const store = new ParameterStore(1);
        const target = await step(model, store, name);
        lively(store);
        const first = await target.run(model.feeds([0, 1, 2, 3]));
        for (const { name: parameter, data: values } of store) {
          first[`d:${parameter}`]!.data.forEach((gradient, i) => {
            values[i]! -= 0.1 * gradient;
          });
        }
        return { first, second: await target.run(model.feeds([3, 1])) };
      }),
    );
    const [reference, ...others] = after;
    expect(reference!.second.loss!.data[0]).not.toBe(reference!.first.loss!.data[0]);
    for (const other of others) {
      for (const name of Object.keys(reference!.first)) {
        expect(difference(other.first[name]!, reference!.first[name]!), name).toBeLessThan(3e-6);
        expect(difference(other.second[name]!, reference!.second[name]!), name).toBeLessThan(3e-6);
      }
    }
  });

  it("learns its four rows by heart", async () => {
    const model = await modelOnRows(raw, data);
    const store = new ParameterStore(1);
    const target = await step(model, store, "onnxruntime");
    const feeds = model.feeds([0, 1, 2, 3]);
    const before = (await target.run(feeds)).loss!.data[0]!;
    const moments = new Map(
      [...store].map(({ name, data: values }) => [name, new Float64Array(values.length)]),
    );
    for (let i = 0; i < 150; i++) {
      const results = await target.run(feeds);
      for (const { name, data: values } of store) {
        const squares = moments.get(name)!;
        results[`d:${name}`]!.data.forEach((gradient, j) => {
          squares[j]! += gradient * gradient;
          values[j]! -= (0.3 * gradient) / (Math.sqrt(squares[j]!) + 1e-8);
        });
      }
    }
    expect((await target.run(feeds)).loss!.data[0]!).toBeLessThan(0.15 * before);
  });
});

describe("gradients of tables", () => {
  it.each([
    ["model.embedding.weight", models[0]!.raw],
    ["model.embedding.weight", models[1]!.raw],
    ["model.weight", models[3]!.raw],
    ["model.weight", models[5]!.raw],
  ] as const)("%s is sparse in rows", async (name, raw) => {
    const model = await modelOnRows(raw, raw === models[1]!.raw ? two : rows);
    await built(
      await engine("onnxruntime"),
      "train",
      new ParameterStore(1),
      (scope) => {
        const { loss } = model.build(scope);
        const table = scope.graph.parameters.find((parameter) => parameter.name === name)!;
        const [gradient] = gradients(loss!.sum, [table]);
        expect(gradient !== null && isSparse(gradient!)).toBe(true);
        return { sum: loss!.sum };
      },
      model.context,
    );
  });
});

describe("BagOfNGramsModel", () => {
  it("adds up weights times rows of logits when it is linear", async () => {
    const model = await modelOnRows({ BagOfNGramsModel: { embed_dim: null } }, two);
    const store = new ParameterStore(1);
    const target = await scores(model, store, "infer");
    expect([...store].map(({ name, shape }) => [name, shape.at(-1)])).toEqual([
      ["model.weight", 2],
      ["model.bias", 2],
    ]);
    const { vocabulary } = model.tensorizers.get("ngrams") as unknown as {
      vocabulary: { id(gram: string): number };
    };
    const table = store.get("model.weight")!.data;
    table.set([0.25, -0.5], 2 * vocabulary.id("good"));
    store.get("model.bias")!.data.set([1, 0]);
    const { scores: got } = await target.run(model.feeds([0, 2], false));
    const logits = [2 * 0.25 + 1, 2 * -0.5, 1, 0]; // "good" twice, then nothing at all
    const softmax = (a: number, b: number) =>
      [Math.exp(a), Math.exp(b)].map((x) => x / (Math.exp(a) + Math.exp(b)));
    const expected = [...softmax(logits[0]!, logits[1]!), ...softmax(logits[2]!, logits[3]!)];
    expect(difference(got!, { dims: [2, 2], data: expected })).toBeLessThan(1e-6);
  });

  it("leaves n-grams out in training only", async () => {
    const model = await modelOnRows(models[4]!.raw, rows);
    expect((await scores(model, new ParameterStore(1), "train")).scope.masks).toMatchObject([
      { keep: 0.7, shape: ["batch", "ngrams"] },
    ]);
    expect((await scores(model, new ParameterStore(1), "infer")).scope.masks).toEqual([]);
  });

  it("refuses a decoder for a linear model, which has nothing to decode", () => {
    const raw = { BagOfNGramsModel: { embed_dim: null, decoder: "MLPDecoder" } };
    expect(() => slot("model", raw, testContext(...dataComponents))).toThrow(
      /decoder.*\n.*embed_dim is null/,
    );
  });
});

describe("DocModel", () => {
  it("refuses an input that nothing reads", async () => {
    const raw = { DocModel: { inputs: { chars: "CharacterTokenTensorizer" }, embedding: small } };
    const model = await modelOnRows(raw, rows);
    await expect(scores(model, new ParameterStore(1), "infer")).rejects.toThrow(
      /inputs\.chars\n.*no part of the model reads it/,
    );
  });

  it("refuses a representation that gives vectors of words only", async () => {
    const model = await modelOnRows({ DocModel: { embedding: small, representation: "BiLSTM" } }, rows);
    await expect(scores(model, new ParameterStore(1), "infer")).rejects.toThrow(
      /model\.representation\n.*vectors of words only/,
    );
  });

  it("says which input an embedding misses", async () => {
    const model = await modelOnRows({ DocModel: { embedding: "CharacterEmbedding" } }, rows);
    await expect(scores(model, new ParameterStore(1), "infer")).rejects.toThrow(
      /inputs\.chars\n.*CharacterEmbedding reads/,
    );
  });

  it("says that a binary layer takes two labels", async () => {
    const model = await modelOnRows(models[1]!.raw, rows);
    await expect(scores(model, new ParameterStore(1), "infer")).rejects.toThrow(
      /two labels, but there are 3/,
    );
  });
});
