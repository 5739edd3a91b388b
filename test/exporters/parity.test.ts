/** @file Every classifier predicts the same as a run, as the graph that training evaluates, and as an exported file. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { beforeAll, describe, expect, test } from "vitest";
import type { Row } from "../../src/components/data/contracts.js";
import { Evaluator } from "../../src/components/trainers/evaluator.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { add } from "../../src/graph/ops/elementwise.js";
import { linear } from "../../src/graph/ops/matrix.js";
import { xavierInit } from "../../src/graph/parameters.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { component } from "../../src/registry/component.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { choosePart } from "../../src/tasks/deployment.js";
import { openRun } from "../../src/tasks/open-task.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import type { Predictor } from "../../src/tasks/predictor.js";
import { type ToyConfig, toyConfig, toyRows, workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();

/** Texts that tokenizers, vocabularies and string tensors might treat differently on the two ways. */
const ODD_TEXTS = [
  "",
  " ",
  "\n\t",
  "goal",
  "Goal GOAL gOaL",
  "İstanbul ıI ß ẞ ǅ Σίσυφος ΟΔΟΣ",
  "e\u0301 é ﬁ ２ Ⅳ",
  "🍕 👨‍👩‍👧 \u{1F3F4}\u{E0067} 🏳️‍🌈",
  "مرحبا بالعالم שלום 你好世界 ภาษาไทย हिन्दी",
  "zero\u200bwidth soft\u00adhyphen no\u00a0break bom\ufeff",
  "line\u2028separator next\u0085line vertical\u000btab",
  "control \u0001\u0007\u001b[31m characters",
  "nul\u0000in goal\u0000 the \u0000 middle",
  "half \ud83c a pair \udf55 goal\ud800",
  "'quotes' \"double\" back\\slash {json: 1} <b>tags</b>",
  "word0,word1;word2.word3!word4?word5",
  "goal ".repeat(3000),
  "x".repeat(20_000),
];

const dense = (label: string, seed: number) => {
  const random = stream(seed, "dense", label);
  return [label.length + random.normal(), 100 * random.uniform(), -3];
};

