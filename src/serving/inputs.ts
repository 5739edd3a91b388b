/** @file Inputs as rows of a model, checked as far as that can be done without it. */
import { printable } from "../registry/printable.js";
import { type ModelDescription, ServeError, type ServeInput } from "./contracts.js";
import type { RowValues } from "./workers/messages.js";

/** Rows for a model, in the order of the inputs. Throws `invalid` naming the input that does not fit. */
export function rowsOf(
  inputs: readonly ServeInput[],
  description: Pick<ModelDescription, "kind" | "columns">,
): RowValues[] {
  if (inputs.length === 0) throw new ServeError("invalid", "there are no inputs", { place: "inputs" });
  return inputs.map((input, i) => rowOf(input, description, `inputs[${i}]`));
}

/** Columns of two texts. */
const PAIR = ["text1", "text2"];

function rowOf(
  input: ServeInput,
  { kind, columns }: Pick<ModelDescription, "kind" | "columns">,
  place: string,
): RowValues {
  const wrong = (message: string, at = place): ServeError =>
    new ServeError("invalid", `${at}: ${message}`, { place: at });
  const names = columns.join(", ");
  // Two texts that an encoder reads together stand in columns of their own.
  const pairs = kind === "encoder" && columns.length === 1 ? PAIR : columns;
  if (typeof input === "string") {
    if (columns.length === 1) return { [columns[0]!]: input };
    throw wrong(`a row has the columns ${names}: give an object, or a list of ${columns.length} texts`);
  }
  if (isTexts(input)) {
    const found = input.length === pairs.length ? pairs : columns;
    if (input.length !== found.length)
      throw wrong(`a row has the columns ${names}, and ${input.length} values are given`);
    for (const [i, text] of input.entries())
      if (typeof text !== "string") throw wrong(`expected a text, got ${kindOf(text)}`, `${place}[${i}]`);
    return Object.fromEntries(found.map((column, i) => [column, input[i]!]));
  }
  if (typeof input !== "object" || input === null)
    throw wrong(`expected a text, a list of texts or an object, got ${kindOf(input)}`);
  const given = Object.keys(input);
  const found = given.some((column) => pairs.includes(column)) ? pairs : columns;
  const strange = given.find((column) => !found.includes(column));
  if (strange !== undefined)
    throw wrong(`there is no column "${printable(strange)}": the model reads ${names}`);
  return Object.fromEntries(
    found.map((column) => {
      const value = Object.hasOwn(input, column) ? input[column] : undefined;
      if (value === undefined || value === null) throw wrong(`the column "${column}" is missing`);
      if (kind === "encoder" && typeof value !== "string")
        throw wrong(`expected a text, got ${kindOf(value)}`, `${place}.${column}`);
      return [column, value];
    }),
  );
}

const isTexts = (input: ServeInput): input is readonly string[] => Array.isArray(input);

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
