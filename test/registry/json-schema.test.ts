// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs write their variables so.
import { Ajv } from "ajv";
import fc from "fast-check";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { configJsonSchema } from "../../src/registry/json-schema.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { Registry } from "../../src/registry/registry.js";
import { schemaOf } from "../../src/registry/slot-value.js";
import { assertSoundSchema } from "../../src/registry/validate.js";
import { fake, fakeSlot, sampleRegistry } from "./fakes.js";
import { around, problemsFrom, resolved } from "./problems.js";

const schema = configJsonSchema(sampleRegistry());
const validate = new Ajv({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(schema);

describe("the schema for editors", () => {
  test.each<[string, unknown]>([
    ["names", { $schema: "x.json", version: 1, task: "DocumentClassificationTask" }],
    [
      "classes",
      around({
        model: { DocModel: { representation: { BiLSTM: { lstm_dim: 8 } } } },
        trainer: { Trainer: { optimizer: { Adam: {} } } },
      }),
    ],
    [
      "bare keys",
      around({
        model: { representation: { kernel_num: 5 } },
        trainer: { epochs: 2, optimizer: { lr: 0.1 } },
      }),
    ],
    [
      "null where it is allowed",
      around({ trainer: { scheduler: null, early_stop_after: null }, data: { train_filename: null } }),
    ],
    [
      "variables for any scalar",
      around(
        { trainer: { epochs: "${n}", optimizer: "${o}" }, model: { representation: { pooling: "${p}" } } },
        { vars: { n: 3, o: "Adam", p: "max" } },
      ),
    ],
    [
      "slots in lists and maps",
      around({
        model: {
          layers: ["MaxPool", { SelfAttention: {} }],
          inputs: { tokens: { TokenTensorizer: { vocab: { vocab_files: [{ filepath: "a" }] } } } },
        },
      }),
    ],
  ])("takes %s", (_, config) => {
    expect(validate(config) || validate.errors).toBe(true);
  });

  test("takes every resolved config", () => {
    expect(validate(resolved(around({}))) || validate.errors).toBe(true);
  });

  test.each<[string, unknown]>([
    ["a mistyped key of the top", { version: 1, tsk: "DocumentClassificationTask" }],
    ["a missing task", { version: 1 }],
    ["a mistyped class", around({ trainer: { optimizer: "Adm" } })],
    ["two classes", around({ trainer: { optimizer: { Adam: {}, SGD: { lr: 1 } } } })],
    ["a mistyped key inside a class", around({ trainer: { Trainer: { epoch: 3 } } })],
    ["a mistyped bare key", around({ trainer: { epoch: 3 } })],
    ["a wrong type", around({ trainer: { epochs: "3" } })],
    ["a value out of range", around({ trainer: { epochs: 0 } })],
    ["a wrong choice", around({ model: { representation: { pooling: "sum" } } })],
    ["null where it is not allowed", around({ model: null })],
    ["a missing required key", around({ trainer: { optimizer: { SGD: {} } } })],
    ["bare keys without a default class", around({ trainer: { scheduler: { step_size: 1 } } })],
    ["a key of a map in the wrong form", around({ model: { inputs: { Bad: "TokenTensorizer" } } })],
  ])("refuses %s, as the loader does", (_, config) => {
    expect(validate(config)).toBe(false);
    expect(problemsFrom(() => resolved(config))).not.toEqual([]);
  });

  test("says what each class and key is for", () => {
    const defs = schema.$defs as Record<
      string,
      { description?: string; properties: Record<string, { description?: string; default?: unknown }> }
    >;
    expect(defs["trainer.Trainer"]).toMatchObject({ title: "Trainer", description: "Trains." });
    expect(defs["trainer.Trainer"]?.properties.epochs).toMatchObject({
      description: "Times through the data.",
      default: 10,
    });
    expect(JSON.stringify(schema)).not.toContain("x-");
  });

  test("covers tuples, choices and unions with slots, as the loader does", () => {
    const d = { description: "D." };
    const odd = Type.Object(
      {
        pair: Type.Tuple([Type.Integer(), Type.String()], { default: [1, "a"], ...d }),
        choice: Type.Enum(["p", 3], { default: "p", ...d }),
        part: Type.Union([fakeSlot("pooling"), Type.Number()], { default: 0, ...d }),
        given: fakeSlot("optimizer", { default: { SGD: { lr: 0.1 } } }),
      },
      d,
    );
    const registry = sampleRegistry().add(fake("pooling", "Odd", odd));
    const check = new Ajv({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(
      configJsonSchema(registry),
    );
    const agree = (params: object): boolean => {
      const config = around({ model: { layers: [{ Odd: params }] } });
      const right = problemsFrom(() => resolveConfig(config, registry)).length === 0;
      expect(check(config), JSON.stringify(params)).toBe(right);
      return right;
    };
    const good = [
      { pair: [2, "b"], choice: 3 },
      { part: "MaxPool" },
      { part: { SelfAttention: { bias: false } } },
      { part: 2.5 },
      { given: { momentum: 0.9 } },
      { given: "Adam" },
    ];
    const bad = [
      { pair: ["b", 2] },
      { pair: [1] },
      { choice: "q" },
      { part: "Max" },
      { part: { SelfAttention: { bas: 1 } } },
      { part: null },
      { given: { SGD: { momentum: 0.9 } } },
      { given: { momentom: 0.9 } },
    ];
    expect(good.map(agree)).toEqual(good.map(() => true));
    expect(bad.map(agree)).toEqual(bad.map(() => false));
  });

  test("is safe when components contain their own kind, and when a kind has no component yet", () => {
    const registry = sampleRegistry().add(
      fake(
        "pooling",
        "Stack",
        Type.Object(
          { inner: fakeSlot("pooling", { default: null }), other: fakeSlot("nothing", { default: "Gone" }) },
          { description: "S." },
        ),
      ),
    );
    const check = new Ajv({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(
      configJsonSchema(registry),
    );
    expect(
      check(around({ model: { layers: [{ Stack: { inner: { Stack: { inner: "MaxPool" } } } }] } })),
    ).toBe(true);
    expect(check(around({ model: { layers: [{ Stack: { inner: { Stack: { iner: "MaxPool" } } } }] } }))).toBe(
      false,
    );
  });
});

test("the schema of every component is sound JSON Schema", () => {
  for (const component of sampleRegistry().all())
    expect(() => assertSoundSchema(schemaOf(component))).not.toThrow();
  expect(() => assertSoundSchema({ type: "object", properties: { a: { type: "strng" } } })).toThrow(
    "schema is invalid",
  );
});

test("schema and loader agree on any small config without files", () => {
  const number = fc.constantFrom<unknown>(1, 0, 2.5, "3", null, "${n}");
  const optimizer = fc.constantFrom<unknown>(
    "Adam",
    "adam",
    { lr: 1 },
    { lr: 0 },
    { Adam: { lr: 1 } },
    { SGD: {} },
    { SGD: { lr: 1 } },
    null,
    {},
    3,
    { Adam: {}, SGD: {} },
  );
  const trainer = fc.record(
    {
      epochs: number,
      optimizer,
      scheduler: fc.constantFrom<unknown>(null, "StepLR", "X", {}, { StepLR: { step_size: 2 } }),
      early_stop_after: number,
      extra: fc.constant(1),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(trainer, fc.boolean(), (keys, wrapped) => {
      const config = around({ trainer: wrapped ? { Trainer: keys } : keys }, { vars: { n: 4 } });
      expect(validate(config)).toBe(problemsFrom(() => resolved(config)).length === 0);
    }),
    { numRuns: 500 },
  );
});

test("an empty registry still gives a schema", () => {
  expect(() =>
    new Ajv({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(
      configJsonSchema(new Registry()),
    ),
  ).not.toThrow();
});
