/** @file Tasks of PyText's first releases, whose data has a handler and features: what became of these. */
import type { ConfigDraft } from "../config-edit.js";
import type { ConfigPath } from "../config-path.js";
import { isObject } from "../json.js";
import { drop, find, holders, move, put, renameAll } from "./draft-paths.js";

const successors = "tensorizers and sources have taken its place";

const unread =
  "PyText's newer model reads words alone, so another model is trained; inputs and embeddings of this name read it here";

/**
 * What a data handler and its features said, as source, batcher and inputs of the model. `words` is where the model has the
 * vectors of its words.
 */
export function withoutHandler(
  draft: ConfigDraft,
  task: ConfigPath,
  columns: readonly string[],
  words = "model.embedding",
): void {
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
  move(draft, task, "features.shared_module_key", `${words}.shared_module_key`);
  move(draft, task, "features.word_feat.embed_dim", `${words}.embed_dim`);
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
    move(draft, task, `features.word_feat.${key}`, `${words}.${key}`);
  move(draft, task, "labels.label_weights", "model.output_layer.label_weights");
  for (const feature of ["char_feat", "dict_feat", "contextual_token_embedding"])
    drop(draft, task, `features.${feature}`, unread);
  for (const section of ["data_handler", "exporter", "features", "featurizer", "labels"])
    drop(draft, task, section, successors);
}

/** The tasks of a name, wherever they stand. */
export function tasksNamed(draft: ConfigDraft, name: string): ConfigPath[] {
  return holders(draft.value, name).filter((path) => isObject(draft.at([...path, name])));
}

/** A task of the first releases that PyText dropped, and its successor. */
interface Dropped {
  readonly old: string;
  readonly name: string;
  /** The columns that its handler reads by default. */
  readonly columns: readonly string[];
  /** What the successor's inputs read where its columns have other names. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly words?: string;
  /** The handler's own default, where it is not that of all. */
  readonly batch?: number;
}

const words = ["doc_label", "word_label", "text", "dict_feat", "doc_weight", "word_weight"];
const dropped: readonly Dropped[] = [
  {
    old: "JointTextTask",
    name: "IntentSlotTask",
    columns: words,
    inputs: { "doc_labels.column": "doc_label", "word_labels.slot_column": "word_label" },
    words: "model.word_embedding",
  },
  {
    old: "WordTaggingTask",
    name: "WordTaggingTask",
    columns: words,
    inputs: { "labels.slot_column": "word_label" },
  },
  {
    old: "SemanticParsingTask_Deprecated",
    name: "SemanticParsingTask",
    columns: ["doc_label", "word_label", "text", "dict_feat", "seqlogical"],
    inputs: { "tokens.column": "text" },
    batch: 1,
  },
  {
    old: "SeqNNTask_Deprecated",
    name: "SeqNNTask",
    columns: ["doc_label", "text"],
    inputs: { "tokens.column": "text", "labels.column": "doc_label" },
  },
  {
    old: "QueryDocumentPairwiseRankingTask_Deprecated",
    name: "QueryDocumentPairwiseRankingTask",
    columns: ["query", "pos_response", "neg_response"],
    inputs: {},
  },
];

/** Brings such tasks to their successors. PyText has no adapter for them: its later versions stop at such a config. */
export function firstReleases(draft: ConfigDraft): void {
  for (const { old, name, columns, inputs, words: place, batch } of dropped) {
    // Newer tasks may have the same name: theirs have no handler.
    const places = tasksNamed(draft, old).filter(
      (path) => old !== name || find(draft, [...path, old], "data_handler") !== undefined,
    );
    if (old !== name) renameAll(draft, old, name);
    for (const path of places) {
      const task = [...path, name];
      withoutHandler(draft, task, columns, place);
      for (const [key, column] of Object.entries(inputs)) put(draft, task, `model.inputs.${key}`, column);
      for (const split of batch === undefined ? [] : ["eval", "test", "train"])
        if (find(draft, task, `data.batcher.${split}_batch_size`) === undefined)
          put(draft, task, `data.batcher.${split}_batch_size`, batch);
    }
  }
  for (const path of tasksNamed(draft, "DisjointMultitask"))
    for (const section of ["data_handler", "exporter"])
      drop(draft, [...path, "DisjointMultitask"], section, successors);
  renameAll(draft, "DisjointMultitask", "NewDisjointMultitask");
  for (const [old, name] of [
    ["DocModel_Deprecated", "DocModel"],
    ["LMLSTM_Deprecated", "LMLSTM"],
    ["QueryDocumentPairwiseRankingModel_Deprecated", "QueryDocPairwiseRankingModel"],
  ] as const)
    renameAll(draft, old, name);
}
