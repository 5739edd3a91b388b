import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { OnnxModelFile } from "../../src/engine/ort-model.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readRunnable } from "../../src/graph/onnx/runnable.js";
import { loadModel, silentLog, train } from "../../src/library.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { type GenerateOptions, Generator } from "../../src/tasks/generate.js";
import type { TokenSurprisal } from "../../src/tasks/prediction.js";
import { testRun } from "../../src/tasks/test-run.js";
import { workplace } from "../support/toy.js";
import { PlainLanguageModel } from "./plain-lstm.js";

const folder = workplace();
const registry = defaultRegistry();
const at = (name: string): string => join(folder, name);

/** Sentences of a tiny grammar, with words that only test rows have. */
function sentences(count: number, seed: number, extra: readonly string[] = []): string[] {
  const random = stream(seed, "sentences");
  const pick = (words: readonly string[]): string => words[random.int(words.length)]!;
  return Array.from({ length: count }, () => {
    const noun = (): string => `${pick(["the", "a"])} ${pick(["cat", "dog", "bird", ...extra])}`;
    return random.int(9) === 0 ? "" : `${noun()} ${pick(["sees", "likes"])} ${noun()}`;
  });
}

const text = {
  train: sentences(60, 1),
  eval: sentences(15, 2),
  test: sentences(20, 3, ["unicorn"]),
};
const wordsOf = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => [...line.split(" ").filter((word) => word !== ""), "\n"]);

beforeAll(() => {
  for (const [split, lines] of Object.entries(text))
    writeFileSync(at(`${split}.txt`), lines.map((line) => `${line}\n`).join(""));
});

interface Wanted {
  readonly data?: object;
  readonly lines?: boolean;
  readonly model?: object;
  readonly trainer?: object;
  readonly tokenizer?: string;
}

function config({
  data = {},
  lines = false,
  model = {},
  trainer = {},
  tokenizer = "Tokenizer",
}: Wanted = {}) {
  const files = Object.fromEntries(
    Object.keys(text).map((split) => [`${split}_filename`, at(`${split}.txt`)]),
  );
  const source = { TextDataSource: files };
  return {
    version: 1,
    threads: 1,
    task: {
      LMTask: {
        data: lines
          ? { LanguageModelLineData: { source, ...data } }
          : { LanguageModelData: { source, batch_size: 4, bptt: 5, eval_bptt: 7, ...data } },
        model: {
          LMLSTM: {
            inputs: { tokens: { RunningTextTensorizer: { tokenizer } } },
            embedding: { WordEmbedding: { embed_dim: 6 } },
            lstm_dim: 8,
            ...model,
          },
        },
        trainer: { Trainer: { epochs: 2, optimizer: { SGD: { lr: 2 } }, max_clip_norm: 1, ...trainer } },
        channels: [],
      },
    },
  };
}

let runs = 0;
async function trained(wanted: Wanted = {}) {
  const output = at(`run${runs++}`);
  const { metrics } = await train(config(wanted), { output, registry });
  return { output, metrics };
}

/** Mean surprisal in nats. */
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const generate: GenerateOptions = {
  prompt: "the cat",
  temperature: 1,
  topK: null,
  topP: null,
  maxTokens: 12,
  seed: 5,
  count: 3,
};

async function texts(run: string, options: Partial<GenerateOptions> = {}): Promise<string[]> {
  const generator = await Generator.load(run, registry, silentLog);
  const all: string[] = [];
  for await (const one of generator.texts({ ...generate, ...options })) all.push(one);
  await generator.release();
  return all;
}

