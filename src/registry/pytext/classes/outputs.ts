/** @file PyText's output layers, losses and metric reporters. */
import { isObject, type JsonObject } from "../../json.js";
import type { At, PyTextClass } from "../rule.js";
import { gone, mapped, moduleKeys, only, same, slot, special, when } from "../rules.js";
import { without } from "../translate.js";

const weights = "no weights are made of how often labels occur; give label_weights";

const logits = only(true, "losses are computed from logits");
const reduce = gone("a loss is the mean over its rows");

const losses: readonly PyTextClass[] = [
  { name: "CrossEntropyLoss", to: "CrossEntropyLoss", keys: {} },
  {
    name: "LabelSmoothedCrossEntropyLoss",
    to: "CrossEntropyLoss",
    keys: {
      beta: special(0.1, "part", (value) => [["label_smoothing", value]]),
      source: only("logits", "losses are computed from logits"),
      use_entropy: only(false, "labels are smoothed by an even distribution"),
    },
  },
  {
    name: "BinaryCrossEntropyLoss",
    to: "BinaryCrossEntropyLoss",
    keys: { reweight_negative: same("reweight_negative", true), reduce },
  },
  {
    name: "BinaryCrossEntropyWithLogitsLoss",
    to: "BinaryCrossEntropyWithLogitsLoss",
    keys: { reduce },
  },
  {
    name: "FocalLoss",
    to: "FocalLoss",
    keys: { alpha: same("alpha", 0.25), gamma: same("gamma", 2), logits },
  },
  {
    name: "BinaryFocalLoss",
    to: "BinaryFocalLoss",
    keys: { alpha: same("alpha", 0.25), gamma: same("gamma", 2), logits },
  },
  { name: "HingeLoss", to: "HingeLoss", keys: { margin: same("margin", 1) } },
  {
    name: "AUCPRHingeLoss",
    to: "AUCPRHingeLoss",
    keys: {
      precision_range_lower: same("precision_range_lower", 0),
      precision_range_upper: same("precision_range_upper", 1),
      num_anchors: same("num_anchors", 20),
      num_classes: gone("there are as many classes as labels"),
    },
  },
  {
    name: "NLLLoss",
    to: "CrossEntropyLoss",
    keys: {},
    finish: (made, _given, at: At): JsonObject => {
      at.report.note(
        "NLLLoss is for logarithms of probabilities, which no decoder of PyText's gives; CrossEntropyLoss makes them of logits",
      );
      return made;
    },
  },
  // The mean over rows and labels of the same losses.
  { name: "MultiLabelSoftMarginLoss", to: "BinaryCrossEntropyWithLogitsLoss", keys: {} },
  { name: "MSELoss", to: "MSELoss", keys: {} },
  { name: "MAELoss", to: "MAELoss", keys: {} },
];

/** PyText chooses the layer by its loss. */
function byLoss(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const [loss] = isObject(made.loss) ? Object.keys(made.loss) : [];
  if (loss === "BinaryCrossEntropyWithLogitsLoss") {
    at.report.note(
      "BinaryCrossEntropyWithLogitsLoss: a row may have several labels, so the output layer is MultiLabelClassificationOutputLayer, and the labels are read by LabelListTensorizer",
    );
    return { MultiLabelClassificationOutputLayer: made };
  }
  if (loss === "BinaryCrossEntropyLoss")
    at.report.note(
      "BinaryCrossEntropyLoss: labels are chosen by the largest logit, as in PyText; their probabilities are softmax's here and sigmoid's there",
    );
  return made;
}

/** The words' layer has no slot for its loss here. */
function wordLoss(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const rest = without(made, "loss");
  const [[name, params] = ["CrossEntropyLoss", {}]] = isObject(made.loss) ? Object.entries(made.loss) : [];
  if (name !== "CrossEntropyLoss")
    at.report.wrong(
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      [...at.path, "loss"],
      `WordTaggingOutputLayer has the cross entropy alone, not ${name}`,
    );
  const smoothing = isObject(params) ? params.label_smoothing : undefined;
  return { ...rest, ...(smoothing !== undefined && { label_smoothing: smoothing }) };
}

