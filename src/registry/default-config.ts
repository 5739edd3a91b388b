import { type ConfigPath, formatPath } from "./config-path.js";
import { ptxError } from "./errors.js";
import { FILE_KEYWORD } from "./input-file.js";
import { isObject, type Schema } from "./json.js";
import { type LoadedConfig, resolveConfig } from "./load-config.js";
import { didYouMean } from "./nearest.js";
import type { Registry } from "./registry.js";
import type { FoundSlot } from "./resolve.js";
import { CONFIG_VERSION, type RunConfig } from "./run-config.js";
import { slotKind } from "./slot-value.js";

/** A complete config, and what its writer must still fill in. */
export interface DefaultConfig {
  readonly config: RunConfig;
  /** One sentence for each required key that holds a placeholder. */
  readonly placeholders: readonly string[];
}

/**
 * The config of a task with every default written out. `edits` are class names, each put into the one slot that takes
 * it, and `path=value` overrides, in order. Required keys get a placeholder. Throws `PTX_CONFIG_UNKNOWN_COMPONENT` for
 * an unknown name and `PTX_CONFIG_OVERRIDE` with the candidates when several slots take a class.
 */
export function defaultConfig(
  registry: Registry,
  task: string,
  edits: readonly string[] = [],
): DefaultConfig {
  const [taskKind] = registry.kinds().filter((kind) => (kind as string) === "task");
  const where = "gen-default-config";
  if (taskKind === undefined)
    throw ptxError("PTX_CONFIG_UNKNOWN_COMPONENT", where, "no tasks are registered");
  registry.get(taskKind, task, where);
  const placeholders = new Map<string, string>();
  const placeholder = (schema: Schema, path: ConfigPath): unknown => {
    const value = placeholderFor(registry, schema, path);
    const said = schema.description === undefined ? "" : `: ${schema.description}`;
    if (value !== undefined)
      placeholders.set(formatPath(path), `${JSON.stringify(value)} is a placeholder${said}`);
    return value;
  };
  const build = (set: readonly string[]): LoadedConfig => {
    placeholders.clear();
    return resolveConfig({ version: CONFIG_VERSION, task }, registry, {
      set,
      checkFiles: false,
      placeholder,
    });
  };
  const set: string[] = [];
  for (const edit of edits)
    set.push(edit.includes("=") ? edit : `${slotFor(registry, edit, build(set).slots)}=${edit}`);
  const { config } = build(set);
  return { config, placeholders: [...placeholders].map(([path, message]) => `${path}: ${message}`) };
}

/** The path of the one slot that takes a class; a slot that holds the class already does not count. */
function slotFor(registry: Registry, name: string, slots: readonly FoundSlot[]): string {
  const kinds = registry.kinds().filter((kind) => registry.has(kind, name));
  const where = `gen-default-config ${name}`;
  if (kinds.length === 0) {
    const names = [...new Set(registry.all().map((component) => component.name))];
    throw ptxError(
      "PTX_CONFIG_UNKNOWN_COMPONENT",
      where,
      `no component is called "${name}"${didYouMean(name, names)}`,
      "pytext-ts list",
    );
  }
  const fitting = slots.filter(({ kind }) => kinds.includes(kind));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return formatPath(only.path);
  if (only === undefined) {
    const message = `no slot of this config takes a ${kinds.join(" or ")}; choose a component that has one first`;
    throw ptxError("PTX_CONFIG_OVERRIDE", where, message, `pytext-ts list ${kinds[0]}`);
  }
  const candidates = fitting.map(({ path }) => `${formatPath(path)}=${name}`);
  throw ptxError(
    "PTX_CONFIG_OVERRIDE",
    where,
    `${fitting.length} slots take "${name}"; say which: ${candidates.join("  or  ")}`,
  );
}

/** The least value that a required key accepts, so that the config can be read and then filled in. */
function placeholderFor(registry: Registry, schema: Schema, path: ConfigPath): unknown {
  const kind = slotKind(schema);
  if (kind !== undefined) return registry.names(kind)[0];
  if (schema.anyOf !== undefined) return placeholderFor(registry, schema.anyOf[0] ?? {}, path);
  if ("const" in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const key = String(path.at(-1));
  if (schema[FILE_KEYWORD] !== undefined) return `<${key}>`;
  switch ([schema.type].flat()[0]) {
    case "string":
      return `<${key}>`;
    case "boolean":
      return false;
    case "integer":
      return least(schema, 1);
    case "number":
      return least(schema, 0.1);
    case "array":
      return Array.from({ length: (schema.minItems as number | undefined) ?? 0 }, (_, i) =>
        placeholderFor(registry, itemSchema(schema, i), [...path.slice(0, -1), key]),
      );
    case "object":
      return {};
    default:
      return undefined;
  }
}

function itemSchema(schema: Schema, index: number): Schema {
  if (isObject(schema.items)) return schema.items as Schema;
  return (schema.items as readonly Schema[] | undefined)?.[index] ?? {};
}

/** A number inside the range: `usual` if it is, else one at or next to a bound. */
function least(schema: Schema, usual: number): number {
  const bound = (keyword: string): number | undefined => schema[keyword] as number | undefined;
  const step = schema.type === "integer" ? 1 : 1 / 8;
  const low = bound("minimum") ?? add(bound("exclusiveMinimum"), step) ?? Number.NEGATIVE_INFINITY;
  const high = bound("maximum") ?? add(bound("exclusiveMaximum"), -step) ?? Number.POSITIVE_INFINITY;
  return Math.min(Math.max(usual, low), high);
}

function add(value: number | undefined, more: number): number | undefined {
  return value === undefined ? undefined : value + more;
}
