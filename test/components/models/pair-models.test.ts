/** @file Models of pairs: by hand and by finite differences; what the texts share, and what they do not. */
import { describe, expect, it, test } from "vitest";
import type { VocabularyHolder } from "../../../src/components/data/tensorizers/vocabulary-holder.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { engine, engineNames } from "../../graph/engines.js";
import { built, difference, gradientError, normals, withGradients } from "./harness.js";
import { type ModelOnRows, modelOnRows } from "./task.js";

const values = [
  { text1: "a red fox ran", text2: "the red fox", label: "same", score: 4, dense: "0.5 1" },
  { text1: "an old house", text2: "a house by the sea", label: "near", score: 2, dense: "1 0" },
  { text1: "the sea", text2: "", label: "far", score: 0, dense: "0 0" },
  { text1: "a tall tall man", text2: "man", label: "near", score: 3, dense: "2 1" },
];
const ROWS = [0, 1, 2, 3];

const mean = { PureDocAttention: { pooling: "MeanPool", dropout: 0 } };
const embedding = { WordEmbedding: { embed_dim: 3 } };
const trained = {
  embedding: { EmbeddingList: { embeddings: [embedding, { MatchEmbedding: { embed_dim: 2 } }] } },
  representation: { BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 2, dropout: 0 } }, dropout: 0 } },
};
const scored = { labels: { NumericLabelTensorizer: { column: "score" } } };

/** Parameters that are the same for the same path, or the same end of it. */
function fill(store: ParameterStore, named = (path: string) => path): void {
  for (const { name, data, shape } of store) {
    data.set(normals(data.length, named(name)));
    if (/embedding\w*\.(0\.)?weight$/.test(name) && shape[0]! > 2) data.fill(0, shape[1]!, 2 * shape[1]!);
  }
}

async function scoresOf(
  model: ModelOnRows,
  name: string,
  rows: readonly number[],
  mode: "train" | "infer" = "infer",
) {
  const store = new ParameterStore(1);
  const target = await built(
    await engine(name as never),
    mode,
    store,
    (scope) => model.build(scope, false).outputs,
    model.context,
  );
  fill(store);
  return { store, outputs: await target.run(model.feeds(rows, false)) };
}

describe.each(engineNames)("models of pairs on %s", (name) => {
  it.each([true, false])(
    "PairwiseModel decodes a, b, |a - b|, a * b and numbers beside, by hand (relations: %s)",
    async (encode_relations) => {
      const inputs = { dense: { FloatListTensorizer: { column: "dense", dim: 2 } } };
      const model = await modelOnRows(
        { PairwiseModel: { inputs, embedding, representation: mean, encode_relations } },
        values.map(({ dense, ...row }) => ({ ...row, dense: dense.split(" ").map(Number) })),
      );
      const { store, outputs } = await scoresOf(model, name, ROWS);
      const { vocabulary } = model.tensorizers.get("tokens1") as VocabularyHolder;
      const [table, weight, bias] = ["embedding.weight", "decoder.layer0.weight", "decoder.layer0.bias"].map(
        (path) => store.get(`model.${path}`)!.data,
      );
      const average = (text: string): number[] => {
        const words = text.split(" ").filter((word) => word !== "");
        return [0, 1, 2].map(
          (at) =>
            words.reduce((sum, word) => sum + table![3 * vocabulary.id(word) + at]!, 0) /
            Math.max(1, words.length),
        );
      };
      for (const [row, { text1, text2, dense }] of values.entries()) {
        const [a, b] = [average(text1), average(text2)];
        const relations = [a.map((x, i) => Math.abs(x - b[i]!)), a.map((x, i) => x * b[i]!)];
        const all = [a, b, encode_relations ? relations.flat() : [], dense.split(" ").map(Number)].flat();
        const logits = [0, 1, 2].map((k) =>
          all.reduce((sum, x, i) => sum + x * weight![i * 3 + k]!, bias![k]!),
        );
        const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
        for (const [k, logit] of logits.entries())
          expect(outputs.scores!.data[row * 3 + k]).toBeCloseTo(Math.exp(logit) / total, 4);
      }
    },
  );

  it.each([
    ["model", { PairwiseModel: trained }],
    ["regression_model", { PairwiseRegressionModel: { ...trained, inputs: scored } }],
    ["regression_model", { PairwiseCosineRegressionModel: { ...trained, inputs: scored } }],
  ] as const)("a pair's scores do not depend on the other rows of its batch (%s)", async (kind, raw) => {
    const model = await modelOnRows(raw, values, kind);
    for (const mode of ["train", "infer"] as const) {
      const together = (await scoresOf(model, name, ROWS, mode)).outputs.scores!;
      const width = together.data.length / ROWS.length;
      for (const row of ROWS) {
        const alone = (await scoresOf(model, name, [row], mode)).outputs.scores!;
        const same = together.data.slice(row * width, (row + 1) * width);
        expect(difference(alone, { dims: alone.dims, data: same })).toBeLessThan(1e-6);
      }
    }
  });
});

