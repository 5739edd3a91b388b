/** @file Answers in texts: a tiny model learns a rule, reads long texts in windows, and the exported files say the same. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, silentLog, train } from "../../src/library.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { inUnit, type Prediction } from "../../src/tasks/prediction.js";
import { testRun } from "../../src/tasks/test-run.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const at = (name: string) => join(folder, name);
const registry = defaultRegistry();

const OTHERS = [..."abcdefghij"];
const DIRECTIONS = ["north", "south", "east", "west"];
const PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...OTHERS, ...DIRECTIONS, "where", "😀"];
writeFileSync(at("vocab.txt"), `${PIECES.join("\n")}\n`);

interface Question {
  readonly question: string;
  readonly doc: string;
  readonly answers: readonly string[];
  readonly answer_starts: readonly number[];
}

/** Texts of letters of which one or two in a row are directions, which are asked for; a share of them has none. */
function questions(count: number, seed: number, length: number, without = 0.25): Question[] {
  const random = stream(seed, "directions");
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: length + random.int(4) }, () => OTHERS[random.int(OTHERS.length)]!);
    const place = random.int(words.length - 2);
    const answer = Array.from({ length: 1 + random.int(2) }, () => DIRECTIONS[random.int(4)]!);
    const common = { question: "where" };
    if (random.uniform() < without)
      return { ...common, doc: words.join(" "), answers: [], answer_starts: [] };
    words.splice(place, answer.length, ...answer);
    const start = words.slice(0, place).join(" ").length + (place > 0 ? 1 : 0);
    return { ...common, doc: words.join(" "), answers: [answer.join(" ")], answer_starts: [start] };
  });
}

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** The same questions in SQuAD's own form, a paragraph each. */
const squad = (rows: readonly Question[]): string =>
  JSON.stringify({
    data: rows.map(({ question, doc, answers, answer_starts }, i) => ({
      title: `title ${i}`,
      paragraphs: [
        {
          context: doc,
          qas: [
            {
              ...{ id: `q${i}`, question, is_impossible: answers.length === 0 },
              answers: answers.map((text, k) => ({ text, answer_start: answer_starts[k] })),
            },
          ],
        },
      ],
    })),
  });

writeFileSync(at("train.jsonl"), jsonl(questions(300, 1, 8)));
writeFileSync(at("long.json"), squad(questions(40, 2, 30)));

/** What reads the questions: pieces by an encoder, or words by recurrent layers. */
const MODELS = {
  bert: (tokens: object) => ({
    BertSquadQAModel: {
      inputs: {
        tokens: {
          SquadForBERTTensorizer: {
            ...{ vocab_file: at("vocab.txt"), max_seq_len: 18, max_query_length: 2, doc_stride: 9 },
            ...tokens,
          },
        },
      },
      encoder: {
        TransformerEncoder: {
          ...{ hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 16 },
          ...{ max_position_embeddings: 18, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 },
        },
      },
    },
  }),
  drqa: (tokens: object) => ({
    DrQAModel: {
      inputs: {
        tokens: { SquadTensorizer: { max_seq_len: 13, max_query_length: 2, doc_stride: 9, ...tokens } },
      },
      embedding: {
        EmbeddingList: {
          embeddings: [{ WordEmbedding: { embed_dim: 8 } }, { MatchEmbedding: { embed_dim: 2 } }],
        },
      },
      dropout: 0,
      ques_rnn: { BiLSTM: { lstm_dim: 6, dropout: 0 } },
      doc_rnn: { StackedBidirectionalRNN: { hidden_size: 8, num_layers: 2 } },
    },
  }),
  bidaf: (tokens: object) => ({
    BiDAFModel: {
      inputs: {
        tokens: {
          SquadTensorizer: {
            ...{ max_seq_len: 13, max_query_length: 2, doc_stride: 9 },
            ...{ chars: "CharacterTokenTensorizer", caps: "CapitalizationTensorizer", ...tokens },
          },
        },
      },
      embedding: {
        EmbeddingList: {
          embeddings: [
            { WordEmbedding: { embed_dim: 6 } },
            { CharacterEmbedding: { embed_dim: 4, kernel_num: 4, kernel_sizes: [2] } },
            { CapitalizationEmbedding: { embed_dim: 2 } },
          ],
        },
      },
      contextual_layer: { BiLSTM: { lstm_dim: 8, dropout: 0 } },
      modeling_layer: { BiLSTM: { lstm_dim: 8, dropout: 0 } },
      span_end_layer: { BiGRU: { gru_dim: 8, dropout: 0 } },
      dropout: 0,
    },
  }),
} as const;

