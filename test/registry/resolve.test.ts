// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs write their variables so.
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { parseJsonc } from "../../src/registry/jsonc.js";
import { printConfig, resolveConfig } from "../../src/registry/load-config.js";
import { fake, fakeSlot, sampleRegistry } from "./fakes.js";
import { around, at, problemsFrom, resolved, TASK, TASK_PATH } from "./problems.js";

const MODEL = [...TASK, "model", "DocModel"] as const;
const TRAINER = [...TASK, "trainer", "Trainer"] as const;

describe("a slot", () => {
  test("takes a name, a one-key object, or the bare keys of its default class", () => {
    const full = {
      BiLSTM: { lstm_dim: 32, heads: 4, pooling: { SelfAttention: { attn_dimension: 64, bias: true } } },
    };
    expect(at(resolved(around({ model: { representation: "BiLSTM" } })), ...MODEL, "representation")).toEqual(
      full,
    );
    expect(
      at(
        resolved(around({ model: { DocModel: { representation: { BiLSTM: {} } } } })),
        ...MODEL,
        "representation",
      ),
    ).toEqual(full);
    expect(
      at(
        resolved(around({ model: { representation: { kernel_num: 7 } } })),
        ...MODEL,
        "representation",
        "ConvNet",
        "kernel_num",
      ),
    ).toBe(7);
  });

  test("lays bare keys over its default's own params, and a class name takes the class's defaults", () => {
    const optimizer = (written: unknown) =>
      at(resolved(around({ trainer: { optimizer: written } })), ...TRAINER, "optimizer");
    expect(optimizer({ weight_decay: 0.1 })).toEqual({ Adam: { lr: 0.01, weight_decay: 0.1 } });
    expect(optimizer({})).toEqual({ Adam: { lr: 0.01, weight_decay: 0 } });
    expect(optimizer("Adam")).toEqual({ Adam: { lr: 0.001, weight_decay: 0 } });
    expect(optimizer({ Adam: { weight_decay: 0.1 } })).toEqual({ Adam: { lr: 0.001, weight_decay: 0.1 } });
  });

  test("stands in lists, maps and nested objects", () => {
    const config = resolved(
      around({
        model: {
          layers: ["MaxPool", { SelfAttention: { bias: false } }, {}],
          inputs: { tokens: "TokenTensorizer", more: { TokenTensorizer: { column: "b" } } },
        },
      }),
    );
    expect(at(config, ...MODEL, "layers")).toEqual([
      { MaxPool: {} },
      { SelfAttention: { attn_dimension: 10, bias: false } },
      { MaxPool: {} },
    ]);
    expect(at(config, ...MODEL, "inputs", "more", "TokenTensorizer")).toEqual({
      column: "b",
      tokenizer: { Tokenizer: { lowercase: true } },
      vocab: { min_counts: 0, vocab_files: [] },
    });
  });

  test("is null only where its default is null", () => {
    expect(at(resolved(around({ trainer: { scheduler: null } })), ...TRAINER, "scheduler")).toBeNull();
    expect(problemsFrom(() => resolved(around({ model: null })))).toMatchObject([
      {
        code: "PTX_CONFIG_TYPE",
        where: `${TASK_PATH}.model`,
        message: "a model is required here, got null  known: DocModel",
      },
    ]);
  });

  test.each([
    [
      "a name that is not registered",
      { optimizer: "Adm" },
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      'no optimizer is called "Adm"; did you mean "Adam"?  known: Adam, SGD',
    ],
    [
      "a class in the wrong case",
      { optimizer: { adam: {} } },
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      'no optimizer is called "adam"; did you mean "Adam"?',
    ],
    [
      "an upper-case key that is no class",
      { optimizer: { Zzz: {} } },
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      'no optimizer is called "Zzz"  known: Adam, SGD',
    ],
    [
      "two classes",
      { optimizer: { Adam: {}, SGD: {} } },
      "PTX_CONFIG_VALUE",
      "a slot holds exactly one class name, here are 2 keys: Adam, SGD",
    ],
    [
      "a class beside its keys",
      { optimizer: { lr: 1, Adam: {} } },
      "PTX_CONFIG_VALUE",
      'write {"Adam": {...}} with the class\'s own keys inside',
    ],
    [
      "a number",
      { optimizer: 3 },
      "PTX_CONFIG_TYPE",
      'must be the name of an optimizer or {"Name": {...}}, got the integer 3',
    ],
    [
      "params that are no object",
      { optimizer: { Adam: 3 } },
      "PTX_CONFIG_TYPE",
      "the params of Adam must be an object {...}, got the integer 3",
    ],
    [
      "params that are null",
      { optimizer: { Adam: null } },
      "PTX_CONFIG_TYPE",
      "the params of Adam must be an object {...}, got null",
    ],
    [
      "bare keys without a default class",
      { scheduler: { step_size: 1, gamma: 2 } },
      "PTX_CONFIG_MISSING",
      "this scheduler has no default class  known: StepLR",
    ],
    [
      "one bare key without a default class",
      { scheduler: { steplr: {} } },
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      'did you mean "StepLR"?',
    ],
    [
      "an empty object without a default class",
      { scheduler: {} },
      "PTX_CONFIG_MISSING",
      "the class name is missing",
    ],
  ])("refuses %s", (_, trainer, code, message) => {
    const problems = problemsFrom(() => resolved(around({ trainer })));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, hint: "pytext-ts help-config Trainer" });
    expect(problems[0]?.where).toBe(`${TASK_PATH}.trainer.Trainer.${Object.keys(trainer)[0]}`);
    expect(problems[0]?.message).toContain(message);
  });

  test("without a default must be written", () => {
    expect(problemsFrom(() => resolved({ version: 1 }))).toMatchObject([
      {
        code: "PTX_CONFIG_MISSING",
        where: "config",
        message: expect.stringContaining('the required key "task" (task) is missing'),
      },
    ]);
    expect(problemsFrom(() => resolved({ version: 1, task: {} }))[0]?.message).toContain(
      "this task has no default class",
    );
  });

  test("whose default contains itself is refused instead of filling memory", () => {
    const registry = sampleRegistry().add(
      fake(
        "pooling",
        "Endless",
        Type.Object({ inner: fakeSlot("pooling", { default: "Endless" }) }, { description: "Never ends." }),
      ),
    );
    const config = around({ model: { layers: ["Endless"] } });
    expect(problemsFrom(() => resolveConfig(config, registry))).toMatchObject([
      { code: "PTX_REGISTRY", message: "the defaults of these slots contain one another without end" },
    ]);
  });
});