/** Loss and gradients of a model whose parameters are filled by name. */
async function differentiated(model: ModelOnRows, named?: (path: string) => string) {
  const store = new ParameterStore(3);
  const target = await built(
    await engine("onnxruntime"),
    "train",
    store,
    withGradients((scope) => model.build(scope).loss!.sum),
    model.context,
  );
  fill(store, named);
  return { store, target };
}

test.each([
  ["model", { PairwiseModel: trained }],
  ["model", { PairwiseModel: { ...trained, shared_representations: false } }],
  ["regression_model", { PairwiseRegressionModel: { ...trained, inputs: scored } }],
  ["regression_model", { PairwiseCosineRegressionModel: { ...trained, inputs: scored } }],
] as const)("gradients are those of finite differences (%s, %j)", async (kind, raw) => {
  const model = await modelOnRows(raw, values, kind);
  const { store, target } = await differentiated(model);
  expect(await gradientError(target, store, model.feeds(ROWS))).toBeLessThan(3e-3);
});

test("a shared representation has the gradients of both texts, added up", async () => {
  const own = { ...trained, shared_representations: false };
  const model = await modelOnRows({ PairwiseModel: trained }, values);
  const shared = await differentiated(model);
  // Both copies hold the values of the shared one.
  const apart = await differentiated(await modelOnRows({ PairwiseModel: own }, values), (path) =>
    path.replace(/representation[12]/, "representation"),
  );
  const [one, two] = [await shared.target.run(model.feeds(ROWS)), await apart.target.run(model.feeds(ROWS))];
  expect(one.loss!.data[0]).toBeCloseTo(two.loss!.data[0]!, 5);
  const names = Object.keys(one).filter((name) => name.startsWith("d:model.representation."));
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    const [first, second] = [1, 2].map(
      (n) => two[name.replace("representation", `representation${n}`)]!.data,
    );
    const sum = first!.map((x, i) => x + second![i]!);
    expect(difference(one[name]!, { dims: one[name]!.dims, data: sum })).toBeLessThan(1e-5);
    expect(Math.max(...second!.map(Math.abs))).toBeGreaterThan(0);
  }
});

