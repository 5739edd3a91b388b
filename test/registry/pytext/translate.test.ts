import { describe, expect, test } from "vitest";
import { upgradeConfig } from "../../../src/registry/adapters.js";
import type { JsonObject } from "../../../src/registry/json.js";
import { isPyText } from "../../../src/registry/pytext/adapter.js";
import { at, problemsFrom } from "../problems.js";

const TASK = "DocumentClassificationTask";

/** A config of PyText's newest version with one task in our form, and what was said. */
function translated(
  task: JsonObject,
  rest: JsonObject = {},
): { config: JsonObject; notes: readonly string[] } {
  return upgradeConfig({ version: 48, task, ...rest }, "f.json");
}

const inTask = (params: JsonObject, rest?: JsonObject) => translated({ [TASK]: params }, rest);

describe("a config is PyText's", () => {
  test.each<[string, JsonObject, boolean]>([
    ["in PyText's wrapper", { config: { version: 1, task: {} } }, true],
    ["without a version", { task: {} }, true],
    ["with a version that is none of ours", { version: 12, task: {} }, true],
    ["of its version 1, by the form of its task", { version: 1, task: { T: { data_handler: {} } } }, true],
    ["not with our version", { version: 1, task: { T: { data: {} } } }, false],
    ["not with a key that only ours have", { seed: 1, task: {} }, false],
    ["not with a version that neither has", { version: 49, task: {} }, false],
    ["not with a version that is no number", { version: "8", task: {} }, false],
  ])("%s", (_, config, expected) => expect(isPyText(config, 1)).toBe(expected));

  test("and of a version that PyText does not have, which is an error", () => {
    expect(problemsFrom(() => upgradeConfig({ config: { version: 49, task: {} } }, "f.json"))).toMatchObject([
      { code: "PTX_CONFIG_VERSION", where: "f.json  version" },
    ]);
  });
});

test("PyText's defaults are written where ours are others, and each class tells it once", () => {
  const { config, notes } = inTask({});
  expect(at(config, "task", TASK, "data", "Data", "batcher", "PoolingBatcher")).toEqual({
    train_batch_size: 16,
    eval_batch_size: 16,
    test_batch_size: 16,
    pool_num_batches: 1000,
  });
  const model = at(config, "task", TASK, "model", "DocModel");
  expect(Object.keys(at(model, "representation") as object)).toEqual(["BiLSTMDocAttention"]);
  expect(at(model, "embedding")).toEqual({
    WordEmbedding: { embedding_init_strategy: "normal", embedding_init_range: 0.02 },
  });
  expect(notes.filter((note) => note.startsWith("PoolingBatcher"))).toEqual([
    "PoolingBatcher: defaults of PyText's written, ours are others: train_batch_size 16, eval_batch_size 16, test_batch_size 16, pool_num_batches 1000",
  ]);
});

test("what the config says is not called a default", () => {
  const batcher = { Batcher: { train_batch_size: 4, eval_batch_size: 5, test_batch_size: 6 } };
  const { config, notes } = inTask({ data: { source: {}, batcher } });
  expect(at(config, "task", TASK, "data", "Data", "batcher")).toEqual(batcher);
  expect(notes.join("\n")).not.toContain("Batcher:");
});

test("a part without a class name is of the class that PyText takes: the first of its union", () => {
  const { config } = inTask({ model: { DocModel: { representation: { dropout: 0.1 } } } });
  expect(at(config, "task", TASK, "model", "DocModel", "representation")).toEqual({
    PureDocAttention: { dropout: 0.1, pooling: { SelfAttention: {} } },
  });
});

