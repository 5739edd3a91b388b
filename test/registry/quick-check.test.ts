import fc from "fast-check";
import { type TSchema, Type } from "typebox";
import { describe, expect, test } from "vitest";
import type { Schema } from "../../src/registry/json.js";
import { surelyValid } from "../../src/registry/quick-check.js";
import { runConfigSchema } from "../../src/registry/run-config.js";
import { validatorOf } from "../../src/registry/validate.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { fakeSlot } from "./fakes.js";

const schemas: TSchema[] = [
  Type.Integer({ minimum: 1, maximum: 5 }),
  Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 3 }),
  Type.String({ minLength: 1, maxLength: 2 }),
  Type.String({ pattern: "^a" }),
  Type.Boolean(),
  Type.Null(),
  Type.Union([Type.Literal("a"), Type.Literal(1), Type.Null()]),
  Type.Enum(["a", "aa", 2]),
  Type.Array(Type.Integer(), { minItems: 1, maxItems: 2 }),
  Type.Tuple([Type.Integer(), Type.String()]),
  Type.Object({ a: Type.Integer(), b: Type.Optional(Type.String()) }),
  Type.Record(Type.String({ pattern: "^a" }), Type.Integer()),
  Type.Union([Type.Null(), Type.Object({ a: Type.Array(Type.Union([Type.String(), Type.Number()])) })]),
  Type.Union([fakeSlot("pooling"), Type.Number()]),
  Type.Array(Type.Integer(), { uniqueItems: true }),
  Type.Number({ multipleOf: 2 }),
  Type.Array(Type.Object({ a: Type.Boolean() })),
];

const leaf = fc.constantFrom<unknown>(
  0,
  1,
  2,
  3,
  5,
  6,
  0.5,
  -1,
  "",
  "a",
  "aa",
  "aaa",
  "b",
  "😀",
  "😀a",
  true,
  false,
  null,
  Number.NaN,
);
const key = fc.constantFrom("a", "b", "ab", "c", "__proto__", "constructor");
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }),
  ),
}));

describe("the quick check", () => {
  test("agrees with ajv on every schema that it knows, and leaves the others to ajv", () => {
    const holders = schemas.map((schema) => Type.Object({ a: schema }));
    fc.assert(
      fc.property(fc.constantFrom(...holders), value, (holder, inner) => {
        const quick = surelyValid(holder as unknown as Schema, { a: inner });
        const right = validatorOf(holder)({ a: inner });
        const known = !/uniqueItems|multipleOf/.test(JSON.stringify(holder));
        expect(known ? quick : quick && right).toBe(known ? right : quick);
      }),
      { numRuns: 5000 },
    );
  });

  test("never says yes where ajv says no, for any built-in schema and any values of its keys", () => {
    const all = [
      runConfigSchema as TSchema,
      ...defaultRegistry()
        .all()
        .map((component) => component.schema as TSchema),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...all).chain((schema) => {
          const properties = (schema as unknown as Schema).properties ?? {};
          const fields = Object.entries(properties).map(
            ([name, sub]) => [name, fc.oneof(fc.constant(sub.default), value)] as const,
          );
          return fc.record({
            schema: fc.constant(schema),
            config: fc.record(Object.fromEntries(fields), { requiredKeys: [] }),
            extra: fc.constantFrom({}, { zzz: 1 }),
          });
        }),
        ({ schema, config, extra }) => {
          const given = Object.fromEntries(
            Object.entries({ ...config, ...extra }).filter(([, each]) => each !== undefined),
          );
          if (surelyValid(schema as unknown as Schema, given)) expect(validatorOf(schema)(given)).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("says yes to the defaults of every built-in component that needs nothing, so that they cost no compiling", () => {
    for (const component of defaultRegistry().all()) {
      const schema = component.schema as unknown as Schema;
      const entries = Object.entries(schema.properties ?? {});
      if (entries.some(([name, sub]) => sub.default === undefined && schema.required?.includes(name)))
        continue;
      const slotsAndNested = entries.filter(([, sub]) => sub.type === "object").length;
      const config = Object.fromEntries(
        entries.flatMap(([name, sub]) => (sub.default === undefined ? [] : [[name, sub.default]])),
      );
      if (slotsAndNested === 0) expect(surelyValid(schema, config), component.name).toBe(true);
    }
  });
});