describe("the words of both texts", () => {
  const words = (model: ModelOnRows, input: string) =>
    (model.tensorizers.get(input) as VocabularyHolder).vocabulary.words;

  it("have one vocabulary, counted together", async () => {
    const vocab = { vocab: { min_counts: 2 } };
    const inputs = {
      tokens1: { TokenTensorizer: { column: "text1", ...vocab } },
      tokens2: { TokenTensorizer: { column: "text2", ...vocab } },
    };
    const model = await modelOnRows({ PairwiseModel: { inputs } }, values);
    expect([...words(model, "tokens1")].sort()).toEqual([
      "a",
      "fox",
      "house",
      "man",
      "red",
      "sea",
      "tall",
      "the",
    ]);
    expect(words(model, "tokens2")).toBe(words(model, "tokens1"));
  });

  it("have two where embeddings are not shared", async () => {
    const model = await modelOnRows({ PairwiseModel: { shared_embeddings: false } }, values);
    expect(words(model, "tokens1")).toContain("old");
    expect(words(model, "tokens2")).not.toContain("old");
    const store = new ParameterStore(1);
    await built(await engine("onnxruntime"), "infer", store, (scope) => model.build(scope, false).outputs);
    expect(store.get("model.embedding1.weight")!.shape[0]).toBe(2 + words(model, "tokens1").length);
    expect(store.get("model.embedding2.weight")!.shape[0]).toBe(2 + words(model, "tokens2").length);
  });

  it.each([
    [
      { inputs: { tokens2: { TokenTensorizer: { column: "text2", vocab: { min_counts: 2 } } } } },
      /"tokens1" and "tokens2" have one vocabulary in this model, but their keys/,
    ],
    [
      { inputs: { tokens2: { CharacterTokenTensorizer: { column: "text2" } } } },
      /numbers stand for different words/,
    ],
    [{ shared_embeddings: false, embedding: "MatchEmbedding" }, /each text has numbers of its own/],
    [
      { embedding: "CharacterEmbedding" },
      /CharacterEmbedding reads the input "chars", which this model does not have of each text/,
    ],
    [{ representation: "BiLSTM" }, /a vector of the text is needed here/],
  ])("are refused where they do not fit: %j", async (options, message) => {
    const build = async () => {
      const model = await modelOnRows({ PairwiseModel: options }, values);
      await built(
        await engine("onnxruntime"),
        "infer",
        new ParameterStore(1),
        (scope) => model.build(scope, false).outputs,
        model.context,
      );
    };
    await expect(build()).rejects.toThrow(message);
  });
});

