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

function rowOf(
  input: ServeInput,
  { kind, columns }: Pick<ModelDescription, "kind" | "columns">,
  place: string,
): RowValues {
  const wrong = (message: string, at = place): ServeError =>
    new ServeError("invalid", `${at}: ${message}`, { place: at });
  const names = columns.join(", ");
  if (typeof input === "string") {
    if (columns.length === 1) return { [columns[0]!]: input };
    throw wrong(`a row has the columns ${names}: give an object, or a list of ${columns.length} texts`);
  }
  if (isTexts(input)) {
    const pair = kind === "encoder" && input.length === 2;
    const found = pair && columns.length === 1 ? ["text1", "text2"] : columns;
    if (input.length !== found.length)
      throw wrong(`a row has the columns ${names}, and ${input.length} values are given`);
    for (const [i, text] of input.entries())
      if (typeof text !== "string") throw wrong(`expected a text, got ${kindOf(text)}`, `${place}[${i}]`);
    return Object.fromEntries(found.map((column, i) => [column, input[i]!]));
  }
  if (typeof input !== "object" || input === null)
    throw wrong(`expected a text, a list of texts or an object, got ${kindOf(input)}`);
  for (const column of Object.keys(input))
    if (!columns.includes(column))
      throw wrong(`there is no column "${printable(column)}": the model reads ${names}`);
  return Object.fromEntries(
    columns.map((column) => {
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