interface Wanted {
  readonly model?: keyof typeof MODELS;
  readonly null_threshold?: number | null;
  readonly epochs?: number;
  readonly source?: object;
  readonly answers?: object;
  readonly tokens?: object;
}

function modelOf({ model = "bert", null_threshold = 0, answers = {}, tokens = {} }: Wanted): object {
  const [[name, parts]] = Object.entries<{ readonly inputs: object }>(MODELS[model](tokens)) as [
    [string, { readonly inputs: object }],
  ];
  return {
    [name]: {
      ...parts,
      inputs: { ...parts.inputs, answers: { SquadAnswerTensorizer: answers } },
      output_layer: { SquadOutputLayer: { null_threshold, max_answer_length: 4, n_best_size: 3 } },
    },
  };
}

const config = (wanted: Wanted = {}) => ({
  version: 1,
  threads: 1,
  task: {
    SquadQATask: {
      channels: [],
      data: {
        Data: {
          source: wanted.source ?? {
            CombinedDataSource: {
              train: { JSONLDataSource: { train_filename: at("train.jsonl") } },
              test: { SquadDataSource: { test_filename: at("long.json") } },
            },
          },
          batcher: { PoolingBatcher: { train_batch_size: 8 } },
        },
      },
      model: modelOf(wanted),
      trainer: { Trainer: { epochs: wanted.epochs ?? 6, optimizer: { Adam: { lr: 0.01 } } } },
      metric_reporter: { SquadMetricReporter: { model_select_metric: "loss" } },
    },
  },
});

const predicted = async (path: string, rows: readonly object[]): Promise<Prediction[]> => {
  const model = await loadModel(path, { registry });
  const given = rows.map((values, i) => ({ values: values as Record<string, unknown>, origin: `row ${i}` }));
  const predictions = await model.predict(given);
  await model.release();
  return predictions;
};