test("MatchEmbedding tells the words that the other text has; unknown words and padding match nothing", async () => {
  const inputs = {
    tokens1: { TokenTensorizer: { column: "text1", vocab: { min_counts: 2 } } },
    tokens2: { TokenTensorizer: { column: "text2", vocab: { min_counts: 2 } } },
  };
  const model = await modelOnRows(
    {
      PairwiseModel: {
        inputs,
        embedding: { MatchEmbedding: { embed_dim: 2 } },
        representation: mean,
        encode_relations: false,
      },
    },
    values,
  );
  const store = new ParameterStore(1);
  const target = await built(
    await engine("onnxruntime"),
    "infer",
    store,
    (scope) => model.build(scope, false).outputs,
    model.context,
  );
  store.get("model.embedding.weight")!.data.set([0, 1, 1, 0]);
  // Logits: the share of matched words of the first text, of the second, and nothing.
  store.get("model.decoder.layer0.weight")!.data.set([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  store.get("model.decoder.layer0.bias")!.data.fill(0);
  const { scores } = await target.run(model.feeds(ROWS, false));
  const { vocabulary } = model.tensorizers.get("tokens1") as VocabularyHolder;
  for (const [row, { text1, text2 }] of values.entries()) {
    const texts = [text1, text2].map((text) => text.split(" ").filter((word) => word !== ""));
    const shares = [0, 1].map((i) => {
      const [own, other] = [texts[i]!, texts[1 - i]!];
      return (
        own.filter((word) => vocabulary.has(word) && other.includes(word)).length / Math.max(1, own.length)
      );
    });
    const exps = [...shares, 0].map(Math.exp);
    const total = exps.reduce((a, b) => a + b);
    expect(scores!.data.slice(3 * row, 3 * row + 3).map((x) => x.toFixed(5))).toEqual(
      exps.map((x) => (x / total).toFixed(5)),
    );
  }
});

describe("QueryDocPairwiseRankingModel", () => {
  const rows = [
    { query: "a red fox", pos_response: "the fox", neg_response: "old house" },
    { query: "house by the sea", pos_response: "old house", neg_response: "red fox" },
    { query: "tall man", pos_response: "a man", neg_response: "the sea" },
  ];
  const raw = (more: object = {}) => ({
    QueryDocPairwiseRankingModel: { embedding, representation: mean, decoder_output_dim: 4, ...more },
  });
  const cosine = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, x, i) => sum + x * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));

  it("scores by the cosine of vectors that each text has by itself, and its loss is the hinge of the cosines' difference", async () => {
    for (const margin of [0.1, 1]) {
      const model = await modelOnRows(
        raw({ loss: { PairwiseRankingLoss: { margin } } }),
        rows,
        "ranking_model",
      );
      const store = new ParameterStore(1);
      const target = await built(
        await engine("onnxruntime"),
        "infer",
        store,
        (scope) => {
          const { loss, outputs } = model.build(scope);
          return { ...outputs, ...loss };
        },
        model.context,
      );
      fill(store);
      const out = await target.run(model.feeds([0, 1, 2]));
      const vector = (name: string, row: number) => out[name]!.data.slice(4 * row, 4 * row + 4);
      let sum = 0;
      for (const row of rows.keys()) {
        const near = cosine(vector("embedding", row), vector("positive_embedding", row));
        expect(out.cosine!.data[row]).toBeCloseTo(near, 5);
        sum += Math.max(0, out.negative_cosine!.data[row]! - near + margin);
      }
      expect(out.sum!.data[0]).toBeCloseTo(sum, 5);
      expect(out.count!.data[0]).toBe(3);
      // The wrong responses of rows 0 and 1 are right ones of others, read by the same decoder.
      expect(out.negative_cosine!.data[0]).toBeCloseTo(
        cosine(vector("embedding", 0), vector("positive_embedding", 1)),
        5,
      );
    }
  });

  it.each([
    {},
    { shared_representations: false, shared_decoders: true },
    { loss: "MultipleNegativesRankingLoss", inputs: { neg_response: null } },
  ])("has the gradients of finite differences: %j", async (more) => {
    const model = await modelOnRows(raw(more), rows, "ranking_model");
    const { store, target } = await differentiated(model);
    expect(await gradientError(target, store, model.feeds([0, 1, 2]))).toBeLessThan(3e-3);
  });

  it("needs the texts that its loss compares with", async () => {
    const build = async (more: object) => {
      const model = await modelOnRows(raw(more), rows, "ranking_model");
      await built(
        await engine("onnxruntime"),
        "infer",
        new ParameterStore(1),
        (scope) => model.build(scope).outputs,
        model.context,
      );
    };
    await expect(build({ inputs: { neg_response: null } })).rejects.toThrow(
      /PTX_CONFIG_MISSING.*neg_response\n.*compares with negatives/,
    );
    await expect(build({ loss: "CoSENTLoss", inputs: { neg_response: null } })).rejects.toThrow(
      /learns from scores, which this model does not read/,
    );
  });
});

test("the texts of a pair have token axes of their own, unless the config names them", async () => {
  const axes = async (tokens1: object) => {
    const inputs = { tokens1: { TokenTensorizer: { column: "text1", ...tokens1 } } };
    const { tensorizers } = await modelOnRows({ PairwiseModel: { inputs } }, values);
    return ["tokens1", "tokens2"].map((name) => tensorizers.get(name)!.fields[0]!.dims[0]);
  };
  expect(await axes({})).toEqual(["tokens1", "tokens2"]);
  expect(await axes({ axis: "left" })).toEqual(["left", "tokens2"]);
});