test("a sparsifier has its own name here, and works on biases too as PyText's does", () => {
  const sparse = (sparsifier: object) =>
    at(inTask({ trainer: { sparsifier } }).config, "task", TASK, "trainer", "Trainer", "sparsifier");
  expect(sparse({ L0_projection_sparsifier: { sparsity: 0.6 } })).toEqual({
    L0ProjectionSparsifier: { sparsity: 0.6, parameters: ["**"] },
  });
  expect(sparse({ CRF_MagnitudeThresholding: { grouping: "column" } })).toEqual({
    CRFMagnitudeThresholding: { grouping: "column" },
  });
  expect(() => sparse({ SensitivityAnalysisSparsifier: {} })).toThrow("a model that PyText pickled");
});

test("class names are compared in lower case, as PyText does", () => {
  const { config } = inTask({ trainer: { optimizer: { SgD: { lr: 1 } } } });
  expect(at(config, "task", TASK, "trainer", "Trainer", "optimizer")).toEqual({ SGD: { lr: 1 } });
});

test("numbers written as texts become numbers", () => {
  const { config, notes } = inTask({ trainer: { optimizer: { Adam: { lr: "1e-3" } } } });
  expect(at(config, "task", TASK, "trainer", "Trainer", "optimizer", "Adam")).toEqual({ lr: 0.001 });
  expect(notes).toContain(
    `"task.${TASK}.trainer.optimizer.Adam.lr" is now the number 0.001 (it was the text "1e-3")`,
  );
});

test("keys without meaning are told by their reason, once, however many places they have", () => {
  const { notes } = inTask(
    { model: { DocModel: { inputs: { tokens: { is_input: true }, labels: { is_input: false } } } } },
    { save_snapshot_path: "m.pt", modules_save_dir: "" },
  );
  expect(notes.filter((note) => note.includes("is_input"))).toEqual([
    '"is_input" (2 places) removed, without meaning here: inputs and targets are told apart by what they are',
  ]);
  expect(notes.filter((note) => note.includes("save_snapshot_path"))).toEqual([
    '"save_snapshot_path", "modules_save_dir" removed, without meaning here: a run is saved in its folder: pytext-ts train CONFIG --output DIR',
  ]);
});

test("a value that asks for what is done anyway is told in one line for all", () => {
  const { notes } = inTask({ trainer: { num_batches_per_epoch: null, target_time_limit_seconds: null } });
  expect(notes.at(-1)).toBe(
    "num_batches_per_epoch, target_time_limit_seconds removed: what they ask for is done here in any case",
  );
});

test("a value that has no counterpart is an error that says what is there instead; all are told together", () => {
  const problems = problemsFrom(() =>
    inTask({ trainer: { num_batches_per_epoch: 7, max_clip: 1 }, model: { NewBertModel: {} } }),
  );
  expect(problems.map(({ code, where }) => [code, where])).toEqual([
    ["PTX_CONFIG_UNKNOWN_KEY", `f.json  task.${TASK}.trainer`],
    ["PTX_CONFIG_VALUE", `f.json  task.${TASK}.trainer.num_batches_per_epoch`],
    [
      "PTX_CONFIG_MISSING",
      `f.json  task.${TASK}.model.NewBertModel.encoder.HuggingFaceBertSentenceEncoder.bert_cpt_dir`,
    ],
  ]);
  expect(problems[0]?.message).toContain('did you mean "max_clip_norm"?');
  expect(problems[0]?.hint).toContain('begins with "version": 1');
});

test("slots are read in PyText's form: code points, one tag a label, every word that is touched", () => {
  const { config } = translated({ WordTaggingTask: {} });
  expect(at(config, "task", "WordTaggingTask", "model", "WordTaggingModel", "inputs", "labels")).toEqual({
    SlotLabelTensorizer: {
      format: "slots",
      model_scheme: "none",
      on_misaligned: "overlap",
      tokenizer: { Tokenizer: {} },
      offset_unit: "code_points",
    },
  });
});

