// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs write their variables so.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { genDefaultConfig } from "../../src/cli/gen-default-config.js";
import { helpConfig } from "../../src/cli/help-config.js";
import { list } from "../../src/cli/list.js";
import { schema } from "../../src/cli/schema.js";
import { updateConfig } from "../../src/cli/update-config.js";
import { configReference } from "../../src/registry/config-reference.js";
import { loadConfig, resolveConfig } from "../../src/registry/load-config.js";
import { Registry } from "../../src/registry/registry.js";
import { fake, fakeSlot, sampleRegistry } from "./fakes.js";
import { around, at, problemsFrom, resolved, TASK } from "./problems.js";

const registry = sampleRegistry();
const folder = mkdtempSync(join(tmpdir(), "commands-"));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("gen-default-config", () => {
  const gen = (task: string, ...edits: string[]) => genDefaultConfig(registry, { task, edits });

  test("prints the whole config of a task, which loads as it is", () => {
    const { text, notes } = gen("DocumentClassificationTask");
    expect(notes).toEqual([]);
    expect(JSON.parse(text)).toEqual(resolved(around({})));
    expect(loadConfig(file("default.json", text), registry)).toMatchObject({
      config: resolved(around({})),
      name: "default",
      notes: [],
    });
  });

  test("puts a component into the one slot that takes it, and sets paths", () => {
    const config = JSON.parse(
      gen(
        "DocumentClassificationTask",
        "BiLSTM",
        "task.model.representation.lstm_dim=8",
        "MaxPool",
        "StepLR",
        "SGD",
        "task.trainer.optimizer.lr=0.5",
      ).text,
    );
    expect(at(config, ...TASK, "model", "DocModel", "representation")).toEqual({
      BiLSTM: { lstm_dim: 8, heads: 4, pooling: { MaxPool: {} } },
    });
    expect(at(config, ...TASK, "trainer", "Trainer", "scheduler")).toEqual({ StepLR: { step_size: 1 } });
    expect(at(config, ...TASK, "trainer", "Trainer", "optimizer")).toEqual({ SGD: { lr: 0.5, momentum: 0 } });
  });

  test("fills required keys with placeholders and says which", () => {
    const { text, notes } = gen("RequiringTask");
    expect(at(JSON.parse(text), "task", "RequiringTask")).toEqual({
      file: "<file>",
      labels: ["<labels>"],
      mode: "a",
      optimizer: { Adam: { lr: 0.001, weight_decay: 0 } },
    });
    expect(notes).toEqual([
      'task.RequiringTask.file: "<file>" is a placeholder: A file that must be given.',
      'task.RequiringTask.labels: ["<labels>"] is a placeholder: Labels that must be given.',
      'task.RequiringTask.mode: "a" is a placeholder: A choice that must be made.',
      'task.RequiringTask.optimizer: "Adam" is a placeholder: A optimizer.',
    ]);
  });

  test("makes placeholders of every type within their ranges", () => {
    const d = { description: "D." };
    const kinds = Type.Object(
      {
        number: Type.Number({ minimum: 5, ...d }),
        small: Type.Number({ maximum: 0.05, ...d }),
        above: Type.Number({ exclusiveMinimum: 3, ...d }),
        below: Type.Integer({ exclusiveMaximum: -2, ...d }),
        flag: Type.Boolean(d),
        choice: Type.Enum(["p", "q"], d),
        fixed: Type.Literal("z", d),
        pair: Type.Tuple([Type.Integer(), Type.String()], d),
        inner: Type.Object({ deep: Type.Integer(d) }, d),
        map: Type.Record(Type.String(), Type.Integer(), d),
        sizes: Type.Array(Type.Integer(), { minItems: 2, ...d }),
      },
      d,
    );
    const more = sampleRegistry().add(fake("task", "KindsTask", kinds));
    const { config, notes } = (() => {
      const { text, notes: remarks } = genDefaultConfig(more, { task: "KindsTask", edits: [] });
      return { config: JSON.parse(text), notes: remarks };
    })();
    expect(at(config, "task", "KindsTask")).toEqual({
      number: 5,
      small: 0.05,
      above: 3.125,
      below: -3,
      flag: false,
      choice: "p",
      fixed: "z",
      pair: [1, "<pair>"],
      inner: { deep: 1 },
      map: {},
      sizes: [1, 1],
    });
    expect(notes).toHaveLength(12);
    expect(() => resolveConfig(config, more)).not.toThrow();
  });

  test("needs a task", () => {
    expect(problemsFrom(() => genDefaultConfig(new Registry(), { task: "X", edits: [] }))).toMatchObject([
      { code: "PTX_CONFIG_UNKNOWN_COMPONENT", message: "no tasks are registered" },
    ]);
  });

  test("names the candidates when several slots take a component", () => {
    const twice = sampleRegistry().add(
      fake(
        "task",
        "TwoTask",
        Type.Object(
          { one: fakeSlot("pooling", { default: "MaxPool" }), two: fakeSlot("pooling", { default: null }) },
          { description: "T." },
        ),
      ),
    );
    const [problem] = problemsFrom(() =>
      genDefaultConfig(twice, { task: "TwoTask", edits: ["SelfAttention"] }),
    );
    expect(problem).toMatchObject({ code: "PTX_CONFIG_OVERRIDE" });
    expect(problem?.message).toBe(
      '2 slots take "SelfAttention"; say which: task.TwoTask.one=SelfAttention  or  task.TwoTask.two=SelfAttention',
    );
  });

  test.each([
    [
      "an unknown task",
      ["DocumentClassification"],
      'no task is called "DocumentClassification"; did you mean "DocumentClassificationTask"?',
    ],
    [
      "an unknown component",
      ["DocumentClassificationTask", "BiLSTN"],
      'no component is called "BiLSTN"; did you mean "BiLSTM"?',
    ],
    [
      "a component that no slot takes",
      ["DocumentClassificationTask", "SelfAttention"],
      "no slot of this config takes a pooling",
    ],
    [
      "an unknown path",
      ["DocumentClassificationTask", "task.trainer.epoch=3"],
      'did you mean "task.trainer.epochs"?',
    ],
  ])("refuses %s", (_, [task, ...edits], message) => {
    expect(problemsFrom(() => gen(task as string, ...edits))[0]?.message).toContain(message);
  });
});