describe("models of towers", () => {
  const rows = [
    { left_text: "red fox", middle_text: "old", right_text: "the fox", beside: [1, 0], label: "a", score: 1 },
    {
      left_text: "the sea",
      middle_text: "old house",
      right_text: "sea",
      beside: [0, 1],
      label: "b",
      score: 2,
    },
    { left_text: "man", middle_text: "", right_text: "tall man", beside: [2, 1], label: "a", score: 4 },
  ];
  const dense = { FloatListTensorizer: { column: "beside", dim: 2 } };
  const parts = {
    embedding,
    representation: mean,
    inputs: { left_dense: dense, dense },
    right_mlp: { hidden_dims: [3], activation: "tanh" },
  };
  const cases = [
    ["model", "TwoTowerClassificationModel", {}, 2],
    ["model", "TwoTowerClassificationModel", { use_shared_embedding: true, use_shared_encoder: true }, 2],
    ["model", "TriTowerClassificationModel", {}, 3],
    ["regression_model", "TwoTowerRegressionModel", { inputs: { ...parts.inputs, ...scored } }, 2],
  ] as const;

  it.each(cases)(
    "have gradients of finite differences, and scores of each row alone (%s %s %j)",
    async (kind, name, more, towers) => {
      const model = await modelOnRows({ [name]: { ...parts, ...more } }, rows, kind);
      const { store, target } = await differentiated(model);
      expect(await gradientError(target, store, model.feeds([0, 1, 2]))).toBeLessThan(3e-3);
      const tables = [...store].filter((parameter) => /embedding\.weight$/.test(parameter.name));
      expect(tables.length).toBe("use_shared_embedding" in more ? 1 : towers);
      const { scores } = (await scoresOf(model, "onnxruntime", [0, 1, 2])).outputs;
      const alone = (await scoresOf(model, "onnxruntime", [2])).outputs.scores!;
      const width = alone.data.length;
      expect(difference(alone, { dims: alone.dims, data: scores!.data.slice(2 * width) })).toBeLessThan(1e-6);
    },
  );
});

describe("PersonalizedDocModel", () => {
  const rows = [
    { text: "red fox", uid: "ann", label: "a" },
    { text: "red fox", uid: "bob", label: "b" },
    { text: "old house", uid: "ann", label: "a" },
    { text: "red fox", uid: "cy", label: "a" },
  ];
  const raw = {
    PersonalizedDocModel: {
      inputs: { uid: { UidTensorizer: { vocab: { min_counts: 2 } } } },
      embedding,
      representation: mean,
      user_embedding: { embed_dim: 2 },
    },
  };

  it("gives users of the training rows vectors that start alike, and others the unknown one's", async () => {
    const model = await modelOnRows(raw, rows);
    const store = new ParameterStore(1);
    const target = await built(
      await engine("onnxruntime"),
      "infer",
      store,
      (scope) => model.build(scope, false).outputs,
      model.context,
    );
    const { data, shape } = store.get("model.user_embedding.weight")!;
    const users = Array.from({ length: shape[0]! }, (_, user) => [...data.slice(2 * user, 2 * user + 2)]);
    // Ann has two rows; Bob and Cy are unknown.
    expect(users).toHaveLength(3);
    for (const user of users) expect(user).toEqual(users[0]);
    expect(users[0]).not.toEqual([0, 0]);
    data.set(normals(6, "users"));
    const { scores } = await target.run(model.feeds([0, 1, 2, 3], false));
    const [ann, bob, , cy] = [0, 1, 2, 3].map((row) => scores!.data.slice(2 * row, 2 * row + 2));
    expect(bob).toEqual(cy);
    expect(ann![0]).not.toBeCloseTo(bob![0]!, 4);
  });

  it("has the gradients of finite differences", async () => {
    const model = await modelOnRows(raw, rows);
    const { store, target } = await differentiated(model);
    expect(await gradientError(target, store, model.feeds([0, 1, 2, 3]))).toBeLessThan(3e-3);
  });

  it("refuses a row without a user, and a text as a user", async () => {
    await expect(modelOnRows(raw, [{ text: "red fox", uid: "", label: "a" }])).rejects.toThrow(
      /a user's name/,
    );
    const inputs = { uid: { TokenTensorizer: { column: "uid", axis: "users" } } };
    const model = await modelOnRows({ PersonalizedDocModel: { inputs } }, rows);
    await expect(scoresOf(model, "onnxruntime", [0])).rejects.toThrow(/a row has one user/);
  });
});