describe("defaults", () => {
  test("are filled in everywhere, also inside unions, lists and nested objects", () => {
    const part = Type.Object(
      { width: Type.Integer({ default: 5, description: "W." }) },
      { description: "Part." },
    );
    const registry = sampleRegistry().add(
      fake(
        "pooling",
        "Mixed",
        Type.Object(
          {
            either: Type.Union([Type.Null(), part], { default: null, description: "Perhaps a part." }),
            pair: Type.Tuple([Type.Integer(), part], { default: [1, {}], description: "Two things." }),
            perhaps: Type.Optional(Type.String({ description: "May be absent." })),
          },
          { description: "Mixed." },
        ),
      ),
    );
    const layers = at(
      resolveConfig(
        around({ model: { layers: ["Mixed", { Mixed: { either: {}, pair: [2, {}] } }] } }),
        registry,
      ).config,
      ...MODEL,
      "layers",
    );
    expect(layers).toEqual([
      { Mixed: { either: null, pair: [1, { width: 5 }] } },
      { Mixed: { either: { width: 5 }, pair: [2, { width: 5 }] } },
    ]);
  });

  test("are copies: changing a resolved config does not change the next one", () => {
    const sizes = (config: unknown) =>
      at(config, ...MODEL, "representation", "ConvNet", "kernel_sizes") as number[];
    const registry = sampleRegistry();
    const first = resolveConfig(around({}), registry).config;
    sizes(first).push(9);
    expect(sizes(resolveConfig(around({}), registry).config)).toEqual([3, 4]);
  });

  test("keep the order of the schema, so that printed configs compare well", () => {
    const config = resolved(around({ trainer: { early_stop_after: 2, epochs: 3 } }, { seed: 4 }));
    expect(Object.keys(config)).toEqual(["version", "vars", "engine", "seed", "threads", "task"]);
    expect(Object.keys(at(config, ...TRAINER) as object)).toEqual([
      "epochs",
      "optimizer",
      "scheduler",
      "early_stop_after",
    ]);
  });

  test("treat undefined as absent", () => {
    expect(at(resolved(around({ trainer: { epochs: undefined } })), ...TRAINER, "epochs")).toBe(10);
  });
});

