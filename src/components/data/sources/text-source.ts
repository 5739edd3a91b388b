import { Type } from "typebox";
import { component } from "../../../registry/component.js";
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

const COLUMN = "text";

/** Files without columns: each line is a row whose text is all of it. */
class TextSource extends FileSource {
  protected override async header(): Promise<readonly string[]> {
    return [COLUMN];
  }

  protected override async *read(
    file: string,
    wanted: readonly WantedColumn[],
    skips: SkipLog,
  ): AsyncGenerator<readonly Row[]> {
    for await (const block of lineBlocks(file, skips.badLine(file))) {
      const rows: Row[] = [];
      forEachLine(block, (text, line) => {
        const values = new RowValues();
        for (const { name } of wanted) values[name] = text;
        rows.push(new FileRow(values, file, line));
      });
      yield rows;
    }
  }
}

/** Plain text, a row a line. */
export const TextDataSource = component({
  kind: "data_source",
  name: "TextDataSource",
  schema: Type.Object(
    { ...splitFiles, ...sourceOptions },
    {
      description:
        'Lines of plain text files (UTF-8, also .gz): every line, empty ones too, is a row with the one column "text".',
    },
  ),
  create: (config) => new TextSource(filesOf(config), config),
});