test("slots whose tokenizer counts bytes count bytes", () => {
  const labels = { slot_column: "s", tokenizer: { Tokenizer: { use_byte_offsets: true } } };
  const { config } = translated({ WordTaggingTask: { model: { inputs: { labels } } } });
  const inputs = at(config, "task", "WordTaggingTask", "model", "WordTaggingModel", "inputs");
  expect(at(inputs, "labels", "SlotLabelTensorizer")).toMatchObject({
    column: "s",
    offset_unit: "utf8_bytes",
  });
});

test("\\W of Python's regular expressions is not that of JavaScript, and is rewritten", () => {
  const tokenizer = { Tokenizer: { split_regex: "\\W+" } };
  const { config } = inTask({ model: { DocModel: { inputs: { tokens: { tokenizer } } } } });
  const path = [
    "task",
    TASK,
    "model",
    "DocModel",
    "inputs",
    "tokens",
    "TokenTensorizer",
    "tokenizer",
    "Tokenizer",
  ];
  const { split_regex: regex } = at(config, ...path) as { split_regex: string };
  expect("naïve café, já".split(new RegExp(regex, "u"))).toEqual(["naïve", "café", "já"]);
});

test("vectors of words start as PyText's: by deviation, by range, or as the strategy says beside pretrained ones", () => {
  const first = (embedding: JsonObject) =>
    at(inTask({ model: { DocModel: { embedding } } }).config, "task", TASK, "model", "DocModel", "embedding");
  const range = [-0.5, 0.5];
  expect(first({ embedding_init_std: null, embedding_init_range: range })).toEqual({
    WordEmbedding: { embedding_init_strategy: "uniform", embedding_init_range: 0.5 },
  });
  // PyText's deviation is drawn after the range and takes its place.
  expect(first({ embedding_init_std: 0.1, embedding_init_range: range })).toEqual({
    WordEmbedding: { embedding_init_strategy: "normal", embedding_init_range: 0.1 },
  });
  expect(first({ pretrained_embeddings_path: "v.txt", embedding_init_strategy: "zero" })).toEqual({
    WordEmbedding: { pretrained_embeddings_path: "v.txt", embedding_init_strategy: "zero" },
  });
});

test("two norms of convolutions are one, what PyText does not read is told, and numbers have no table", () => {
  const model = (params: JsonObject) => {
    const { config, notes } = inTask({ model: { DocModel: params } });
    return { made: at(config, "task", TASK, "model", "DocModel") as JsonObject, said: notes.join("\n") };
  };
  const light = (encoder_config: JsonObject, layer_config: JsonObject, rest: JsonObject = {}) =>
    model({ representation: { LightConvRepresentation: { encoder_config, layer_config, ...rest } } });
  const { made, said } = light(
    { encoder_normalize_before: true, no_token_positional_embeddings: true, dropout: 0.3 },
    {
      encoder_normalize_before: true,
      convolution_type: "causal",
      encoder_conv_type: { LightweightConv: { num_heads: 4, weight_softmax: true } },
    },
    { pooling_type: "max" },
  );
  expect(made.representation).toEqual({
    LightConvRepresentation: {
      embed_dropout: 0.3,
      encoder_normalize_before: true,
      num_heads: 4,
      pooling: "MaxPool",
      positional_embedding_type: "none",
    },
  });
  expect(said).toContain("PyText's windows stand around their word whatever it says");
  expect(said).toContain("its filters are as they are learnt");
  expect(() => light({}, { encoder_normalize_before: true })).toThrow("a last norm stands behind layers");
  expect(
    model({ embedding: { MLPEmbedding: { embed_dim: 2, mlp_layer_dims: [3] } } }).made.embedding,
  ).toEqual({
    DenseEmbedding: { mlp_layer_dims: [3] },
  });
});