describe("help-config", () => {
  const help = (name?: string) => helpConfig(registry, { name }).text;

  test("shows every key of a component with type, range, default and meaning", () => {
    expect(help("Trainer")).toBe(`Trainer  (trainer)
Trains.

  epochs: integer >= 1 = 10
      Times through the data.
  optimizer: optimizer = {"Adam":{"lr":0.01}}
      A optimizer.
      one of: Adam, SGD
  scheduler: scheduler | null = null
      A scheduler.
      one of: StepLR
  early_stop_after: null | integer >= 1 = null
      Epochs without gain.
`);
  });

  test("shows keys inside keys, and which are required", () => {
    expect(help("TokenTensorizer")).toContain(`
  vocab: object = {}
      Which words count.
      min_counts: integer >= 0 = 0
          Rarer words are unknown.
      vocab_files: list of object = []
          More words.
          filepath: file, required
              Words.`);
    expect(help("MaxPool")).toContain("(no keys)");
  });

  test("without a name shows what stands around the task and all components", () => {
    expect(help()).toContain("  seed: integer >= 0 and <= 4294967295 = 0\n");
    expect(help()).toContain("  task: task, required\n");
    expect(help()).toMatch(/ {2}optimizer +Adam, SGD\n/);
  });

  test("shows all components of a kind, and all kinds that share a name", () => {
    expect(help("optimizer")).toContain("Adam  (optimizer)");
    expect(help("optimizer")).toContain("SGD  (optimizer)");
    const twice = sampleRegistry().add(fake("loss", "Adam", Type.Object({}, { description: "L." })));
    expect(helpConfig(twice, { name: "Adam" }).text).toMatch(/Adam {2}\(loss\)[\s\S]*Adam {2}\(optimizer\)/);
  });

  test("says which name is nearest", () => {
    expect(problemsFrom(() => help("Trainr"))).toMatchObject([
      {
        code: "PTX_CONFIG_UNKNOWN_COMPONENT",
        message: 'there is no component or kind called "Trainr"; did you mean "Trainer"?',
      },
    ]);
  });
});

