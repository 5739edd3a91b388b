/** @file Models that read questions and texts by words: by hand, by finite differences, and row by row. */
import { describe, expect, it } from "vitest";
import { answersOf } from "../../../src/components/data/tensorizers/squad-answer-tensorizer.js";
import type { QuestionWords } from "../../../src/components/data/tensorizers/squad-tensorizer.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import { built, difference, gradientError, normals, withGradients } from "./harness.js";
import { type ModelOnRows, modelOnRows } from "./task.js";

const rows = [
  {
    question: "where is the fox",
    doc: "The red fox is in the old house",
    answers: ["old house"],
    answer_starts: [22],
  },
  { question: "who ran", doc: "a tall man ran", answers: ["tall"], answer_starts: [2] },
  { question: "", doc: "sea", answers: [], answer_starts: [] },
  { question: "what of the sea", doc: "", answers: [], answer_starts: [] },
];
const ALL = [0, 1, 2, 3];

const output_layer = { SquadOutputLayer: { null_threshold: 0, n_best_size: 2 } };
const embedding = {
  EmbeddingList: {
    embeddings: [{ WordEmbedding: { embed_dim: 3 } }, { MatchEmbedding: { embed_dim: 1 } }],
  },
};
const lstm = { BiLSTM: { lstm_dim: 2, dropout: 0 } };
const models = {
  DrQAModel: {
    DrQAModel: {
      ...{ embedding, dropout: 0, output_layer, ques_rnn: lstm },
      doc_rnn: { StackedBidirectionalRNN: { hidden_size: 2, num_layers: 2 } },
    },
  },
  BiDAFModel: {
    BiDAFModel: {
      embedding: {
        EmbeddingList: {
          embeddings: [
            { WordEmbedding: { embed_dim: 2 } },
            { CharacterEmbedding: { embed_dim: 2, kernel_num: 2, kernel_sizes: [2] } },
          ],
        },
      },
      ...{ dropout: 0, output_layer, highway_layers: 1 },
      ...{ contextual_layer: lstm, modeling_layer: lstm, span_end_layer: lstm },
    },
  },
};

/** A model whose answers know whose they are, as in a task. */
async function reading(raw: object): Promise<ModelOnRows> {
  return modelOnRows(raw, rows, "span_model", (tensorizers) =>
    answersOf(tensorizers.answers, "test").lookIn(tensorizers.tokens as QuestionWords),
  );
}

/** Parameters that are the same for the same path; of words, padding has zeros. */
function fill(store: ParameterStore): void {
  for (const { name, data, shape } of store) {
    data.set(normals(data.length, name).map((x) => 0.7 * x));
    if (/embedding\.\d\.weight$/.test(name) && shape[0]! > 2) data.fill(0, shape[1]!, 2 * shape[1]!);
  }
}

async function results(model: ModelOnRows, name: string, chosen: readonly number[], mode: Mode) {
  const store = new ParameterStore(1);
  const target = await built(
    await engine(name as never),
    mode,
    store,
    (scope) => {
      const { loss, outputs } = model.build(scope);
      return { ...outputs, loss: loss!.sum };
    },
    model.context,
  );
  fill(store);
  return { store, outputs: await target.run(model.feeds(chosen)) };
}

describe.each(engineNames)("reading models on %s", (name) => {
  it.each(Object.entries(models))("%s answers each question as if it were alone", async (_, raw) => {
    const model = await reading(raw);
    for (const mode of ["train", "infer"] as const) {
      const together = (await results(model, name, ALL, mode)).outputs;
      let sum = 0;
      for (const row of ALL) {
        const alone = (await results(model, name, [row], mode)).outputs;
        sum += alone.loss!.data[0]!;
        for (const [output, { data, dims }] of Object.entries(alone)) {
          if (output === "loss") continue;
          const same = together[output]!.data.slice(row * data.length, (row + 1) * data.length);
          expect(difference({ dims, data }, { dims, data: same })).toBeLessThan(2e-5);
        }
      }
      expect(together.loss!.data[0]).toBeCloseTo(sum, 4);
    }
  });

  it.each(Object.entries(models))("%s says of a text without words that it does not tell", async (_, raw) => {
    const { outputs } = await results(await reading(raw), name, [3], "infer");
    expect(outputs.first!.data).toEqual([-1, -1]);
    expect(outputs.has_answer!.data).toEqual([0]);
    expect(outputs.log_total!.data[0]).toBeCloseTo(outputs.null_logit!.data[0]!, 5);
  });
});

