import { type TObject, Type } from "typebox";
import type { AnyComponent, CheckProblem } from "../../src/registry/component.js";
import { SLOT_KEYWORD } from "../../src/registry/component.js";
import { InputFile } from "../../src/registry/input-file.js";
import { Registry } from "../../src/registry/registry.js";

/** A component of any kind, real enough for configs: kind, name, schema and perhaps a rule between keys. */
export function fake(
  kind: string,
  name: string,
  schema: TObject,
  check?: (config: Record<string, unknown>) => CheckProblem[],
): AnyComponent {
  return { kind, name, schema, ...(check && { check }) } as unknown as AnyComponent;
}

/** A slot of a kind that the program does not have. */
export function fakeSlot(kind: string, options: { description?: string; default?: unknown } = {}) {
  return Type.Unsafe<unknown>({ [SLOT_KEYWORD]: kind, description: `A ${kind}.`, ...options });
}

const count = (value: number, description: string) =>
  Type.Integer({ minimum: 1, default: value, description });

const cnn = fake(
  "representation",
  "ConvNet",
  Type.Object(
    {
      kernel_sizes: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        default: [3, 4],
        description: "Windows.",
      }),
      kernel_num: count(100, "Filters for each window size."),
      dropout: Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0.4,
        description: "Probability of zeroing.",
      }),
      pooling: Type.Union([Type.Literal("max"), Type.Literal("mean"), Type.Literal("none")], {
        default: "max",
        description: "How windows are joined.",
      }),
    },
    { description: "Convolution." },
  ),
);

const lstm = fake(
  "representation",
  "BiLSTM",
  Type.Object(
    {
      lstm_dim: count(32, "Units."),
      heads: count(4, "Attention heads."),
      pooling: fakeSlot("pooling", { default: { SelfAttention: { attn_dimension: 64 } } }),
    },
    { description: "Recurrent." },
  ),
  ({ lstm_dim, heads }) =>
    (lstm_dim as number) % (heads as number) === 0
      ? []
      : [{ path: "lstm_dim", message: `lstm_dim (${lstm_dim}) must be a multiple of heads (${heads})` }],
);

const attention = fake(
  "pooling",
  "SelfAttention",
  Type.Object(
    { attn_dimension: count(10, "Width."), bias: Type.Boolean({ default: true, description: "With bias." }) },
    { description: "Attention." },
  ),
);

const maxPool = fake("pooling", "MaxPool", Type.Object({}, { description: "Maximum." }));

const tokenizer = fake(
  "tokenizer",
  "Tokenizer",
  Type.Object(
    { lowercase: Type.Boolean({ default: true, description: "Lower-case." }) },
    { description: "Tokens." },
  ),
);

const tokens = fake(
  "tensorizer",
  "TokenTensorizer",
  Type.Object(
    {
      column: Type.String({ minLength: 1, default: "text", description: "The column." }),
      tokenizer: fakeSlot("tokenizer", { default: "Tokenizer" }),
      vocab: Type.Object(
        {
          min_counts: Type.Integer({ minimum: 0, default: 0, description: "Rarer words are unknown." }),
          vocab_files: Type.Array(
            Type.Object(
              {
                filepath: InputFile({ description: "Words." }),
                lowercase_tokens: Type.Boolean({ default: false, description: "Lower-case." }),
              },
              { description: "A file of words." },
            ),
            { default: [], description: "More words." },
          ),
        },
        { default: {}, description: "Which words count." },
      ),
    },
    { description: "Words to ids." },
  ),
);

const model = fake(
  "model",
  "DocModel",
  Type.Object(
    {
      inputs: Type.Record(Type.String({ pattern: "^[a-z]+$" }), fakeSlot("tensorizer"), {
        default: { tokens: "TokenTensorizer" },
        description: "What is read.",
      }),
      representation: fakeSlot("representation", { default: "ConvNet" }),
      layers: Type.Array(fakeSlot("pooling", { default: "MaxPool" }), {
        default: [],
        description: "More poolings.",
      }),
    },
    { description: "A classifier." },
  ),
);

const source = fake(
  "data_source",
  "TSVDataSource",
  Type.Object(
    {
      train_filename: InputFile({ default: null, description: "Rows to train on." }),
      test_filename: InputFile({ default: null, description: "Rows to test on." }),
      delimiter: Type.String({ minLength: 1, default: "\t", description: "Between cells." }),
      column_mapping: Type.Record(Type.String(), Type.String(), { default: {}, description: "New names." }),
      field_names: Type.Union([Type.Null(), Type.Array(Type.String(), { minItems: 1 })], {
        default: null,
        description: "Names of columns.",
      }),
    },
    { description: "Rows of a text file." },
  ),
);

const adam = fake(
  "optimizer",
  "Adam",
  Type.Object(
    {
      lr: Type.Number({ exclusiveMinimum: 0, default: 0.001, description: "Learning rate." }),
      weight_decay: Type.Number({ minimum: 0, default: 0, description: "Decay." }),
    },
    { description: "Adaptive." },
  ),
);

const sgd = fake(
  "optimizer",
  "SGD",
  Type.Object(
    {
      lr: Type.Number({ exclusiveMinimum: 0, description: "Learning rate; there is no good default." }),
      momentum: Type.Number({ minimum: 0, maximum: 1, default: 0, description: "Momentum." }),
    },
    { description: "Plain." },
  ),
);

const scheduler = fake(
  "scheduler",
  "StepLR",
  Type.Object({ step_size: count(1, "Epochs.") }, { description: "Steps." }),
);

const trainer = fake(
  "trainer",
  "Trainer",
  Type.Object(
    {
      epochs: count(10, "Times through the data."),
      optimizer: fakeSlot("optimizer", { default: { Adam: { lr: 0.01 } } }),
      scheduler: fakeSlot("scheduler", { default: null }),
      early_stop_after: Type.Union([Type.Null(), Type.Integer({ minimum: 1 })], {
        default: null,
        description: "Epochs without gain.",
      }),
    },
    { description: "Trains." },
  ),
);

const task = fake(
  "task",
  "DocumentClassificationTask",
  Type.Object(
    {
      data: fakeSlot("data_source", { default: "TSVDataSource" }),
      model: fakeSlot("model", { default: "DocModel" }),
      trainer: fakeSlot("trainer", { default: "Trainer" }),
    },
    { description: "Classifies." },
  ),
);

const required = fake(
  "task",
  "RequiringTask",
  Type.Object(
    {
      file: InputFile({ description: "A file that must be given." }),
      labels: Type.Array(Type.String(), { minItems: 1, description: "Labels that must be given." }),
      mode: Type.Union([Type.Literal("a"), Type.Literal("b")], {
        description: "A choice that must be made.",
      }),
      optimizer: fakeSlot("optimizer"),
    },
    { description: "Has required keys." },
  ),
);

const onnxruntime = fake(
  "engine",
  "onnxruntime",
  Type.Object(
    { profile: Type.Boolean({ default: false, description: "Write a trace." }) },
    { description: "ORT." },
  ),
);

/** A registry with a small but complete set of kinds: records, lists, nested objects, unions and slots of every form. */
export function sampleRegistry(): Registry {
  return new Registry().add(
    ...[cnn, lstm, attention, maxPool, tokenizer, tokens, model, source, adam, sgd, scheduler, trainer, task],
    ...[required, onnxruntime],
  );
}
