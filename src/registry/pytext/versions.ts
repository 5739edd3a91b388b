/** @file The versions of PyText's config format, 0 to 48: what changed from each to the next. */
import type { Adapter } from "../adapter.js";
import type { ConfigDraft } from "../config-edit.js";
import { isObject } from "../json.js";
import { classAround, find, holders, move, put, renameAll, taskOf, wrap } from "./draft-paths.js";
import { dataAdapters } from "./versions-data.js";
import { exportAdapters } from "./versions-export.js";
import { trainerAdapters } from "./versions-trainer.js";

/** PyText's newest version. */
export const PYTEXT_VERSION = 48;

/** Gives classes of an older design their newer name. */
const deprecate = (draft: ConfigDraft, names: readonly string[]): void => {
  for (const name of names) renameAll(draft, name, `${name}_Deprecated`);
};

/** 4 to 5: the first design's document model. */
const docModel: Adapter = { from: 4, upgrade: (draft) => deprecate(draft, ["DocModel"]) };

/** 5 to 6: tasks whose data has a handler. */
const oldTasks: Adapter = {
  from: 5,
  upgrade: (draft) =>
    deprecate(draft, [
      "BertClassificationTask",
      "BertPairClassificationTask",
      "BertPairwiseClassificationTask",
      "COLMClassifyTask",
      "ContextSCLSTMCompositionalTask",
      "DocClassificationTask",
      "ElmoDocClassificationTask",
      "ElmoFineTunePairwiseClassificationTask",
      "EnsembleTask",
      "FederatedLearningTaskBase",
      "FLDocClassificationTask",
      "FLQueryDocumentPairwiseRankingTask",
      "KDDocClassificationTask",
      "LMTask",
      "QueryDocumentPairwiseRankingTask",
      "SCLSTMCompositionalTask",
      "SCLSTMTask",
      "SemanticParsingCppTask",
      "SemanticParsingTask",
      "Seq2SeqTask",
      "Seq2SeqCompositionalMetricReporter",
      "Seq2SeqMetricReporter",
      "RNNEncoderDecoder",
      "SeqNNTask",
      "SGNNClassificationTask",
      "ShallowClassificationTask",
      "ShallowTaggingTask",
      "SpanClassificationTask",
      "TreeParserTask",
    ]),
};

const otherLabels = {
  tasks: ["BertPairRegressionTask", "NewDocumentRegression", "NewWordTaggingTask"],
  models: [
    "NewBertRegressionModel",
    "DocRegressionModel",
    "NewWordTaggingModel",
    "ELModel",
    "EntitySalienceModel",
    "MatchaTwoTowerModel",
  ],
};

/** 6 to 7: there are several tensorizers of labels, so theirs is named. */
const labels: Adapter = {
  from: 6,
  upgrade(draft) {
    const task = taskOf(draft);
    if (task === undefined || otherLabels.tasks.includes(task.name)) return;
    const model = classAround(draft.at([...task.path, "model"]));
    if (model !== undefined && otherLabels.models.includes(model)) return;
    const path = find(draft, task.path, "model.inputs.labels");
    const value = path && draft.at(path);
    if (path !== undefined && value !== null && classAround(value) === undefined)
      wrap(draft, path, "LabelTensorizer");
  },
};

/** 8 to 9: the newer design loses its "New". */
const newNames: Adapter = {
  from: 8,
  upgrade(draft) {
    renameAll(draft, "QueryDocumentPairwiseRankingModel", "QueryDocumentPairwiseRankingModel_Deprecated");
    for (const [old, name] of [
      ["NewDocModel", "DocModel"],
      ["NewDocRegressionModel", "DocRegressionModel"],
      ["NewDocumentClassification", "DocumentClassificationTask"],
      ["NewDocumentRegression", "DocumentRegressionTask"],
      ["NewQueryDocumentPairwiseRankingModel", "QueryDocPairwiseRankingModel"],
      ["NewWordTaggingModel", "WordTaggingModel"],
      ["NewWordTaggingTask", "WordTaggingTask"],
      ["PairwiseClassification", "PairwiseClassificationTask"],
      ["QueryDocumentPairwiseRanking", "QueryDocumentPairwiseRankingTask"],
    ] as const)
      renameAll(draft, old, name);
  },
};

/** 11 to 12: the characters of one model are its bytes. */
const biTransformer: Adapter = {
  from: 11,
  upgrade(draft) {
    const task = taskOf(draft);
    if (task === undefined || classAround(draft.at([...task.path, "model"])) !== "BiTransformer") return;
    move(draft, task.path, "model.inputs.characters", "model.inputs.bytes");
    move(draft, task.path, "model.inputs.bytes.max_char_length", "model.inputs.bytes.max_byte_len");
    put(draft, task.path, "model.inputs.bytes.offset_for_non_padding", 1);
  },
};

const classifiers = [
  "EnsembleTask",
  "DocClassificationTask_Deprecated",
  "DocumentClassificationTask",
  "PairwiseClassificationTask",
  "SeqNNTask",
  "ShallowClassificationTask_Deprecated",
  "KDDocClassificationTask_Deprecated",
  "XLMDocumentClassification",
  "XLMPairClassification",
  "NewBertClassificationTask",
  "NewBertPairClassificationTask",
  "LaserClassificationTask",
];
const reporterKeys = ["output_path", "model_select_metric", "target_label", "text_column_names"];

/** 12 to 13: a key that no encoder reads; there are several reporters for classes, so theirs is named. */
const reporters: Adapter = {
  from: 12,
  upgrade(draft) {
    for (const path of holders(draft.value, "output_encoded_layers"))
      draft.edit({
        op: "remove",
        path: [...path, "output_encoded_layers"],
        note: '"output_encoded_layers" was removed: encoders do not read it',
      });
    const task = taskOf(draft);
    if (task === undefined || !classifiers.includes(task.name)) return;
    const reporter = draft.at([...task.path, "metric_reporter"]);
    const [first] = isObject(reporter) ? Object.keys(reporter) : [];
    if (first !== undefined && reporterKeys.includes(first))
      wrap(draft, [...task.path, "metric_reporter"], "ClassificationMetricReporter");
  },
};

/** 18 to 19: the cross-lingual model's tokens may be of several classes. */
const xlm: Adapter = {
  from: 18,
  upgrade(draft) {
    const task = taskOf(draft);
    if (task === undefined || classAround(draft.at([...task.path, "model"])) !== "XLMModel") return;
    const path = find(draft, task.path, "model.inputs.tokens");
    const tokens = path && draft.at(path);
    if (path !== undefined && isObject(tokens) && !("XLMTensorizer" in tokens))
      wrap(draft, path, "XLMTensorizer");
  },
};

/**
 * From 0 to `PYTEXT_VERSION`; a version without an adapter changed nothing. Versions that only wrote down a default of
 * PyText's (22, 24, 45) are among these: a key that is absent means the same.
 */
export const pytextAdapters: readonly Adapter[] = [
  ...trainerAdapters,
  docModel,
  oldTasks,
  labels,
  { from: 7, upgrade: (draft) => deprecate(draft, ["LMLSTM"]) },
  newNames,
  {
    from: 10,
    upgrade: (draft) =>
      deprecate(draft, ["BaggingDocEnsemble", "BaggingIntentSlotEnsemble", "EnsembleTrainer"]),
  },
  biTransformer,
  reporters,
  ...dataAdapters,
  xlm,
  ...exportAdapters,
];
