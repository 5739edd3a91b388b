import { applyEdits, findNodeAtLocation, format, modify, type Node, parseTree, visit } from "jsonc-parser";
import type { ConfigPath } from "./config-path.js";
import { fromEntries, isObject, type JsonObject } from "./json.js";
import { printJson } from "./print-json.js";

/** One change of a config's shape, done alike to its value and to its text. `note` tells the reader of the config; "" says nothing. */
export type ConfigEdit =
  | { readonly op: "set"; readonly path: ConfigPath; readonly value: unknown; readonly note: string }
  | { readonly op: "remove"; readonly path: ConfigPath; readonly note: string }
  | { readonly op: "rename"; readonly path: ConfigPath; readonly to: string; readonly note: string }
  | { readonly op: "unwrap"; readonly path: ConfigPath; readonly note: string }
  | { readonly op: "replace"; readonly value: JsonObject; readonly notes: readonly string[] };

/** A config being changed: the value so far and the edits that led to it. */
export class ConfigDraft {
  readonly edits: ConfigEdit[] = [];

  constructor(public value: JsonObject) {}

  /** The value at a path, or undefined. */
  at(path: ConfigPath): unknown {
    return valueAt(this.value, path);
  }

  /** Makes one change. The key of a `rename` must exist, its new name must be free. */
  edit(edit: ConfigEdit): void {
    this.value = applyEdit(this.value, edit);
    this.edits.push(edit);
  }

  /** Puts another config in the place of the whole. */
  replace(value: JsonObject, notes: readonly string[]): void {
    this.edit({ op: "replace", value, notes });
  }

  /** Takes a value away from one place and puts it at another. */
  move(from: ConfigPath, to: ConfigPath, note: string): void {
    const value = this.at(from);
    this.edit({ op: "remove", path: from, note });
    this.edit({ op: "set", path: to, value, note });
  }
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  let inside = value;
  for (const segment of path)
    inside = (inside as Record<string | number, unknown> | null | undefined)?.[segment];
  return inside;
}

function applyEdit(config: JsonObject, edit: ConfigEdit): JsonObject {
  if (edit.op === "unwrap") return valueAt(config, edit.path) as JsonObject;
  if (edit.op === "replace") return edit.value;
  const parent = edit.path.slice(0, -1);
  const key = edit.path.at(-1) as string | number;
  return replaceAt(config, parent, (holder) => {
    if (Array.isArray(holder)) {
      return edit.op === "set"
        ? holder.map((item, i) => (i === key ? edit.value : item))
        : holder.filter((_, i) => i !== key);
    }
    const object = new Map(Object.entries(isObject(holder) ? holder : {}));
    if (edit.op === "set") return fromEntries(object.set(String(key), edit.value));
    const entries = [...object].flatMap(([name, value]): [string, unknown][] => {
      if (name !== key) return [[name, value]];
      return edit.op === "rename" ? [[edit.to, value]] : [];
    });
    return fromEntries(entries);
  }) as JsonObject;
}

function replaceAt(value: unknown, path: ConfigPath, change: (holder: unknown) => unknown): unknown {
  const [next, ...rest] = path;
  if (next === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((item, i) => (i === next ? replaceAt(item, rest, change) : item));
  const object = new Map(Object.entries(isObject(value) ? value : {}));
  return fromEntries(object.set(String(next), replaceAt(object.get(String(next)), rest, change)));
}

const layout = { insertSpaces: true, tabSize: 2, eol: "\n" };

/** Does the edits to a config's text, keeping its comments and layout where they are not part of what changes. */
export function editText(text: string, edits: readonly ConfigEdit[]): string {
  return edits.reduce(editOnce, text);
}

function editOnce(text: string, edit: ConfigEdit): string {
  const formattingOptions = layout;
  switch (edit.op) {
    case "set": {
      const getInsertionIndex = (keys: readonly string[]): number =>
        edit.path.at(-1) === "version" ? (keys[0] === "$schema" ? 1 : 0) : keys.length;
      return applyEdits(
        text,
        modify(text, [...edit.path], edit.value, { formattingOptions, getInsertionIndex }),
      );
    }
    case "remove":
      return applyEdits(text, modify(text, [...edit.path], undefined, { formattingOptions }));
    case "rename": {
      const key = nodeAt(text, edit.path).parent?.children?.[0];
      if (key === undefined) return text;
      return text.slice(0, key.offset) + JSON.stringify(edit.to) + text.slice(key.offset + key.length);
    }
    case "replace":
      return printJson(edit.value);
    case "unwrap": {
      const root = nodeAt(text, []);
      const inner = nodeAt(text, edit.path);
      const bare =
        text.slice(0, root.offset) +
        text.slice(inner.offset, inner.offset + inner.length) +
        text.slice(root.offset + root.length);
      return applyEdits(bare, format(bare, undefined, layout));
    }
  }
}

function nodeAt(text: string, path: ConfigPath): Node {
  const tree = parseTree(text, undefined, { allowTrailingComma: true });
  const node = tree && findNodeAtLocation(tree, [...path]);
  if (node === undefined) throw new RangeError(`the text has nothing at ${path.join(".")}`);
  return node;
}

/** How many comments a text holds. */
export function countComments(text: string): number {
  let count = 0;
  visit(text, {
    onComment: () => {
      count++;
    },
  });
  return count;
}
