import { type AnyComponent, type Kind, SLOT_KEYWORD } from "./component.js";
import type { ErrorCode } from "./errors.js";
import { an, hasOwn, isObject, type JsonObject, type Schema, show } from "./json.js";
import { nearest } from "./nearest.js";
import type { Registry } from "./registry.js";

/** The kind that a slot takes, or undefined when the schema is not a slot. */
export function slotKind(schema: Schema): Kind | undefined {
  return schema[SLOT_KEYWORD] as Kind | undefined;
}

/** A component's schema as plain data. */
export function schemaOf(component: AnyComponent): Schema {
  return component.schema as unknown as Schema;
}

/** What a slot says: a component with the params written for it, nothing (`null`), or a mistake. */
export type SlotReading =
  | { readonly component: AnyComponent; readonly params: JsonObject }
  | { readonly mistake: { readonly code: ErrorCode; readonly message: string } }
  | null;

/**
 * Reads what a config writes into a slot: `"Name"`, `{"Name": {...}}`, bare params of the slot's default class
 * (laid over the default's own params), `null` where the default is null, or nothing for the default.
 */
export function readSlot(registry: Registry, schema: Schema, raw: unknown): SlotReading {
  const kind = slotKind(schema) as Kind;
  const fallback = schema.default as string | JsonObject | null | undefined;
  if (raw === undefined) {
    if (fallback === undefined)
      return mistake("PTX_CONFIG_MISSING", `${an(kind)} is required${choices(registry, kind)}`);
    return fallback === null ? null : readSlot(registry, schema, fallback);
  }
  if (raw === null) {
    if (fallback === null) return null;
    return mistake("PTX_CONFIG_TYPE", `${an(kind)} is required here, got null${choices(registry, kind)}`);
  }
  if (typeof raw === "string") return named(registry, kind, raw, {});
  if (!isObject(raw)) {
    return mistake(
      "PTX_CONFIG_TYPE",
      `must be the name of ${an(kind)} or {"Name": {...}}, got ${show(raw)}${choices(registry, kind)}`,
    );
  }
  return readObject(registry, kind, fallback, raw);
}

function readObject(
  registry: Registry,
  kind: Kind,
  fallback: string | JsonObject | null | undefined,
  raw: JsonObject,
): SlotReading {
  const keys = Object.keys(raw);
  const bare = fallback === undefined || fallback === null ? undefined : defaultOf(registry, kind, fallback);
  const className = keys.find((key) => isClassName(registry, kind, bare?.component, key));
  if (className !== undefined) {
    if (keys.length === 1) return named(registry, kind, className, raw[className]);
    return mistake(
      "PTX_CONFIG_VALUE",
      `a slot holds exactly one class name, here are ${keys.length} keys: ${keys.join(", ")}; ` +
        `write {"${className}": {...}} with the class's own keys inside`,
    );
  }
  if (bare !== undefined) return { component: bare.component, params: { ...bare.params, ...raw } };
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) return named(registry, kind, only, raw[only]);
  return mistake(
    "PTX_CONFIG_MISSING",
    `the class name is missing: write {"Name": {...}}, because this ${kind} has no default class${choices(registry, kind)}`,
  );
}

/**
 * Whether a key inside a slot is meant as a class name: it is one, it starts like one, or it is close to one
 * while the default class has no such key.
 */
function isClassName(registry: Registry, kind: Kind, bare: AnyComponent | undefined, key: string): boolean {
  if (registry.has(kind, key) || /^\p{Lu}/u.test(key)) return true;
  const own = Object.keys(bare?.schema.properties ?? {});
  if (own.includes(key)) return false;
  const close = nearest(key, [...own, ...registry.names(kind)]);
  return close !== undefined && !own.includes(close);
}

function named(registry: Registry, kind: Kind, name: string, params: unknown): SlotReading {
  if (!registry.has(kind, name))
    return mistake("PTX_CONFIG_UNKNOWN_COMPONENT", registry.unknownName(kind, name));
  if (!isObject(params)) {
    return mistake("PTX_CONFIG_TYPE", `the params of ${name} must be an object {...}, got ${show(params)}`);
  }
  return { component: registry.get(kind, name), params };
}

/** The component and params that a slot's own default names; undefined when the registry lacks it. */
function defaultOf(
  registry: Registry,
  kind: Kind,
  fallback: string | JsonObject,
): { component: AnyComponent; params: JsonObject } | undefined {
  const name = typeof fallback === "string" ? fallback : (Object.keys(fallback)[0] ?? "");
  if (!registry.has(kind, name)) return undefined;
  const params = typeof fallback === "string" ? {} : fallback[name];
  return { component: registry.get(kind, name), params: isObject(params) ? params : {} };
}

function choices(registry: Registry, kind: Kind): string {
  return `  known: ${registry.names(kind).join(", ") || "none"}`;
}

function mistake(code: ErrorCode, message: string): SlotReading {
  return { mistake: { code, message } };
}

/** The branch of a union that a value is written for, when exactly one takes its JSON type. */
export function branchFor(branches: readonly Schema[], value: unknown): Schema | undefined {
  const fitting = branches.filter((branch) => takesType(branch, value));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Whether a schema takes values of this value's JSON type at all. */
export function takesType(schema: Schema, value: unknown): boolean {
  if (slotKind(schema) !== undefined) {
    return typeof value === "string" || isObject(value) || (value === null && schema.default === null);
  }
  if (schema.anyOf !== undefined) return schema.anyOf.some((branch) => takesType(branch, value));
  if (hasOwn(schema, "const")) return sameType(schema.const, value);
  if (schema.enum !== undefined) return schema.enum.some((choice) => sameType(choice, value));
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  if (types === undefined) return true;
  return types.some((type) => matchesType(type, value));
}

function sameType(a: unknown, b: unknown): boolean {
  return typeof a === typeof b && (a === null) === (b === null) && Array.isArray(a) === Array.isArray(b);
}

/** Whether a value is of one of JSON Schema's types; fractions pass for `integer`, they are a matter of value. */
export function matchesType(type: unknown, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
    case "number":
      return typeof value === "number";
    default:
      return typeof value === type;
  }
}
