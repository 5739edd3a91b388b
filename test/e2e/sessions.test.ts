/** @file The tasks over sessions of utterances, from config to exported file, on the shipped sessions. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import type { Prediction, TokenPrediction } from "../../src/tasks/prediction.js";
import type { Predictor } from "../../src/tasks/predictor.js";
import { bundledMain } from "../support/built.js";
import { cli, jsonLines } from "../support/cli.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const at = (name: string) => join(folder, name);

type Session = {
  readonly text_seq: readonly string[];
  readonly context: readonly string[];
  readonly text: string;
};
const session = (...text_seq: string[]): Session => ({
  text_seq,
  context: text_seq.slice(0, -1),
  text: text_seq.at(-1) ?? "",
});

/** Sessions that programs stumble over. */
const ODD: readonly Session[] = [
  session(),
  session(""),
  session("", "", ""),
  session("again"),
  session("", "again"),
  session("play jazz", "", "again"),
  session("wake me ⏰ at 7:30 👩‍👩‍👧 🇳🇴", "cancel 👍 that"),
  session("שלום عليكم", "明天早上 七点叫醒我", "cafe\u0301 too"),
  session("nul\0in\0side", "lone \ud83d surrogates \ude00 here"),
  session("many ".repeat(500), "words ".repeat(300)),
  session(...Array<string>(40).fill("play jazz")),
  session("what's the weather in Oslo", "and in Bergen?"),
];

