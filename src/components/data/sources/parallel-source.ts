import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { forEachLine, type LineBlock, lineBlocks } from "../../../text/lines.js";
import type { DataSource, Row, SkipCount, Split } from "../contracts.js";
import { FileRow, missingColumn, RowValues } from "./file-source.js";

type ColumnFiles = Readonly<Record<string, string>>;

/** Columns that lie in files of their own: line n of every file makes row n. */
class ParallelSource implements DataSource {
  constructor(readonly splits: Readonly<Record<Split, ColumnFiles>>) {}

  has(split: Split): boolean {
    return this.files(split).length > 0;
  }

  files(split: Split): readonly string[] {
    return Object.values(this.splits[split]);
  }

  async columns(split: Split): Promise<readonly string[]> {
    return Object.keys(this.splits[split]);
  }

  skipped(): readonly SkipCount[] {
    return [];
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    const files = this.splits[split];
    const names = Object.keys(files);
    const missing = columns.find((name) => !names.includes(name));
    if (missing !== undefined) throw missingColumn(`data source, ${split}`, missing, names);
    // All files are read, wanted or not: their line counts must agree.
    const readers = names.map((name) => ({ name, file: files[name]!, reader: new LineReader(files[name]!) }));
    const main = readers.find(({ name }) => name === columns[0]) ?? readers[0]!;
    for (let line = 1; ; line++) {
      const lines = await Promise.all(readers.map(({ reader }) => reader.next()));
      const ended = lines.flatMap((text, i) => (text === undefined ? [readers[i]!] : []));
      if (ended.length === readers.length) return;
      if (ended.length > 0) {
        const longer = readers.find((reader) => !ended.includes(reader))!;
        throw ptxError(
          "PTX_DATA",
          `${longer.file}:${line}`,
          `the files of ${split} must have as many lines each, but ${ended[0]!.file} has only ${line - 1}`,
        );
      }
      const values = new RowValues();
      for (const [i, { name }] of readers.entries()) if (columns.includes(name)) values[name] = lines[i];
      yield new FileRow(values, main.file, line);
    }
  }
}

/** The lines of a file, one a call. */
class LineReader {
  readonly #blocks: AsyncIterator<LineBlock>;
  #lines: string[] = [];
  #at = 0;

  constructor(file: string) {
    this.#blocks = lineBlocks(file);
  }

  /** The next line; undefined after the last. */
  next(): string | undefined | Promise<string | undefined> {
    return this.#at < this.#lines.length ? this.#lines[this.#at++] : this.#refill();
  }

  async #refill(): Promise<string | undefined> {
    const { done, value } = await this.#blocks.next();
    if (done) return undefined;
    const lines: string[] = [];
    forEachLine(value as LineBlock, (text) => lines.push(text));
    this.#lines = lines;
    this.#at = 1;
    return lines[0];
  }
}

const columnFiles = (description: string) =>
  Type.Record(Type.String(), InputFile({ description: "The file that holds the column, one row a line." }), {
    default: {},
    description,
  });

/** One file a column. */
export const ParallelFilesDataSource = component({
  kind: "data_source",
  name: "ParallelFilesDataSource",
  schema: Type.Object(
    {
      train: columnFiles('Rows to train on: {"column": "file"}.'),
      eval: columnFiles("Rows to choose the best epoch by."),
      test: columnFiles("Rows for the final figures only."),
    },
    {
      description:
        "Rows whose columns lie in files of their own, line by line (UTF-8, also .gz), as in seq.in, seq.out, label.",
    },
  ),
  create: (config) => new ParallelSource(config),
});
