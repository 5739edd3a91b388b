/** @file A walk over the tables of PyText's classes beside the components that they become. */
import { describe, expect, test } from "vitest";
import type { AnyComponent } from "../../../src/registry/component.js";
import type { JsonObject, Schema } from "../../../src/registry/json.js";
import { resolveConfig } from "../../../src/registry/load-config.js";
import { fromPyText, pytextClasses } from "../../../src/registry/pytext/from-pytext.js";
import { Report } from "../../../src/registry/pytext/report.js";
import type { At, PyTextClass } from "../../../src/registry/pytext/rule.js";
import { topKeys } from "../../../src/registry/pytext/top-keys.js";
import { translateClass } from "../../../src/registry/pytext/translate.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { problemsFrom } from "../problems.js";

const registry = defaultRegistry();
const classes = new Map(pytextClasses.map((found) => [found.name.toLowerCase(), found]));
const ours = new Map<string, AnyComponent>(registry.all().map((component) => [component.name, component]));

/** Names that a table may give although no component has them: they are taken apart where they stand. */
const parts = ["WordPieceTokenizer"];

const schemaOf = (found: PyTextClass): Schema => ours.get(found.to as string)!.schema as unknown as Schema;
const withComponent = pytextClasses.filter(({ to }) => to !== undefined && !parts.includes(to));

function at(report: Report): At {
  return { path: [], report, classes, module: "model" };
}

describe.each(withComponent)("PyText's $name", (found) => {
  test("becomes a component that there is", () => {
    expect(ours.has(found.to as string)).toBe(true);
  });

  test("has the same default as ours for each key that stays absent, and another for each that is written", () => {
    const properties = schemaOf(found).properties ?? {};
    for (const [key, rule] of Object.entries(found.keys)) {
      if (rule.key === undefined || rule.ours === "apart") continue;
      // Keys with a dollar are between a class and its model.
      const schema = properties[rule.key];
      expect(schema, `${found.name}.${key}`).toBeDefined();
      if (rule.ours === "same") expect(schema!.default, `${found.name}.${key}`).toEqual(rule.standard);
      if (rule.ours === "written") expect(schema!.default, `${found.name}.${key}`).not.toEqual(rule.standard);
    }
  });

  test("tells of each key that no value of it is lost in silence", () => {
    for (const [key, rule] of Object.entries(found.keys)) {
      if (rule.ours === "part") continue;
      for (const value of [rule.standard, "a value that is no default"]) {
        if (value === undefined || value === null) continue;
        const report = new Report("f.json");
        const entries = rule.apply(value, { ...at(report), path: [key] });
        const said = problemsOrLines(report);
        expect(entries.length + said + report.takeFrozen().length, `${found.name}.${key}`).toBeGreaterThan(0);
      }
    }
  });

  test("is told of a key that it does not have", () => {
    if (found.refused !== undefined) return;
    const report = new Report("f.json");
    translateClass(found, { no_such_key: 1 }, at(report));
    expect(problemsFrom(() => report.lines())[0]).toMatchObject({ code: "PTX_CONFIG_UNKNOWN_KEY" });
  });
});

function problemsOrLines(report: Report): number {
  try {
    return report.lines().length;
  } catch {
    return 1;
  }
}

test("each class of PyText stands in one table", () => {
  expect(classes.size).toBe(pytextClasses.length);
});

/** PyText's classes that have a name of ours and other keys, but which stand in configs under tables of their own. */
test("a component under a name of PyText's is in the tables, so that its keys are not taken for ours unread", () => {
  const known = new Set([...classes.keys()]);
  const missing = [...ours.keys()].filter(
    (name) => pytextNames.includes(name) && !known.has(name.toLowerCase()),
  );
  expect(missing).toEqual([]);
});