describe("a language model of running text", () => {
  let run: string;
  let perplexity: number;
  beforeAll(async () => {
    const { output, metrics } = await trained();
    run = output;
    ({ perplexity } = metrics.test as unknown as { perplexity: number });
  });

  it("has the test perplexity of plain loops over all of the text, ends of lines and unknown words included", async () => {
    const plain = await PlainLanguageModel.of(run, 2);
    expect(perplexity).toBeCloseTo(Math.exp(mean(plain.surprisals(wordsOf(text.test)))), 3);
    expect(perplexity).toBeLessThan(10);
  });

  it("has the same test perplexity however long the pieces are in which the text is read", async () => {
    for (const eval_bptt of [1, 3, 1000]) {
      const { metrics } = await trained({ data: { eval_bptt } });
      expect((metrics.test as unknown as { perplexity: number }).perplexity).toBeCloseTo(perplexity, 4);
    }
  });

  it("is tested in as many streams as asked for, each beginning with zeros and the token before it", async () => {
    const { output, metrics } = await trained({ data: { test_batch_size: 3 } });
    const plain = await PlainLanguageModel.of(output, 2);
    const tokens = wordsOf(text.test);
    const long = Math.ceil(tokens.length / 3);
    const sizes = [0, 1, 2].map((i) => Math.floor(tokens.length / 3) + (i < tokens.length % 3 ? 1 : 0));
    expect(sizes[0]).toBe(long);
    const all: number[] = [];
    let start = 0;
    for (const size of sizes) {
      plain.reset();
      let before = start === 0 ? "\n" : tokens[start - 1]!;
      for (const token of tokens.slice(start, start + size)) {
        all.push(-Math.log(plain.read(plain.id(before))[plain.id(token)]!));
        before = token;
      }
      start += size;
    }
    expect(metrics.test!.loss).toBeCloseTo(mean(all), 4);
  });

  it("carries its state from batch to batch in training too", async () => {
    const still = { epochs: 1, optimizer: { SGD: { lr: 1e-12 } } };
    const { output, metrics } = await trained({ data: { batch_size: 1, bptt: 3 }, trainer: still });
    const plain = await PlainLanguageModel.of(output, 2);
    expect(metrics.train.loss).toBeCloseTo(mean(plain.surprisals(wordsOf(text.train))), 4);
    const alone = await trained({ data: { batch_size: 1, bptt: 3, carry_state: false }, trainer: still });
    expect(alone.metrics.train.loss).not.toBeCloseTo(metrics.train.loss!, 4);
  });

  it("tells the surprisal of each token of a text, and its perplexity", async () => {
    const plain = await PlainLanguageModel.of(run, 2);
    const predictor = await loadModel(run, { registry });
    const texts = ["the cat likes  a dog", "unicorn", "", "a"];
    const predictions = await predictor.predict(
      texts.map((one, i) => ({ values: { text: one }, origin: `row ${i}` })),
    );
    await predictor.release();
    for (const [i, prediction] of predictions.entries()) {
      const words = texts[i]!.split(" ").filter((word) => word !== "");
      const expected = words.length === 0 ? [] : plain.surprisals(words);
      const tokens = prediction.tokens as readonly TokenSurprisal[];
      expect(tokens.map((token) => token.text)).toEqual(words);
      expect(tokens.map(({ start, end }) => texts[i]!.slice(start, end))).toEqual(words);
      for (const [k, { bits }] of tokens.entries()) expect(bits).toBeCloseTo(expected[k]! / Math.LN2, 4);
      if (words.length === 0) expect(prediction.perplexity).toBeUndefined();
      else expect(prediction.perplexity).toBeCloseTo(Math.exp(mean(expected)), 3);
    }
  });

  it("exports a file that gives the same, and the probabilities of what follows", async () => {
    const file = at("model.onnx");
    await exportOnnx(run, file, { registry, log: silentLog });
    const rows = ["the cat", "a dog sees a bird"].map((one, i) => ({
      values: { text: one },
      origin: `row ${i}`,
    }));
    const [ours, theirs] = [await loadModel(run, { registry }), await loadModel(file, { registry })];
    expect(await theirs.predict(rows)).toEqual(await ours.predict(rows));
    await Promise.all([ours.release(), theirs.release()]);
    const model = await OnnxModelFile.open(await readRunnable(file), 1);
    const data = rows.map(({ values }) => values.text);
    const { next_scores } = await model.run({ text: { dtype: "string", dims: [2], data } });
    await model.release();
    const plain = await PlainLanguageModel.of(run, 2);
    for (const [i, { values }] of rows.entries()) {
      plain.reset();
      let scores = plain.read(plain.id("\n"));
      for (const word of values.text.split(" ")) scores = plain.read(plain.id(word));
      const got = next_scores!.data.slice(i * plain.vocab, (i + 1) * plain.vocab) as Float32Array;
      for (const [id, score] of scores.entries()) expect(got[id]).toBeCloseTo(score, 5);
    }
  });

  it("writes what reading everything anew for each token would give", async () => {
    const plain = await PlainLanguageModel.of(run, 2);
    const names = [...plain.words.keys()];
    const [written] = await texts(run, { temperature: 0, count: 1 });
    const told = ["\n", "the", "cat"];
    for (let i = 0; i < generate.maxTokens; i++) {
      plain.reset();
      const scores = told.map((word) => plain.read(plain.id(word))).at(-1)!;
      scores[0] = scores[1] = 0; // unknown and padding are never written
      const best = scores.indexOf(Math.max(...scores));
      told.push(best === 2 ? "\n" : names[best - 3]!);
    }
    const expected = told.slice(1).reduce((all, word) => {
      if (word === "\n") return `${all}\n`;
      return all === "" || all.endsWith("\n") ? all + word : `${all} ${word}`;
    }, "");
    expect(written).toBe(expected);
  });

  it("writes the same texts for the same seed, each whatever the number of others", async () => {
    const three = await texts(run);
    expect(await texts(run)).toEqual(three);
    expect(await texts(run, { count: 1 })).toEqual(three.slice(0, 1));
    expect(await texts(run, { seed: 6 })).not.toEqual(three);
    expect(new Set(three).size).toBe(3);
    expect(three.every((one) => one.startsWith("the cat"))).toBe(true);
  });

  it("warns of words in a prompt that it does not know, and goes on after the lines of one", async () => {
    const warnings: string[] = [];
    const log = { info: () => {}, warn: (line: string) => void warnings.push(line) };
    const generator = await Generator.load(run, registry, log);
    for await (const one of generator.texts({ ...generate, prompt: "the zebra\na", count: 1 }))
      expect(one.startsWith("the zebra\na ")).toBe(true);
    await generator.release();
    expect(warnings).toEqual(["the prompt has 1 tokens that the model does not know"]);
  });

  it("has figures for another file", async () => {
    const figures = await testRun(run, { registry, log: silentLog, data: at("eval.txt") });
    const plain = await PlainLanguageModel.of(run, 2);
    expect(figures.perplexity).toBeCloseTo(Math.exp(mean(plain.surprisals(wordsOf(text.eval)))), 3);
  });
});

