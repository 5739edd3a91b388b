import type { Row } from "../components/data/contracts.js";
import { ptxError } from "../registry/errors.js";
import { missingInput } from "../registry/input-file.js";
import { forEachLine, lineBlocks } from "../text/lines.js";

/** Where the rows to predict come from. */
export interface InputSource {
  readonly texts: readonly string[];
  /** A file, `-` for standard input, or undefined: standard input when there are no texts. */
  readonly input: string | undefined;
  /** The option that names the file; default: --input. */
  readonly option?: string;
}

/**
 * Texts of the command line, then lines of a file or of standard input: JSON objects where a line starts with `{`, else
 * plain texts. Throws `PTX_DATA` with the line's number for what the model cannot read.
 */
export async function* inputRows(
  { texts, input, option = "--input" }: InputSource,
  columns: readonly string[],
): AsyncGenerator<Row> {
  for (const [i, text] of texts.entries()) yield textRow(text, `argument ${i + 1}`, columns);
  if (input === undefined && texts.length > 0) return;
  const standard = input === undefined || input === "-";
  const missing = standard ? undefined : missingInput(input);
  if (missing !== undefined) throw ptxError("PTX_FILE_MISSING", option, missing);
  const name = standard ? "standard input" : input;
  for await (const block of lineBlocks(name, standard ? { stream: process.stdin } : {})) {
    const rows: Row[] = [];
    forEachLine(block, (line, number) => {
      const origin = `${name}:${number}`;
      rows.push(line.startsWith("{") ? jsonRow(line, origin, columns) : textRow(line, origin, columns));
    });
    yield* rows;
  }
}

function textRow(text: string, origin: string, columns: readonly string[]): Row {
  const [column, ...others] = columns;
  if (column === undefined || others.length > 0) {
    throw ptxError(
      "PTX_DATA",
      origin,
      `the model reads ${columns.join(", ")}: give JSON objects with these keys, not plain lines`,
    );
  }
  return { values: Object.assign(Object.create(null), { [column]: text }), origin };
}

function jsonRow(line: string, origin: string, columns: readonly string[]): Row {
  let values: object;
  try {
    values = JSON.parse(line) as object;
  } catch (error) {
    throw ptxError(
      "PTX_DATA",
      origin,
      `a line that starts with "{" must be a JSON object: ${(error as Error).message}`,
      'give such a text as JSON: {"text": "{..."}',
    );
  }
  const missing = columns.filter((column) => !Object.hasOwn(values, column));
  if (missing.length > 0) {
    const found = Object.keys(values).join(", ") || "no keys";
    throw ptxError("PTX_DATA", origin, `the object lacks ${missing.join(", ")}  found: ${found}`);
  }
  return { values: Object.assign(Object.create(null), values), origin };
}
