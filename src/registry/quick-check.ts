import { SLOT_KEYWORD } from "./component.js";
import { FILE_KEYWORD } from "./input-file.js";
import { hasOwn, isObject, type JsonObject, type Schema } from "./json.js";
import { matchesType } from "./slot-value.js";

/**
 * Whether a value is surely valid under a component's schema. It only says yes where ajv would; at a no, or a keyword
 * that it does not know, ajv decides and explains. So a right config costs no compiling: a command starts in time.
 */
export function surelyValid(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, rule]) => {
    const check = Object.hasOwn(rules, keyword) ? rules[keyword] : undefined;
    return check?.(rule, value, schema) ?? false;
  });
}

/** Whether a value keeps one keyword's rule; values of other types than the keyword is for keep it. */
type Rule = (rule: unknown, value: unknown, schema: Schema) => boolean;

const always: Rule = () => true;
const forNumbers =
  (holds: (value: number, limit: number) => boolean): Rule =>
  (limit, value) =>
    typeof value !== "number" || holds(value, limit as number);
const forTexts =
  (holds: (value: string, rule: unknown) => boolean): Rule =>
  (rule, value) =>
    typeof value !== "string" || holds(value, rule);
const forLists =
  (holds: (value: readonly unknown[], rule: unknown) => boolean): Rule =>
  (rule, value) =>
    !Array.isArray(value) || holds(value, rule);

const rules: Readonly<Record<string, Rule>> = {
  title: always,
  description: always,
  default: always,
  [SLOT_KEYWORD]: always,
  [FILE_KEYWORD]: always,
  type: (types, value) =>
    [types].flat().some((type) => matchesType(type, value) && isFiniteNumber(type, value)),
  const: (expected, value) => isScalar(expected) && value === expected,
  enum: (choices, value) => isScalar(value) && (choices as readonly unknown[]).includes(value),
  anyOf: (branches, value) =>
    (branches as readonly Schema[]).some(
      (branch) =>
        surelyValid(branch, value) &&
        (!(SLOT_KEYWORD in branch) || typeof value === "string" || isObject(value)),
    ),
  minimum: forNumbers((value, limit) => value >= limit),
  maximum: forNumbers((value, limit) => value <= limit),
  exclusiveMinimum: forNumbers((value, limit) => value > limit),
  exclusiveMaximum: forNumbers((value, limit) => value < limit),
  minLength: forTexts((value, limit) => [...value].length >= (limit as number)),
  maxLength: forTexts((value, limit) => [...value].length <= (limit as number)),
  pattern: forTexts((value, pattern) => new RegExp(pattern as string, "u").test(value)),
  minItems: forLists((value, limit) => value.length >= (limit as number)),
  maxItems: forLists((value, limit) => value.length <= (limit as number)),
  items: forLists((value, items) =>
    value.every((item, i) => {
      const schema = isObject(items) ? (items as Schema) : (items as readonly Schema[])[i];
      return schema !== undefined && surelyValid(schema, item);
    }),
  ),
  uniqueItems: forLists(
    (value, unique) => unique !== true || (value.every(isScalar) && new Set(value).size === value.length),
  ),
  additionalItems: always,
  additionalProperties: (allowed) => allowed === false,
  required: (keys, value) =>
    !isObject(value) || (keys as readonly string[]).every((key) => hasOwn(value, key)),
  properties: (_, value, schema) => !isObject(value) || keysValid(schema, value),
  patternProperties: (_, value, schema) => !isObject(value) || keysValid(schema, value),
};

/** Every key is known, or fits a pattern, and its value is valid. */
function keysValid(schema: Schema, value: JsonObject): boolean {
  const patterns = Object.entries(schema.patternProperties ?? {});
  return Object.entries(value).every(([key, inner]) => {
    const named = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : undefined;
    const fitting = patterns.filter(([pattern]) => new RegExp(pattern, "u").test(key)).map(([, sub]) => sub);
    const all = named === undefined ? fitting : [named, ...fitting];
    return all.length > 0 && all.every((sub) => surelyValid(sub, inner));
  });
}

function isFiniteNumber(type: unknown, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  return typeof value !== "number" || Number.isFinite(value);
}

function isScalar(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
