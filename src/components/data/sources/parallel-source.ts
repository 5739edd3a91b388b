import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { forEachLine, type LineBlock, lineBlocks } from "../../../text/lines.js";
import type { DataSource, Row, SkipCount, Split } from "../contracts.js";
import { FileRow, missingColumn, RowValues, sourceOptions } from "./file-source.js";
import { SkipLog } from "./skip-log.js";

type ColumnFiles = Readonly<Record<string, string>>;

/** Columns that lie in files of their own: line n of every file makes row n. */
class ParallelSource implements DataSource {
  readonly #skips = new Map<Split, SkipLog>();

  constructor(
    readonly splits: Readonly<Record<Split, ColumnFiles>>,
    readonly skipBadRows: boolean,
  ) {}

  has(split: Split): boolean {
    return this.files(split).length > 0;
  }

  files(split: Split): readonly string[] {
    return Object.values(this.splits[split]);
  }

  async columns(split: Split): Promise<readonly string[]> {
    return Object.keys(this.splits[split]);
  }

  skipped(split: Split): readonly SkipCount[] {
    return this.#skips.get(split)?.counts() ?? [];
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    const files = this.splits[split];
    const names = Object.keys(files);
    const missing = columns.find((name) => !names.includes(name));
    if (missing !== undefined) throw missingColumn(`data source, ${split}`, missing, names);
    const skips = new SkipLog(this.skipBadRows);
    this.#skips.set(split, skips);
    // All files are read, wanted or not: their line counts must agree.
    const readers = names.map((name) => {
      const file = files[name]!;
      return { name, file, reader: new LineReader(file, this.skipBadRows) };
    });
    const main = readers.find(({ name }) => name === columns[0]) ?? readers[0]!;
    for (let line = 1; ; line++) {
      const lines: (string | null | undefined)[] = [];
      // One after the other, so that of several faults the first file's is told.
      for (const { reader } of readers) {
        const next = reader.next();
        lines.push(next instanceof Promise ? await next : next);
      }
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
      const bad = readers.find((_, i) => lines[i] === null);
      if (bad !== undefined) {
        skips.reject(`${bad.file}:${line}`, "not UTF-8", "the line is not UTF-8");
        continue;
      }
      const values = new RowValues();
      for (const [i, { name }] of readers.entries()) if (columns.includes(name)) values[name] = lines[i];
      yield new FileRow(values, main.file, line);
    }
  }
}

/** The lines of a file, one a call; null for one that is not UTF-8, if such are left out. */
class LineReader {
  readonly #blocks: AsyncIterator<LineBlock>;
  #lines: (string | null)[] = [];
  #at = 0;
  /** The number of the line after `#lines`. */
  #next = 1;
  #lastBad = 0;

  constructor(file: string, skipBadLines: boolean) {
    const onBadLine = (line: number): void => {
      this.#lastBad = line;
    };
    this.#blocks = lineBlocks(file, skipBadLines ? { onBadLine } : {});
  }

  /** The next line; undefined after the last. */
  next(): string | null | undefined | Promise<string | null | undefined> {
    return this.#at < this.#lines.length ? this.#lines[this.#at++] : this.#refill();
  }

  async #refill(): Promise<string | null | undefined> {
    const { done, value } = await this.#blocks.next();
    const lines: (string | null)[] = [];
    /** Puts in the lines that were left out before this one. */
    const reach = (line: number): void => {
      for (; this.#next < line; this.#next++) lines.push(null);
    };
    if (done) {
      reach(this.#lastBad + 1);
    } else {
      forEachLine(value as LineBlock, (text, line) => {
        reach(line);
        lines.push(text);
        this.#next++;
      });
    }
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
      on_error: sourceOptions.on_error,
    },
    {
      description:
        "Rows whose columns lie in files of their own, line by line (UTF-8, also .gz), as in seq.in, seq.out, label.",
    },
  ),
  create: ({ on_error, ...splits }) => new ParallelSource(splits, on_error === "skip"),
});