test("a resolved config prints to text that resolves to itself", () => {
  const config = resolved(around({ data: { delimiter: "a$${b}$$c", column_mapping: { "x.y": "$${" } } }));
  const text = printConfig(config);
  const again = resolveConfig(parseJsonc(text, "printed"), sampleRegistry()).config;
  expect(again).toEqual(config);
  expect(printConfig(again)).toBe(text);
  expect(at(config, ...TASK, "data", "TSVDataSource", "delimiter")).toBe("a${b}$$c");
});

test("all problems of a config are reported at once, each at its place, outer ones first", () => {
  const problems = problemsFrom(() =>
    resolved(
      around(
        {
          data: { TSVDataSource: { field_names: [], train_filename: "no/such/file.tsv" } },
          model: {
            representation: { ConvNet: { kernel_size: [3], kernel_num: "3", dropout: 1, pooling: "maxx" } },
          },
          trainer: { epoch: 3, early_stop_after: 0, optimizer: { SGD: {} } },
        },
        { sed: 3, threads: "four" },
      ),
    ),
  );
  const T = "task.DocumentClassificationTask";
  expect(
    problems.map(({ code, where, message }) => [
      code,
      where.replace("config  ", ""),
      message.split("  known")[0],
    ]),
  ).toEqual([
    ["PTX_CONFIG_UNKNOWN_KEY", "config", 'unknown key "sed"; did you mean "seed"?'],
    ["PTX_CONFIG_TYPE", "threads", 'expected null | integer >= 1, got the string "four"'],
    [
      "PTX_CONFIG_VALUE",
      `${T}.data.TSVDataSource.field_names`,
      "expected list of string, at least 1, got the array []",
    ],
    [
      "PTX_FILE_MISSING",
      `${T}.data.TSVDataSource.train_filename`,
      expect.stringContaining('the file "no/such/file.tsv" does not exist'),
    ],
    [
      "PTX_CONFIG_UNKNOWN_KEY",
      `${T}.model.DocModel.representation.ConvNet`,
      'unknown key "kernel_size"; did you mean "kernel_sizes"?',
    ],
    [
      "PTX_CONFIG_TYPE",
      `${T}.model.DocModel.representation.ConvNet.kernel_num`,
      'expected integer >= 1, got the string "3"',
    ],
    [
      "PTX_CONFIG_VALUE",
      `${T}.model.DocModel.representation.ConvNet.dropout`,
      "expected number >= 0 and < 1, got the integer 1",
    ],
    [
      "PTX_CONFIG_VALUE",
      `${T}.model.DocModel.representation.ConvNet.pooling`,
      'expected "max" | "mean" | "none", got the string "maxx"; did you mean "max"?',
    ],
    ["PTX_CONFIG_UNKNOWN_KEY", `${T}.trainer.Trainer`, 'unknown key "epoch"; did you mean "epochs"?'],
    ["PTX_CONFIG_VALUE", `${T}.trainer.Trainer.early_stop_after`, "expected integer >= 1, got the integer 0"],
    [
      "PTX_CONFIG_MISSING",
      `${T}.trainer.Trainer.optimizer.SGD`,
      'the required key "lr" (number > 0) is missing: Learning rate; there is no good default.',
    ],
  ]);
});