describe.each(["bert", "drqa", "bidaf"] as const)("a run (%s)", (model) => {
  const run = at(`run-${model}`);
  let figures: Record<string, number>;
  const lines: string[] = [];
  beforeAll(async () => {
    const log = { info: (line: string) => void lines.push(line), warn: () => {} };
    figures = (await train(config({ model }), { output: run, registry, log })).metrics
      .test as unknown as Record<string, number>;
  });

  it("finds answers in texts of several windows, and tells where there are none", () => {
    expect(lines.join("\n")).toMatch(/test: 40 rows as 1\d\d examples; [\s\S]*questions without answer \d+/);
    expect(figures.questions).toBe(40);
    expect(figures.has_answer_f1).toBeGreaterThan(0.9);
    expect(figures.no_answer_accuracy).toBeGreaterThan(0.8);
    expect(figures.best_f1).toBeGreaterThanOrEqual(figures.f1!);
  });

  it("says of each question what is right and what was found", async () => {
    const rows: {
      gold: readonly string[];
      predicted: readonly string[];
      origin: string;
      right: boolean | null;
    }[] = [];
    const own = await testRun(run, { registry, log: silentLog, row: async (row) => void rows.push(row) });
    expect(own.f1).toBe(figures.f1);
    expect(rows).toHaveLength(40);
    expect(rows[3]!.origin).toMatch(/long\.json:question q3$/);
    const right = rows.filter(({ gold, predicted }) => (gold[0] ?? "") === (predicted[0] ?? ""));
    expect(right.length / 40).toBeCloseTo(figures.exact_match!, 12);
  });

  it("gives the answer, its place and its probability, whatever stands before it", async () => {
    const filler = Array<string>(40).fill("a b").join(" ");
    const [short, long, none] = await predicted(run, [
      { question: "where", doc: "😀 a north west b" },
      { question: "where", doc: `${filler} north west b` },
      { question: "where", doc: "a b c d" },
    ]);
    expect(short!.answer).toEqual({
      text: "north west",
      start: 5,
      end: 15,
      score: expect.any(Number) as number,
    });
    expect(short!.answers![0]).toEqual(short!.answer);
    expect(inUnit(short!, "code_points").answer).toMatchObject({ start: 4, end: 14 });
    expect(inUnit(short!, "utf8_bytes").answers![0]).toMatchObject({ start: 7, end: 17 });
    expect(long!.answer).toMatchObject({ text: "north west", start: 160 });
    const sum = short!.answers!.reduce((total, { score }) => total + score, short!.no_answer_score!);
    expect(sum).toBeLessThanOrEqual(1.000001);
    expect([none!.answer, none!.answers!.length]).toEqual([null, 3]);
    expect(none!.no_answer_score).toBeGreaterThan(0.5);
  });

  it("takes a text without pieces, and says nothing of it", async () => {
    const [empty] = await predicted(run, [{ question: "where", doc: " " }]);
    expect(empty).toMatchObject({ answer: null, answers: [], no_answer_score: 1 });
  });

  it("predicts the same from files that take ids or texts, of which the latter read one window and say so", async () => {
    const rows = [
      ...questions(12, 3, 8),
      ...questions(4, 4, 30, 0),
      { question: "where where a", doc: "😀 é north" },
    ];
    const ours = await predicted(run, rows);
    const warnings: string[] = [];
    const log = { info: () => {}, warn: (line: string) => void warnings.push(line) };
    for (const input of ["ids", "text"] as const) {
      const file = at(`${model}-${input}.onnx`);
      const exported = await exportOnnx(run, file, {
        registry,
        log,
        input,
        unit: input === "ids" ? "utf16" : "utf8_bytes",
      });
      expect(exported.difference).toBeLessThan(1e-5);
      expect(exported.rows).toBe(40);
      if (input === "ids" && model !== "bert") {
        // Its words' ids stand in the run alone.
        await expect(predicted(file, rows)).rejects.toThrow(/does not hold what makes them from texts/);
        continue;
      }
      const theirs = await predicted(file, rows);
      for (const [i, own] of ours.entries()) {
        const other = theirs[i]!;
        if (other.truncated) {
          expect([input, i >= 12 && i < 16]).toEqual(["text", true]);
          continue;
        }
        expect(other.answer?.text).toBe(own.answer?.text);
        expect(other.answer?.start).toBe(own.answer?.start);
        expect(other.no_answer_score).toBeCloseTo(own.no_answer_score!, 5);
      }
      expect(theirs.filter(({ truncated }) => truncated)).toHaveLength(input === "text" ? 4 : 0);
    }
    expect(warnings).toEqual([
      expect.stringMatching(/^40 of 40 held-out rows have texts longer than one window/),
    ]);
  });

  it("cannot be exported for tokens", async () => {
    await expect(
      exportOnnx(run, at("tokens.onnx"), { registry, log: silentLog, input: "tokens" }),
    ).rejects.toThrow(/PTX_EXPORT[\s\S]*--input ids/);
  });
});

it("reads pieces of other tokenizers, which count spaces to them, and exports for ids", async () => {
  const names = [
    "<pad>",
    "<s>",
    "</s>",
    "<unk>",
    ...[...OTHERS, ...DIRECTIONS, "where"].map((word) => `▁${word}`),
  ];
  const special = ["<s>", "</s>"].map((token) => [
    token,
    { id: token, ids: [names.indexOf(token)], tokens: [token] },
  ]);
  const part = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const single = [part("<s>"), text("A"), part("</s>")];
  const tokenizer = {
    version: "1.0",
    added_tokens: ["<pad>", "<s>", "</s>", "<unk>"].map((content) => ({
      ...{ id: names.indexOf(content), content, single_word: false, lstrip: false, rstrip: false },
      ...{ normalized: false, special: true },
    })),
    normalizer: null,
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: {
      ...{ type: "TemplateProcessing", single, pair: [...single, part("</s>"), text("B"), part("</s>")] },
      special_tokens: Object.fromEntries(special) as object,
    },
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      unk_token: "<unk>",
    },
  };
  writeFileSync(at("tokenizer.json"), JSON.stringify(tokenizer));
  const tokens = { tokenizer: at("tokenizer.json"), vocab_file: null };
  const run = at("other-tokenizer");
  const { metrics } = await train(config({ tokens, epochs: 4 }), { output: run, registry, log: silentLog });
  expect(
    (metrics.test as unknown as { has_answer_exact_match: number }).has_answer_exact_match,
  ).toBeGreaterThan(0.8);
  const rows = [{ question: "where", doc: "a b c d e f g h i j a b c d north west b" }];
  const [ours] = await predicted(run, rows);
  expect(ours!.answer).toMatchObject({ text: "north west", start: 28, end: 38 });
  await exportOnnx(run, at("other.onnx"), { registry, log: silentLog, input: "ids" });
  const [theirs] = await predicted(at("other.onnx"), rows);
  expect(theirs!.answer).toMatchObject({ text: "north west", start: 28, end: 38 });
});

