import { FILE_KEYWORD } from "./input-file.js";
import { isObject, type Schema } from "./json.js";
import { slotKind } from "./slot-value.js";

/** What a schema accepts, in words with its range: `integer >= 1`, `"max" | "mean"`, `list of number`, `a tokenizer`. */
export function phrase(schema: Schema): string {
  const kind = slotKind(schema);
  if (kind !== undefined) return `${kind}${schema.default === null ? " | null" : ""}`;
  if (schema.anyOf !== undefined) return unique(schema.anyOf.map(phrase)).join(" | ");
  if (schema.enum !== undefined) return schema.enum.map((choice) => JSON.stringify(choice)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema[FILE_KEYWORD] !== undefined)
    return [schema.type].flat().includes("null")
      ? `${schema[FILE_KEYWORD]} | null`
      : `${schema[FILE_KEYWORD]}`;
  if (schema.type === undefined) return "any";
  return [schema.type]
    .flat()
    .map((type) => typePhrase(schema, type as string))
    .join(" | ");
}

function typePhrase(schema: Schema, type: string): string {
  if (type === "array") return arrayPhrase(schema);
  if (type === "object") return objectPhrase(schema);
  if (type === "integer" || type === "number") return [type, ...range(schema)].join(" ");
  if (type === "string" && schema.pattern !== undefined) return `string like /${String(schema.pattern)}/`;
  if (type === "string" && (schema.minLength as number) >= 1) return "string, not empty";
  return type;
}

function range(schema: Schema): string[] {
  const bounds: string[] = [];
  if (schema.minimum !== undefined) bounds.push(`>= ${String(schema.minimum)}`);
  if (schema.exclusiveMinimum !== undefined) bounds.push(`> ${String(schema.exclusiveMinimum)}`);
  if (schema.maximum !== undefined) bounds.push(`<= ${String(schema.maximum)}`);
  if (schema.exclusiveMaximum !== undefined) bounds.push(`< ${String(schema.exclusiveMaximum)}`);
  return bounds.length === 2 ? [bounds.join(" and ")] : bounds;
}

function arrayPhrase(schema: Schema): string {
  const { items } = schema;
  if (items === undefined) return "list";
  if (!isObject(items)) return `[${(items as readonly Schema[]).map(phrase).join(", ")}]`;
  const inner = phrase(items as Schema);
  const size = [
    ...(schema.minItems === undefined ? [] : [`at least ${String(schema.minItems)}`]),
    ...(schema.maxItems === undefined ? [] : [`at most ${String(schema.maxItems)}`]),
  ];
  const list = inner.includes(" | ") ? `list of (${inner})` : `list of ${inner}`;
  return size.length === 0 ? list : `${list}, ${size.join(", ")}`;
}

function objectPhrase(schema: Schema): string {
  const [values] = Object.values(schema.patternProperties ?? {});
  if (values === undefined) return "object";
  const inner = phrase(values);
  return inner.includes(" | ") ? `map of name to (${inner})` : `map of name to ${inner}`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
