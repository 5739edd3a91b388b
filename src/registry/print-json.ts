import { isObject } from "./json.js";

const WIDTH = 100;

/** JSON with two-space indentation, where lists and objects without objects inside stay on one line if they fit. */
export function printJson(value: unknown): string {
  return `${print(value, "", 0)}\n`;
}

/** `used` is the width already taken on the line by a key. */
function print(value: unknown, indent: string, used: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Array.isArray(value)
    ? value.map((item) => ({ key: "", item: item as unknown }))
    : Object.entries(value).map(([key, item]) => ({
        key: `${JSON.stringify(key)}: `,
        item: item as unknown,
      }));
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  if (!parts.some(({ item }) => isObject(item) && Object.keys(item).length > 0)) {
    const inside = parts.map(({ key, item }) => key + print(item, "", Number.NEGATIVE_INFINITY)).join(", ");
    const line = Array.isArray(value) ? `[${inside}]` : `{ ${inside} }`;
    if (indent.length + used + line.length <= WIDTH && !line.includes("\n")) return line;
  }
  const deeper = `${indent}  `;
  const lines = parts.map(({ key, item }) => deeper + key + print(item, deeper, key.length));
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}