const outputLayers: readonly PyTextClass[] = [
  {
    name: "ClassificationOutputLayer",
    to: "ClassificationOutputLayer",
    keys: {
      ...moduleKeys(false),
      loss: slot("loss", "CrossEntropyLoss"),
      label_weights: same("label_weights", null),
      automatic_label_weighting_method: only(null, weights),
    },
    finish: byLoss,
  },
  {
    name: "RegressionOutputLayer",
    to: "RegressionOutputLayer",
    keys: {
      ...moduleKeys(false),
      loss: slot("loss", "MSELoss"),
      squash_to_unit_range: mapped("squash_to_range", false, (value) => when(value, [0, 1], null)),
    },
  },
  {
    name: "PairwiseCosineRegressionOutputLayer",
    keys: { ...moduleKeys(false), loss: slot("loss", "MSELoss") },
  },
  {
    name: "WordTaggingOutputLayer",
    to: "WordTaggingOutputLayer",
    keys: {
      ...moduleKeys(false),
      loss: slot("loss", "CrossEntropyLoss"),
      label_weights: mapped("label_weights", {}, (value) =>
        isObject(value) && Object.keys(value).length === 0 ? null : value,
      ),
      ignore_pad_in_loss: only(true, "padding never reaches a result"),
    },
    finish: wordLoss,
  },
  {
    name: "CRFOutputLayer",
    to: "CRFOutputLayer",
    // PyText's CRF lets any label follow any other.
    always: { constraints: "none" },
    keys: moduleKeys(false),
  },
  {
    name: "IntentSlotOutputLayer",
    keys: {
      ...moduleKeys(false),
      doc_output: slot("doc_output_layer", "ClassificationOutputLayer"),
      word_output: slot("word_output_layer", "WordTaggingOutputLayer"),
    },
  },
  {
    name: "LMOutputLayer",
    keys: { ...moduleKeys(false), loss: only({}, "tokens are learnt by cross entropy") },
  },
];

const reporter = {
  output_path: gone("figures and the worst rows are written into the run folder"),
  pep_format: gone("figures are written as JSON"),
  student_column_names: gone("rows are written with their texts"),
  log_gradient: gone("gradients are not written"),
};

const classification = {
  ...reporter,
  model_select_metric: mapped("model_select_metric", "accuracy", (value) =>
    value === "negative_loss" ? "loss" : value,
  ),
  target_label: same("target_label", null),
  text_column_names: gone("rows are written with their texts"),
  additional_column_names: gone("rows are written with their texts"),
  recall_at_precision_thresholds: gone("recall is given at fixed levels of precision"),
  is_memory_efficient: gone("scores are kept as numbers alone"),
};

const reporters: readonly PyTextClass[] = [
  { name: "ClassificationMetricReporter", to: "ClassificationMetricReporter", keys: classification },
  {
    name: "TopKClassificationMetricReporter",
    to: "TopKClassificationMetricReporter",
    keys: { ...classification, topk: same("topk", 3) },
  },
  {
    name: "MultiLabelClassificationMetricReporter",
    to: "ClassificationMetricReporter",
    keys: classification,
  },
  {
    name: "PureLossMetricReporter",
    to: "ClassificationMetricReporter",
    always: { model_select_metric: "loss" },
    keys: reporter,
  },
  { name: "IntentSlotMetricReporter", to: "IntentSlotMetricReporter", keys: reporter },
  {
    name: "SequenceTaggingMetricReporter",
    to: "SequenceTaggingMetricReporter",
    always: { model_select_metric: "token_accuracy" },
    keys: reporter,
  },
  {
    name: "WordTaggingMetricReporter",
    to: "SequenceTaggingMetricReporter",
    always: { model_select_metric: "tag_macro_f1" },
    keys: reporter,
  },
  { name: "PairwiseRankingMetricReporter", to: "PairwiseRankingMetricReporter", keys: reporter },
  {
    name: "CompositionalMetricReporter",
    to: "CompositionalMetricReporter",
    keys: { ...reporter, text_column_name: gone("rows are written with their texts") },
  },
  { name: "RegressionMetricReporter", to: "RegressionMetricReporter", keys: reporter },
  ...["LanguageModelMetricReporter", "MaskedLMMetricReporter"].map(
    (name): PyTextClass => ({
      name,
      to: name,
      keys: {
        ...reporter,
        aggregate_metrics: gone("perplexity is that of all tokens"),
        perplexity_type: gone("perplexity is that of all tokens"),
      },
    }),
  ),
  {
    name: "SquadMetricReporter",
    to: "SquadMetricReporter",
    keys: {
      ...reporter,
      n_best_size: gone("n_best_size is a key of the output layer"),
      max_answer_length: gone("max_answer_length is a key of the output layer"),
      ignore_impossible: gone("questions without an answer have figures of their own"),
      false_label: gone("questions without an answer are told by their answers"),
    },
  },
  {
    name: "DisjointMultitaskMetricReporter",
    keys: {
      ...reporter,
      use_subtask_select_metric: special(false, "part", (value, at) => {
        if (value !== true)
          at.report.note(
            "NewDisjointMultitask: without target_task_name the best epoch is chosen by the mean of the tasks' metrics; PyText chooses by the mean loss unless use_subtask_select_metric is true",
          );
        return [];
      }),
    },
  },
];

/** Losses, output layers and reporters. */
export const outputClasses: readonly PyTextClass[] = [...losses, ...outputLayers, ...reporters];