it.each(Object.entries(models))("%s has the gradients of finite differences", async (_, raw) => {
  const model = await reading(raw);
  const store = new ParameterStore(3);
  const target = await built(
    await engine("onnxruntime"),
    "train",
    store,
    withGradients((scope) => model.build(scope).loss!.sum),
    model.context,
  );
  fill(store);
  expect(await gradientError(target, store, model.feeds(ALL))).toBeLessThan(3e-3);
  const tables = [...store].filter((parameter) => /embedding\.0\.weight$/.test(parameter.name));
  expect(tables).toHaveLength(1);
});

it("DrQAModel scores words by their vectors, the question's like them, and the question's one vector", async () => {
  const through = "PassThroughRepresentation";
  const words = { WordEmbedding: { embed_dim: 2 } };
  const model = await reading({
    DrQAModel: { embedding: words, dropout: 0, ques_rnn: through, doc_rnn: through, output_layer },
  });
  const { store, outputs } = await results(model, "onnxruntime", [1], "infer");
  const w = (path: string): number[] => [...store.get(`model.${path}`)!.data];
  const { vocabulary } = model.tensorizers.get("tokens") as QuestionWords;
  const vectors = (text: string): number[][] =>
    text
      .split(" ")
      .map((word) => w("embedding.weight").slice(2 * vocabulary.id(word), 2 * vocabulary.id(word) + 2));
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const linear = (x: readonly number[], path: string, size: number) =>
    Array.from({ length: size }, (_, k) =>
      x.reduce((sum, v, i) => sum + v * w(`${path}.weight`)[i * size + k]!, w(`${path}.bias`)[k]!),
    );
  const mean = (scores: readonly number[], of: readonly (readonly number[])[]) => {
    const powers = scores.map(Math.exp);
    const total = powers.reduce((a, b) => a + b, 0);
    return [0, 1].map((k) => powers.reduce((sum, power, i) => sum + (power / total) * of[i]![k]!, 0));
  };
  const [doc, question] = [vectors(rows[1]!.doc), vectors(rows[1]!.question)];
  const layer = (x: readonly number[]) => linear(x, "ques_aligned_attn.proj", 2).map((y) => Math.max(0, y));
  const seen = doc.map((p) => [
    ...p,
    ...mean(
      question.map((q) => dot(layer(p), layer(q))),
      question,
    ),
  ]);
  const merged = mean(
    question.map((q) => linear(q, "ques_self_attn", 1)[0]!),
    question,
  );
  const logits = ["start_attn", "end_attn"].map((path) =>
    [w("sentinel.weight"), ...seen].map((state) => dot(state, linear(merged, path, 4))),
  );
  const spans = doc.flatMap((_, first) =>
    doc.slice(first).map((__, more) => ({
      first: first + 1,
      last: first + more + 1,
      logit: logits[0]![first + 1]! + logits[1]![first + more + 1]!,
    })),
  );
  const [best, second] = spans.sort((a, b) => b.logit - a.logit);
  expect(outputs.first!.data).toEqual([best!.first, second!.first]);
  expect(outputs.last!.data).toEqual([best!.last, second!.last]);
  expect(outputs.span_logits!.data[0]).toBeCloseTo(best!.logit, 5);
  expect(outputs.null_logit!.data[0]).toBeCloseTo(logits[0]![0]! + logits[1]![0]!, 5);
  const loss = logits.map((list) => Math.log(list.reduce((sum, x) => sum + Math.exp(x), 0)) - list[2]!);
  expect(outputs.loss!.data[0]).toBeCloseTo((loss[0]! + loss[1]!) / 2, 5);
});
