// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs write their variables so.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LoadOptions, resolveConfig } from "../../src/registry/load-config.js";
import { overridePaths } from "../../src/registry/override-paths.js";
import { parseOverride } from "../../src/registry/overrides.js";
import { runConfigSchema } from "../../src/registry/run-config.js";
import { sampleRegistry } from "./fakes.js";
import { around, at, problemsFrom, resolved, TASK } from "./problems.js";

const MODEL = [...TASK, "model", "DocModel"] as const;
const TRAINER = [...TASK, "trainer", "Trainer"] as const;
const withSet = (...set: string[]) => resolved(around({}), { set });

describe("the text of an override", () => {
  test.each([
    ["a=3", ["a"], 3],
    ["a.b=x", ["a", "b"], "x"],
    ["a=", ["a"], ""],
    ["a=true", ["a"], true],
    ["a=null", ["a"], null],
    ['a="3"', ["a"], "3"],
    ["a=[1,2]", ["a"], [1, 2]],
    ['a={"B":{"c":1}}', ["a"], { B: { c: 1 } }],
    ["a={bad", ["a"], "{bad"],
    ["a=b=c", ["a"], "b=c"],
    ["a[0].b=x", ["a", 0, "b"], "x"],
    ["a.0=x", ["a", "0"], "x"],
    ['a["x.y=z"]=1', ["a", "x.y=z"], 1],
    ["a=line\nbreak", ["a"], "line\nbreak"],
  ])("%j is a path and a value: JSON where it parses, else a text", (text, path, value) => {
    expect(parseOverride(text)).toEqual({ text, path, value });
  });

  test.each([["a"], ["=3"], [".a=3"], ["a..b=3"], ["a.=3"], ["a b=3"], ["a[x]=3"]])(
    "%j is refused",
    (text) => {
      expect(problemsFrom(() => parseOverride(text))).toMatchObject([
        {
          code: "PTX_CONFIG_OVERRIDE",
          where: `--set ${text}`,
          message: "expected path=value, for example task.trainer.epochs=3",
        },
      ]);
    },
  );
});

describe("an override", () => {
  test("may leave out the class names of slots, or name them", () => {
    const expected = withSet("task.DocumentClassificationTask.trainer.Trainer.epochs=3");
    expect(at(expected, ...TRAINER, "epochs")).toBe(3);
    expect(withSet("task.trainer.epochs=3")).toEqual(expected);
    expect(withSet("task.DocumentClassificationTask.trainer.epochs=3")).toEqual(expected);
    expect(withSet("task.trainer.Trainer.epochs=3")).toEqual(expected);
  });

  test.each([
    ["a name", around({ trainer: "Trainer" })],
    ["a class", around({ trainer: { Trainer: { early_stop_after: null } } })],
    ["bare keys", around({ trainer: { early_stop_after: null } })],
    ["nothing", { version: 1, task: "DocumentClassificationTask" }],
  ])("finds its place where the config writes %s", (_, config) => {
    expect(at(resolved(config, { set: ["task.trainer.epochs=3"] }), ...TRAINER, "epochs")).toBe(3);
  });

  test("starts from the params of a slot's default", () => {
    expect(at(withSet("task.trainer.optimizer.weight_decay=0.5"), ...TRAINER, "optimizer")).toEqual({
      Adam: { lr: 0.01, weight_decay: 0.5 },
    });
    expect(
      at(
        withSet("task.model.representation=BiLSTM", "task.model.representation.pooling.bias=false"),
        ...MODEL,
        "representation",
        "BiLSTM",
        "pooling",
      ),
    ).toEqual({
      SelfAttention: { attn_dimension: 64, bias: false },
    });
  });

  test("swaps a component by name or as an object, and later overrides see it", () => {
    const config = withSet(
      "task.model.representation=BiLSTM",
      "task.model.representation.lstm_dim=8",
      'task.trainer.scheduler={"StepLR":{"step_size":2}}',
      "task.trainer.scheduler.step_size=5",
    );
    expect(at(config, ...MODEL, "representation", "BiLSTM", "lstm_dim")).toBe(8);
    expect(at(config, ...TRAINER, "scheduler")).toEqual({ StepLR: { step_size: 5 } });
  });

  test("reaches into lists, maps and nested objects, adding at the end of a list and new keys of a map", () => {
    const config = withSet(
      "task.model.layers[0]=SelfAttention",
      "task.model.layers.0.bias=false",
      "task.model.layers[1]=MaxPool",
      "task.model.inputs.extra=TokenTensorizer",
      "task.model.inputs.extra.column=title",
      "task.model.inputs.tokens.vocab.min_counts=2",
      "task.model.representation.kernel_sizes[1]=5",
      'task.data.column_mapping["a.b"]=text',
      'task.data.field_names=["a"]',
      "task.data.field_names[1]=b",
    );
    expect(at(config, ...MODEL, "layers")).toEqual([
      { SelfAttention: { attn_dimension: 10, bias: false } },
      { MaxPool: {} },
    ]);
    expect(at(config, ...MODEL, "inputs", "extra", "TokenTensorizer", "column")).toBe("title");
    expect(at(config, ...MODEL, "inputs", "tokens", "TokenTensorizer", "vocab", "min_counts")).toBe(2);
    expect(at(config, ...MODEL, "representation", "ConvNet", "kernel_sizes")).toEqual([3, 5]);
    expect(at(config, ...TASK, "data", "TSVDataSource", "column_mapping")).toEqual({ "a.b": "text" });
    expect(at(config, ...TASK, "data", "TSVDataSource", "field_names")).toEqual(["a", "b"]);
  });

  test("sets what stands around the task", () => {
    expect(withSet("seed=7", "threads=2", "engine.profile=true")).toMatchObject({
      seed: 7,
      threads: 2,
      engine: { onnxruntime: { profile: true } },
    });
  });

  test("of a variable changes every text that uses it, whatever the order", () => {
    const config = around({ data: { delimiter: "${d}" } }, { vars: { d: "|", e: "x" } });
    const delimiter = (set: string[]) =>
      at(resolved(config, { set }), ...TASK, "data", "TSVDataSource", "delimiter");
    expect(delimiter(["vars.d=;"])).toBe(";");
    expect(delimiter(["task.data.delimiter=${e}${d}", "vars.d=;"])).toBe("x;");
    expect(delimiter(['vars={"d":"all"}'])).toBe("all");
  });
});