test.each([
  ["a text for a number", { trainer: { epochs: "3" } }, 'expected integer >= 1, got the string "3"'],
  [
    "a text for a truth value",
    { model: { layers: [{ SelfAttention: { bias: "false" } }] } },
    'expected boolean, got the string "false"',
  ],
  ["a number for a text", { data: { delimiter: 5 } }, "expected string, not empty, got the integer 5"],
  [
    "a fraction for a whole number",
    { trainer: { epochs: 2.5 } },
    "expected integer >= 1, got the number 2.5",
  ],
  ["null for a number", { trainer: { epochs: null } }, "expected integer >= 1, got null"],
  ["a list for an object", { model: { inputs: [] } }, "expected map of name to tensorizer, got the array []"],
  [
    "one item of a list",
    { model: { representation: { kernel_sizes: [3, "4"] } } },
    'expected integer >= 1, got the string "4"',
  ],
  ["one value of a map", { data: { column_mapping: { text: 4 } } }, "expected string, got the integer 4"],
  [
    "a choice of the wrong type",
    { model: { representation: { pooling: 4 } } },
    'expected "max" | "mean" | "none", got the integer 4',
  ],
])("nothing is coerced: %s is a wrong type", (_, task, message) => {
  expect(problemsFrom(() => resolved(around(task)))).toMatchObject([{ code: "PTX_CONFIG_TYPE", message }]);
});

test("a problem inside a list or map says which one", () => {
  const problems = problemsFrom(() =>
    resolved(
      around({
        model: {
          representation: { kernel_sizes: [3, 0] },
          layers: ["MaxPool", { MaxPool: { x: 1 } }],
          inputs: {
            tokens: { TokenTensorizer: { vocab: { vocab_files: [{ filepath: "gone", lower: true }] } } },
            Bad: "TokenTensorizer",
          },
        },
        data: { column_mapping: { "a.b": 1 } },
      }),
    ),
  );
  const places = problems.map(({ where, code }) => `${code} ${where.replace(`${TASK_PATH}.`, "")}`);
  expect(places).toEqual([
    'PTX_CONFIG_TYPE data.TSVDataSource.column_mapping["a.b"]',
    "PTX_CONFIG_VALUE model.DocModel.inputs",
    "PTX_CONFIG_UNKNOWN_KEY model.DocModel.inputs.tokens.TokenTensorizer.vocab.vocab_files[0]",
    "PTX_FILE_MISSING model.DocModel.inputs.tokens.TokenTensorizer.vocab.vocab_files[0].filepath",
    "PTX_CONFIG_VALUE model.DocModel.representation.ConvNet.kernel_sizes[1]",
    "PTX_CONFIG_UNKNOWN_KEY model.DocModel.layers[1].MaxPool",
  ]);
  expect(problems[1]?.message).toBe('the key "Bad" does not have the form /^[a-z]+$/');
});

describe("a rule between keys", () => {
  const lstm = (params: object) => around({ model: { representation: { BiLSTM: params } } });

  test("is reported with its path once every key is right by itself", () => {
    expect(problemsFrom(() => resolved(lstm({ lstm_dim: 10 })))).toMatchObject([
      {
        code: "PTX_CONFIG_VALUE",
        where: `${TASK_PATH}.model.DocModel.representation.BiLSTM.lstm_dim`,
        message: "lstm_dim (10) must be a multiple of heads (4)",
        hint: "pytext-ts help-config BiLSTM",
      },
    ]);
  });

  test("is not asked about a config whose keys are wrong", () => {
    const problems = problemsFrom(() => resolved(lstm({ lstm_dim: 10, heads: "x" })));
    expect(problems.map(({ code }) => code)).toEqual(["PTX_CONFIG_TYPE"]);
  });

  test("that names no key stands at the component", () => {
    const registry = sampleRegistry().add(
      fake("pooling", "Whole", Type.Object({}, { description: "Whole." }), () => [
        { path: "", message: "never" },
      ]),
    );
    const problems = problemsFrom(() => resolveConfig(around({ model: { layers: ["Whole"] } }), registry));
    expect(problems[0]?.where).toBe(`${TASK_PATH}.model.DocModel.layers[0].Whole`);
  });
});

