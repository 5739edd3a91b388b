import { fromEntries, hasOwn, isObject, type JsonObject, show } from "../json.js";
import { unknownKeyMessage } from "../schema-problems.js";
import { type At, inside, type PyTextClass } from "./rule.js";

/** A value in PyText's form of a slot: `{"Name": {...}}`, or keys of the class that bare keys are of. */
export interface Specified {
  readonly name: string;
  readonly params: unknown;
  /** Whether the config names the class. */
  readonly named: boolean;
}

/** Reads a slot as PyText does: one key that begins with a capital names a class. */
export function specified(value: unknown, bare: string): Specified {
  if (typeof value === "string") return { name: value, params: {}, named: true };
  const [only, ...others] = isObject(value) ? Object.keys(value) : [];
  if (only !== undefined && others.length === 0 && /^\p{Lu}/u.test(only))
    return { name: only, params: (value as JsonObject)[only], named: true };
  return { name: bare, params: value, named: false };
}

/** A slot's value in our form, `{"Name": {...}}`. A class that PyText does not have is left as it is. */
export function translateSlot(value: unknown, bare: string, at: At): unknown {
  const { name, params, named } = specified(value, bare);
  const found = at.classes.get(name.toLowerCase());
  if (found?.to === undefined) {
    if (found?.refused !== undefined) refuse(found, found.refused, at);
    else if (found === undefined)
      at.report.note(
        `"${name}" is no class of PyText that has a counterpart here: it was left as it is, for a component of this name`,
      );
    return found === undefined ? value : {};
  }
  const path = named ? [...at.path, name] : at.path;
  const made = translateClass(found, params, { ...at, path });
  // A class may become another one here by its values: then it has written the name itself.
  const [key] = Object.keys(made);
  return key !== undefined && /^\p{Lu}/u.test(key) ? made : { [found.to]: made };
}

/** The keys of a class in our form. Every key becomes something, is told as left out, or is an error. */
export function translateClass(found: PyTextClass, value: unknown, at: At): JsonObject {
  if (found.refused !== undefined) {
    refuse(found, found.refused, at);
    return {};
  }
  if (!isObject(value)) {
    at.report.wrong("PTX_CONFIG_TYPE", at.path, `the keys of ${found.name} are expected, got ${show(value)}`);
    return {};
  }
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(found.keys, key)) continue;
    const message = `${found.name} of PyText: ${unknownKeyMessage(key, Object.keys(found.keys), Object.keys(value))}`;
    at.report.wrong("PTX_CONFIG_UNKNOWN_KEY", at.path, message, withoutHint);
  }
  const entries = Object.entries(found.keys).flatMap(([key, rule]) => {
    const there = hasOwn(value, key);
    if (!there && rule.ours !== "written" && rule.ours !== "part") return [];
    if (!there && rule.ours === "written") at.report.wrote(found.name, key, rule.standard);
    return rule.apply(there ? value[key] : rule.standard, { ...inside(at, key), module: at.module });
  });
  const made = nested([...Object.entries(found.always ?? {}), ...entries]);
  return found.finish?.(made, value, at) ?? made;
}

/** Where a key is unknown: what to read, and what to do about a config of ours that was taken for one of PyText. */
export const withoutHint = 'docs/pytext.md; a config that is not PyText\'s begins with "version": 1';

function refuse(found: PyTextClass, why: string, at: At): void {
  at.report.wrong(
    "PTX_CONFIG_UNKNOWN_COMPONENT",
    at.path,
    `PyText's ${found.name} cannot be translated: ${why}`,
  );
}

/** Entries with dotted keys as an object. A later value of a key takes the place of an earlier one. */
export function nested(entries: Iterable<readonly [string, unknown]>): JsonObject {
  const made = new Map<string, unknown>();
  for (const [key, value] of entries) {
    const dot = key.indexOf(".");
    if (dot < 0) made.set(key, value);
    else {
      const outer = key.slice(0, dot);
      const before = made.get(outer);
      const rest = nested([[key.slice(dot + 1), value]]);
      made.set(outer, isObject(before) ? merged(before, rest) : rest);
    }
  }
  return fromEntries(made);
}

function merged(first: JsonObject, second: JsonObject): JsonObject {
  const both = new Map(Object.entries(first));
  for (const [key, value] of Object.entries(second)) {
    const before = both.get(key);
    both.set(key, isObject(before) && isObject(value) ? merged(before, value) : value);
  }
  return fromEntries(both);
}

/** An object without some keys. */
export function without(value: JsonObject, ...keys: readonly string[]): JsonObject {
  return fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