describe("an override that cannot be applied names the nearest valid path", () => {
  test.each([
    ["task.trainer.epoch=3", 'has no "epoch"; did you mean "task.trainer.epochs"?'],
    ["task.trainr.epochs=3", 'did you mean "task.trainer.epochs"?'],
    ["tsk.trainer.epochs=3", 'the config has no "tsk"; did you mean "task.trainer.epochs"?'],
    ["trainer.epochs=3", 'the config has no "trainer"; did you mean "task.trainer.epochs"?'],
    ["kernel_num=3", 'did you mean "task.model.representation.kernel_num"?'],
    [
      "task.DocumentClassificationTask.trainer.Trainer.epoch=3",
      'did you mean "task.DocumentClassificationTask.trainer.Trainer.epochs"?',
    ],
    [
      "task.model.representation.lstm_dim=8",
      "BiLSTM has it: choose the class first: --set task.model.representation=BiLSTM",
    ],
    [
      "task.model.representation.BiLSTM.lstm_dim=8",
      "representation is ConvNet, not BiLSTM; choose the class first: --set task.model.representation=BiLSTM",
    ],
    [
      "task.trainer.scheduler.step_size=8",
      "scheduler is null; choose the class first: --set task.trainer.scheduler=Name  known: StepLR",
    ],
    [
      "task.model.inputs.extra.column=x",
      "a tensorizer is required  known: TokenTensorizer; choose the class first: --set task.model.inputs.extra=Name",
    ],
    ["seed.x=8", "seed is integer >= 0 and <= 4294967295 and has nothing inside"],
    ["task.trainer.early_stop_after.x=8", "early_stop_after is null | integer >= 1: set it as a whole"],
    [
      "task.model.representation.kernel_sizes[3]=8",
      'kernel_sizes is a list without "3"; it has [0] to [1], and [2] adds one',
    ],
    ["task.model.layers.first=MaxPool", 'layers is a list without "first"; it is empty, and [0] adds one'],
    ["task.model.inputs.Bad=TokenTensorizer", 'inputs takes keys of the form /^[a-z]+$/, not "Bad"'],
    ["task.zzzzzzzz=1", 'has no "zzzzzzzz"  known: data, model, trainer'],
    [
      "vars.data=x",
      'there is no variable "data" under vars  known: none; a variable that the config does not use would change nothing',
    ],
  ])("%s", (text, message) => {
    const problems = problemsFrom(() => withSet(text));
    expect(problems).toMatchObject([{ code: "PTX_CONFIG_OVERRIDE", where: `--set ${text}` }]);
    expect(problems[0]?.message).toContain(message);
  });

  test("where the slot itself is wrong", () => {
    const config = { version: 1, task: "DocumentTask" };
    const [problem] = problemsFrom(() => resolved(config, { set: ["task.trainer.epochs=3"] }));
    expect(problem?.message).toContain('no task is called "DocumentTask"');
  });

  test("and all that cannot be applied are reported together", () => {
    expect(
      problemsFrom(() => withSet("sed=1", "task.model.x=2", "seed=3")).map(({ where }) => where),
    ).toEqual(["--set sed=1", "--set task.model.x=2"]);
  });
});

test("a value of the wrong type or out of range is the config's own problem, with its full path", () => {
  const options: LoadOptions = { set: ["task.trainer.epochs=many", "task.model.representation.dropout=2"] };
  expect(
    problemsFrom(() => resolved(around({}), options)).map(({ code, message }) => `${code} ${message}`),
  ).toEqual([
    "PTX_CONFIG_VALUE expected number >= 0 and < 1, got the integer 2",
    'PTX_CONFIG_TYPE expected integer >= 1, got the string "many"',
  ]);
});

test("every valid path, long or short, set to the value it has, changes nothing", () => {
  const registry = sampleRegistry();
  const config = withSet("task.model.layers[0]=SelfAttention", 'task.data.column_mapping["x.y"]=text');
  const paths = overridePaths(registry, runConfigSchema, config as never).filter(
    ({ short }) => !short.startsWith("vars"),
  );
  expect(paths.length).toBeGreaterThan(35);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.boolean(), ({ full, short }, long) => {
      const value = at(config, ...parseOverride(`${full}=0`).path);
      const set = [`${long ? full : short}=${JSON.stringify(value)}`];
      expect(resolveConfig(config, registry, { set }).config).toEqual(config);
    }),
    { numRuns: 300 },
  );
});
