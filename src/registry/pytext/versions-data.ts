/** @file How data is read: versions 13, 15, 16, 44. */
import type { Adapter } from "../adapter.js";
import type { ConfigDraft } from "../config-edit.js";
import { type ConfigPath, formatPath } from "../config-path.js";
import { fromEntries, hasOwn, isObject, type JsonObject } from "../json.js";
import { classAround, drop, find, holders, move, put, renameAll, taskOf, wrap } from "./draft-paths.js";

/** 13 to 14: a vocabulary's keys stand together. PyText's own adapter loses them. */
const vocabulary: Adapter = {
  from: 13,
  upgrade(draft) {
    const task = taskOf(draft);
    // These models read vocab_file in their own way.
    const own = /XLM|Bert/u;
    if (task === undefined || own.test(task.name)) return;
    const model = [...task.path, "model"];
    if (own.test(classAround(draft.at(model)) ?? "")) return;
    const list = find(draft, model, "models");
    const members = list === undefined ? undefined : draft.at(list);
    const models = Array.isArray(members) ? members.map((_, i): ConfigPath => [...list!, i]) : [model];
    for (const path of models) {
      if (own.test(classAround(draft.at(path)) ?? "")) continue;
      const tokens = find(draft, path, "inputs.tokens");
      if (tokens !== undefined) vocabularyOf(draft, tokens);
    }
  },
};

function vocabularyOf(draft: ConfigDraft, tokens: ConfigPath): void {
  move(draft, tokens, "build_vocab", "vocab.build_from_data");
  const limit = find(draft, tokens, "vocab_file_size_limit");
  const size = limit === undefined ? 0 : draft.at(limit);
  const file = find(draft, tokens, "vocab_file");
  if (limit !== undefined)
    draft.edit({
      op: "remove",
      path: limit,
      note:
        file === undefined
          ? `"${formatPath(limit)}" was removed: there is no vocab_file`
          : `"${formatPath(limit)}" moved to the file in vocab.vocab_files`,
    });
  if (file !== undefined)
    move(draft, tokens, "vocab_file", "vocab.vocab_files", (filepath) => [{ filepath, size_limit: size }]);
}

const successors = "tensorizers and sources have taken its place";

/** What a data handler and its features said, as source, batcher and inputs of the model. */
function withoutHandler(draft: ConfigDraft, task: ConfigPath, columns: readonly string[]): void {
  put(draft, task, "data.source", { TSVDataSource: {} }, "");
  for (const split of ["eval", "test", "train"])
    move(draft, task, `data_handler.${split}_path`, `data.source.${split}_filename`);
  if (find(draft, task, "data_handler.columns_to_read") !== undefined)
    move(draft, task, "data_handler.columns_to_read", "data.source.field_names");
  else put(draft, task, "data.source.field_names", columns);
  move(draft, task, "data_handler.column_mapping", "data.source.column_mapping");
  move(draft, task, "data_handler.append_bos", "model.inputs.tokens.add_bos_token");
  move(draft, task, "data_handler.append_eos", "model.inputs.tokens.add_eos_token");
  move(draft, task, "data_handler.max_seq_len", "model.inputs.tokens.max_seq_len");
  move(draft, task, "features.shared_module_key", "model.embedding.shared_module_key");
  move(draft, task, "features.word_feat.embed_dim", "model.embedding.embed_dim");
  move(draft, task, "features.dense_feat", "model.inputs.dense");
  put(draft, task, "data.batcher", { PoolingBatcher: {} }, "");
  for (const split of ["eval", "test", "train"])
    move(draft, task, `data_handler.${split}_batch_size`, `data.batcher.${split}_batch_size`);
  move(draft, task, "features.word_feat.vocab_size", "model.inputs.tokens.vocab.size_from_data");
  move(draft, task, "features.word_feat.vocab_from_train_data", "model.inputs.tokens.vocab.build_from_data");
  move(draft, task, "features.word_feat.vocab_file", "model.inputs.tokens.vocab.vocab_files", (filepath) => [
    { filepath },
  ]);
  move(draft, task, "features.word_feat.min_freq", "model.inputs.tokens.vocab.min_counts");
  // PyText's own adapter loses these.
  for (const key of [
    "freeze",
    "pretrained_embeddings_path",
    "embedding_init_strategy",
    "embedding_init_range",
    "mlp_layer_dims",
  ])
    move(draft, task, `features.word_feat.${key}`, `model.embedding.${key}`);
  move(draft, task, "labels.label_weights", "model.output_layer.label_weights");
  for (const section of ["data_handler", "exporter", "features", "featurizer", "labels"])
    drop(draft, task, section, successors);
}

/** The tasks of a name, wherever they stand. */
function tasksNamed(draft: ConfigDraft, name: string): ConfigPath[] {
  return holders(draft.value, name).filter((path) => isObject(draft.at([...path, name])));
}

/** 15 to 16: language models read lines of a source. */
const languageModel: Adapter = {
  from: 15,
  upgrade(draft) {
    const places = tasksNamed(draft, "LMTask_Deprecated");
    renameAll(draft, "LMTask_Deprecated", "LMTask");
    for (const path of places) withoutHandler(draft, [...path, "LMTask"], ["text"]);
  },
};

/** 16 to 17: classifiers read rows of a source. */
const classification: Adapter = {
  from: 16,
  upgrade(draft) {
    const places = tasksNamed(draft, "DocClassificationTask_Deprecated");
    renameAll(draft, "DocClassificationTask_Deprecated", "DocumentClassificationTask");
    for (const path of places) {
      const task = [...path, "DocumentClassificationTask"];
      const bytes = find(draft, task, "featurizer.convert_to_bytes");
      const reads = bytes !== undefined && draft.at(bytes) === true;
      withoutHandler(draft, task, ["doc_label", "text"]);
      put(draft, task, "model.inputs.labels.column", "doc_label");
      if (classAround(draft.at([...task, "model"])) === undefined)
        wrap(draft, [...task, "model"], "DocModel");
      if (reads) renameAll(draft, "DocModel", "ByteTokensDocumentModel");
    }
  },
};

const strategies = ["random", "broadcast", "column", "round_robin", "sequential", "power_law"];

/** 44 to 45: how rows are spread over federated devices. */
const sharder: Adapter = {
  from: 44,
  upgrade(draft) {
    for (const path of holders(draft.value, "sharder")) {
      const old = draft.at([...path, "sharder"]);
      if (path.at(-1) !== "data" || !isObject(old) || !hasOwn(old, "sharding_strategy")) continue;
      draft.edit({
        op: "set",
        path: [...path, "sharder"],
        value: newSharder(old),
        note: `"${formatPath([...path, "sharder"])}" is written in PyText's newer keys`,
      });
    }
  },
};

function newSharder(old: JsonObject): JsonObject {
  const {
    sharding_strategy: strategy,
    sharding_colindex: index,
    sharding_col_name: name,
    shard_size_for_sequential: size,
    ...rest
  } = old as Record<string, unknown>;
  const known = typeof strategy === "string" && strategies.includes(strategy);
  const entries = {
    ...rest,
    ...(known && { _base_: `base_${strategy}_sharder` }),
    sharding_col: name ?? index,
    examples_per_shard: size,
  };
  return fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null));
}

/** The adapters of these versions. */
export const dataAdapters: readonly Adapter[] = [vocabulary, languageModel, classification, sharder];