/** Names that PyText's configs can have, where a component of ours has them too (by their public documentation). */
const pytextNames = [
  ...["TSVDataSource", "SquadDataSource", "Data", "PackedLMData", "Batcher", "PoolingBatcher"],
  ...["LinearDynamicPoolingBatcher", "ExponentialDynamicPoolingBatcher"],
  ...[
    "RoundRobinBatchSampler",
    "RandomizedBatchSampler",
    "AlternatingRandomizedBatchSampler",
    "NaturalBatchSampler",
  ],
  ...[
    "TokenTensorizer",
    "ByteTensorizer",
    "ByteTokenTensorizer",
    "CharacterTokenTensorizer",
    "LabelTensorizer",
  ],
  ...["LabelListTensorizer", "SoftLabelTensorizer", "NumericLabelTensorizer", "FloatListTensorizer"],
  ...["FloatListSeqTensorizer", "SlotLabelTensorizer", "GazetteerTensorizer", "SeqTokenTensorizer"],
  ...["MaskedTokenTensorizer", "BERTTensorizer", "SquadForBERTTensorizer", "Tokenizer"],
  ...["WordEmbedding", "CharacterEmbedding", "BiLSTM", "StackedBidirectionalRNN", "BiLSTMDocAttention"],
  ...["BiLSTMSlotAttention", "BiLSTMDocSlotAttention", "PureDocAttention", "DocNNRepresentation"],
  ...["DeepCNNRepresentation", "BSeqCNNRepresentation", "SeqRepresentation", "PassThroughRepresentation"],
  ...["LightConvRepresentation", "JointCNNRepresentation", "SharedCNNRepresentation", "OrderedNeuronLSTM"],
  ...[
    "TransformerRepresentation",
    "SelfAttention",
    "MaxPool",
    "MeanPool",
    "BoundaryPool",
    "LastTimestepPool",
  ],
  ...["MLPDecoder", "ClassificationOutputLayer", "RegressionOutputLayer", "WordTaggingOutputLayer"],
  ...["CRFOutputLayer", "SquadOutputLayer", "CrossEntropyLoss", "BinaryCrossEntropyLoss", "FocalLoss"],
  ...["BinaryCrossEntropyWithLogitsLoss", "BinaryFocalLoss", "MSELoss", "MAELoss", "DocModel", "SeqNNModel"],
  ...["IntentSlotModel", "WordTaggingModel", "LMLSTM", "MaskedLanguageModel", "NewBertModel"],
  ...["NewBertRegressionModel", "BertPairwiseRegressionModel", "BertSquadQAModel", "Adam", "AdamW", "SGD"],
  ...["Adagrad", "Lamb", "RAdam", "StepLR", "ExponentialLR", "CosineAnnealingLR", "CyclicLR"],
  ...["ReduceLROnPlateau", "WarmupScheduler", "PolynomialDecayScheduler", "SchedulerWithWarmup", "Trainer"],
  ...["ClassificationMetricReporter", "IntentSlotMetricReporter", "SequenceTaggingMetricReporter"],
  ...["RegressionMetricReporter", "LanguageModelMetricReporter", "MaskedLMMetricReporter"],
  ...["SquadMetricReporter", "DocumentClassificationTask", "SeqNNTask", "IntentSlotTask", "WordTaggingTask"],
  ...["LMTask", "MaskedLMTask", "NewBertClassificationTask", "NewBertPairClassificationTask"],
  ...[
    "BertPairRegressionTask",
    "SquadQATask",
    "EnsembleTask",
    "DrQAModel",
    "SquadTensorizer",
    "NewDisjointMultitask",
  ],
  ...["SemanticParsingTask", "RNNGParser", "AnnotationNumberizer", "CompositionalMetricReporter"],
  ...["PairwiseClassificationTask", "PairwiseRegressionTask", "PairwiseModel", "DocumentRegressionTask"],
  ...["DocRegressionModel", "PersonalizedDocModel", "UidTensorizer", "QueryDocumentPairwiseRankingTask"],
  "TopKClassificationMetricReporter",
  ...["QueryDocPairwiseRankingModel", "PairwiseRankingLoss", "PairwiseRankingMetricReporter"],
  ...["TwoTowerClassificationModel", "TriTowerClassificationModel", "TwoTowerRegressionModel"],
];

/** Keys without which a task of PyText's cannot be trained here. */
const needed: Readonly<Record<string, JsonObject>> = {
  NewBertClassificationTask: { model: { encoder: { bert_cpt_dir: "bert" } } },
  NewBertPairClassificationTask: { model: { encoder: { bert_cpt_dir: "bert" } } },
  BertPairRegressionTask: { model: { encoder: { bert_cpt_dir: "bert" } } },
  PairwiseRegressionTask: { model: { encoder: { bert_cpt_dir: "bert" } } },
  EnsembleTask: { model: { BaggingDocEnsembleModel: { models: [{}, {}] } } },
  SquadQATask: { model: { DrQAModel: { embedding: {} } } },
  NewDisjointMultitask: { tasks: { a: { LMTask: {} } } },
};
const translated = pytextClasses.filter(
  ({ name, refused }) => /Task$|Multitask$/u.test(name) && refused === undefined,
);

test.each(translated)("a config with nothing but $name is translated into one that resolves", ({ name }) => {
  const config = { task: { [name]: needed[name] ?? {} } };
  const { config: made } = fromPyText(config, "f.json");
  expect(problemsFrom(() => resolveConfig({ version: 1, ...made }, registry, { checkFiles: false }))).toEqual(
    [],
  );
});

test("the keys around the task become something, are told, or are errors", () => {
  for (const [key, rule] of Object.entries(topKeys)) {
    const report = new Report("f.json");
    const entries = rule.apply(key === "export" ? { target: "x" } : "value", { ...at(report), path: [key] });
    expect(entries.length + problemsOrLines(report), key).toBeGreaterThan(0);
  }
});
