import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { OnnxModelFile } from "../../src/engine/ort-model.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readRunnable } from "../../src/graph/onnx/runnable.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { tsv, workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const file = (name: string): string => join(folder, name);

/** Orders to say hello to somebody: half of the names stand in no training row. */
function rows(count: number, seed: number, names: readonly string[]): { text: string; target: string }[] {
  const random = stream(seed, "hello");
  const pick = (from: readonly string[]): string => from[random.int(from.length)]!;
  return Array.from({ length: count }, () => {
    const [name, other] = [pick(names), pick(names)];
    return random.int(2) === 0
      ? { text: `say hello to ${name}`, target: `hello ${name} !` }
      : { text: `greet ${name} and ${other}`, target: `dear ${name} , dear ${other}` };
  });
}

const KNOWN = Array.from({ length: 30 }, (_, i) => `name${i}`);
const NEW = Array.from({ length: 30 }, (_, i) => `other${i}`);

const config = (model: object, inputs: object = {}, trainer: object = {}) => ({
  version: 1,
  threads: 1,
  task: {
    Seq2SeqTask: {
      data: {
        Data: {
          source: {
            TSVDataSource: {
              train_filename: file("train.tsv"),
              eval_filename: file("eval.tsv"),
              test_filename: file("eval.tsv"),
            },
          },
          batcher: { PoolingBatcher: { train_batch_size: 8 } },
        },
      },
      model: {
        Seq2SeqModel: {
          inputs: {
            tokens: { TokenTensorizer: { vocab: { min_counts: 30 } } },
            target: { TargetTokenTensorizer: { vocab: { min_counts: 30 } } },
            ...inputs,
          },
          embedding: { WordEmbedding: { embed_dim: 8 } },
          encoder: { BiLSTM: { lstm_dim: 8 } },
          target_embed_dim: 8,
          decoder: { RNNDecoder: { hidden_dim: 16 } },
          dropout: 0,
          ...model,
        },
      },
      trainer: { Trainer: { epochs: 6, optimizer: { Adam: { lr: 0.02 } }, ...trainer } },
      channels: [],
    },
  },
});

beforeAll(() => {
  writeFileSync(file("train.tsv"), tsv(rows(160, 1, KNOWN)));
  writeFileSync(file("eval.tsv"), tsv(rows(30, 2, NEW)));
});

describe("a model that copies", () => {
  const run = file("copies");

  beforeAll(async () => {
    await train(config({}, { copied: "CopiedTokenTensorizer" }), { output: run, registry });
  });

  it("writes words that the vocabulary lacks as the source has them", () => {
    const { test } = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as {
      readonly test: Readonly<Record<string, number>>;
    };
    expect(test.exact_match).toBeGreaterThan(0.9);
  });

  it.each(["text", "tokens", "ids"] as const)(
    "predicts the same from a file that takes %s",
    async (input) => {
      const given = [{ text: "say hello to somebody" }, { text: "greet one and two" }, { text: "" }];
      const trained = await loadModel(run, { registry });
      const expected = await predict(trained, given);
      await trained.release();
      expect(expected[0]!.output).toBe("hello somebody !");
      expect(expected[1]!.output).toBe("dear one , dear two");
      expect(expected[0]!.outputs).toHaveLength(2);
      const onnx = file(`copies-${input}.onnx`);
      await exportOnnx(run, onnx, { registry, log: silentLog, input });
      if (input === "ids") return;
      const loaded = await loadModel(onnx, { registry });
      const again = await predict(loaded, given);
      await loaded.release();
      expect(again.map(({ outputs }) => outputs!.map(({ text }) => text))).toEqual(
        expected.map(({ outputs }) => outputs!.map(({ text }) => text)),
      );
    },
  );

  it("writes copied words into the results of an exported file itself", async () => {
    const model = await OnnxModelFile.open(await readRunnable(file("copies-text.onnx")), 1, false);
    const results = await model.run({
      text: { dtype: "string", dims: [1], data: ["say hello to somebody"] },
    });
    await model.release();
    expect(results.sequence_tokens!.data.slice(0, 4)).toEqual(["hello", "somebody", "!", ""]);
    expect(Array.from(results.copied_from!.data.slice(0, 4), Number)).toEqual([-1, 3, -1, -1]);
  });
});
