import { createRequire } from "node:module";
import type { Ajv, ErrorObject, ValidateFunction } from "ajv";
import { SLOT_KEYWORD } from "./component.js";
import { FILE_KEYWORD } from "./input-file.js";
import type { Schema } from "./json.js";
import { surelyValid } from "./quick-check.js";
import { slotKind, takesType } from "./slot-value.js";

const compiled = new WeakMap<object, ValidateFunction>();
let ajv: Ajv | undefined;

/** The validator of a component's schema, compiled on first use. Slots are open in it: the resolver checks them. */
export function validatorOf(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  ajv ??= newAjv({ validateSchema: false, meta: false });
  const validator = ajv.compile(closed(schema as Schema));
  compiled.set(schema, validator);
  return validator;
}

/** Compiles a schema with every strictness on; throws ajv's error when it is not a proper JSON Schema. */
export function assertSoundSchema(schema: object): void {
  newAjv({}).compile(closed(schema as Schema));
}

/** Ajv is loaded when the first schema is compiled, which a right config never needs. */
function newAjv(options: { validateSchema?: boolean; meta?: boolean }): Ajv {
  const { Ajv: Validator } = createRequire(import.meta.url)("ajv") as typeof import("ajv");
  const made = new Validator({
    ...options,
    allErrors: true,
    verbose: true,
    strict: true,
    strictTuples: false,
    allowUnionTypes: true,
    code: { optimize: false },
  });
  made.addKeyword(SLOT_KEYWORD);
  made.addKeyword(FILE_KEYWORD);
  return made;
}

/** The schema with every object closed against unknown keys, and slots inside unions taking only what slots take. */
function closed(schema: Schema): Schema {
  const parts = Object.entries(schema).map(([keyword, part]): [string, unknown] => {
    switch (keyword) {
      case "properties":
      case "patternProperties":
        return [keyword, mapValues(part as object, (sub) => closed(sub as Schema))];
      case "items":
        return [keyword, Array.isArray(part) ? part.map(closed) : closed(part as Schema)];
      case "anyOf":
        return [keyword, (part as readonly Schema[]).map(closedBranch)];
      default:
        return [keyword, part];
    }
  });
  if (schema.properties !== undefined || schema.patternProperties !== undefined) {
    parts.push(["additionalProperties", false]);
  }
  return Object.fromEntries(parts) as Schema;
}

function closedBranch(branch: Schema): Schema {
  if (slotKind(branch) === undefined) return closed(branch);
  return { ...branch, type: branch.default === null ? ["string", "object", "null"] : ["string", "object"] };
}

function mapValues(object: object, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** What ajv says is wrong with a value; of a union only the branch that the value was written for speaks. */
export function validationErrors(schema: object, value: unknown): ErrorObject[] {
  if (surelyValid(schema as Schema, value)) return [];
  const validator = validatorOf(schema);
  if (validator(value)) return [];
  const errors = validator.errors ?? [];
  const kept = new Set(settleUnions(errors));
  return errors.filter((error) => kept.has(error));
}

/**
 * Ajv reports every branch of a failed union. Keep the errors of the one branch that takes the value's JSON type;
 * when there is no such branch, or more than one, keep only the union's own error.
 */
function settleUnions(errors: readonly ErrorObject[]): ErrorObject[] {
  const union = errors.find(
    (error) => error.keyword === "anyOf" && !errors.some((other) => other !== error && holds(other, error)),
  );
  if (union === undefined) return [...errors];
  const outside = errors.filter((error) => error !== union && !holds(union, error));
  const branches = union.schema as readonly Schema[];
  const fitting = [...branches.keys()].filter((index) => takesType(branches[index] as Schema, union.data));
  const branch = `${union.schemaPath}/${fitting[0]}/`;
  const inside =
    fitting.length === 1 ? errors.filter((e) => e.schemaPath.startsWith(branch) && within(union, e)) : [];
  return [...(inside.length === 0 ? [union] : settleUnions(inside)), ...settleUnions(outside)];
}

/** Whether an error comes from a branch of this union. */
function holds(union: ErrorObject, error: ErrorObject): boolean {
  return (
    union.keyword === "anyOf" && error.schemaPath.startsWith(`${union.schemaPath}/`) && within(union, error)
  );
}

function within(outer: ErrorObject, inner: ErrorObject): boolean {
  return inner.instancePath === outer.instancePath || inner.instancePath.startsWith(`${outer.instancePath}/`);
}
