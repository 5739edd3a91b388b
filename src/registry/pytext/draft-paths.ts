/** @file Finding and changing keys of PyText's configs, whose paths leave out the names of classes. */
import type { ConfigDraft } from "../config-edit.js";
import { type ConfigPath, formatPath } from "../config-path.js";
import { hasOwn, isObject, type JsonObject, show } from "../json.js";

/** The one name of a class around an object's keys, or undefined where it has none. */
export function classAround(value: unknown): string | undefined {
  const [only, ...others] = isObject(value) ? Object.keys(value) : [];
  return only !== undefined && others.length === 0 && /^\p{Lu}/u.test(only) ? only : undefined;
}

/** The path of the object inside all class names. */
function unwrapped(draft: ConfigDraft, path: ConfigPath): ConfigPath {
  const name = classAround(draft.at(path));
  return name === undefined ? path : unwrapped(draft, [...path, name]);
}

/** The task's class and where its keys are, or undefined where a config has none. */
export function taskOf(draft: ConfigDraft): { readonly name: string; readonly path: ConfigPath } | undefined {
  const task = draft.at(["task"]);
  const [name] = isObject(task) ? Object.keys(task) : [];
  return name === undefined || !isObject(draft.at(["task", name]))
    ? undefined
    : { name, path: ["task", name] };
}

/** Where a key stands whose path is written without the names of classes; undefined: nowhere. */
export function find(draft: ConfigDraft, from: ConfigPath, keys: string): ConfigPath | undefined {
  let path = from;
  for (const key of keys.split(".")) {
    path = unwrapped(draft, path);
    const holder = draft.at(path);
    if (!isObject(holder) || !hasOwn(holder, key)) return undefined;
    path = [...path, key];
  }
  return path;
}

/** The same, where what is missing is to be made. */
function place(draft: ConfigDraft, from: ConfigPath, keys: string): ConfigPath {
  return keys.split(".").reduce<ConfigPath>((path, key) => [...unwrapped(draft, path), key], from);
}

/** Sets a key whose path is written without the names of classes. */
export function put(draft: ConfigDraft, from: ConfigPath, keys: string, value: unknown, note?: string): void {
  const path = place(draft, from, keys);
  draft.edit({ op: "set", path, value, note: note ?? `"${formatPath(path)}" is now ${show(value)}` });
}

/** Moves a key if it is there. */
export function move(
  draft: ConfigDraft,
  from: ConfigPath,
  keys: string,
  to: string,
  change: (value: unknown) => unknown = (value) => value,
): void {
  const path = find(draft, from, keys);
  if (path === undefined) return;
  const value = draft.at(path);
  const target = place(draft, from, to);
  const note = `"${formatPath(path)}" moved to "${formatPath(target)}"`;
  draft.edit({ op: "remove", path, note });
  draft.edit({ op: "set", path: place(draft, from, to), value: change(value), note });
}

/** Removes a key if it is there, and says what went with it: one line for each key inside. */
export function drop(draft: ConfigDraft, from: ConfigPath, keys: string, why: string): void {
  const path = find(draft, from, keys);
  if (path === undefined) return;
  const value = draft.at(path);
  const inner = unwrapped(draft, path);
  const parts = Object.entries((draft.at(inner) as JsonObject | undefined) ?? {});
  if (isObject(value))
    for (const [key, part] of parts)
      draft.edit({
        op: "remove",
        path: [...inner, key],
        note: `"${formatPath([...inner, key])}" (${show(part)}) was removed: ${why}`,
      });
  const note = isObject(value)
    ? `"${formatPath(path)}" was removed: ${why}`
    : `"${formatPath(path)}" (${show(value)}) was removed: ${why}`;
  draft.edit({ op: "remove", path, note });
}

/** The paths of all objects that hold a key, those inside before those around. */
export function holders(value: unknown, key: string, path: ConfigPath = []): ConfigPath[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => holders(item, key, [...path, i]));
  if (!isObject(value)) return [];
  const within = Object.entries(value).flatMap(([name, item]) => holders(item, key, [...path, name]));
  return hasOwn(value, key) ? [...within, path] : within;
}

/** Gives a key another name wherever it stands. */
export function renameAll(draft: ConfigDraft, key: string, to: string): void {
  for (const path of holders(draft.value, key)) {
    const holder = draft.at(path);
    if (isObject(holder) && hasOwn(holder, to)) continue;
    draft.edit({ op: "rename", path: [...path, key], to, note: `"${key}" is now called "${to}"` });
  }
}

/** Writes a class name around a key's value. */
export function wrap(draft: ConfigDraft, path: ConfigPath, className: string): void {
  const value = draft.at(path);
  draft.edit({
    op: "set",
    path,
    value: { [className]: value },
    note: `"${formatPath(path)}" now names its class, ${className}`,
  });
}