beforeAll(async () => {
  await bundledMain();
  for (const [split, rows] of Object.entries({ train: 240, eval: 40, test: 40 })) {
    const lines = readFileSync(`data/assistant/sessions-${split}.jsonl`, "utf8").split("\n").slice(0, -1);
    const some = lines.filter((line) => /"intent":"(alarm|music|weather)/.test(line)).slice(0, rows);
    expect(some).toHaveLength(rows);
    writeFileSync(at(`${split}.jsonl`), some.map((line) => `${line}\n`).join(""));
  }
});

const data = (files: object = {}) => ({
  source: {
    JSONLDataSource: {
      ...Object.fromEntries(
        ["train", "eval", "test"].map((split) => [`${split}_filename`, at(`${split}.jsonl`)]),
      ),
      ...files,
    },
  },
  batcher: { PoolingBatcher: { train_batch_size: 8 } },
});
const tokenizer = { WordPunctTokenizer: { split_han: true } };
const representation = {
  SeqRepresentation: {
    doc_representation: { DocNNRepresentation: { kernel_num: 12, kernel_sizes: [1, 2], dropout: 0 } },
    seq_representation: {
      BiLSTMDocAttention: {
        lstm: { BiLSTM: { lstm_dim: 8, dropout: 0 } },
        pooling: "LastTimestepPool",
        dropout: 0,
      },
    },
  },
};
const embedding = { WordEmbedding: { embed_dim: 16 } };
const trainer = { epochs: 14, optimizer: { Adam: { lr: 0.01 } } };
/** A small training meets only some of the intents and labels. */
const skipped = { on_unknown: "skip" };

const wholeSession = {
  SeqNNTask: {
    data: data(),
    model: {
      SeqNNModel: {
        inputs: {
          tokens: { SeqTokenTensorizer: { tokenizer } },
          labels: { LabelTensorizer: { column: "intent", ...skipped } },
        },
        embedding,
        representation,
      },
    },
    trainer,
    channels: [],
  },
};
const context = { column: "context", axis: "context_tokens", tokenizer };
const lastOfSession = (inputs: object = {}) => ({
  IntentSlotTask: {
    data: data(),
    model: {
      IntentSlotModel: {
        inputs: {
          tokens: { TokenTensorizer: { tokenizer } },
          context: { SeqTokenTensorizer: context },
          intent: { LabelTensorizer: { column: "intent", ...skipped } },
          slots: {
            SlotLabelTensorizer: {
              tokenizer,
              format: "spans",
              offset_unit: "code_points",
              on_misaligned: "overlap",
              ...skipped,
            },
          },
          ...inputs,
        },
        embedding: {
          EmbeddingList: { embeddings: [embedding, { ContextEmbedding: { embedding, representation } }] },
        },
        representation: {
          BiLSTMDocSlotAttention: { lstm: { BiLSTM: { lstm_dim: 12, dropout: 0 } }, dropout: 0 },
        },
        word_output_layer: "CRFOutputLayer",
      },
    },
    trainer,
    channels: [],
  },
});

const cases = {
  SeqNNTask: { task: wholeSession, figure: ["accuracy", 0.4], columns: ["text_seq"] },
  "IntentSlotTask with the utterances before": {
    task: lastOfSession(),
    figure: ["intent_accuracy", 0.4],
    columns: ["text", "context"],
  },
} as const;

const trainOn = (task: object, output: string) =>
  train({ version: 1, threads: 1, task }, { output, registry });

/** The same but for rounding of scores. */
function expectSame(got: Prediction, wanted: Prediction): void {
  const numbers = ({ scores, intent_score, tokens = [], slots = [] }: Prediction): number[] => [
    intent_score ?? 0,
    ...Object.values(scores ?? {}),
    ...[...(tokens as readonly TokenPrediction[]), ...slots].map(({ score }) => score),
  ];
  const rest = (key: string, value: unknown): unknown => (/score/.test(key) ? 0 : value);
  expect(JSON.parse(JSON.stringify(got, rest))).toEqual(JSON.parse(JSON.stringify(wanted, rest)));
  const expected = numbers(wanted);
  for (const [i, score] of numbers(got).entries()) expect(Math.abs(score - expected[i]!)).toBeLessThan(1e-4);
}

describe.each(Object.entries(cases))("%s", (name, { task, figure, columns }) => {
  const run = at(name.replaceAll(/\W+/g, "-"));
  let [ofRun, ofFile]: Predictor[] = [];
  let figures: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    figures = (await trainOn(task, run)).metrics.test!;
    const { difference, rows } = await exportOnnx(run, `${run}.onnx`, { registry, log: silentLog });
    expect(rows).toBeGreaterThan(30);
    expect(difference).toBeLessThan(1e-5);
    [ofRun, ofFile] = [await loadModel(run, { registry }), await loadModel(`${run}.onnx`, { registry })];
  });
  afterAll(async () => {
    await ofRun?.release();
    await ofFile?.release();
  });

  test("learns, and reads what it needs", () => {
    expect(figures[figure[0]]).toBeGreaterThan(figure[1]);
    for (const model of [ofRun!, ofFile!]) expect([...model.columns].sort()).toEqual([...columns].sort());
  });

  test("run and file predict the same, and no prediction depends on its batch-mates", async () => {
    const rows = ODD;
    const together = await predict(ofRun!, rows);
    for (const [i, prediction] of (await predict(ofFile!, rows)).entries())
      expectSame(prediction, together[i]!);
    for (const [i, row] of rows.entries()) expectSame((await predict(ofRun!, [row]))[0]!, together[i]!);
  });

  test("what was said before matters", async () => {
    const again = [session("wake me up at 7", "again"), session("play some jazz", "again"), session("again")];
    const [one, two, three] = await predict(ofRun!, again);
    const score = ({ intent, intent_score, scores }: Prediction) =>
      JSON.stringify([intent, intent_score, scores]);
    expect(new Set([one!, two!, three!].map(score)).size).toBe(3);
  });

  test("the second engine predicts the same", async () => {
    const copy = `${run}-tensorflow`;
    cpSync(run, copy, { recursive: true });
    const config = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as object;
    writeFileSync(join(copy, "config.json"), JSON.stringify({ ...config, engine: { tensorflow: {} } }));
    const other = await loadModel(copy, { registry });
    const rows = ODD.filter(({ text }) => text.length < 100) as readonly (Session &
      Record<string, unknown>)[];
    const expected = await predict(ofRun!, rows);
    for (const [i, prediction] of (await predict(other, rows)).entries())
      expectSame(prediction, expected[i]!);
    await other.release();
  });

  test("the command line predicts rows of JSON, by run and by file", async () => {
    const rows = ODD.slice(3, 8).map((row, id) => ({ id, ...row }));
    const input = rows.map((row) => JSON.stringify(row)).join("\n");
    const expected = await predict(ofRun!, rows);
    for (const model of [run, `${run}.onnx`]) {
      const { code, stdout, stderr } = await cli(["predict", model], { input });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const found = jsonLines(stdout);
      expect(found.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
      expect(found.map(({ text_seq }) => text_seq)).toEqual(rows.map(({ text_seq }) => text_seq));
      for (const [i, row] of found.entries())
        expectSame(
          Object.fromEntries(
            Object.keys(expected[i]!).map((key) => [key, row[key]]),
          ) as unknown as Prediction,
          expected[i]!,
        );
    }
  });

  test("a text where a list is needed is refused with what would be right", async () => {
    for (const model of [ofRun!, ofFile!]) {
      const row = { text: "again", text_seq: "again", context: "play jazz" };
      await expect(predict(model, [row])).rejects.toThrow(
        /input 1\n.*the column "(text_seq|context)" should hold a JSON list of texts, such as \["where to\?", "home"\]/,
      );
    }
  });
});

describe("sessions that cannot be read", () => {
  test("a column of texts instead of lists stops the training with its place", async () => {
    writeFileSync(at("texts.jsonl"), `${JSON.stringify({ text_seq: "play jazz", intent: "music" })}\n`);
    const task = {
      SeqNNTask: { ...wholeSession.SeqNNTask, data: data({ train_filename: at("texts.jsonl") }) },
    };
    await expect(trainOn(task, at("never"))).rejects.toThrow(
      /texts\.jsonl:1\n.*"text_seq" should hold a JSON list of texts/,
    );
  });

  test("earlier utterances on the axis of the text are refused: they need one of their own", async () => {
    const task = lastOfSession({ context: { SeqTokenTensorizer: { ...context, axis: "tokens" } } });
    await expect(trainOn(task, at("never"))).rejects.toThrow(
      /train\.jsonl:1\n.*"tokens" .* and "context" .* disagree.*"tokens".*axes of different names/,
    );
  });

  test("an input of earlier utterances that nothing reads is refused", async () => {
    const task = lastOfSession();
    const model = { IntentSlotModel: { ...task.IntentSlotTask.model.IntentSlotModel, embedding } };
    await expect(trainOn({ IntentSlotTask: { ...task.IntentSlotTask, model } }, at("never"))).rejects.toThrow(
      /inputs\.context\n.*no part of the model reads it/,
    );
  });
});
