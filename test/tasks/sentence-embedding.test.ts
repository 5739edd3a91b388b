/** @file Vectors of texts: trained from pairs, triples and scored pairs; the run, its exported file and `embed` give the same. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { inspectData } from "../../src/components/data/debug-data.js";
import { exportHuggingFace } from "../../src/exporters/hugging-face-exporter.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadEncoder, loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import type { EmbedOptions } from "../../src/tasks/embed/options.js";
import { openRun } from "../../src/tasks/open-task.js";
import { writeTinyEncoder } from "../support/tiny-encoder.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const at = (name: string): string => join(folder, name);
await writeTinyEncoder(at("encoder"));
const vocab_file = join(at("encoder"), "vocab.txt");

/** Questions and what belongs to them; "far" belongs to another. Some questions and some answers stand in several rows. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["who barks", "a dog"],
  ["what meows", "the cat"],
  ["who barks", "a big dog"],
  ["it shines by day", "sun"],
  ["it shines at night", "moon"],
  ["what shines, night?", "moon"],
  ["cold and white", "snow"],
  ["wet and blue", "the wide sea"],
];
const answers = PAIRS.map(([, answer]) => answer);
const rows = PAIRS.map(([question, answer], i) => ({
  question,
  answer,
  far: answers[(i + 3) % answers.length]!,
  score: (i * 7) % 6,
}));
const write = (name: string, all: readonly object[]): string => {
  writeFileSync(at(name), all.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return at(name);
};
const trainFile = write("train.jsonl", rows);

const score = { NumericLabelTensorizer: { column: "score" } };

interface Options {
  readonly loss?: unknown;
  readonly inputs?: object;
  readonly model?: object;
  readonly reporter?: unknown;
  readonly epochs?: number;
  readonly data?: object;
}

const config = ({ loss, inputs = {}, model = {}, reporter, epochs = 1, data = {} }: Options) => ({
  version: 1,
  threads: 1,
  task: {
    SentenceEmbeddingTask: {
      data: {
        Data: {
          source: {
            JSONLDataSource: {
              ...{ train_filename: trainFile, eval_filename: trainFile, test_filename: trainFile },
              ...data,
            },
          },
          batcher: { PoolingBatcher: { train_batch_size: 4 } },
        },
      },
      model: {
        SentenceEmbeddingModel: {
          inputs: {
            tokens: { BERTTensorizer: { columns: ["question"], vocab_file } },
            positive: "answer",
            ...inputs,
          },
          encoder: { TransformerEncoder: { pretrained: at("encoder") } },
          ...(loss !== undefined && { loss }),
          ...model,
        },
      },
      trainer: { Trainer: { epochs, optimizer: { Adam: { lr: 0.003 } } } },
      ...(reporter !== undefined && { metric_reporter: reporter }),
    },
  },
});

const questions = [...new Set(PAIRS.map(([question]) => question))];

/** The vectors of all questions, and of the last one alone. */
async function predicted(path: string): Promise<readonly number[][]> {
  const model = await loadModel(path);
  const all = questions.map((question) => ({ question }));
  const found = [...(await predict(model, all)), ...(await predict(model, all.slice(-1)))];
  await model.release();
  return found.map(({ embedding }) => [...embedding!]);
}

async function embedded(
  path: string,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<number[][]> {
  const encoder = await loadEncoder(path, { log: silentLog });
  const all: number[][] = [];
  for await (const chunk of encoder.embed(texts, options))
    all.push(...chunk.map(({ vector }) => [...vector]));
  await encoder.release();
  return all;
}

const apart = (a: readonly number[][], b: readonly number[][]): number =>
  Math.max(...a.flatMap((row, i) => row.map((x, j) => Math.abs(x - b[i]![j]!))));
const length = (vector: readonly number[]): number => Math.hypot(...vector);
const product = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);

interface Report {
  readonly loss: number;
  readonly queries: number;
  readonly documents: number;
  readonly mrr: number;
  readonly mrr_at: Readonly<Record<string, number>>;
  readonly recall_at: Readonly<Record<string, number>>;
}