test("hidden layers behind a joint representation are as wide as what its recurrence gives", () => {
  const width = (lstm: JsonObject) => {
    const params = { lstm, pooling: { MaxPool: {} }, doc_mlp_layers: 2 };
    const task = { model: { representation: { BiLSTMDocSlotAttention: params } } };
    const { config } = translated({ IntentSlotTask: task });
    const path = [
      "task",
      "IntentSlotTask",
      "model",
      "IntentSlotModel",
      "representation",
      "BiLSTMDocSlotAttention",
    ];
    return at(config, ...path, "doc_mlp", "hidden_dims");
  };
  expect(width({ BiLSTM: {} })).toEqual([64]);
  expect(width({ OrderedNeuronLSTM: {} })).toEqual([32]);
  expect(width({ AugmentedLSTM: { lstm_dim: 5 } })).toEqual([5]);
  expect(width({ AugmentedLSTM: { lstm_dim: 5, bidirectional: true } })).toEqual([10]);
});

test("freeze of a module becomes the trainer's", () => {
  const { config, notes } = inTask({ model: { DocModel: { decoder: { freeze: true } } } });
  expect(at(config, "task", TASK, "trainer", "Trainer", "freeze")).toEqual(["model.decoder"]);
  expect(notes).toContain("freeze moved to the trainer's freeze: model.decoder");
});

test("a loss over yes and no makes a task of several labels", () => {
  const { config } = inTask({
    model: { DocModel: { output_layer: { loss: { BinaryCrossEntropyWithLogitsLoss: {} } } } },
  });
  const model = at(config, "task", TASK, "model", "DocModel");
  expect(Object.keys(at(model, "output_layer") as object)).toEqual(["MultiLabelClassificationOutputLayer"]);
  expect(Object.keys(at(model, "inputs", "labels") as object)).toEqual(["LabelListTensorizer"]);
});

test("a language model's parts become keys of ours, and its lines stand alone", () => {
  const { config } = translated({ LMTask: { model: { decoder: { hidden_dims: [7] }, tied_weights: true } } });
  expect(at(config, "task", "LMTask", "model", "LMLSTM")).toMatchObject({
    lstm_dim: 32,
    num_layers: 1,
    dropout: 0.4,
    projection_dim: 7,
    tied_weights: true,
  });
  expect(Object.keys(at(config, "task", "LMTask", "data") as object)).toEqual(["LanguageModelLineData"]);
});

test("tasks inside a multitask have no trainers, and what the sampler is told stays", () => {
  const { config, notes } = translated({
    NewDisjointMultitask: {
      tasks: { a: { [TASK]: { trainer: { epochs: 9 } } } },
      data: { sampler: { RoundRobinBatchSampler: { iter_to_set_epoch: "a" } } },
    },
  });
  const task = at(config, "task", "NewDisjointMultitask");
  expect(at(task, "sampler")).toEqual({ RoundRobinBatchSampler: { iter_to_set_epoch: "a" } });
  expect(Object.keys(at(task, "tasks", "a", TASK) as object)).not.toContain("trainer");
  expect(notes.join("\n")).toContain("trainers of the tasks inside were removed");
});

test("texts of a pair have a vocabulary each, as in PyText", () => {
  const { config, notes } = translated({ PairwiseClassificationTask: { trace_both_encoders: false } });
  expect(at(config, "task", "PairwiseClassificationTask", "model", "PairwiseModel")).toMatchObject({
    shared_embeddings: false,
    inputs: {
      tokens1: { TokenTensorizer: { column: "text1" } },
      tokens2: { TokenTensorizer: { column: "text2" } },
    },
  });
  expect(notes.join("\n")).toContain("each text has a vocabulary and an embedding of its own");
});

test("a wrong response is named by its column, and must be read as the right one is", () => {
  const task = "QueryDocumentPairwiseRankingTask";
  const inputs = (neg: JsonObject, pos: JsonObject = {}): JsonObject => ({
    [task]: { model: { inputs: { neg_response: neg, pos_response: pos }, decoder: { hidden_dims: [7] } } },
  });
  const { config } = translated(inputs({ column: "bad", max_seq_len: 9 }, { max_seq_len: 9 }));
  const model = at(config, "task", task, "model", "QueryDocPairwiseRankingModel");
  expect(at(model, "inputs", "neg_response")).toBe("bad");
  expect(at(model, "decoder")).toEqual({ MLPDecoder: { hidden_dims: [7] } });
  expect(at(model, "loss")).toEqual({ PairwiseRankingLoss: {} });
  expect(problemsFrom(() => translated(inputs({ max_seq_len: 9 })))).toMatchObject([
    { where: `f.json  task.${task}.model.inputs.neg_response` },
  ]);
});