describe("a language model of lines that stand alone", () => {
  it("begins every line with zeros, and stops writing at the end of one", async () => {
    const { output, metrics } = await trained({ lines: true });
    const plain = await PlainLanguageModel.of(output, 2);
    const all = text.test.flatMap((line) => plain.surprisals(wordsOf([line])));
    expect(metrics.test!.loss).toBeCloseTo(mean(all), 4);
    const written = await texts(output, { prompt: "", maxTokens: 200, count: 5 });
    for (const one of written) expect(one.indexOf("\n")).toBe(one.length - 1);
  });
});

describe("a language model's parts", () => {
  const still = { trainer: { epochs: 1 } };
  const losses = async (wanted: Wanted) => {
    const { output, metrics } = await trained({ ...still, ...wanted });
    const plain = await PlainLanguageModel.of(output, 2);
    return [metrics.test!.loss!, mean(plain.surprisals(wordsOf(text.test)))] as const;
  };

  it("may use the embedding's table as output matrix, which is one parameter then", async () => {
    const model = { lstm_dim: 6, tied_weights: true };
    const [own, expected] = await losses({ model });
    expect(own).toBeCloseTo(expected, 4);
    const plain = await PlainLanguageModel.of(at(`run${runs - 1}`), 2);
    expect(plain.has("model.softmax.weight")).toBe(false);
  });

  it("may bring states to another size before the softmax", async () => {
    for (const tied_weights of [false, true]) {
      const [own, expected] = await losses({ model: { projection_dim: 6, tied_weights } });
      expect(own).toBeCloseTo(expected, 4);
    }
  });

  it("says what does not fit when weights cannot be tied", async () => {
    const failing = (model: object) => trained({ ...still, model: { tied_weights: true, ...model } });
    await expect(failing({})).rejects.toThrow(
      /the embedding's vectors have 6 numbers, but lstm_dim is 8.*set projection_dim to 6/s,
    );
    await expect(failing({ projection_dim: 5 })).rejects.toThrow(/but projection_dim is 5/);
    await expect(failing({ lstm_dim: 6, softmax: { AdaptiveSoftmax: { cutoffs: [4] } } })).rejects.toThrow(
      /output matrices of several sizes/,
    );
  });

  it("learn with a sampled and with an adaptive softmax, with dropout of both kinds", async () => {
    for (const softmax of [
      { SampledSoftmax: { num_sampled: 3 } },
      { AdaptiveSoftmax: { cutoffs: [4, 6] } },
    ]) {
      for (const variational_dropout of [false, true]) {
        const { metrics } = await trained({
          model: { softmax, dropout: 0.1, variational_dropout, lstm_dim: 16 },
          trainer: { epochs: 6, optimizer: { Adam: { lr: 0.02 } } },
        });
        expect((metrics.test as unknown as { perplexity: number }).perplexity).toBeLessThan(9);
      }
    }
  });

  it("start in the range that is asked for", async () => {
    const wanted = {
      model: { init_range: 0.01, projection_dim: 7 },
      trainer: { epochs: 1, optimizer: { SGD: { lr: 1e-12 } } },
    };
    const plain = await PlainLanguageModel.of((await trained(wanted)).output, 2);
    for (const name of [
      "lstm.layer1.forward.bias",
      "lstm.layer0.forward.weight_hh",
      "projection.weight",
      "softmax.bias",
    ]) {
      const values = Array.from(plain.get(`model.${name}`), Math.abs);
      expect(Math.max(...values)).toBeLessThanOrEqual(0.01);
      expect(Math.max(...values)).toBeGreaterThan(0.005);
    }
  });

  it("are all moved by their keys: none is read and then ignored", async () => {
    const base = { dropout: 0.2, projection_dim: 6 };
    const figures = async ({ model = {}, data = {}, ...rest }: Wanted) => {
      const { metrics } = await trained({ ...still, ...rest, model: { ...base, ...model }, data });
      const { train: own, eval: chosen, test: last } = metrics;
      return JSON.stringify([own.loss, chosen!.loss, last!.loss]);
    };
    const changes: readonly Wanted[] = [
      {},
      { model: { lstm_dim: 9 } },
      { model: { num_layers: 1 } },
      { model: { dropout: 0.3 } },
      { model: { variational_dropout: true } },
      { model: { projection_dim: 5 } },
      { model: { softmax: { FullSoftmax: { bias: false } } } },
      { model: { softmax: { SampledSoftmax: { num_sampled: 3 } } } },
      { model: { softmax: { SampledSoftmax: { num_sampled: 4 } } } },
      { model: { softmax: { AdaptiveSoftmax: { cutoffs: [4, 6] } } } },
      { model: { softmax: { AdaptiveSoftmax: { cutoffs: [5, 6] } } } },
      { model: { softmax: { AdaptiveSoftmax: { cutoffs: [4, 6], div_value: 2 } } } },
      { model: { tied_weights: true } },
      { model: { init_range: 0.2 } },
      { data: { batch_size: 5 } },
      { data: { bptt: 6 } },
      { data: { carry_state: false } },
      { data: { eval_batch_size: 2 } },
      { data: { test_batch_size: 2 } },
      { data: { carry_state: false, eval_bptt: 8 } },
      { tokenizer: "CharacterTokenizer" },
    ];
    const all: string[] = [];
    for (const change of changes) all.push(await figures(change));
    expect(new Set(all).size).toBe(changes.length);
  });

  it("may be characters, whatever they are", async () => {
    const { output } = await trained({ tokenizer: "CharacterTokenizer", trainer: { epochs: 3 } });
    const predictor = await loadModel(output, { registry });
    const odd = "the 😀 e\u0301\tcat";
    const [prediction] = await predictor.predict([{ values: { text: odd }, origin: "row" }]);
    await predictor.release();
    const tokens = prediction!.tokens as readonly TokenSurprisal[];
    expect(tokens.map((token) => token.text).join("")).toBe(odd);
    expect(tokens.every(({ start, end, text: token }) => odd.slice(start, end) === token)).toBe(true);
    const [written] = await texts(output, { prompt: "the c", count: 1, maxTokens: 30 });
    expect([...written!].length).toBe(35);
  });
});

it("only language models generate", async () => {
  writeFileSync(at("a.tsv"), "text\tlabel\nx\ta\ny\tb\n");
  const files = { train_filename: at("a.tsv"), eval_filename: at("a.tsv") };
  const task = {
    DocumentClassificationTask: {
      data: { Data: { source: { TSVDataSource: files } } },
      model: { DocModel: { representation: { DocNNRepresentation: { kernel_sizes: [1] } } } },
      trainer: { Trainer: { epochs: 1 } },
      channels: [],
    },
  };
  await train({ version: 1, threads: 1, task }, { output: at("classes"), registry });
  await expect(Generator.load(at("classes"), registry, silentLog)).rejects.toThrow(
    /only language models generate text, and this run is of DocumentClassificationTask/,
  );
  expect(readFileSync(at("classes/config.json"), "utf8")).toContain("DocumentClassificationTask");
});
