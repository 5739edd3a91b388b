import type { Row } from "../contracts.js";
import { badCell, cell } from "./cells.js";

/**
 * The items of a cell that holds a list: a JSON list (as a value, or as text), or texts between separators.
 * Items between separators are trimmed; an empty cell is an empty list.
 * @param needed what to say that the cell should hold where there is no separator
 */
export function listCell(
  row: Row,
  column: string,
  separator: string | null,
  needed = "a JSON list (set separator for lists like a,b)",
): readonly unknown[] {
  const value = cell(row, column);
  if (Array.isArray(value)) return value as unknown[];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (typeof value !== "string") throw badCell(row, column, "a list", value);
  if (separator === null) {
    const parsed = parse(value);
    if (Array.isArray(parsed)) return parsed as unknown[];
    throw badCell(row, column, needed, value);
  }
  return value.trim() === "" ? [] : value.split(separator).map((item) => item.trim());
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A number, also one that is written as text; NaN for anything else. */
export function toNumber(item: unknown): number {
  if (typeof item === "number" || typeof item === "bigint") return Number(item);
  return typeof item === "string" && item.trim() !== "" ? Number(item) : Number.NaN;
}
