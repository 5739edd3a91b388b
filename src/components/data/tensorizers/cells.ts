import { ptxError } from "../../../registry/errors.js";
import type { Row } from "../contracts.js";

/** A column's value in a row; throws `PTX_DATA` with the row's origin when it has none. */
export function cell(row: Row, column: string): unknown {
  const value = row.values[column];
  if (value === undefined || value === null) {
    throw ptxError(
      "PTX_DATA",
      row.origin,
      `the column "${column}" ${value === null ? "is null" : "is missing"} in this row`,
    );
  }
  return value;
}

/** A column's text. Numbers and booleans (JSON, Parquet) are written out; anything else throws `PTX_DATA`. */
export function textCell(row: Row, column: string): string {
  const value = cell(row, column);
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  throw badCell(row, column, "a text", value);
}

/** A column's texts, if the cell is a list of them (tokens or labels cut already), else undefined. */
export function textList(row: Row, column: string): readonly string[] | undefined {
  const value = cell(row, column);
  if (!Array.isArray(value)) return undefined;
  if (!value.every((item) => typeof item === "string")) throw badCell(row, column, "a list of texts", value);
  return value;
}

/** The error for a cell of another form than its reader needs. */
export function badCell(row: Row, column: string, needed: string, value: unknown): Error {
  const shown =
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ??
    String(value);
  const short = shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
  return ptxError("PTX_DATA", row.origin, `the column "${column}" should hold ${needed}, but holds ${short}`);
}

/** Throws `PTX_MODEL_FILE` for a saved state that does not fit the tensorizer. */
export function badState(name: string, needed: string): Error {
  return ptxError(
    "PTX_MODEL_FILE",
    `inputs.${name}`,
    `the saved state does not fit this tensorizer: it needs ${needed}`,
  );
}

/** A cell that holds JSON, as a value or as a text; undefined for a text that is no JSON. */
export function jsonCell(row: Row, column: string): unknown {
  const value = cell(row, column);
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
