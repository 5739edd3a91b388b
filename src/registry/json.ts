import { isDeepStrictEqual } from "node:util";
/** Any JSON object; what configs are made of before their schema is known. */
export type JsonObject = { readonly [key: string]: unknown };

/** A JSON Schema as plain data, as far as the config system reads it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [key: string]: Schema };
  readonly patternProperties?: { readonly [pattern: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly [keyword: string]: unknown;
}

/** Whether a value is a JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object has the key itself (`__proto__` and `constructor` are ordinary keys of a config). */
export function hasOwn(value: JsonObject, key: string): boolean {
  return Object.hasOwn(value, key);
}

/** An object from entries; safe for every key. */
export function fromEntries(entries: Iterable<readonly [string, unknown]>): JsonObject {
  return Object.fromEntries(entries);
}

/** JSON Schema's name for the type of a value; whole numbers are `integer`. */
function jsonType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

const LONGEST_SHOWN = 60;

/** A value for a message: its type where that is not plain, and its JSON, cut when long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  const short = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 3)}...` : text;
  if (value === null) return "null";
  const type = jsonType(value);
  return `the ${type} ${short}`;
}

/** A noun with its article: `a model`, `an optimizer`. */
export function an(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** Where two values differ, and how: `trainer.epochs 3 -> 5`. */
export function differences(a: unknown, b: unknown, path = ""): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  const objects = [a, b].every(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  );
  if (!objects) return [`${path} ${JSON.stringify(a)} -> ${JSON.stringify(b)}`];
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => differences(left[key], right[key], path === "" ? key : `${path}.${key}`));
}
