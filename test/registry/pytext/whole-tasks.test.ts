/** @file PyText's ensembles, questions, masked pieces and tagged words: what their configs become, and that it trains. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { silentLog, train } from "../../../src/library.js";
import { upgradeConfig } from "../../../src/registry/adapters.js";
import type { JsonObject } from "../../../src/registry/json.js";
import { toyRows, tsv, workplace } from "../../support/toy.js";
import { at, problemsFrom } from "../problems.js";

const folder = workplace();
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const translated = (task: JsonObject) => upgradeConfig({ version: 48, task }, "f.json");
const messages = (task: JsonObject): string[] =>
  problemsFrom(() => translated(task)).map(({ message }) => message);

let runs = 0;
const trains = async (task: JsonObject) =>
  train({ version: 48, random_seed: 1, task }, { output: join(folder, `run${++runs}`), log: silentLog });

const batcher = { Batcher: { train_batch_size: 8 } };
const small = { WordEmbedding: { embed_dim: 4 } };
const lstm = { BiLSTM: { lstm_dim: 3 } };
const oneEpoch = { epochs: 1 };

const labelled = file("labelled.tsv", tsv(toyRows(24, 0)));
const from = (filename: string): JsonObject => ({
  source: {
    TSVDataSource: {
      ...{ train_filename: filename, eval_filename: filename, test_filename: filename },
    },
  },
  batcher,
});

describe("EnsembleTask", () => {
  const doc = (more: JsonObject = {}): JsonObject => ({
    embedding: small,
    representation: { BiLSTMDocAttention: { lstm } },
    ...more,
  });
  const ensemble = (models: readonly unknown[], more: JsonObject = {}): JsonObject => ({
    EnsembleTask: { model: { BaggingDocEnsembleModel: { models, ...more } } },
  });
  const made = (task: JsonObject): unknown => at(translated(task).config, "task", "EnsembleTask");

  test("equal models are copies of one member, others are members of their own", () => {
    expect(made(ensemble([doc(), doc()], { sample_rate: 0.5 }))).toMatchObject({
      copies: 2,
      sample_rate: 0.5,
    });
    const other = made(ensemble([doc(), doc({ decoder: { hidden_dims: [5] } })]));
    expect(other).toMatchObject({ copies: 1 });
    expect(at(other, "members")).toHaveLength(2);
  });

  test("all read the rows by the first model's inputs, as PyText does", () => {
    const inputs = { tokens: { TokenTensorizer: { max_seq_len: 9 } } };
    const other = { tokens: { TokenTensorizer: { max_seq_len: 3 } } };
    const { config, notes } = translated(ensemble([doc({ inputs }), doc({ inputs: other })]));
    expect(at(config, "task", "EnsembleTask", "copies")).toBe(2);
    expect(notes.join("\n")).toContain("inputs of models behind the first were replaced");
    expect(JSON.stringify(config)).not.toContain('"max_seq_len":3');
  });

  test("models of intents and slots have their own figures", () => {
    const task = {
      EnsembleTask: { model: { BaggingIntentSlotEnsembleModel: { models: [{}, {}], use_crf: true } } },
    };
    const [member] = at(made(task), "members") as JsonObject[];
    expect(at(member, "IntentSlotTask", "metric_reporter")).toEqual({ IntentSlotMetricReporter: {} });
    const wrong = {
      EnsembleTask: { ...task.EnsembleTask, metric_reporter: { ClassificationMetricReporter: {} } },
    };
    expect(messages(wrong)[0]).toContain("are a IntentSlotMetricReporter's");
  });

  test("modules are frozen in all members or in none", () => {
    const frozen = doc({ decoder: { freeze: true } });
    expect(at(made(ensemble([frozen, frozen])), "trainer", "Trainer", "freeze")).toEqual(["model.decoder"]);
    expect(messages(ensemble([frozen, doc()]))[0]).toContain("the same freeze");
  });

  test("one model, or models of a class of one's own, are told what to write", () => {
    expect(messages(ensemble([doc()]))[0]).toContain("plain DocumentClassificationTask");
    expect(messages({ EnsembleTask: { model: { MyEnsemble: {} } } })[0]).toContain(
      "members of our own EnsembleTask",
    );
  });

  test("trains its members", async () => {
    const task = ensemble([doc(), doc()]).EnsembleTask as JsonObject;
    const data = from(labelled);
    const metrics = await trains({ EnsembleTask: { ...task, data, trainer: { real_trainer: oneEpoch } } });
    expect(metrics).toBeDefined();
  });
});

const squad = (impossible: boolean): string =>
  JSON.stringify({
    data: [0, 1, 2, 3].map((i) => ({
      title: `t${i}`,
      paragraphs: [
        {
          context: `a b word${i} c`,
          qas: [
            { id: `q${i}`, question: "where word", answers: [{ text: `word${i}`, answer_start: 4 }] },
            ...(impossible
              ? [
                  {
                    id: `n${i}`,
                    question: "where not",
                    is_impossible: true,
                    answers: [],
                    plausible_answers: [],
                  },
                ]
              : []),
          ],
        },
      ],
    })),
  });

describe("SquadQATask", () => {
  const questions = file("questions.json", squad(true));
  const source = {
    SquadDataSource: { train_filename: questions, eval_filename: questions, test_filename: questions },
  };
  const task = (model: JsonObject, more: JsonObject = source): JsonObject => ({
    SquadQATask: { data: { source: more, batcher }, model, trainer: oneEpoch },
  });
  const modelOf = (model: JsonObject): unknown =>
    at(translated(task(model)).config, "task", "SquadQATask", "model");
  const drqa = (more: JsonObject = {}): JsonObject => ({ DrQAModel: { embedding: small, ...more } });
  const vocab = file(
    "vocab.txt",
    [
      "[PAD]",
      "[UNK]",
      "[CLS]",
      "[SEP]",
      "[MASK]",
      "a",
      "b",
      "c",
      "where",
      "not",
      "word",
      "##0",
      "##1",
      "##2",
      "##3",
    ].join("\n"),
  );
  const sizes = { embedding_dim: 8, ffn_embedding_dim: 8, num_encoder_layers: 1, num_attention_heads: 2 };

  test("words, columns and lengths of DrQA's tensorizer become keys of ours", () => {
    const squad_input = {
      ...{ doc_column: "text", answers_column: "right", max_ques_seq_len: 9, max_doc_seq_len: 20 },
      ...{ column: "text", max_seq_len: 7, vocab: { min_counts: 2 } },
    };
    expect(at(modelOf(drqa({ inputs: { squad_input, has_answer: {} } })), "DrQAModel", "inputs")).toEqual({
      tokens: {
        SquadTensorizer: {
          columns: ["question", "text"],
          tokens: {
            TokenTensorizer: {
              tokenizer: { Tokenizer: { split_regex: "[^\\p{L}\\p{N}_]+" } },
              vocab: { min_counts: 2 },
            },
          },
          max_query_length: 9,
          max_seq_len: 20,
          doc_stride: 10,
        },
      },
      answers: { SquadAnswerTensorizer: { answers_column: "right" } },
    });
  });

  test("windows of short texts of pieces overlap by half, beside questions of half the pieces", () => {
    const read = (max_seq_len: number): unknown =>
      at(
        modelOf({
          BertSquadQAModel: { inputs: { squad_input: { max_seq_len } }, encoder: { bert_cpt_dir: "b" } },
        }),
        ...["BertSquadQAModel", "inputs", "tokens", "SquadForBERTTensorizer"],
      );
    expect(read(256)).toEqual({ max_seq_len: 256 });
    expect(read(24)).toEqual({ max_seq_len: 24, max_query_length: 10, doc_stride: 6 });
    expect(read(160)).toEqual({ max_seq_len: 160, doc_stride: 47 });
  });

  test("both readers have the model's dropout", () => {
    const { config, notes } = translated(
      task(drqa({ dropout: 0.1, doc_rnn: { dropout: 0.7, hidden_size: 5 } })),
    );
    const model = at(config, "task", "SquadQATask", "model", "DrQAModel");
    expect(at(model, "ques_rnn")).toEqual({ StackedBidirectionalRNN: { dropout: 0.1 } });
    expect(at(model, "doc_rnn")).toEqual({ StackedBidirectionalRNN: { hidden_size: 5, dropout: 0.1 } });
    expect(notes).toContain("DrQAModel: the dropout of doc_rnn is the model's, 0.1, as in PyText");
  });

  test("a classifier of answers that are not there becomes a threshold", () => {
    const output_layer = { ignore_impossible: false, max_answer_len: 7, pos_loss_weight: 0.9 };
    expect(at(modelOf(drqa({ output_layer })), "DrQAModel", "output_layer")).toEqual({
      SquadOutputLayer: { null_threshold: 0, max_answer_length: 7 },
    });
  });

  test("what has no counterpart says what to write", () => {
    expect(messages({ SquadQATask: {} })[0]).toContain("pretrained_embeddings_path");
    expect(messages(task(drqa({ output_layer: { loss: { FocalLoss: {} } } })))[0]).toContain(
      "CrossEntropyLoss alone",
    );
    expect(messages(task(drqa({ is_kd: true })))[0]).toContain("teacher");
    const table = { SquadDataSource: { train_filename: "a.tsv" } };
    expect(messages(task(drqa(), table))[0]).toContain("write a TSVDataSource");
    const squad_input = { SquadForRoBERTaTensorizer: {} };
    expect(messages(task({ BertSquadQAModel: { inputs: { squad_input } } }))[0]).toContain("tokenizer.json");
  });

  test("DrQAModel trains on questions with an answer alone, by PyText's default", async () => {
    const rnn = { hidden_size: 3 };
    const metrics = await trains(task(drqa({ ques_rnn: rnn, doc_rnn: rnn })));
    expect(metrics).toBeDefined();
  });

  test("BertSquadQAModel trains on all questions", async () => {
    const squad_input = { vocab_file: vocab, max_seq_len: 24 };
    const model = {
      BertSquadQAModel: {
        inputs: { squad_input },
        encoder: { TransformerSentenceEncoder: sizes },
        output_layer: { ignore_impossible: false },
      },
    };
    const kept = { SquadDataSource: { ...source.SquadDataSource, ignore_impossible: false } };
    expect(await trains(task(model, kept))).toBeDefined();
  });

  describe("MaskedLMTask", () => {
    const masked = (more: JsonObject = {}): JsonObject => ({
      MaskedLMTask: {
        data: { PackedLMData: { ...from(labelled), max_seq_len: 16 } },
        model: {
          inputs: { tokens: { BERTTensorizer: { vocab_file: vocab, max_seq_len: 99 } } },
          encoder: { TransformerSentenceEncoder: sizes },
          mask_prob: 0.3,
          ...more,
        },
        trainer: oneEpoch,
      },
    });

    test("the tensorizer has the share that is hidden and the size of the packed examples", () => {
      const model = at(translated(masked()).config, "task", "MaskedLMTask", "model", "MaskedLanguageModel");
      expect(at(model, "inputs", "tokens", "MaskedTokenTensorizer")).toEqual({
        vocab_file: vocab,
        max_seq_len: 16,
        masking_rate: 0.3,
      });
    });

    test("what has no counterpart says what there is", () => {
      expect(messages(masked({ masking_strategy: "frequency" }))[0]).toContain("as likely to be hidden");
      expect(messages(masked({ decoder: { hidden_dims: [3] } }))[0]).toContain("the head is BERT's");
      expect(messages(masked({ tie_weights: false }))[0]).toContain("own table");
      expect(messages({ LMTask: { data: { PackedLMData: {} } } })[0]).toContain("LanguageModelData");
    });

    test("trains", async () => {
      expect(await trains(masked())).toBeDefined();
    });
  });
});

describe("WordTaggingTask of words with tags", () => {
  const tagging = (source: JsonObject): JsonObject => ({
    WordTaggingTask: {
      data: { source, batcher },
      model: { embedding: small, representation: { BiLSTMSlotAttention: { lstm } } },
      trainer: oneEpoch,
    },
  });
  const splits = (path: string): JsonObject => ({
    ...{ train_filename: path, eval_filename: path, test_filename: path },
  });
  const ten = (id: number, form: string, tag: string): string =>
    [id, form, form, tag, ...Array<string>(6).fill("_")].join("\t");
  const conllu = file(
    "a.conllu",
    `# sent_id = 1\n${ten(1, "the", "DET")}\n${ten(2, "cat", "NOUN")}\n\n`.repeat(8),
  );
  const ner = file("a.ner", "Ann\tB-PER\nsleeps\tO\n\n".repeat(8));

  test("tags are read as they stand, from the column that the source is told", () => {
    const source = { CoNLLUPOSDataSource: { column_mapping: { label: "pos" }, language: "en" } };
    const { config } = translated(tagging(source));
    const task = at(config, "task", "WordTaggingTask");
    expect(at(task, "data", "Data", "source", "CoNLLUDataSource", "column_mapping")).toEqual({
      text: "sentence",
      form: "text",
      upos: "pos",
    });
    expect(at(task, "model", "WordTaggingModel", "inputs", "labels", "SlotLabelTensorizer")).toMatchObject({
      column: "pos",
      format: "tags",
      label_scheme: "none",
      model_scheme: "none",
    });
  });

  test.each([
    ["CoNLLUPOSDataSource", conllu],
    ["CoNLLUNERDataSource", ner],
  ])("of %s trains", async (name, path) => {
    expect(await trains(tagging({ [name]: splits(path) }))).toBeDefined();
  });
});
