/** @file Modules that several places of a config share: the key that names them, and whether all places mean the same. */
import { isDeepStrictEqual } from "node:util";
import { Type } from "typebox";
import type { AnyComponent, Kind } from "./component.js";
import { type ConfigPath, formatPath } from "./config-path.js";
import type { Problem } from "./errors.js";
import { isObject, type JsonObject, show } from "./json.js";
import type { FoundSlot } from "./resolve.js";
import { whereOf } from "./schema-problems.js";

const KEY = "shared_module_key";

/** A name in parameter paths, `shared.encoder.weight`. */
const keySchema = Type.Union([Type.Null(), Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_-]*$" })], {
  default: null,
  description:
    "Modules with the same key are one module: all of them use the same parameters, a tensorizer the same vocabulary. Their configs must be equal. null: it is not shared.",
});

/** The same component with the key that lets configs share it. */
export function withSharedKey(component: AnyComponent): AnyComponent {
  const { schema } = component;
  const extended = { ...schema, properties: { ...schema.properties, [KEY]: keySchema } };
  return Object.create(component, { schema: { value: extended, enumerable: true } }) as AnyComponent;
}

/** The key under which a module is shared, given its resolved config; null: it is not. */
export function sharedKeyOf(config: object): string | null {
  return ((config as Record<string, unknown>)[KEY] as string | null | undefined) ?? null;
}

/** The path in front of a shared module's parameters. */
export const sharedPath = (key: string): string => `shared.${key}`;

/** The key of the shared module that a path lies in, or null. */
export function keyOfPath(path: string): string | null {
  const [first, key] = path.split(".");
  return first === "shared" ? (key ?? null) : null;
}

/** A module of a config that has a key. */
interface SharedUse {
  readonly key: string;
  readonly kind: Kind;
  readonly name: string;
  readonly config: JsonObject;
  readonly path: ConfigPath;
}

function usesByKey(config: JsonObject, slots: readonly FoundSlot[]): Map<string, SharedUse[]> {
  const uses = new Map<string, SharedUse[]>();
  for (const { path, kind, name } of slots) {
    if (name === null) continue;
    let value: unknown = config;
    for (const segment of [...path, name]) value = (value as Record<string | number, unknown>)[segment];
    const key = isObject(value) ? sharedKeyOf(value) : null;
    if (key === null) continue;
    const use = { key, kind, name, config: value as JsonObject, path };
    uses.set(key, [...(uses.get(key) ?? []), use]);
  }
  return uses;
}

/** Keys that stand for different modules: of another kind, class or config than at their first place. */
export function sharingProblems(config: JsonObject, slots: readonly FoundSlot[], source: string): Problem[] {
  return [...usesByKey(config, slots).values()].flatMap(([first, ...others]) =>
    others.flatMap((use) => {
      const difference = differenceOf(first!, use);
      if (difference === undefined) return [];
      const message = `${KEY} "${use.key}" stands for one module, but ${difference}; make them equal, or use another key`;
      return [{ code: "PTX_CONFIG_VALUE", where: whereOf(source, use.path), message } as const];
    }),
  );
}

function differenceOf(first: SharedUse, use: SharedUse): string | undefined {
  const there = `at ${formatPath(first.path)}`;
  if (first.kind !== use.kind) return `this is of the kind ${use.kind} and that ${there} of ${first.kind}`;
  if (first.name !== use.name) return `this is ${use.name} and that ${there} is ${first.name}`;
  const key = Object.keys(use.config).find(
    (each) => !isDeepStrictEqual(use.config[each], first.config[each]),
  );
  return key === undefined
    ? undefined
    : `${key} is ${show(use.config[key])} here and ${show(first.config[key])} ${there}`;
}

/** One sentence for each key that stands at a single place, where it shares nothing. */
export function sharingNotes(config: JsonObject, slots: readonly FoundSlot[]): string[] {
  return [...usesByKey(config, slots).values()].flatMap(([use, ...others]) =>
    others.length > 0
      ? []
      : [`${formatPath(use!.path)}: no other module has the ${KEY} "${use!.key}", so nothing is shared`],
  );
}