test("keys with names of JavaScript's own are ordinary unknown keys", () => {
  const config = parseJsonc(
    '{"version": 1, "__proto__": {"x": 1}, "constructor": 2, "task": "DocumentClassificationTask"}',
    "f",
  );
  expect(
    problemsFrom(() => resolved(config)).map(({ message }) => message.split(";")[0]?.split("  ")[0]),
  ).toEqual(['unknown key "__proto__"', 'unknown key "constructor"']);
});

test("a config that is no object is refused", () => {
  expect(problemsFrom(() => resolved([1]))).toMatchObject([
    { code: "PTX_CONFIG_TYPE", message: "a config is an object {...}, got the array [1]" },
  ]);
});

test("$schema is for editors: a text is allowed and left out, anything else is a mistake", () => {
  expect(resolved(around({}, { $schema: "./config.schema.json" }))).toEqual(resolved(around({})));
  expect(problemsFrom(() => resolved(around({}, { $schema: 3 })))).toMatchObject([
    { code: "PTX_CONFIG_TYPE", where: "config  $schema" },
  ]);
});

test("an unknown key whose right name is required is one problem, not two", () => {
  const problems = problemsFrom(() => resolved(around({ trainer: { optimizer: { SGD: { lrr: 0.1 } } } })));
  expect(problems.map(({ code }) => code)).toEqual(["PTX_CONFIG_UNKNOWN_KEY"]);
});

describe("a key that other classes of the kind have", () => {
  const more = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      fake(
        "pooling",
        `Pool${i}`,
        Type.Object(
          {
            options: Type.Object(
              { power: Type.Integer({ default: 2, description: "Power." }) },
              { default: {}, description: "Options." },
            ),
          },
          { description: "A pooling." },
        ),
      ),
    );
  const messages = (layer: object, count = 0): string[] => {
    const registry = sampleRegistry();
    registry.add(...more(count));
    const config = around({ model: { layers: [layer] } });
    return problemsFrom(() => resolveConfig(config, registry)).map(({ message }) => message);
  };

  test("is told with their names", () => {
    expect(messages({ MaxPool: { attn_dimension: 3 } })).toEqual([
      'unknown key "attn_dimension"; SelfAttention has it  known: none',
    ]);
    expect(messages({ MaxPool: { options: {} } }, 3)).toEqual([
      'unknown key "options"; Pool0, Pool1, Pool2 have it  known: none',
    ]);
    expect(messages({ MaxPool: { options: {} } }, 4)).toEqual([
      'unknown key "options"; Pool0, Pool1, Pool2 and others have it  known: none',
    ]);
  });

  test("is not where it stands elsewhere in them, where a key of its own is meant, or where its name is JavaScript's", () => {
    expect(messages({ MaxPool: { power: 3 } }, 1)).toEqual(['unknown key "power"  known: none']);
    expect(messages({ Pool0: { options: { powers: 3 } } }, 2)).toEqual([
      'unknown key "powers"; did you mean "power"?  known: power',
    ]);
    expect(messages({ MaxPool: { constructor: 3 } })).toEqual(['unknown key "constructor"  known: none']);
  });
});

test("every slot found is told with its path, kind and class", () => {
  const { slots } = resolveConfig(around({}), sampleRegistry());
  const short = slots.map(
    ({ path, kind, name }) => `${path.filter((s) => !/^[A-Z]/.test(String(s))).join(".")} ${kind} ${name}`,
  );
  expect(short).toEqual([
    "engine engine onnxruntime",
    "task task DocumentClassificationTask",
    "task.data data_source TSVDataSource",
    "task.model model DocModel",
    "task.model.inputs.tokens tensorizer TokenTensorizer",
    "task.model.inputs.tokens.tokenizer tokenizer Tokenizer",
    "task.model.representation representation ConvNet",
    "task.trainer trainer Trainer",
    "task.trainer.optimizer optimizer Adam",
    "task.trainer.scheduler scheduler null",
  ]);
});
