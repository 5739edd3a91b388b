/** @file No key is read and then ignored: changing any of them changes the run, or is refused. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { train } from "../../src/library.js";
import { PtxError } from "../../src/registry/errors.js";
import { isObject } from "../../src/registry/json.js";
import { loadConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { toyRows, tsv, workplace, writeConfig, writeToyData } from "../support/toy.js";

const folder = workplace();
const at = (name: string) => join(folder, name);
const registry = defaultRegistry();

/** A config in which every part is at work, so that each key can matter. */
const base = {
  data: folder,
  model: {
    DocModel: {
      embedding: { WordEmbedding: { embed_dim: 6 } },
      representation: { DocNNRepresentation: { kernel_num: 5, kernel_sizes: [2], dropout: 0.1 } },
      decoder: { MLPDecoder: { hidden_dims: [5] } },
    },
  },
  trainer: { epochs: 12, optimizer: { Adam: { lr: 0.05 } } },
  batcher: { PoolingBatcher: { train_batch_size: 7 } },
};

/** What each key is changed to, by the end of its path. */
const changes: Readonly<Record<string, unknown>> = {
  seed: 1,
  train_filename: at("other.tsv"),
  eval_filename: at("other.tsv"),
  test_filename: at("other.tsv"),
  field_names: ["text", "label"],
  delimiter: ";",
  quoted: true,
  column_mapping: { text: "words" },
  train_batch_size: 8,
  pool_num_batches: 1,
  bucket_width: 1,
  max_tokens: 20,
  eval_fraction: 0.5,
  train_fraction: 0.5,
  added_filename: at("other.tsv"),
  "TokenTensorizer.column": "label",
  split_regex: "o",
  lowercase: false,
  normalize_nfc: true,
  max_seq_len: 3,
  build_from_data: false,
  min_counts: 20,
  size_from_data: 3,
  vocab_files: [{ filepath: at("words.txt") }],
  chars: "CharacterTokenTensorizer",
  dense: "FloatListTensorizer",
  dict: { GazetteerTensorizer: { dictionary: at("words.txt") } },
  caps: "CapitalizationTensorizer",
  context: { SeqTokenTensorizer: { column: "text", axis: "before" } },
  "TokenTensorizer.shared_module_key": "a",
  "LabelTensorizer.shared_module_key": "b",
  "WordEmbedding.shared_module_key": "c",
  "DocNNRepresentation.shared_module_key": "d",
  "MLPDecoder.shared_module_key": "e",
  "LabelTensorizer.column": "text",
  labels: ["food", "money", "sport", "weather"],
  label_file: at("labels.txt"),
  embed_dim: 7,
  embedding_init_strategy: "normal",
  embedding_init_range: 0.5,
  mlp_layer_dims: [4],
  pretrained_embeddings_path: at("vectors.txt"),
  "WordEmbedding.freeze": true,
  "WordEmbedding.dropout": 0.3,
  word_dropout: 0.3,
  kernel_sizes: [2, 3],
  kernel_num: 6,
  "DocNNRepresentation.dropout": 0,
  hidden_dims: [5, 5],
  activation: "tanh",
  layer_norm: true,
  "MLPDecoder.dropout": 0.3,
  bias: false,
  temperature: 2,
  label_smoothing: 0.1,
  label_weights: "balanced",
  epochs: 6,
  lr: 0.04,
  weight_decay: 0.1,
  layer_decay: 0.9,
  parameter_groups: [{ match: ["**.bias"], lr: 0.001 }],
  beta1: 0.8,
  beta2: 0.9,
  eps: 0.001,
  early_stop_after: 1,
  load_best_model_after_train: false,
  max_clip_norm: 0.1,
  max_clip_value: 0.01,
  num_accumulated_batches: 2,
  "Trainer.freeze": ["**.bias"],
  gradual_unfreezing: { start: 2 },
  weight_averaging: "EMA",
  sparsifier: { L0ProjectionSparsifier: { starting_epoch: 1 } },
  model_select_metric: "loss",
  target_label: "food",
  worst_rows: 1,
};

/** Keys that by their meaning change speed, memory, messages or names alone; other tests look at them. */
const without: readonly string[] = [
  ...["onnxruntime.threads", "execution_providers", "graph_optimization", "allow_spinning", "memory_arena"],
  ...[
    "memory_pattern",
    "profile",
    "threads",
    "eval_batch_size",
    "test_batch_size",
    "checkpoint_every_batches",
  ],
  ...[
    "axis",
    "text_input",
    "on_error",
    "extra_cells",
    "on_unknown",
    "eval_seed",
    "train_seed",
    "vars",
    "version",
    "ConstantLR",
    "channels",
  ],
];

/** The paths of all values of a config that are no objects with keys. */
function leaves(value: unknown, path: string[] = []): string[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [path.join(".")];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

const endsWith = (path: string, end: string) => path === end || path.endsWith(`.${end}`);
let file: string;
let paths: string[];
let unchanged: string;
let runs = 0;

/** Everything that a run leaves behind and warns of, or its error. */
async function outcome(set: readonly string[]): Promise<string> {
  const output = at(`run${runs++}`);
  const hash = createHash("sha256");
  const log = { info: () => {}, warn: (line: string) => void hash.update(line) };
  try {
    await train(file, { output, registry, log, set });
  } catch (error) {
    if (error instanceof PtxError) return error.message;
    throw error;
  }
  for (const name of ["parameters.safetensors", "metrics.json", "worst-rows.jsonl", "vocabularies.json"]) {
    if (existsSync(join(output, name))) hash.update(readFileSync(join(output, name)));
  }
  return hash.digest("hex");
}

beforeAll(async () => {
  writeToyData(folder, 70);
  const accented = toyRows(70, 11).map(({ text, label }, i) => ({
    text: i % 3 ? text : `${text} cafe\u0301 Café`,
    label,
  }));
  writeFileSync(at("train.tsv"), tsv(accented));
  const quoted = toyRows(40, 12).map(({ text, label }) => ({ text: `"${text}"`, label }));
  writeFileSync(at("test.tsv"), tsv(quoted));
  writeFileSync(at("other.tsv"), tsv(toyRows(50, 13)));
  writeFileSync(at("words.txt"), "word0\nanother\n");
  writeFileSync(at("labels.txt"), "money\nfood\nsport\n");
  writeFileSync(at("vectors.txt"), "word0 1 2 3 4 5 6\nword1 0 0 0 0 0 1\n");
  file = writeConfig(folder, base);
  paths = leaves(loadConfig(file, registry).config);
  unchanged = await outcome([]);
});

describe("a run", () => {
  test("is the same when nothing is changed", async () => {
    expect(await outcome([])).toBe(unchanged);
  });

  test("has no key that this test leaves out", () => {
    const known = [...Object.keys(changes), ...without];
    expect(paths.filter((path) => !known.some((end) => endsWith(path, end)))).toEqual([]);
    expect(known.filter((end) => !paths.some((path) => endsWith(path, end)))).toEqual([]);
  });

  test.each(Object.entries(changes))(
    "is another one, warned of or refused, with another %s",
    async (end, value) => {
      const found = paths.filter((path) => endsWith(path, end));
      expect(found).toHaveLength(1);
      expect(await outcome([`${found[0]}=${JSON.stringify(value)}`])).not.toBe(unchanged);
    },
  );
});
