/** @file Pairs, ranking, regression, towers and users: each task learns a rule, and its exported files say what the run says. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const WORDS = ["red fox", "old house", "blue sea", "tall man", "wet dog", "cold snow"];
const USERS = ["ann", "bob", "cy"];
/** Every pair of two things; a third text belongs to the next one, and a user says yes or no to all. */
const rows = WORDS.flatMap((a, i) =>
  WORDS.map((b, j) => ({
    text1: `the ${a}`,
    text2: `a ${b}`,
    text3: `some ${WORDS[(i + 1) % WORDS.length]!}`,
    same: a === b ? "yes" : "no",
    likeness: a === b ? 5 : 1,
    fox: i === 0 ? 1 : 0,
    uid: USERS[(i + j) % 3]!,
    liked: (i + j) % 3 === 0 ? "no" : "yes",
  })),
);
type Columns = Partial<Record<keyof (typeof rows)[number], unknown>>;
const write = (name: string, all: readonly object[]): string => {
  const path = join(folder, name);
  writeFileSync(path, all.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
};
// As many pairs of the same things as others.
const file = write("rows.jsonl", [
  ...rows,
  ...rows.filter(({ same }) => same === "yes").flatMap((row) => Array(5).fill(row)),
]);
const belonging = write(
  "belonging.jsonl",
  rows.filter(({ same }) => same === "yes"),
);

const files = (path: string) => ({
  JSONLDataSource: { train_filename: path, eval_filename: path, test_filename: path },
});
const token = (column: string, more: object = {}) => ({ TokenTensorizer: { column, ...more } });
const label = (column: string) => ({ LabelTensorizer: { column } });
const number = (column: string) => ({ NumericLabelTensorizer: { column } });
const pooled = { PureDocAttention: { pooling: "MeanPool", dropout: 0 } };
const parts = { embedding: { WordEmbedding: { embed_dim: 16 } }, representation: pooled };

interface Task {
  readonly task: string;
  readonly model: object;
  readonly source?: object;
  readonly reporter?: unknown;
  readonly epochs?: number;
}

const config = ({ task, model, source = files(file), reporter, epochs = 12 }: Task) => ({
  version: 1,
  threads: 1,
  task: {
    [task]: {
      data: { Data: { source, batcher: { PoolingBatcher: { train_batch_size: 12 } } } },
      model,
      trainer: { Trainer: { epochs, optimizer: { Adam: { lr: 0.02 } } } },
      ...(reporter !== undefined && { metric_reporter: reporter }),
    },
  },
});

const sampled = (path: string) => ({
  SampledNegativesDataSource: {
    source: files(path),
    query_column: "text1",
    positive_column: "text2",
    negative_column: "wrong",
    negatives_per_row: 3,
  },
});
const ranking = (more: object, neg_response: string | null = "wrong") => ({
  QueryDocPairwiseRankingModel: {
    ...parts,
    inputs: { query: token("text1"), pos_response: token("text2"), neg_response },
    decoder_output_dim: 8,
    ...more,
  },
});

const TASKS: Readonly<Record<string, Task & { readonly least: readonly [figure: string, value: number] }>> = {
  "paraphrases, by words that match": {
    task: "PairwiseClassificationTask",
    model: {
      PairwiseModel: {
        inputs: { tokens1: token("text1"), tokens2: token("text2"), labels: label("same") },
        ...parts,
        embedding: { EmbeddingList: { embeddings: [parts.embedding, "MatchEmbedding"] } },
      },
    },
    least: ["accuracy", 0.95],
  },
  "pairs of two vocabularies": {
    task: "PairwiseClassificationTask",
    model: {
      PairwiseModel: {
        inputs: { tokens1: token("text1"), tokens2: token("text2"), labels: label("same") },
        representation: { DocNNRepresentation: { kernel_num: 8, kernel_sizes: [1, 2], dropout: 0 } },
        ...{ embedding: parts.embedding, shared_embeddings: false, shared_representations: false },
        decoder: { MLPDecoder: { hidden_dims: [16] } },
      },
    },
    least: ["accuracy", 0.7],
  },
  "likeness by a decoder": {
    task: "PairwiseRegressionTask",
    model: {
      PairwiseRegressionModel: {
        inputs: { tokens1: token("text1"), tokens2: token("text2"), labels: number("likeness") },
        ...parts,
        output_layer: { RegressionOutputLayer: { squash_to_range: [1, 5] } },
      },
    },
    least: ["pearson", 0.9],
  },
  "likeness by a cosine": {
    task: "PairwiseRegressionTask",
    model: {
      PairwiseCosineRegressionModel: {
        inputs: { tokens1: token("text1"), tokens2: token("text2"), labels: number("likeness") },
        ...parts,
        range: [0, 5],
      },
    },
    least: ["pearson", 0.9],
  },
  "a number for a text": {
    task: "DocumentRegressionTask",
    model: {
      DocRegressionModel: {
        inputs: { tokens: token("text1"), labels: number("fox") },
        ...parts,
        output_layer: { RegressionOutputLayer: { squash_to_range: [0, 1] } },
      },
    },
    least: ["pearson", 0.9],
  },
  "ranking by pairs": {
    task: "QueryDocumentPairwiseRankingTask",
    source: sampled(belonging),
    model: ranking({ export_embeddings: true }),
    least: ["accuracy", 0.9],
  },
  "retrieval among the batch": {
    task: "QueryDocumentPairwiseRankingTask",
    source: files(belonging),
    model: ranking({ loss: "MultipleNegativesRankingLoss" }, null),
    reporter: "RetrievalMetricReporter",
    epochs: 25,
    least: ["mrr", 0.9],
  },
  "two towers": {
    task: "DocumentClassificationTask",
    model: {
      TwoTowerClassificationModel: {
        inputs: { left_tokens: token("text1"), right_tokens: token("text2"), labels: label("same") },
        ...{ ...parts, use_shared_embedding: true, use_shared_encoder: true },
        decoder: { MLPDecoder: { hidden_dims: [32] } },
      },
    },
    epochs: 30,
    least: ["accuracy", 0.9],
  },
  "three towers": {
    task: "DocumentClassificationTask",
    model: {
      TriTowerClassificationModel: {
        inputs: {
          ...{ left_tokens: token("text1"), middle_tokens: token("text3"), right_tokens: token("text2") },
          labels: label("liked"),
        },
        ...parts,
        left_mlp: { hidden_dims: [8] },
      },
    },
    least: ["accuracy", 0.5],
  },
  "a number for two towers": {
    task: "DocumentRegressionTask",
    model: {
      TwoTowerRegressionModel: {
        inputs: { left_tokens: token("text1"), right_tokens: token("text2"), labels: number("fox") },
        ...parts,
      },
    },
    least: ["pearson", 0.9],
  },
  "texts of users": {
    task: "DocumentClassificationTask",
    model: {
      PersonalizedDocModel: {
        inputs: { tokens: token("text1"), labels: label("liked") },
        ...parts,
        user_embedding: { embed_dim: 4 },
      },
    },
    least: ["accuracy", 0.9],
  },
};

const some: Columns[] = [
  ...[rows[0]!, rows[7]!, rows[8]!, rows[35]!],
  // Words and a user that training never showed, and texts without words.
  { text1: "an unheard of thing", text2: "the", text3: "", uid: "dora" },
  { text1: "", text2: "", text3: "x", uid: "ann" },
];

async function predicted(path: string): Promise<readonly Prediction[]> {
  const model = await loadModel(path);
  const found = [...(await predict(model, some)), ...(await predict(model, some.slice(1, 2)))];
  await model.release();
  return found;
}

/** Numbers within rounding, everything else the same. */
function expectSame(got: unknown, wanted: unknown): void {
  if (typeof wanted === "number") expect(Math.abs((got as number) - wanted)).toBeLessThan(1e-5);
  else if (wanted !== null && typeof wanted === "object") {
    expect(Object.keys(got as object)).toEqual(Object.keys(wanted));
    for (const [key, value] of Object.entries(wanted))
      expectSame((got as Record<string, unknown>)[key], value);
  } else expect(got).toBe(wanted);
}

describe.each(Object.entries(TASKS))("%s", (name, task) => {
  test("learns its rule; run and both kinds of exported file say the same, of each row alone too", async () => {
    const run = join(folder, name.replaceAll(" ", "-"));
    const { metrics } = await train(config(task), { output: run });
    const [figure, value] = task.least;
    expect((metrics.test as unknown as Record<string, number>)[figure]).toBeGreaterThanOrEqual(value);
    const wanted = await predicted(run);
    expectSame(wanted.at(-1), wanted[1]);
    for (const input of ["text", "tokens"] as const) {
      const path = `${run}-${input}.onnx`;
      await exportOnnx(run, path, { registry, log: silentLog, input });
      expectSame(await predicted(path), wanted);
    }
  });
});

test("a vector of ranking depends on its own text only", async () => {
  const model = await loadModel(join(folder, "ranking-by-pairs"));
  const [both, other] = await predict(model, [
    { text1: "the red fox", text2: "a blue sea" },
    { text1: "the red fox", text2: "" },
  ]);
  await model.release();
  const { query, response } = both!.embeddings!;
  expectSame(other!.embeddings!.query, query);
  const length = (vector: readonly number[]) => Math.hypot(...vector);
  const product = query.reduce((sum, x, i) => sum + x * response[i]!, 0);
  expect(both!.score).toBeCloseTo(product / length(query) / length(response), 5);
});

test("what does not fit together is refused before training", async () => {
  const output = join(folder, "bad");
  const refused = (task: Task) => expect(train(config(task), { output })).rejects;
  await refused({ ...TASKS["ranking by pairs"]!, reporter: "SimilarityMetricReporter" }).toThrow(
    /rows of responses have none/,
  );
  await refused({
    task: "QueryDocumentPairwiseRankingTask",
    source: files(belonging),
    model: ranking({ loss: "MultipleNegativesRankingLoss" }, null),
  }).toThrow(/compares with a wrong response in each row, and there is none/);
  await refused({
    task: "PairwiseRegressionTask",
    model: {
      PairwiseCosineRegressionModel: {
        inputs: { tokens1: token("text1"), tokens2: token("text2"), labels: number("likeness") },
      },
    },
  }).toThrow(/go from 1 to 5/);
  await refused({
    task: "PairwiseRegressionTask",
    model: { DocRegressionModel: { inputs: { tokens: token("text1"), labels: number("fox") } } },
  }).toThrow(/a pair has two columns/);
});
