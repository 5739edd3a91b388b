import type { ErrorObject } from "ajv";
import { type ConfigPath, formatPath, pointerPath } from "./config-path.js";
import type { ErrorCode, Problem } from "./errors.js";
import { hasOwn, isObject, type JsonObject, type Schema, show } from "./json.js";
import { didYouMean, nearest } from "./nearest.js";
import { phrase } from "./phrase.js";
import { takesType } from "./slot-value.js";
import { validationErrors } from "./validate.js";

/** Where a validated value stands, for messages. */
export interface Place {
  /** The file (or `config`) that the value comes from. */
  readonly source: string;
  /** The config path of the value, with class names. */
  readonly path: ConfigPath;
  /** The class whose schema it is; undefined at the top of the config. */
  readonly className: string | undefined;
}

/** A class that could stand in another one's place. */
export interface OtherClass {
  readonly name: string;
  readonly schema: Schema;
}

/** The `where` of a problem: file and config path. */
export function whereOf(source: string, path: ConfigPath): string {
  return path.length === 0 ? source : `${source}  ${formatPath(path)}`;
}

/** The command that explains a class's keys. */
export function helpHint(className: string | undefined): string {
  return className === undefined ? "pytext-ts help-config" : `pytext-ts help-config ${className}`;
}

/**
 * Everything that is wrong with a value under a schema, each with its config path, rule, value and nearest right key.
 * `written` is the same value before defaults were filled in. The contents of slots are not looked at.
 * @param others the other classes of its kind: where one of them has a key that this one lacks, that is said
 */
export function problemsOf(
  schema: object,
  value: unknown,
  written: unknown,
  place: Place,
  others: () => readonly OtherClass[] = () => [],
): Problem[] {
  const errors = validationErrors(schema, value);
  const meant = new Set<string>();
  const unknown = errors
    .filter((error) => error.keyword === "additionalProperties")
    .map((error) =>
      unknownKey(error, valueAt(written, error.instancePath), place, { value, meant, others: others() }),
    );
  const rest = errors
    .filter((error) => error.keyword !== "additionalProperties")
    .filter((error) => !meant.has(`${error.instancePath}/${String(error.params.missingProperty)}`))
    .map((error) => problemOf(error, value, place));
  return [...unknown, ...rest];
}

/**
 * The sentence for an unknown key: what was probably meant (keys not yet written come first), else which other classes have it, and
 * what there is.
 */
export function unknownKeyMessage(
  key: string,
  known: readonly string[],
  written: readonly string[],
  owners: readonly string[] = [],
): string {
  const question = didYouMean(key, likelyKeys(key, known, written)) || ownersOf(owners);
  return `unknown key "${key}"${question}  known: ${[...known].sort().join(", ") || "none"}`;
}

/** Which classes have a key: three of them by name. */
function ownersOf(names: readonly string[]): string {
  if (names.length === 0) return "";
  const named = names.slice(0, 3).join(", ");
  return `; ${named}${names.length > 3 ? " and others have it" : names.length > 1 ? " have it" : " has it"}`;
}

/** Whether a schema has a key in the object at a JSON pointer. */
function hasKey(schema: Schema, pointer: string, key: string): boolean {
  let inside: Schema | undefined = schema;
  for (const segment of pointer.split("/").slice(1)) inside = inside?.properties?.[segment];
  return inside?.properties !== undefined && hasOwn(inside.properties, key);
}

/** The keys that a mistyped one may stand for: those not written yet, unless none of them is near. */
function likelyKeys(key: string, known: readonly string[], written: readonly string[]): readonly string[] {
  const free = known.filter((candidate) => !written.includes(candidate));
  return nearest(key, free) === undefined ? known : free;
}

function unknownKey(
  error: ErrorObject,
  written: unknown,
  place: Place,
  {
    value,
    meant,
    others,
  }: { readonly value: unknown; readonly meant: Set<string>; readonly others: readonly OtherClass[] },
): Problem {
  const key = error.params.additionalProperty as string;
  const { properties } = error.parentSchema as Schema;
  const path = [...place.path, ...pointerPath(error.instancePath, value)];
  const base = { where: whereOf(place.source, path), hint: helpHint(place.className) };
  if (properties === undefined) {
    const patterns = Object.keys((error.parentSchema as Schema).patternProperties ?? {});
    const message = `the key "${key}" does not have the form /${patterns.join("/ or /")}/`;
    return { code: "PTX_CONFIG_VALUE", ...base, message };
  }
  const writtenKeys = isObject(written) ? Object.keys(written) : [];
  const known = Object.keys(properties);
  const close = nearest(key, likelyKeys(key, known, writtenKeys));
  if (close !== undefined) meant.add(`${error.instancePath}/${close}`);
  const owners = others
    .filter(({ schema }) => hasKey(schema, error.instancePath, key))
    .map(({ name }) => name);
  const message = unknownKeyMessage(key, known, writtenKeys, owners);
  return { code: "PTX_CONFIG_UNKNOWN_KEY", ...base, message };
}

function problemOf(error: ErrorObject, value: unknown, place: Place): Problem {
  const path = [...place.path, ...pointerPath(error.instancePath, value)];
  const schema = error.parentSchema as Schema;
  return {
    code: codeOf(error, schema),
    where: whereOf(place.source, path),
    message: error.keyword === "required" ? missingMessage(error, schema) : ruleMessage(error, schema),
    hint: helpHint(place.className),
  };
}

function codeOf(error: ErrorObject, schema: Schema): ErrorCode {
  if (error.keyword === "required") return "PTX_CONFIG_MISSING";
  return takesType(schema, error.data) && error.keyword !== "type" ? "PTX_CONFIG_VALUE" : "PTX_CONFIG_TYPE";
}

function missingMessage(error: ErrorObject, schema: Schema): string {
  const key = error.params.missingProperty as string;
  const missing: Schema = schema.properties?.[key] ?? {};
  const description = missing.description === undefined ? "" : `: ${missing.description}`;
  return `the required key "${key}" (${phrase(missing)}) is missing${description}`;
}

/** Keywords whose rule `phrase` puts into words; for the others ajv's own sentence is added. */
const phrased = new Set([
  ...["type", "anyOf", "enum", "const", "pattern", "minItems", "maxItems"],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
]);

function ruleMessage(error: ErrorObject, schema: Schema): string {
  const rule = phrased.has(error.keyword) ? "" : ` (${error.message ?? error.keyword})`;
  return `expected ${phrase(schema)}${rule}, got ${show(error.data)}${suggestion(schema, error.data)}`;
}

/** For a choice among fixed texts: the nearest one. */
function suggestion(schema: Schema, value: unknown): string {
  return typeof value === "string" ? didYouMean(value, textChoices(schema)) : "";
}

function textChoices(schema: Schema): string[] {
  const own = [...(schema.enum ?? []), ...("const" in schema ? [schema.const] : [])];
  return [
    ...own.filter((choice) => typeof choice === "string"),
    ...(schema.anyOf ?? []).flatMap(textChoices),
  ];
}

function valueAt(value: unknown, pointer: string): unknown {
  let inside = value;
  for (const segment of pointerPath(pointer, value)) inside = (inside as JsonObject | undefined)?.[segment];
  return inside;
}