beforeAll(() => {
  for (const [seed, split] of ["train", "eval", "test"].entries()) {
    const rows = toyRows(split === "train" ? 80 : 30, seed).map(({ text, label }, i) => ({
      text,
      label,
      dense: dense(label, i),
      spam: label === "money" ? "spam" : "ham",
      topics: text.includes("word1") ? [label, "common"] : i % 5 === 0 ? [] : [label],
    }));
    writeFileSync(join(folder, `${split}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }
});

const files = Object.fromEntries(
  ["train", "eval", "test"].map((split) => [`${split}_filename`, join(folder, `${split}.jsonl`)]),
);
const embedding = { WordEmbedding: { embed_dim: 8 } };
const doc = (model: object) => ({ DocModel: { embedding, ...model } });
const lstm = { lstm_dim: 6 };
const bag = (ngrams: object, more: object = {}) => ({
  BagOfNGramsModel: { inputs: { ngrams: { NGramTensorizer: ngrams } }, ...more },
});

/** Words by a vector each and by what stands inside them. */
const inside = (chars: object | string, more: object = {}) =>
  doc({
    inputs: { chars },
    embedding: {
      EmbeddingList: {
        embeddings: [embedding, { CharacterEmbedding: { embed_dim: 4, kernel_num: 4, ...more } }],
      },
    },
  });

const models: Readonly<Record<string, object>> = {
  DocNN: doc({ representation: { DocNNRepresentation: { kernel_num: 5, kernel_sizes: [1, 3, 5] } } }),
  "DocNN with hidden layers and layer norm": doc({
    representation: { DocNNRepresentation: { kernel_num: 5 } },
    decoder: { MLPDecoder: { hidden_dims: [7, 5], layer_norm: true, activation: "gelu", dropout: 0.1 } },
  }),
  "words in case, punctuation apart, cut at 6 tokens, rare ones unknown": {
    DocModel: {
      embedding,
      inputs: {
        tokens: {
          TokenTensorizer: {
            tokenizer: { WordPunctTokenizer: { lowercase: false } },
            max_seq_len: 6,
            vocab: { min_counts: 3 },
          },
        },
      },
    },
  },
  "BiLSTM with self-attention": doc({ representation: { BiLSTMDocAttention: { lstm: { BiLSTM: lstm } } } }),
  "BiLSTM with its last states": doc({
    representation: {
      BiLSTMDocAttention: { lstm: { BiLSTM: { ...lstm, num_layers: 2 } }, pooling: "LastTimestepPool" },
    },
  }),
  "BiGRU with the maximum": doc({
    representation: { BiLSTMDocAttention: { lstm: { BiGRU: {} }, pooling: "MaxPool" } },
  }),
  "mean of word vectors": doc({ representation: { PureDocAttention: { pooling: "MeanPool" } } }),
  "words and their characters": inside("CharacterTokenTensorizer"),
  "words and their first 4 characters, rare ones unknown, with a highway": inside(
    { CharacterTokenTensorizer: { max_char_length: 4, vocab: { min_counts: 60 } } },
    { kernel_sizes: [1, 2], highway_layers: 1, projection_dim: 5 },
  ),
  "words and their bytes": inside("ByteTokenTensorizer"),
  "the bytes of a text, lower-cased": doc({ inputs: { tokens: "ByteTensorizer" } }),
  "the first 50 bytes of a text": doc({
    inputs: { tokens: { ByteTensorizer: { lower: false, max_seq_len: 50 } } },
  }),
  "dense features, normalised": doc({
    inputs: { dense: { FloatListTensorizer: { normalize: true } } },
    representation: { DocNNRepresentation: { kernel_num: 5 } },
  }),
  "binary, one logit": doc({
    inputs: { labels: { LabelTensorizer: { column: "spam" } } },
    output_layer: { BinaryClassificationOutputLayer: { label_weights: { spam: 3 } } },
  }),
  "several labels": doc({
    inputs: { labels: { LabelListTensorizer: { column: "topics" } } },
    output_layer: { MultiLabelClassificationOutputLayer: { threshold: 0.4 } },
  }),
  "n-grams with vectors": bag({ ngrams: 2 }, { embed_dim: 6 }),
  "n-grams with vectors and a decoder": bag(
    { ngrams: 1 },
    { embed_dim: 6, decoder: { MLPDecoder: { hidden_dims: [4] } } },
  ),
  "n-grams of words and characters": bag({ char_ngrams: { min: 2, max: 4 } }, { embed_dim: 6 }),
  "TF-IDF, linear": bag({ ngrams: 2, weighting: "tfidf", sublinear_tf: true }, { embed_dim: null }),
};

async function trained(model: object, name: string, wanted: ToyConfig = {}): Promise<string> {
  const output = join(folder, name);
  const source = { JSONLDataSource: files };
  await train(toyConfig({ source, model, ...wanted }), { output, registry });
  return output;
}

const rowsToPredict = () => [
  ...toyRows(150, 9).map(({ text, label }, i) => ({ text, dense: dense(label, i) })),
  ...ODD_TEXTS.map((text) => ({ text, dense: [1, 2, 3] })),
];

function expectSame(
  got: readonly Prediction[],
  expected: readonly Prediction[],
  rows: readonly { text: string }[],
) {
  for (const [i, { scores = {}, ...decided }] of expected.entries()) {
    const { scores: gotScores, ...gotDecided } = got[i]!;
    const where = JSON.stringify(rows[i]!.text.slice(0, 60));
    for (const [label, score] of Object.entries(scores)) {
      expect(Math.abs(gotScores![label]! - score), `score of ${label} for ${where}`).toBeLessThanOrEqual(
        1e-5,
      );
    }
    expect(gotDecided, where).toEqual(decided);
  }
}

describe.each(Object.keys(models))("%s", (name) => {
  let run: string;
  let file: string;
  let [ofRun, ofFile]: Predictor[] = [];

  beforeAll(async () => {
    run = await trained(models[name]!, name.replaceAll(" ", "-"));
    file = `${run}.onnx`;
    const { rows, difference, written } = await exportOnnx(run, file, { registry, log: silentLog });
    expect(rows).toBe(30);
    expect(difference).toBeLessThanOrEqual(1e-5);
    expect(written).toEqual([file]);
    [ofRun, ofFile] = [await loadModel(run, { registry }), await loadModel(file, { registry })];
  });

  test("run and file predict the same, for ordinary and for odd texts", async () => {
    const rows = rowsToPredict();
    expectSame(await predict(ofFile!, rows), await predict(ofRun!, rows), rows);
    expect(ofFile!.columns).toEqual(ofRun!.columns);
  });

  test("a prediction does not depend on what is predicted with it", async () => {
    const rows = rowsToPredict().slice(140);
    const together = await predict(ofFile!, rows);
    const alone: Prediction[] = [];
    for (const row of rows) alone.push(...(await predict(ofFile!, [row])));
    expectSame(alone, together, rows);
  });

  test("the file scores the test rows as the graph with the loss does", async () => {
    const open = await openRun(run, registry, silentLog);
    const task = choosePart(open.task, undefined);
    const data = await task.data().load("test");
    const evaluator = await Evaluator.compile(
      await open.engine(),
      (scope) => task.build(scope, { form: "ids", targets: true }),
      open.parameters,
      open.context,
    );
    const { outputs } = await evaluator.run(data, task.data().batcher.eval(data.lengths, "test"));
    await evaluator.release();
    const rows: Row[] = await task.data().examples(data, [...Array(data.size).keys()]);
    const got = await ofFile!.predict(rows);
    const labels = task.labels.labels!;
    const scores = outputs.flat("scores");
    for (const [row, prediction] of got.entries()) {
      for (const [i, label] of labels.entries()) {
        expect(Math.abs(prediction.scores![label]! - scores[row * labels.length + i]!)).toBeLessThanOrEqual(
          1e-5,
        );
      }
    }
  });
});

test("several labels come as a list, none as an empty one", async () => {
  const file = join(folder, "several-labels.onnx");
  const model = await loadModel(file, { registry });
  const predictions = await predict(model, rowsToPredict());
  for (const { labels, label, scores = {} } of predictions) {
    expect(label).toBeUndefined();
    expect(labels).toEqual(Object.keys(scores).filter((name) => scores[name]! >= Math.fround(0.4)));
  }
  await model.release();
});

describe("an export whose file would predict something else", () => {
  let builds = 0;
  /** Every graph that is built with it is another one. */
  const DriftingDecoder = component({
    kind: "decoder",
    name: "DriftingDecoder",
    schema: Type.Object(
      { drift: Type.Number({ default: 0, description: "What each build adds." }) },
      { description: "Under test." },
    ),
    build: (scope, { drift }, input, outputs) => {
      const weight = scope.parameter("weight", [Number(input.dim(-1)), outputs], xavierInit);
      const first = scope.graph.constant(
        "float32",
        [outputs],
        [drift * builds++, ...Array(outputs - 1).fill(0)],
      );
      return add(linear(input, weight), first);
    },
  });
  const drifting = (drift: number) => doc({ decoder: { DriftingDecoder: { drift } } });
  const own = defaultRegistry().add(DriftingDecoder);

  test("is refused, and what was at its place stays", async () => {
    const run = join(folder, "drifting");
    await train(toyConfig({ source: { JSONLDataSource: files }, model: drifting(0.1) }), {
      output: run,
      registry: own,
    });
    const file = join(folder, "drifting.onnx");
    const write = () => exportOnnx(run, file, { registry: own, log: silentLog });
    await expect(write()).rejects.toThrow(
      /PTX_EXPORT {2}.*samples\.jsonl:1\n {2}the file's scores differ by 0\.0\d+ from the model's/,
    );
    writeFileSync(file, "an older model");
    await expect(write()).rejects.toThrow("nothing was written");
    expect(readFileSync(file, "utf8")).toBe("an older model");
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("is written when nothing drifts", async () => {
    const run = join(folder, "steady");
    await train(toyConfig({ source: { JSONLDataSource: files }, model: drifting(0) }), {
      output: run,
      registry: own,
    });
    const { difference } = await exportOnnx(run, `${run}.onnx`, { registry: own, log: silentLog });
    expect(difference).toBeLessThan(1e-6);
  });
});
