import Papa from "papaparse";
import { ptxError } from "../../../registry/errors.js";
import { lineBlocks } from "../../../text/lines.js";

/** A row of a file with quoted cells. */
export interface QuotedRecord {
  readonly cells: readonly string[];
  /** The line on which it starts. */
  readonly line: number;
}

/** Characters that one row may span before an unclosed quote is suspected. */
const LONGEST_ROW = 8 * 1024 * 1024;

/**
 * Streams the rows of a file in which cells may stand in double quotes (RFC 4180): delimiters and line ends inside them
 * are text, `""` is a quote. Line ends inside cells come out as "\n". Broken quoting throws `PTX_DATA` with file:line,
 * whatever the policy for bad rows: where the next row starts cannot be known.
 */
export async function* quotedRecords(
  file: string,
  delimiter: string,
  onBadLine?: (line: number) => void,
): AsyncGenerator<QuotedRecord[]> {
  const parser = new Papa.Parser({ delimiter, newline: "\n", quoteChar: '"' });
  let pending = "";
  let line = 1;
  const take = (last: boolean): QuotedRecord[] => {
    const { data, errors, meta } = parser.parse(pending, 0, !last) as Papa.ParseResult<string[]>;
    const fault = errors.find(({ type, code }) => type === "Quotes" && (last || code !== "MissingQuotes"));
    const records = data.slice(0, fault?.row).map((cells) => {
      const record = { cells, line };
      line += 1 + cells.reduce((sum, cell) => sum + newlines(cell), 0);
      return record;
    });
    if (fault !== undefined) throw badQuotes(file, line, fault.code);
    pending = pending.slice(meta.cursor);
    return records;
  };
  for await (const block of lineBlocks(file, onBadLine === undefined ? {} : { onBadLine })) {
    if (pending === "") line = block.firstLine;
    pending += block.text.replaceAll("\r\n", "\n");
    yield take(false);
    if (pending.length > LONGEST_ROW) throw badQuotes(file, line, "MissingQuotes");
  }
  yield take(true);
}

function badQuotes(file: string, line: number, code: string): Error {
  const what =
    code === "MissingQuotes"
      ? "a quoted cell of the row that starts here is never closed"
      : "a closing quote in the row that starts here is followed by text; a quote inside a cell is written twice";
  return ptxError(
    "PTX_DATA",
    `${file}:${line}`,
    what,
    'files without quoting: TSVDataSource with "quoted": false',
  );
}

function newlines(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) count++;
  return count;
}
