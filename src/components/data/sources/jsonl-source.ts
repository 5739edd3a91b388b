import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { didYouMean } from "../../../registry/nearest.js";
import { forEachLine, lineBlocks } from "../../../text/lines.js";
import type { Row } from "../contracts.js";
import {
  FileRow,
  FileSource,
  filesOf,
  RowValues,
  sourceOptions,
  splitFiles,
  type WantedColumn,
} from "./file-source.js";
import type { SkipLog } from "./skip-log.js";

/** One JSON object a line. */
class JsonLinesSource extends FileSource {
  protected override async header(): Promise<null> {
    return null;
  }

  protected override async *read(
    file: string,
    wanted: readonly WantedColumn[],
    skips: SkipLog,
  ): AsyncGenerator<Row[]> {
    let blank: number | undefined;
    for await (const block of lineBlocks(file, skips.badLine(file))) {
      const rows: Row[] = [];
      forEachLine(block, (text, line) => {
        if (text.trim() === "") {
          blank ??= line;
          return;
        }
        // Only at the end of a file may lines be blank.
        if (blank !== undefined)
          skips.reject(`${file}:${blank}`, "empty line", "an empty line where a JSON object is expected");
        blank = undefined;
        const row = parseRow(file, line, text, wanted, skips);
        if (row !== undefined) rows.push(row);
      });
      yield rows;
    }
  }
}

function parseRow(
  file: string,
  line: number,
  text: string,
  wanted: readonly WantedColumn[],
  skips: SkipLog,
): Row | undefined {
  const where = `${file}:${line}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    skips.reject(where, "not JSON", `the line is not JSON: ${(error as Error).message}`);
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    const found = parsed === null ? "null" : Array.isArray(parsed) ? "a list" : `a ${typeof parsed}`;
    skips.reject(where, "not a JSON object", `the line is ${found}, not a JSON object`);
    return undefined;
  }
  const values = new RowValues();
  for (const { name, inFile } of wanted) {
    if (!Object.hasOwn(parsed, inFile)) {
      const meant = didYouMean(inFile, Object.keys(parsed));
      const keys = Object.keys(parsed).join(", ") || "none";
      skips.reject(where, `no key "${inFile}"`, `the object has no key "${inFile}"${meant}  keys: ${keys}`);
      return undefined;
    }
    values[name] = (parsed as Record<string, unknown>)[inFile];
  }
  return new FileRow(values, file, line);
}

/** JSON Lines files. */
export const JSONLDataSource = component({
  kind: "data_source",
  name: "JSONLDataSource",
  schema: Type.Object(
    { ...splitFiles, ...sourceOptions },
    {
      description:
        "Rows of JSON Lines files (UTF-8, also .gz): one JSON object a line, its keys the columns.",
    },
  ),
  create: (config) => new JsonLinesSource(filesOf(config), config),
});
