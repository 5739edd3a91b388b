/** @file Two toy tasks that share their words, their vectors and their encoder: a classifier of topics and a tagger. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stream } from "../../src/registry/random.js";
import { toyRows, tsv, writeToyData } from "../support/toy.js";

/** Writes topic rows (train.tsv, ...) and tagged rows (tags-train.tsv, ...): every word that tells a topic is an entity. */
export function writeTwoSets(folder: string, rows = 60): void {
  writeToyData(folder, rows);
  for (const [seed, split] of ["train", "eval", "test"].entries()) {
    const random = stream(seed, "tags");
    const tagged = toyRows(split === "train" ? Math.floor(rows / 2) : 16, 20 + seed).map(({ text }) => ({
      text,
      slots: text
        .split(" ")
        .map((word) => (word.startsWith("word") ? "O" : random.uniform() < 0.5 ? "B-thing" : "B-act"))
        .join(" "),
    }));
    writeFileSync(join(folder, `tags-${split}.tsv`), tsv(tagged));
  }
}

const source = (folder: string, start: string) => ({
  TSVDataSource: Object.fromEntries(
    ["train", "eval", "test"].map((split) => [`${split}_filename`, join(folder, `${start}${split}.tsv`)]),
  ),
});

/** What is shared: a key, or null. */
export interface Shared {
  readonly tokens?: string | null;
  readonly words?: string | null;
  readonly encoder?: string | null;
}

const all: Required<Shared> = { tokens: "tokens", words: "words", encoder: "encoder" };

const tokens = (key: string | null) => ({
  TokenTensorizer: { tokenizer: "WhitespaceTokenizer", shared_module_key: key },
});
const words = (key: string | null) => ({ WordEmbedding: { embed_dim: 6, shared_module_key: key } });
const encoder = (key: string | null) => ({
  BiLSTM: { lstm_dim: 5, dropout: 0.2, shared_module_key: key },
});

/** The classifier's config. */
export const topics = (folder: string, shared: Shared = {}): object => {
  const keys = { ...all, ...shared };
  return {
    DocumentClassificationTask: {
      data: { Data: { source: source(folder, ""), batcher: { PoolingBatcher: { train_batch_size: 8 } } } },
      model: {
        DocModel: {
          inputs: { tokens: tokens(keys.tokens) },
          embedding: words(keys.words),
          representation: { BiLSTMDocAttention: { lstm: encoder(keys.encoder), dropout: 0.1 } },
        },
      },
    },
  };
};

/** The tagger's config. */
export const things = (folder: string, shared: Shared = {}): object => {
  const keys = { ...all, ...shared };
  return {
    WordTaggingTask: {
      data: {
        Data: { source: source(folder, "tags-"), batcher: { PoolingBatcher: { train_batch_size: 5 } } },
      },
      model: {
        WordTaggingModel: {
          inputs: {
            tokens: tokens(keys.tokens),
            labels: {
              SlotLabelTensorizer: { column: "slots", format: "tags", tokenizer: "WhitespaceTokenizer" },
            },
          },
          embedding: words(keys.words),
          representation: encoder(keys.encoder),
        },
      },
    },
  };
};

/** A config of both tasks. */
export function multitask(
  tasks: Readonly<Record<string, object>>,
  more: object = {},
  around: object = {},
): object {
  return {
    version: 1,
    threads: 1,
    ...around,
    task: {
      NewDisjointMultitask: {
        tasks,
        trainer: { Trainer: { epochs: 2, optimizer: { Adam: { lr: 0.02 } } } },
        ...more,
      },
    },
  };
}