describe("what does not fit", () => {
  it("is refused: questions without answer where every question gets one", async () => {
    const always = config({ null_threshold: null, epochs: 1 });
    await expect(train(always, { output: at("always"), registry, log: silentLog })).rejects.toThrow(
      /training questions have no answer[\s\S]*null_threshold/,
    );
  });

  it("is left out and counted: answers that do not stand where they should", async () => {
    const rows = questions(20, 5, 8, 0);
    rows[3] = { ...rows[3]!, answer_starts: [1000] };
    writeFileSync(at("bad.jsonl"), jsonl(rows));
    const source = { JSONLDataSource: { train_filename: at("bad.jsonl") } };
    const strict = config({ null_threshold: null, epochs: 1, source });
    await expect(train(strict, { output: at("strict"), registry, log: silentLog })).rejects.toThrow(
      /bad\.jsonl:4/,
    );
    const warnings: string[] = [];
    const log = { info: () => {}, warn: (line: string) => void warnings.push(line) };
    const answers = { on_bad_answer: "skip" };
    await train(config({ null_threshold: null, epochs: 1, source, answers }), {
      output: at("skip"),
      registry,
      log,
    });
    expect(warnings.join("\n")).toMatch(
      /1 row left out: an answer that starts outside of its text \(.*bad\.jsonl:4\)/,
    );
  });

  it("is refused: inputs of other tasks", async () => {
    const output_layer = { SquadOutputLayer: { null_threshold: 0 } };
    const other = config() as { task: { SquadQATask: { model: object } } };
    other.task.SquadQATask.model = {
      BertSquadQAModel: { inputs: { tokens: { BERTTensorizer: { vocab_file: at("vocab.txt") } } } },
    };
    await expect(train(other, { output: at("other"), registry, log: silentLog })).rejects.toThrow(
      /use SquadForBERTTensorizer/,
    );
    other.task.SquadQATask.model = {
      BertSquadQAModel: { inputs: { tokens: "SquadTensorizer" }, output_layer },
    };
    await expect(train(other, { output: at("words"), registry, log: silentLog })).rejects.toThrow(
      /BertSquadQAModel reads .* does not give\n.*use SquadForBERTTensorizer/,
    );
    const pieces = { SquadForBERTTensorizer: { vocab_file: at("vocab.txt") } };
    other.task.SquadQATask.model = { DrQAModel: { inputs: { tokens: pieces }, output_layer } };
    await expect(train(other, { output: at("pieces"), registry, log: silentLog })).rejects.toThrow(
      /use SquadTensorizer/,
    );
  });

  it("is refused: parts of the words' input that would share what they do not", async () => {
    const tokens = { tokens: { TokenTensorizer: { shared_module_key: "x" } } };
    const shared = config({ model: "drqa", tokens });
    await expect(train(shared, { output: at("shared"), registry, log: silentLog })).rejects.toThrow(
      /shared_module_key does nothing here/,
    );
  });

  it("is refused: what no embedding reads, and what an embedding reads that is not there", async () => {
    const tokens = { chars: "CharacterTokenTensorizer" };
    const unread = config({ model: "drqa", tokens });
    await expect(train(unread, { output: at("unread"), registry, log: silentLog })).rejects.toThrow(
      /SquadTensorizer\.chars\n.*no embedding reads it/,
    );
    const absent = config({ model: "bidaf", tokens: { chars: null } });
    await expect(train(absent, { output: at("absent"), registry, log: silentLog })).rejects.toThrow(
      /CharacterEmbedding reads the input "chars"[\s\S]*give SquadTensorizer a tensorizer for "chars"/,
    );
  });
});
