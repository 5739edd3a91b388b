import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { OnnxModelFile } from "../../src/engine/ort-model.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readRunnable } from "../../src/graph/onnx/runnable.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { leavesOf, readTree } from "../../src/text/trees.js";
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

/** Trees over texts. */
function treeRows(count: number, seed: number): { text: string; tree: string }[] {
  const random = stream(seed, "trees");
  const pick = (...from: readonly string[]): string => from[random.int(from.length)]!;
  return Array.from({ length: count }, () => {
    const place = pick("New York", "Oslo", "[IN:HOME [SL:KIND home ] ]");
    const tree = `[IN:GET_${pick("EVENT", "ROUTE")} ${pick("fairs", "\\[way\\]")} in [SL:PLACE ${place} ] ]`;
    return { text: leavesOf(readTree(tree)).join(" "), tree };
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

describe("a model that writes trees", () => {
  const run = file("trees");
  const texts = ["fairs in New York", "route from home to Oslo", "[fairs] in ] \\ ]", "", "] ] ]"];
  const given = texts.map((text) => ({ text }));

  const treeConfig = (model: object = {}, inputs: object = {}, target = "trees.tsv") => {
    const base = config(
      {
        grammar: "TreeGrammar",
        sequence_generator: { beam_size: 3, nbest: 2, length_penalty: 0, targetlen_b: 3, targetlen_c: 20 },
        ...model,
      },
      {
        tokens: "TokenTensorizer",
        target: { TargetTokenTensorizer: { column: "tree", form: "tree" } },
        copied: "CopiedTokenTensorizer",
        ...inputs,
      },
      { epochs: 1 },
    );
    const { Seq2SeqTask } = base.task;
    const source = {
      train_filename: file(target),
      eval_filename: file("held-out-trees.tsv"),
      test_filename: file("held-out-trees.tsv"),
    };
    const data = { Data: { source: { TSVDataSource: source }, batcher: "PoolingBatcher" } };
    const metric_reporter = "Seq2SeqCompositionalMetricReporter";
    return { ...base, task: { Seq2SeqTask: { ...Seq2SeqTask, data, metric_reporter } } };
  };

  beforeAll(async () => {
    writeFileSync(file("trees.tsv"), tsv(treeRows(60, 1)));
    writeFileSync(file("held-out-trees.tsv"), tsv(treeRows(20, 2)));
    await train(treeConfig(), { output: run, registry });
  });

  it("writes whole trees over the text, however little it has learnt", async () => {
    const trained = await loadModel(run, { registry });
    const predictions = await predict(trained, given);
    await trained.release();
    for (const [i, { outputs }] of predictions.entries()) {
      const words = texts[i]!.toLowerCase().split(" ");
      for (const { text } of outputs!) if (texts[i] !== "") expect(leavesOf(readTree(text))).toEqual(words);
    }
    expect(predictions[3]!.output).toBe("");
    const { test } = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as {
      readonly test: Readonly<Record<string, number>>;
    };
    expect(test.invalid_trees).toBe(0);
    expect(test.frame_accuracy).toBeGreaterThanOrEqual(0);
    const onnx = file("trees.onnx");
    await exportOnnx(run, onnx, { registry, log: silentLog });
    const loaded = await loadModel(onnx, { registry });
    const again = await predict(loaded, given);
    await loaded.release();
    expect(again.map(({ output }) => output)).toEqual(predictions.map(({ output }) => output));
  });

  it.each([
    [
      "room for fewer tokens than trees may have",
      { sequence_generator: { beam_size: 1, nbest: 1, targetlen_b: 2, targetlen_c: 20 } },
      {},
      /up to 3 \* \(tokens of the source\) \+ 20 tokens.*\n.*set targetlen_b to 3 and targetlen_c to 20/s,
    ],
    ["a grammar without anything to copy", {}, { copied: null }, /give inputs\.copied a tensorizer/],
    [
      "a grammar of trees for other sequences",
      {},
      { target: { TargetTokenTensorizer: { column: "tree" } } },
      /inputs\.target reads none/,
    ],
    [
      "deeper trees than may be written",
      { grammar: { TreeGrammar: { max_open_NT: 2 } } },
      {},
      /max_open_NT.*\n.*nodes above each other/s,
    ],
    [
      "trees over other words",
      {},
      { copied: { CopiedTokenTensorizer: { tokenizer: { WhitespaceTokenizer: { lowercase: false } } } } },
      /trees\.tsv:\d+.*\n.*at token \d the tree has "new", the text has "New"/s,
    ],
  ])("%s: refused before training", async (_, model, inputs, message) => {
    const asked = train(treeConfig(model, inputs), { output: file("refused"), registry });
    await expect(asked).rejects.toThrow(message);
  });
});
