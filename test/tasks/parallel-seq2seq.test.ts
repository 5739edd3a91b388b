import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { tsv, workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const file = (name: string): string => join(folder, name);
const run = file("run");

/** Letters, and the same ones from the last to the first. */
function rows(count: number, seed: number): { text: string; target: string }[] {
  const random = stream(seed, "reversed");
  return Array.from({ length: count }, () => {
    const letters = Array.from({ length: 1 + random.int(4) }, () => "abcde"[random.int(5)]!);
    return { text: letters.join(" "), target: letters.toReversed().join(" ") };
  });
}

const config = (model: object = {}, epochs = 15) => ({
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
          batcher: { PoolingBatcher: { train_batch_size: 16 } },
        },
      },
      model: {
        NARSeq2SeqModel: {
          embedding: { WordEmbedding: { embed_dim: 16 } },
          encoder: { BiLSTM: { lstm_dim: 16 } },
          target_embed_dim: 16,
          decoder: { TransformerDecoder: { num_layers: 2, num_attention_heads: 2, ffnn_embed_dim: 32 } },
          dropout: 0,
          sequence_generator: { length_beam_size: 2, nbest: 2, iterations: 3, targetlen_cap: 6 },
          ...model,
        },
      },
      trainer: { Trainer: { epochs, optimizer: { Adam: { lr: 0.01 } } } },
      channels: [],
    },
  },
});

beforeAll(async () => {
  writeFileSync(file("train.tsv"), tsv(rows(400, 1)));
  writeFileSync(file("eval.tsv"), tsv(rows(50, 2)));
  await train(config(), { output: run, registry });
});

describe("a model that writes all tokens at once", () => {
  it("learns to turn sequences round", () => {
    const { test } = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as {
      readonly test: Readonly<Record<string, number>>;
    };
    expect(test.exact_match).toBeGreaterThan(0.9);
    expect(test.out_of_reach).toBe(0);
  });

  it("trains to the same bits again", async () => {
    const parameters = async (name: string): Promise<Buffer> => {
      await train(config({}, 1), { output: file(name), registry });
      return readFileSync(join(file(name), "parameters.safetensors"));
    };
    expect((await parameters("again")).equals(await parameters("once"))).toBe(true);
  });

  it.each(["text", "tokens"] as const)("predicts the same from a file that takes %s", async (input) => {
    const given = [{ text: "a b c d" }, { text: "e" }, { text: "" }, { text: "b unknown b" }];
    const trained = await loadModel(run, { registry });
    const expected = await predict(trained, given);
    await trained.release();
    expect(expected[0]!.output).toBe("d c b a");
    expect(expected[0]!.outputs).toHaveLength(2);
    const onnx = file(`${input}.onnx`);
    await exportOnnx(run, onnx, { registry, log: silentLog, input });
    const loaded = await loadModel(onnx, { registry });
    const again = await predict(loaded, given);
    await loaded.release();
    for (const [i, { outputs }] of expected.entries()) {
      expect(again[i]!.outputs!.map(({ text }) => text)).toEqual(outputs!.map(({ text }) => text));
      for (const [k, { score }] of outputs!.entries())
        expect(again[i]!.outputs![k]!.score).toBeCloseTo(score, 4);
    }
  });

  it.each([
    [
      "copying",
      { inputs: { copied: "CopiedTokenTensorizer" } },
      /NARSeq2SeqModel\.inputs\n {2}unknown key "copied"; Seq2SeqModel has it {2}known: caps, /,
    ],
    ["a grammar", { grammar: "TreeGrammar" }, /unknown key "grammar"; Seq2SeqModel has it/],
    ["a decoder that goes from token to token", { decoder: "RNNDecoder" }, /use TransformerDecoder/],
    ["more sequences than lengths", { sequence_generator: { nbest: 4 } }, /raise length_beam_size/],
    [
      "more lengths than there are",
      { sequence_generator: { length_beam_size: 3, targetlen_cap: 2 } },
      /raise targetlen_cap/,
    ],
  ])("%s: refused before training", async (_, model, message) => {
    const asked = train(config(model), { output: file("refused"), registry });
    await expect(asked).rejects.toThrow(message);
  });
});
