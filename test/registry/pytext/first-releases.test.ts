/** @file Configs of PyText's first releases, whose tasks PyText dropped later without an adapter. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLog, train } from "../../../src/library.js";
import { upgradeConfig } from "../../../src/registry/adapters.js";
import type { JsonObject } from "../../../src/registry/json.js";
import { resolveConfig } from "../../../src/registry/load-config.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { workplace } from "../../support/toy.js";
import { at, problemsFrom } from "../problems.js";

const folder = workplace();
const words = ["red", "blue", "green"];
const lines = (row: (word: string, label: string) => readonly string[]): string =>
  Array.from({ length: 12 }, (_, i) => row(words[i % 3]!, i % 2 === 0 ? "yes" : "no").join("\t")).join("\n");

function handler(name: string, content: string, ...columns: readonly string[]): JsonObject {
  const path = join(folder, name);
  writeFileSync(path, `${content}\n`);
  return { columns_to_read: columns, train_path: path, eval_path: path, test_path: path };
}

const slots = handler(
  "slots.tsv",
  lines((word, label) => [label, `2:${2 + word.length}:colour`, `a ${word}`]),
  ...["doc_label", "word_label", "text"],
);
const plain = handler(
  "plain.tsv",
  lines((word, label) => [label, `a ${word}`]),
  ...["doc_label", "text"],
);
const features = { word_feat: { embed_dim: 4, min_freq: 1 } };
const optimizer = { type: "adam", lr: 0.01 };
const trainer = { epochs: 1 };
const rest = { features, trainer, optimizer };
const lstm = { lstm_dim: 3 };

const tasks: Readonly<Record<string, readonly [string, JsonObject]>> = {
  JointTextTask: [
    "IntentSlotTask",
    { ...rest, data_handler: slots, model: { representation: { BiLSTMDocSlotAttention: { lstm } } } },
  ],
  WordTaggingTask: [
    "WordTaggingTask",
    { ...rest, data_handler: slots, model: { representation: { BiLSTMSlotAttention: { lstm } } } },
  ],
  DocClassificationTask: [
    "DocumentClassificationTask",
    {
      ...rest,
      data_handler: plain,
      model: { DocModel: { representation: { BiLSTMDocAttention: { lstm } } } },
    },
  ],
  SemanticParsingTask: [
    "SemanticParsingTask",
    {
      features,
      trainer: { real_trainer: { ...trainer, random_seed: 3 } },
      data_handler: {
        ...handler(
          "trees.tsv",
          lines((word) => [`a ${word}`, `[IN:X a [SL:Y ${word} ] ]`]),
          ...["text", "seqlogical"],
        ),
        ...{ train_batch_size: 12, test_batch_size: 12 },
      },
      model: { lstm: { lstm_dim: 3 } },
    },
  ],
  SeqNNTask: [
    "SeqNNTask",
    {
      trainer,
      features: { word_feat: { embed_dim: 4 } },
      data_handler: handler(
        "sessions.tsv",
        lines((word, label) => [label, JSON.stringify(["a", word])]),
        ...["doc_label", "text"],
      ),
    },
  ],
  QueryDocumentPairwiseRankingTask: [
    "QueryDocumentPairwiseRankingTask",
    {
      trainer,
      data_handler: handler(
        "ranked.tsv",
        lines((word) => [word, `a ${word}`, "else"]),
        ...["query", "pos_response", "neg_response"],
      ),
    },
  ],
  DisjointMultitask: [
    "NewDisjointMultitask",
    {
      trainer,
      data_handler: { upsample: true },
      tasks: {
        one: { DocClassificationTask: { features, data_handler: plain } },
        two: { LMTask: { features, data_handler: { LanguageModelDataHandler: plain } } },
      },
    },
  ],
};

test.each(Object.entries(tasks))("%s becomes its successor", async (old, [name, params]) => {
  const config = { task: { [old]: params } };
  const { config: made, notes } = upgradeConfig(config, "f.json");
  expect(Object.keys(at(made, "task") as object)).toEqual([name]);
  expect(new Set(notes).size).toBe(notes.length);
  resolveConfig(config, defaultRegistry());
  // The others of these are trained from newer configs elsewhere.
  if (old === "JointTextTask" || old === "SeqNNTask")
    await train(config, { output: join(folder, old), log: silentLog });
});

test("the words' vectors of an intent and slot model are its word_embedding, and its columns the handler's own", () => {
  const { config } = upgradeConfig(
    { task: { JointTextTask: { features, data_handler: { train_path: "t.tsv" } } } },
    "f.json",
  );
  const task = at(config, "task", "IntentSlotTask");
  expect(at(task, "model", "IntentSlotModel", "embedding", "WordEmbedding", "embed_dim")).toBe(4);
  expect(at(task, "data", "Data", "source", "TSVDataSource", "field_names")).toEqual([
    "doc_label",
    "word_label",
    "text",
    "dict_feat",
    "doc_weight",
    "word_weight",
  ]);
});

test("the parser's rows stay one to a batch where nothing else is said, and its seed is the run's", () => {
  const { config } = upgradeConfig(
    { task: { SemanticParsingTask: tasks.SemanticParsingTask![1] } },
    "f.json",
  );
  expect(config.seed).toBe(3);
  expect(
    at(config, "task", "SemanticParsingTask", "data", "Data", "batcher", "PoolingBatcher"),
  ).toMatchObject({ train_batch_size: 12, eval_batch_size: 1 });
});

test("features that the newer model does not read are told as such", () => {
  const { notes } = upgradeConfig(
    { task: { DocClassificationTask: { features: { char_feat: { embed_dim: 4 } }, data_handler: plain } } },
    "f.json",
  );
  expect(notes.join("\n")).toMatch(
    /features\.char_feat" was removed: .* reads words alone, so another model/u,
  );
});

test("a newer task of the same name is left alone", () => {
  const task = { WordTaggingTask: { data: { source: { TSVDataSource: {} } }, data_handler_x: 1 } };
  expect(problemsFrom(() => upgradeConfig({ task }, "f.json"))).toMatchObject([
    { code: "PTX_CONFIG_UNKNOWN_KEY" },
  ]);
});
