/** @file Checks what clients send, with messages that say what, where and what would be right. */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { Static, TSchema } from "typebox";
import { formatPath, pointerPath } from "../../registry/config-path.js";
import type { JsonObject, Schema } from "../../registry/json.js";
import { show } from "../../registry/json.js";
import { didYouMean } from "../../registry/nearest.js";
import { phrase } from "../../registry/phrase.js";
import { printable } from "../../registry/printable.js";
import { unknownKeyMessage } from "../../registry/schema-problems.js";
import { takesType } from "../../registry/slot-value.js";
import { type Fault, FrontError } from "./faults.js";

/** Unlike a config's, a request's check ends at the first error: a body of a million wrong values shall not make a million messages. */
const ajv = new Ajv({
  ...{ allErrors: false, verbose: true, strict: true, allowUnionTypes: true },
  // To check the schemas themselves takes longer than to compile them all.
  validateSchema: false,
});

/** Characters of a key that a message repeats. */
const LONGEST_KEY = 80;

const compiled = new WeakMap<object, ValidateFunction>();

/** The check of a schema, compiled once: that takes milliseconds, so it is done before there are requests. */
export function compiledCheck(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const validate = ajv.compile(schema);
  compiled.set(schema, validate);
  return validate;
}

/** The value, if it has the form of the schema; throws a `FrontError` for the first thing that is wrong with it. */
export function checked<T extends TSchema>(schema: T, value: unknown, fault: Fault = "invalid"): Static<T> {
  const validate = compiledCheck(schema);
  if (validate(value)) return value as Static<T>;
  const error = deepest(validate.errors!);
  const place = formatPath(pointerPath(error.instancePath, value));
  throw new FrontError(fault, messageOf(error), place === "" ? {} : { place });
}

/** Ajv tells each branch of a failed union: the one that takes the value's type speaks, else the union itself. */
function deepest(errors: readonly ErrorObject[]): ErrorObject {
  const last = errors.at(-1)!;
  if (last.keyword !== "anyOf") return last;
  const branches = last.schema as readonly Schema[];
  const fitting = [...branches.keys()].filter((index) => takesType(branches[index]!, last.data));
  const inside = errors.filter((error) =>
    fitting.some((index) => error.schemaPath.startsWith(`${last.schemaPath}/${index}/`)),
  );
  return fitting.length === 1 && inside.length > 0 ? deepest(inside) : last;
}

function messageOf(error: ErrorObject): string {
  const schema = error.parentSchema as Schema;
  if (error.keyword === "additionalProperties") {
    const key = printable(error.params.additionalProperty as string, LONGEST_KEY);
    return unknownKeyMessage(
      key,
      Object.keys(schema.properties ?? {}),
      Object.keys(error.data as JsonObject),
    );
  }
  if (error.keyword === "required") {
    const key = error.params.missingProperty as string;
    return `the required key "${key}" (${phrase(schema.properties?.[key] ?? {})}) is missing`;
  }
  const choices = (schema.enum ?? []).filter((choice) => typeof choice === "string");
  const short = typeof error.data === "string" && error.data.length <= LONGEST_KEY;
  const meant = short ? didYouMean(error.data as string, choices) : "";
  return `expected ${phrase(schema)}, got ${show(error.data)}${meant}`;
}