const CASES: readonly (readonly [name: string, options: Options])[] = [
  ["pairs", { epochs: 30 }],
  [
    "triples with a projection, not normalised",
    {
      inputs: { negative: "far" },
      loss: { TripletLoss: { margin: 5 } },
      model: { projection: { MLPDecoder: {} }, projection_dim: 5, normalize: false, pooling: "MaxPool" },
      reporter: { RetrievalMetricReporter: { similarity: "dot", model_select_metric: "loss" } },
    },
  ],
  [
    "scored pairs with the last piece",
    {
      inputs: { labels: score },
      loss: { CosineSimilarityLoss: { score_range: [0, 5] } },
      model: { pooling: "LastTimestepPool" },
      reporter: "SimilarityMetricReporter",
    },
  ],
  [
    "scored pairs in order",
    {
      inputs: { labels: score },
      loss: "CoSENTLoss",
      model: { pooling: "BoundaryPool" },
      reporter: { SimilarityMetricReporter: { similarity: "dot", model_select_metric: "pearson" } },
    },
  ],
];

test.each(CASES)("from %s: run, exported file and embed give equal vectors", async (name, options) => {
  const run = at(name.replaceAll(" ", "-"));
  const { metrics } = await train(config(options), { output: run });
  expect((metrics.test as unknown as Report).loss).toBeGreaterThan(0);
  const file = `${run}.onnx`;
  await exportOnnx(run, file, { registry: defaultRegistry(), log: silentLog });
  const [ours, theirs] = [[...(await predicted(run))], await predicted(file)];
  // Other texts of the batch, which are longer, make no difference.
  expect(apart([ours.pop()!], ours.slice(-1))).toBeLessThan(1e-5);
  expect(ours[0]).toHaveLength(options.model !== undefined && "projection" in options.model ? 5 : 16);
  expect(apart(ours, theirs)).toBeLessThan(1e-5);
  expect(apart(ours, await embedded(run, questions))).toBeLessThan(1e-5);
  const unit = options.model === undefined || !("normalize" in options.model);
  for (const vector of ours) if (unit) expect(length(vector)).toBeCloseTo(1, 5);
  // The encoder's states are there too, pooled in another way.
  const own = await embedded(run, questions, { pooling: "reduce_mean", normalize: true });
  expect(own[0]).toHaveLength(16);
  const same = ours[0]!.length === 16 && apart(own, ours) < 1e-5;
  expect(same).toBe(name === "pairs");
  await expect(embedded(run, questions, { layers: [-2] })).rejects.toThrow(/name a --pooling/);
});

describe("pairs", () => {
  test("are learnt, and search figures are those of the vectors, compared one with another", async () => {
    const run = at("pairs");
    const { test: figures } = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as { test: Report };
    const documents = [...new Set(answers)];
    const [asked, found] = [await embedded(run, questions), await embedded(run, documents)];
    const ranks = questions.map((question, i) => {
      const right = new Set(PAIRS.filter(([one]) => one === question).map(([, answer]) => answer));
      const order = documents
        .map((text, j) => ({ text, near: product(asked[i]!, found[j]!) }))
        .sort((a, b) => b.near - a.near);
      return order.flatMap(({ text }, place) => (right.has(text) ? [place + 1] : []));
    });
    const mean = (of: (own: readonly number[]) => number): number =>
      ranks.reduce((sum, own) => sum + of(own), 0) / ranks.length;
    expect(figures).toMatchObject({ queries: questions.length, documents: documents.length });
    expect(figures.mrr).toBeCloseTo(
      mean(([first]) => 1 / first!),
      10,
    );
    expect(figures.recall_at["1"]).toBeCloseTo(
      mean((own) => own.filter((rank) => rank === 1).length / own.length),
      10,
    );
    expect(figures.mrr_at["1"]).toBeGreaterThan(0.8);
  });

  test("an exported file asks for the one text, as a run does", async () => {
    const model = await loadModel(at("pairs.onnx"));
    expect(model.columns).toEqual(["question"]);
    await model.release();
    const state = JSON.parse(readFileSync(join(at("pairs"), "vocabularies.json"), "utf8")) as object;
    // One tokenizer for all texts: it is kept once.
    expect(JSON.stringify(state).split('"[CLS]"')).toHaveLength(2);
  });

  test("rows repeat where all their texts do", async () => {
    const { task } = await openRun(at("pairs"), defaultRegistry(), silentLog);
    const [part] = [...task.parts.values()];
    const { splits } = await inspectData(part!.data(), { rareBelow: 1, examples: 1 });
    // Two rows have one question, and two others one answer.
    expect(splits.map(({ duplicates }) => duplicates)).toEqual([0, 0, 0]);
  });

  test("a document that is the query's own text is no candidate", async () => {
    // The first answer is the second question: the encoder gives both one vector, which would come first.
    const chain = [
      { question: "one day", answer: "two nights" },
      { question: "two nights", answer: "three weeks" },
      { question: "three weeks", answer: "one day" },
    ];
    const { metrics } = await train(config({ data: { test_filename: write("chain.jsonl", chain) } }), {
      output: at("chain"),
    });
    const { mrr, documents } = metrics.test as unknown as Report;
    expect(documents).toBe(3);
    // Two candidates are left: a rank of 1 or 2. With the text itself in front, none would have 1.
    expect(mrr).toBeGreaterThanOrEqual(0.5);
    const worst = readFileSync(join(at("chain"), "worst-rows.jsonl"), "utf8");
    for (const line of worst.trim().split("\n").filter(Boolean)) expect(line).toMatch(/chain\.jsonl:\d/);
  });
});

