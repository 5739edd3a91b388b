/** @file Every task over the tokens of a text, from its config to its exported file, on the shipped assistant set. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { inUnit, type Prediction, type TokenPrediction } from "../../src/tasks/prediction.js";
import type { Predictor } from "../../src/tasks/predictor.js";
import { type TestedRow, testRun } from "../../src/tasks/test-run.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const at = (name: string) => join(folder, name);

/** Texts that programs stumble over; each with the number of tokens that white space and punctuation cut it into. */
const ODD: readonly (readonly [text: string, tokens: number])[] = [
  ["", 0],
  [" \t\u00a0\u3000 ", 0],
  ["alarm", 1],
  ["wake me ⏰ at 7:30 👩‍👩‍👧 🇳🇴", 9],
  ["cafe\u0301 in Zu\u0308rich e\u0301\u0302\u0323", 4],
  ["שלום عليكم world", 3],
  ["明天早上 七点叫醒我", 9],
  ["nul\0in\0side", 5],
  ["lone \ud83d surrogates \ude00 here", 5],
  ["many ".repeat(800), 800],
];

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]+/gu) ?? [];
}

beforeAll(() => {
  for (const [split, rows] of Object.entries({ train: 300, eval: 60, test: 60 })) {
    const lines = readFileSync(`data/assistant/${split}.tsv`, "utf8").split("\n").slice(0, -1);
    const step = Math.floor(lines.length / rows);
    const some = lines.filter((_, i) => i % step === 0).slice(0, rows);
    writeFileSync(at(`${split}.tsv`), some.map((line) => `${line}\n`).join(""));
    const tagged = some.map((line) => {
      const tokens = words(line.split("\t")[2]!);
      return {
        text: tokens,
        tags: tokens.map((word) => (/\d/.test(word) ? "NUM" : word.length > 4 ? "LONG" : "SHORT")),
      };
    });
    writeFileSync(at(`${split}.jsonl`), tagged.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }
});

const tsv = () => ({
  TSVDataSource: {
    field_names: ["intent", "slots", "text"],
    ...Object.fromEntries(
      ["train", "eval", "test"].map((split) => [`${split}_filename`, at(`${split}.tsv`)]),
    ),
  },
});
const jsonl = () => ({
  JSONLDataSource: Object.fromEntries(
    ["train", "eval", "test"].map((split) => [`${split}_filename`, at(`${split}.jsonl`)]),
  ),
});

const tokenizer = { WordPunctTokenizer: { split_han: true } };
const tokens = { TokenTensorizer: { tokenizer } };
const chars = { CharacterTokenTensorizer: { tokenizer } };
const slots = (more: object = {}) => ({
  SlotLabelTensorizer: {
    tokenizer,
    format: "slots",
    offset_unit: "code_points",
    on_misaligned: "overlap",
    ...more,
  },
});
const word = { WordEmbedding: { embed_dim: 16 } };
const lstm = { BiLSTM: { lstm_dim: 16, dropout: 0 } };
const both = {
  EmbeddingList: {
    embeddings: [word, { CharacterEmbedding: { embed_dim: 6, kernel_sizes: [3], kernel_num: 8 } }],
  },
};

interface Case {
  readonly task: (source: object) => object;
  readonly source: () => object;
  /** The figure that chooses the epoch, and what it must exceed after a short training. */
  readonly figure: readonly [name: string, least: number];
}

const tagging =
  (model: object, reporter: object = {}) =>
  (source: object) => ({
    WordTaggingTask: {
      data: { source, batcher: { PoolingBatcher: { train_batch_size: 8 } } },
      model: { WordTaggingModel: { embedding: word, representation: lstm, ...model } },
      trainer: { epochs: 15, optimizer: { Adam: { lr: 0.01 } } },
      metric_reporter: { SequenceTaggingMetricReporter: reporter },
      channels: [],
    },
  });
const joint = (model: object) => (source: object) => ({
  IntentSlotTask: {
    data: { source, batcher: { PoolingBatcher: { train_batch_size: 8 } } },
    model: {
      IntentSlotModel: {
        embedding: word,
        representation: { BiLSTMDocSlotAttention: { lstm, dropout: 0 } },
        ...model,
        inputs: { tokens, slots: slots(), ...(model as { inputs?: object }).inputs },
      },
    },
    trainer: { epochs: 15, optimizer: { Adam: { lr: 0.01 } } },
    channels: [],
  },
});

const cases: Readonly<Record<string, Case>> = {
  "tags by a CRF, words and characters": {
    task: tagging({ inputs: { tokens, chars, labels: slots({ model_scheme: "bioes" }) }, embedding: both }),
    source: tsv,
    figure: ["entity_f1", 0.1],
  },
  "tags by a softmax": {
    task: tagging({ inputs: { tokens, labels: slots() }, output_layer: "WordTaggingOutputLayer" }),
    source: tsv,
    figure: ["entity_f1", 0.05],
  },
  "tags that stand for themselves, from lists of tokens": {
    task: tagging(
      {
        inputs: {
          tokens,
          chars,
          labels: {
            SlotLabelTensorizer: {
              tokenizer,
              format: "tags",
              column: "tags",
              label_scheme: "none",
              model_scheme: "none",
            },
          },
        },
        embedding: both,
      },
      { model_select_metric: "token_accuracy" },
    ),
    source: jsonl,
    figure: ["token_accuracy", 0.8],
  },
  "intent and slots, tags by a CRF, intents given to the tagger": {
    task: joint({ word_output_layer: "CRFOutputLayer", use_doc_probs_in_word: true, doc_loss_weight: 2 }),
    source: tsv,
    // Three times what guessing among 20 intents gives: there are few rows to learn from.
    figure: ["intent_accuracy", 0.15],
  },
  "intent and slots by a Transformer": {
    task: joint({
      representation: {
        TransformerRepresentation: {
          hidden_dim: 16,
          num_attention_heads: 2,
          num_layers: 1,
          ffnn_embed_dim: 32,
        },
      },
      word_output_layer: "WordTaggingOutputLayer",
    }),
    source: tsv,
    figure: ["intent_accuracy", 0.1],
  },
};

/** A text's place in another unit, found by writing the text in it. */
const places: Readonly<Record<"code_points" | "utf8_bytes", (text: string, utf16: number) => number>> = {
  code_points: (text, utf16) => [...text.slice(0, utf16)].length,
  utf8_bytes: (text, utf16) => Buffer.byteLength(text.slice(0, utf16)),
};

const parts = ({ tokens: found = [], slots: labelled = [] }: Prediction) => [
  ...(found as readonly TokenPrediction[]),
  ...labelled,
];

/** The same but for rounding of scores. */
function expectSame(got: Prediction, wanted: Prediction): void {
  const scores = (prediction: Prediction): number[] => parts(prediction).map(({ score }) => score);
  const rest = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null ? { ...value, score: 0, intent_score: 0 } : value;
  expect(JSON.parse(JSON.stringify(got, rest))).toEqual(JSON.parse(JSON.stringify(wanted, rest)));
  const expected = [wanted.intent_score ?? 0, ...scores(wanted)];
  for (const [i, score] of [got.intent_score ?? 0, ...scores(got)].entries())
    expect(Math.abs(score - expected[i]!)).toBeLessThan(1e-5);
}

describe.each(Object.keys(cases))("%s", (name) => {
  const { task, source, figure } = cases[name]!;
  const run = at(name.replaceAll(/\W+/g, "-"));
  let [ofRun, ofFile]: Predictor[] = [];
  let figures: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    const { metrics } = await train(
      { version: 1, threads: 1, task: task(source()) },
      { output: run, registry },
    );
    figures = metrics.test!;
    const { difference, rows } = await exportOnnx(run, `${run}.onnx`, { registry, log: silentLog });
    expect(rows).toBe(60);
    expect(difference).toBeLessThan(1e-5);
    [ofRun, ofFile] = [await loadModel(run, { registry }), await loadModel(`${run}.onnx`, { registry })];
  });
  afterAll(async () => {
    await ofRun?.release();
    await ofFile?.release();
  });

  test("learns, and `test` gives the figures of metrics.json again", async () => {
    expect(figures[figure[0]]).toBeGreaterThan(figure[1]);
    const tested: TestedRow[] = [];
    const again = await testRun(run, {
      registry,
      log: silentLog,
      row: async (row) => void tested.push(row),
    });
    expect(again).toEqual(figures);
    expect(tested).toHaveLength(60);
    for (const { gold, predicted } of tested) expect(predicted).toHaveLength(gold.length);
    const [saved] = readFileSync(join(run, "worst-rows.jsonl"), "utf8").split("\n");
    const worst = tested.filter(({ right }) => !right).sort((a, b) => a.score - b.score)[0]!;
    expect(JSON.parse(saved!)).toMatchObject({
      origin: worst.origin,
      gold: worst.gold,
      predicted: worst.predicted,
    });
  });

  test("tokens and slots lie where they are said to lie, in every unit", async () => {
    const predictions = await predict(
      ofRun!,
      ODD.map(([text]) => text),
    );
    for (const [i, prediction] of predictions.entries()) {
      const [text, count] = ODD[i]!;
      expect(prediction.text).toBe(text);
      expect(prediction.tokens, text.slice(0, 40)).toHaveLength(count);
      for (const part of parts(prediction)) expect(text.slice(part.start, part.end)).toBe(part.text);
      for (const unit of ["code_points", "utf8_bytes"] as const) {
        const moved = parts(inUnit(prediction, unit));
        for (const [k, { start, end }] of parts(prediction).entries()) {
          expect(moved[k]!.start).toBe(places[unit](text, start));
          expect(moved[k]!.end).toBe(places[unit](text, end));
        }
      }
    }
  });

  test("run and file predict the same, and no prediction depends on its batch-mates", async () => {
    const texts = ODD.map(([text]) => text);
    const together = await predict(ofRun!, texts);
    for (const [i, prediction] of (await predict(ofFile!, texts)).entries())
      expectSame(prediction, together[i]!);
    for (const [i, text] of texts.entries()) expectSame((await predict(ofRun!, [text]))[0]!, together[i]!);
  });

  test("files whose places count otherwise say the same", async () => {
    const texts = [...ODD.map(([text]) => text), "\0nul\0 here", "half \ud83d of a pair at 5"];
    const expected = await predict(ofRun!, texts);
    for (const unit of ["code_points", "utf8_bytes"] as const) {
      const file = `${run}-${unit}.onnx`;
      await exportOnnx(run, file, { registry, log: silentLog, unit });
      const other = await loadModel(file, { registry });
      for (const [i, prediction] of (await predict(other, texts)).entries())
        expectSame(prediction, expected[i]!);
      await other.release();
    }
  });

  test("the second engine predicts the same", async () => {
    const copy = `${run}-tensorflow`;
    cpSync(run, copy, { recursive: true });
    const config = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as object;
    writeFileSync(join(copy, "config.json"), JSON.stringify({ ...config, engine: { tensorflow: {} } }));
    const other = await loadModel(copy, { registry });
    const texts = [...ODD.slice(0, 9).map(([text]) => text), "wake me up at seven tomorrow"];
    const expected = await predict(ofRun!, texts);
    for (const [i, prediction] of (await predict(other, texts)).entries())
      expectSame(prediction, expected[i]!);
    await other.release();
  });
});