describe("list", () => {
  test("shows all kinds, or one with descriptions", () => {
    expect(list(registry, {}).text).toContain("  pooling         MaxPool, SelfAttention\n");
    expect(list(registry, { kind: "pooling" }).text).toBe(
      "MaxPool        Maximum.\nSelfAttention  Attention.\n",
    );
  });

  test("refuses a kind that there is not", () => {
    expect(problemsFrom(() => list(registry, { kind: "poolings" }))[0]?.message).toContain(
      'there is no kind called "poolings"; did you mean "pooling"?  known: data_source, engine',
    );
  });
});

test("schema prints a JSON Schema", () => {
  expect(JSON.parse(schema(registry).text)).toMatchObject({
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "pytext-ts config",
  });
});

test("update-config prints a config in the current spelling, or writes it to a file", async () => {
  const path = file("old.json", '{"seed": 3, /* keep */ "task": "DocumentClassificationTask"}');
  const { text, notes } = await updateConfig(registry, { file: path });
  expect(text).toContain('"seed": 3, /* keep */');
  expect(notes).toEqual(['"version" is now 1 (it was missing)']);
  const output = join(folder, "new.json");
  expect(await updateConfig(registry, { file: path, output })).toEqual({ text: `wrote ${output}`, notes });
  expect(readFileSync(output, "utf8")).toBe(text);
});

test("update-config writes nothing where there is no such file, or no place for the new one", async () => {
  const missing = updateConfig(registry, { file: join(folder, "none.json") });
  await expect(missing).rejects.toMatchObject({ code: "PTX_FILE_MISSING" });
  const path = file("kept.json", '{"version": 1, "task": "DocumentClassificationTask"}');
  const nowhere = updateConfig(registry, { file: path, output: join(folder, "no", "new.json") });
  await expect(nowhere).rejects.toMatchObject({ code: "PTX_FILE_MISSING" });
});

describe("the config reference", () => {
  const reference = configReference(registry);

  test("has every component and every key", () => {
    for (const component of registry.all()) {
      expect(reference).toContain(`### ${component.name}\n`);
      for (const key of Object.keys(component.schema.properties))
        expect(reference).toMatch(new RegExp(`^\\| \`${key}\` \\|`, "m"));
    }
  });

  test("writes inner keys with their path and keeps its tables whole", () => {
    expect(reference).toContain("| `vocab.vocab_files.filepath` | file | required | Words. |");
    expect(reference).toContain(
      '| `pooling` | "max" \\| "mean" \\| "none" | `"max"` | How windows are joined. |',
    );
    for (const line of reference.split("\n").filter((l) => l.startsWith("|")))
      expect(line.replaceAll("\\|", "").split("|")).toHaveLength(6);
  });
});

describe("loading a file", () => {
  test("names the file in problems, and takes the name of the config from it", () => {
    const path = file("exp.jsonc", '{"version": 1, "sed": 1, "task": "DocumentClassificationTask"}');
    expect(problemsFrom(() => loadConfig(path, registry))).toMatchObject([
      { where: path, code: "PTX_CONFIG_UNKNOWN_KEY" },
    ]);
    expect(
      loadConfig(file("exp2.jsonc", '{"version": 1, "task": "DocumentClassificationTask"}'), registry).name,
    ).toBe("exp2");
  });

  test("reports all missing files at once, with what to do where variables are used; unless files need not exist", () => {
    const text =
      '{"version": 1, "vars": {"data": "nowhere"}, "task": {"DocumentClassificationTask": {"data": {"train_filename": "${data}/a.tsv", "test_filename": "${data}/b.tsv"}}}}';
    const path = file("files.json", text);
    const problems = problemsFrom(() => loadConfig(path, registry));
    expect(problems.map(({ code, hint }) => [code, hint])).toEqual([
      ["PTX_FILE_MISSING", "--set vars.data=FOLDER, if the files are elsewhere"],
      ["PTX_FILE_MISSING", "--set vars.data=FOLDER, if the files are elsewhere"],
    ]);
    expect(problems[0]?.where).toBe(
      `${path}  task.DocumentClassificationTask.data.TSVDataSource.train_filename`,
    );
    expect(() => loadConfig(path, registry, { checkFiles: false })).not.toThrow();
    file("a.tsv", "");
    file("b.tsv", "");
    expect(() => loadConfig(path, registry, { set: [`vars.data=${folder}`] })).not.toThrow();
  });
});