test("a parser keeps its rules and flags, and loses what does nothing in it", () => {
  const model = {
    lstm: { lstm_dim: 16, dropout: 0.34, bidirectional: true },
    ablation: { use_action: false, use_last_open_NT_feature: true },
    constraints: { no_slots_inside_unsupported: false },
    compositional_type: "sum",
    version: 2,
  };
  const { config, notes } = translated({ SemanticParsingTask: { model } });
  expect(at(config, "task", "SemanticParsingTask", "model", "RNNGParser")).toMatchObject({
    lstm: { lstm_dim: 16 },
    ablation: model.ablation,
    constraints: model.constraints,
    compositional_type: "sum",
  });
  expect(at(config, "task", "SemanticParsingTask", "model", "RNNGParser", "lstm")).toEqual({ lstm_dim: 16 });
  expect(notes.join("\n")).toContain("it does nothing in PyText's parser either");
});

test("towers, whose encoders are pickles, are refused with what to write instead", () => {
  const model = { TwoTowerClassificationModel: { use_shared_encoder: true } };
  expect(problemsFrom(() => inTask({ model }))).toMatchObject([
    { code: "PTX_CONFIG_UNKNOWN_COMPONENT", message: expect.stringContaining("right_mlp and left_mlp") },
  ]);
});

test("of a task that is not PyText's, what all tasks have is translated and the rest is left", () => {
  const { config, notes } = translated({
    MyTask: { data: { sort_key: "tokens" }, trainer: { real_trainer: { epochs: 3 } }, model: { mine: 1 } },
  });
  expect(at(config, "task", "MyTask", "model")).toEqual({ mine: 1 });
  expect(at(config, "task", "MyTask", "trainer", "Trainer", "epochs")).toBe(3);
  expect(notes.join("\n")).toContain('"MyTask" is no task of PyText');
});

test.each([
  [{ data: { source: { SessionTSVDataSource: {} } } }, "SeqTokenTensorizer"],
  [{ model: { output_layer: { loss: { KLDivergenceCELoss: {} } } } }, "write DistillationLoss"],
  [{ trainer: { optimizer: { FP16OptimizerApex: {} } } }, "write the optimizer inside it"],
  [{ metric_reporter: { CalibrationMetricReporter: {} } }, "leave it out"],
])("a class of PyText's without a counterpart is refused with what to write: %j", (params, advice) => {
  const [problem] = problemsFrom(() => inTask(params));
  expect(problem).toMatchObject({ code: "PTX_CONFIG_UNKNOWN_COMPONENT" });
  expect(problem!.message).toContain(advice);
});

test("a class of one's own inside a task is left as it is, and told", () => {
  const { config, notes } = inTask({ model: { DocModel: { representation: { MyNet: { size: 3 } } } } });
  expect(at(config, "task", TASK, "model", "DocModel", "representation")).toEqual({ MyNet: { size: 3 } });
  expect(notes.join("\n")).toContain('"MyNet" is no class of PyText');
});

test("a config with options of an export alone is told what does their work", () => {
  const [problem] = problemsFrom(() => upgradeConfig({ version: 26, export_list: [] }, "f.json"));
  expect(problem).toMatchObject({ code: "PTX_CONFIG_MISSING", where: "f.json" });
  expect(problem?.message).toContain("pytext-ts export");
});

test("what is translated once is ours, and passes a second time as it is", () => {
  const { config } = inTask({});
  expect(upgradeConfig(config, "f.json").edits).toEqual([]);
});
