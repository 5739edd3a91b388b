/** @file PyText's tasks. */
import { fromEntries, isObject, type JsonObject } from "../../json.js";
import { type At, inside, type PyTextClass, type Rule } from "../rule.js";
import { gone, object, type Standard, same, slot, special } from "../rules.js";
import { translateSlot, without } from "../translate.js";
import { tagged } from "./tagged-words.js";

/** The model, whose parameters' paths begin with `model`. */
export function model(standard: Standard, bare?: string): Rule {
  const name = typeof standard === "string" ? standard : (standard?.[0] ?? "");
  return {
    ...slot("model", standard, bare),
    apply: (value, at) => [["model", translateSlot(value, bare ?? name, { ...at, module: "model" })]],
  };
}

/** A trainer, or one around it, which some tasks have without its name. */
const trainer: Rule = {
  ...slot("trainer", "TaskTrainer"),
  apply(value, at) {
    const bare = isObject(value) && "real_trainer" in value ? "HogwildTrainer" : "TaskTrainer";
    return [["trainer", translateSlot(value, bare, at)]];
  },
};

/** The keys of every task. */
export const common = (standard = "Data"): Record<string, Rule> => ({
  data: slot("data", standard, "Data"),
  trainer,
  use_elastic: gone("training runs in one process"),
});

/** Modules that are frozen stay as they are by the trainer's word. */
export function withFrozen(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const frozen = at.report.takeFrozen();
  if (frozen.length === 0 || !isObject(made.trainer)) return made;
  at.report.note(`freeze moved to the trainer's freeze: ${frozen.join(", ")}`);
  const [[name, params] = ["Trainer", {}]] = Object.entries(made.trainer);
  return { ...made, trainer: { [name]: { ...(params as JsonObject), freeze: frozen } } };
}

/** Lines that stand alone. */
function lines(made: JsonObject, given: JsonObject, at: At): JsonObject {
  const { data } = made;
  if (isObject(data) && "PackedLMData" in data)
    at.report.wrong(
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      [...at.path, "data"],
      "PackedLMData packs pieces for MaskedLMTask here; running text for LMTask is read by LanguageModelData, lines that stand alone by Data",
    );
  const plain = isObject(data) ? data.Data : undefined;
  const held = plain === undefined ? made : { ...made, data: { LanguageModelLineData: plain } };
  return withFrozen(held, given, at);
}

const task = (
  name: string,
  parts: { readonly model: Rule; readonly metric_reporter: Standard },
  finish: PyTextClass["finish"] = withFrozen,
): PyTextClass => ({
  name,
  to: name,
  keys: {
    ...common(),
    model: parts.model,
    metric_reporter: slot("metric_reporter", parts.metric_reporter),
  },
  finish,
});

/** Tasks of pairs have a key for PyText's exporter. */
const pairTask = (...args: Parameters<typeof task>): PyTextClass => {
  const made = task(...args);
  const trace_both_encoders = gone("a run is exported whole: pytext-ts export RUN --onnx FILE");
  return { ...made, keys: { ...made.keys, trace_both_encoders } };
};

const classification = (name: string, standard: Standard): PyTextClass =>
  task(name, { model: model(standard), metric_reporter: "ClassificationMetricReporter" });

/** Tasks inside have no trainer of their own. */
const subTasks: Rule = special(undefined, "apart", (value, at) => {
  if (!isObject(value)) return [["tasks", value]];
  const made = Object.entries(value).map(([name, sub]): [string, unknown] => [
    name,
    withoutTrainer(translateSlot(sub, "", inside(at, name))),
  ]);
  if (Object.values(value).some(hasTrainer))
    at.report.note(
      "NewDisjointMultitask: trainers of the tasks inside were removed: one trainer trains them all, as in PyText",
    );
  const frozen = at.report.takeFrozen();
  if (frozen.length > 0)
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      at.path,
      `freeze of a module in several tasks: name its parameters in the trainer's freeze (${frozen.join(", ")})`,
    );
  return [["tasks", fromEntries(made)]];
});

function hasTrainer(sub: unknown): boolean {
  return isObject(sub) && Object.values(sub).some((params) => isObject(params) && "trainer" in params);
}

function withoutTrainer(slot: unknown): unknown {
  if (!isObject(slot)) return slot;
  return fromEntries(
    Object.entries(slot).map(([name, params]) => [
      name,
      isObject(params) ? without(params, "trainer") : params,
    ]),
  );
}

const multitask: PyTextClass = {
  name: "NewDisjointMultitask",
  to: "NewDisjointMultitask",
  keys: {
    tasks: subTasks,
    task_weights: same("task_weights", {}),
    target_task_name: same("target_task_name", null),
    data: object("", "DisjointMultitaskData"),
    metric_reporter: object("", "DisjointMultitaskMetricReporter"),
    trainer,
    use_elastic: gone("training runs in one process"),
  },
};

/** The tasks that there are in PyText and here, under one name. */
export const taskClasses: readonly PyTextClass[] = [
  classification("DocumentClassificationTask", "DocModel"),
  classification("SeqNNTask", "SeqNNModel"),
  classification("NewBertClassificationTask", "NewBertModel"),
  classification("NewBertPairClassificationTask", [
    "NewBertModel",
    { inputs: { tokens: { columns: ["text1", "text2"], max_seq_len: 128 } } },
  ]),
  task("BertPairRegressionTask", {
    model: model("NewBertRegressionModel"),
    metric_reporter: "RegressionMetricReporter",
  }),
  task("DocumentRegressionTask", {
    model: model("DocRegressionModel"),
    metric_reporter: "RegressionMetricReporter",
  }),
  pairTask("PairwiseClassificationTask", {
    model: model("PairwiseModel"),
    metric_reporter: "ClassificationMetricReporter",
  }),
  pairTask("PairwiseRegressionTask", {
    model: model("BertPairwiseRegressionModel"),
    metric_reporter: "RegressionMetricReporter",
  }),
  task("QueryDocumentPairwiseRankingTask", {
    model: model("QueryDocPairwiseRankingModel"),
    metric_reporter: "PairwiseRankingMetricReporter",
  }),
  task("SemanticParsingTask", {
    model: model("RNNGParser"),
    metric_reporter: "CompositionalMetricReporter",
  }),
  task("IntentSlotTask", {
    model: model("IntentSlotModel"),
    metric_reporter: "IntentSlotMetricReporter",
  }),
  task(
    "WordTaggingTask",
    { model: model("WordTaggingModel"), metric_reporter: "SequenceTaggingMetricReporter" },
    (made, given, at) => withFrozen(tagged(made, at), given, at),
  ),
  task("LMTask", { model: model("LMLSTM"), metric_reporter: "LanguageModelMetricReporter" }, lines),
  task("SquadQATask", {
    model: model("DrQAModel", "BertSquadQAModel"),
    metric_reporter: "SquadMetricReporter",
  }),
  {
    name: "SequenceLabelingTask",
    refused:
      "PyText does not register it, so no config of its own could name it; write a Seq2SeqTask (docs/seq2seq.md)",
    keys: {},
  },
  multitask,
];

/** The keys that a task has in any case: for tasks whose own keys are not known here. */
export const anyTask: Readonly<Record<string, Rule>> = common();
