import { type Kind, SLOT_KEYWORD } from "./component.js";
import { slotKinds } from "./describe.js";
import { FILE_KEYWORD } from "./input-file.js";
import { hasOwn, isObject, type JsonObject, type Schema } from "./json.js";
import type { Registry } from "./registry.js";
import { runConfigSchema } from "./run-config.js";
import { schemaOf, slotKind } from "./slot-value.js";

/**
 * JSON Schema (draft 7, which editors know best) of a whole config: completion and checking in editors. A slot is a
 * name, a one-key object, or the bare keys of its default class; each component is one entry of `$defs`.
 */
export function configJsonSchema(registry: Registry): JsonObject {
  const components = registry
    .all()
    .map((component): [string, unknown] => [
      defName(component.kind, component.name),
      { title: component.name, ...editorSchema(schemaOf(component), registry) },
    ]);
  const kinds = [...new Set([...registry.kinds(), ...slotKinds(registry, runConfigSchema)])].sort();
  const slots = kinds.map((kind): [string, unknown] => [kind, slotChoices(registry, kind)]);
  const top = editorSchema(runConfigSchema as unknown as Schema, registry);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "pytext-ts config",
    ...top,
    $defs: { variable, ...Object.fromEntries(slots), ...Object.fromEntries(components) },
  };
}

/** A text that is one variable may stand for a number or truth value: the variable has the type. */
const variable = {
  type: "string",
  pattern: "^\\$\\{[^{}]*\\}$",
  description: "The value of a variable under vars.",
};

function defName(kind: string, name: string): string {
  return `${kind}.${name}`;
}

function reference(name: string): JsonObject {
  return { $ref: `#/$defs/${name}` };
}

/** What any slot of a kind takes: a name, or an object of one key which is a name. */
function slotChoices(registry: Registry, kind: Kind): JsonObject {
  const names = registry.names(kind);
  const named = names.map((name) => ({
    const: name,
    description: schemaOf(registry.get(kind, name)).description ?? "",
  }));
  const properties = Object.fromEntries(names.map((name) => [name, reference(defName(kind, name))]));
  return {
    anyOf: [
      { anyOf: [...named, reference("variable")] },
      { type: "object", properties, additionalProperties: false, minProperties: 1, maxProperties: 1 },
    ],
  };
}

function slotSchema(schema: Schema, kind: Kind, registry: Registry): JsonObject {
  return {
    ...saidOf(schema),
    anyOf: [
      reference(kind),
      ...bareSchema(schema.default, kind, registry),
      ...(schema.default === null ? [{ type: "null" }] : []),
    ],
  };
}

/** The bare keys of a slot's default class; what the default's own params give need not be written again. */
function bareSchema(fallback: unknown, kind: Kind, registry: Registry): JsonObject[] {
  const [name, params] = isObject(fallback) ? (Object.entries(fallback)[0] ?? []) : [fallback, {}];
  if (typeof name !== "string" || !registry.has(kind, name)) return [];
  const own = schemaOf(registry.get(kind, name));
  const given = (key: string): boolean => hasOwn(params as JsonObject, key);
  if (!own.required?.some((key) => given(key) && own.properties?.[key]?.default === undefined)) {
    return [reference(defName(kind, name))];
  }
  return [editorSchema({ ...own, required: own.required.filter((key) => !given(key)) }, registry)];
}

function saidOf({ description, default: fallback }: Schema): JsonObject {
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
  };
}

/** A component's schema for editors: closed, with defaults optional, slots as unions and variables allowed. */
function editorSchema(schema: Schema, registry: Registry): JsonObject {
  const kind = slotKind(schema);
  if (kind !== undefined) return slotSchema(schema, kind, registry);
  const { description, default: fallback, ...rules } = strict(schema, registry);
  const said = saidOf(schema);
  if (schema.anyOf !== undefined) {
    const branches = schema.anyOf.map((branch) =>
      isScalar(branch) ? strict(branch, registry) : editorSchema(branch, registry),
    );
    return { ...said, anyOf: schema.anyOf.some(isScalar) ? [...branches, reference("variable")] : branches };
  }
  return isScalar(schema) ? { ...said, anyOf: [rules, reference("variable")] } : { ...said, ...rules };
}

/** Whether a variable may have to be allowed besides: a plain text takes it anyway, an object or list never. */
function isScalar(schema: Schema): boolean {
  if ("const" in schema || "enum" in schema) return true;
  return ["number", "integer", "boolean"].includes(String(schema.type)) || "pattern" in schema;
}

/** The schema with objects closed, defaults optional and the program's own keywords left out. */
function strict(schema: Schema, registry: Registry): JsonObject {
  const parts = Object.entries(schema).flatMap(([keyword, part]): [string, unknown][] => {
    if (keyword === FILE_KEYWORD || keyword === SLOT_KEYWORD) return [];
    return [[keyword, convert(keyword, part, schema, registry)]];
  });
  const closed = schema.properties !== undefined || schema.patternProperties !== undefined;
  return { ...Object.fromEntries(parts), ...(closed && { additionalProperties: false }) };
}

function convert(keyword: string, part: unknown, schema: Schema, registry: Registry): unknown {
  switch (keyword) {
    case "properties":
    case "patternProperties":
      return Object.fromEntries(
        Object.entries(part as object).map(([key, sub]) => [key, editorSchema(sub as Schema, registry)]),
      );
    case "items":
      return Array.isArray(part)
        ? part.map((sub) => editorSchema(sub as Schema, registry))
        : editorSchema(part as Schema, registry);
    case "required":
      return (part as readonly string[]).filter((key) => schema.properties?.[key]?.default === undefined);
    default:
      return part;
  }
}
