import { isObject, type JsonObject } from "../../src/registry/json.js";

/** A key of a config and the object that holds it. */
export interface KeyPlace {
  readonly path: readonly (string | number)[];
  readonly key: string;
}

/** Every key of a config, except those of maps whose keys the person chooses: `key`, or `parent.key`. */
export function keysOf(
  value: unknown,
  free: readonly string[],
  path: readonly (string | number)[] = [],
): KeyPlace[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => keysOf(item, free, [...path, i]));
  if (!isObject(value)) return [];
  const isFree = free.includes(String(path.at(-1))) || free.includes(path.slice(-2).join("."));
  const own = isFree ? [] : Object.keys(value).map((key) => ({ path, key }));
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => keysOf(inner, free, [...path, key]))];
}

/** The config with one key written otherwise. */
export function withKey(value: unknown, { path, key }: KeyPlace, typed: string): unknown {
  const [next, ...rest] = path;
  const deeper = (inner: unknown): unknown => withKey(inner, { path: rest, key }, typed);
  if (Array.isArray(value)) return value.map((item, i) => (i === next ? deeper(item) : item));
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, inner]): [string, unknown] => {
      if (next === undefined) return [name === key ? typed : name, inner];
      return [name, name === next ? deeper(inner) : inner];
    }),
  );
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz_";

/** All texts one edit away: a letter left out, put in, replaced, or two neighbours swapped. */
export function oneEdit(word: string): string[] {
  const edits = [...Array(word.length + 1).keys()].flatMap((i) => [
    word.slice(0, i) + word.slice(i + 1),
    ...[...LETTERS].flatMap((c) => [
      word.slice(0, i) + c + word.slice(i),
      word.slice(0, i) + c + word.slice(i + 1),
    ]),
    i + 2 <= word.length ? word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2) : word,
  ]);
  return [...new Set(edits)].filter((edit) => edit !== word && edit !== "");
}