describe("as a folder of sentence-transformers", () => {
  const exported = async (run: string) => {
    const warned: string[] = [];
    const log = { info: () => {}, warn: (line: string) => void warned.push(line) };
    const files = await exportHuggingFace(at(run), at(`${run}-folder`), { registry: defaultRegistry(), log });
    return { files: files.map((file) => relative(at(`${run}-folder`), file)), warned };
  };

  test("a run gives its vectors by itself", async () => {
    const { files, warned } = await exported("pairs");
    expect(files).toEqual(
      expect.arrayContaining(["modules.json", "1_Pooling/config.json", "model.safetensors"]),
    );
    expect(warned).toEqual([]);
    const own = await embedded(at("pairs"), questions);
    expect(apart(await embedded(at("pairs-folder"), questions), own)).toBeLessThan(1e-5);
    const last = at("scored-pairs-with-the-last-piece");
    await exported("scored-pairs-with-the-last-piece");
    expect(apart(await embedded(`${last}-folder`, questions), await embedded(last, questions))).toBeLessThan(
      1e-5,
    );
  });

  test("a projection stays behind, which is said", async () => {
    const { files, warned } = await exported("triples-with-a-projection,-not-normalised");
    expect(files).not.toContain("modules.json");
    expect(warned).toEqual([expect.stringContaining("projection")]);
  });
});

const plain = { BERTTensorizer: { columns: ["question", "answer"], vocab_file } };
const refused: readonly (readonly [string, Options, RegExp])[] = [
  ["triples without negatives", { loss: "TripletLoss" }, /TripletLoss compares with negatives/],
  [
    "negatives that nobody compares with",
    { loss: "CoSENTLoss", inputs: { negative: "far", labels: score }, reporter: "SimilarityMetricReporter" },
    /has no use for negatives/,
  ],
  ["a loss of scores without scores", { loss: "CoSENTLoss" }, /CoSENTLoss learns from scores/],
  ["figures of scores without scores", { reporter: "SimilarityMetricReporter" }, /compares with scores/],
  ["search in scored rows", { inputs: { labels: score } }, /whatever its score/],
  [
    "scores outside the range",
    {
      inputs: { labels: score },
      loss: "CosineSimilarityLoss",
      reporter: "SimilarityMetricReporter",
    },
    /go from 0 to 5/,
  ],
  [
    "labels that are no numbers",
    {
      inputs: { labels: { LabelTensorizer: { column: "score" } } },
      loss: "CoSENTLoss",
      reporter: "SimilarityMetricReporter",
    },
    /NumericLabelTensorizer/,
  ],
  ["a pair as one text", { inputs: { tokens: plain } }, /a vector is of one text/],
  ["a size without a projection", { model: { projection_dim: 4 } }, /projection_dim goes with projection/],
  [
    "cosines beyond 1",
    { inputs: { labels: score }, loss: { CosineSimilarityLoss: { cosine_range: [0, 2] } } },
    /a cosine is from -1 to 1/,
  ],
  ["a column that is not there", { inputs: { positive: "reply" } }, /reply/],
  [
    "texts that are not pieces",
    { inputs: { tokens: { TokenTensorizer: { column: "question" } } } },
    /needs the ids of a model's pieces/,
  ],
  [
    "texts of which there can be no second",
    { inputs: { tokens: { ByteTokenTensorizer: { column: "question" } } } },
    /which this tensorizer does not offer/,
  ],
];

test.each(refused)("%s are an error", async (_, options, message) => {
  const output = at("refused");
  mkdirSync(folder, { recursive: true });
  await expect(train(config(options), { output })).rejects.toThrow(message);
});
