import { Type } from "typebox";
import { ptxError } from "../../../registry/errors.js";
import { firstLine, forEachLine, lineBlocks } from "../../../text/lines.js";
import type { Row, Split } from "../contracts.js";
import { FileRow, FileSource, RowValues, type SourceOptions, type WantedColumn } from "./file-source.js";
import { quotedRecords } from "./quoted-records.js";
import type { SkipLog } from "./skip-log.js";

/** Config keys that all tables have. */
export const tableOptions = {
  extra_cells: Type.Union([Type.Literal("fail"), Type.Literal("ignore")], {
    default: "fail",
    description:
      'What to do with a row that has more cells than there are columns: "fail" treats it as broken, "ignore" passes over the rest and prints how many cells that were.',
  }),
};

/** How a table is written. */
export interface TableFormat {
  readonly delimiter: string;
  /** Cells may stand in double quotes. */
  readonly quoted: boolean;
  /** The columns' names; null: the file's first row holds them. */
  readonly fieldNames: readonly string[] | null;
  /** Whether a row may have more cells than there are columns; they are not read. */
  readonly extraCells: "fail" | "ignore";
}

/** Rows of a text table: one a line, or quoted cells that may span lines. */
export class TableSource extends FileSource {
  constructor(
    files: Readonly<Record<Split, string | null>>,
    options: SourceOptions,
    readonly format: TableFormat,
  ) {
    super(files, options);
  }

  protected override async header(file: string): Promise<readonly string[]> {
    const first = await this.#firstRow(file);
    const { fieldNames } = this.format;
    if (fieldNames === null) {
      if (first === undefined)
        throw ptxError("PTX_DATA", file, "the file is empty: it needs a first row with the columns' names");
      return first;
    }
    if (first !== undefined && first.join("\n") === fieldNames.join("\n")) {
      throw ptxError(
        "PTX_DATA",
        `${file}:1`,
        "the first row repeats field_names: remove field_names from the config, or that row from the file",
      );
    }
    return fieldNames;
  }

  protected override async *read(
    file: string,
    wanted: readonly WantedColumn[],
    skips: SkipLog,
  ): AsyncGenerator<Row[]> {
    const header = await this.header(file);
    const layout = new Layout(file, header, wanted, skips, this.format.extraCells === "ignore");
    const from = this.format.fieldNames === null ? 2 : 1;
    if (this.format.quoted) yield* this.#readQuoted(file, layout, from);
    else yield* this.#readPlain(file, layout, from);
  }

  async *#readPlain(file: string, layout: Layout, from: number): AsyncGenerator<Row[]> {
    const { delimiter } = this.format;
    for await (const block of lineBlocks(file, layout.skips.badLine(file))) {
      const rows: Row[] = [];
      forEachLine(block, (text, line) => {
        if (line < from) return;
        const row = layout.lineRow(text, delimiter, line);
        if (row !== undefined) rows.push(row);
      });
      yield rows;
    }
  }

  async *#readQuoted(file: string, layout: Layout, from: number): AsyncGenerator<Row[]> {
    const { onBadLine } = layout.skips.badLine(file);
    for await (const records of quotedRecords(file, this.format.delimiter, onBadLine)) {
      const rows: Row[] = [];
      for (const { cells, line } of records) {
        const row = line < from ? undefined : layout.row(cells, line);
        if (row !== undefined) rows.push(row);
      }
      yield rows;
    }
  }

  async #firstRow(file: string): Promise<readonly string[] | undefined> {
    if (!this.format.quoted) return (await firstLine(file))?.split(this.format.delimiter);
    const ignore = (): void => {}; // reading the rows will tell
    for await (const records of quotedRecords(file, this.format.delimiter, ignore)) {
      if (records[0] !== undefined) return records[0].cells;
    }
    return undefined;
  }
}

/** Which cells of a row are wanted, and whether it has as many as the header says. */
class Layout {
  /** For each cell its name in the row, or undefined when nobody reads it. */
  readonly #nameAt: readonly (string | undefined)[];
  /** Lines without anything on them since the last row. */
  #blank: number[] = [];

  constructor(
    readonly file: string,
    readonly header: readonly string[],
    wanted: readonly WantedColumn[],
    readonly skips: SkipLog,
    readonly mayHaveMore: boolean,
  ) {
    this.#nameAt = header.map((column) => wanted.find(({ inFile }) => inFile === column)?.name);
  }

  /** The row of a line without quoting: only the wanted cells are cut out. */
  lineRow(text: string, delimiter: string, line: number): Row | undefined {
    const values = new RowValues();
    let [cells, start] = [0, 0];
    for (;;) {
      const at = text.indexOf(delimiter, start);
      const name = this.#nameAt[cells];
      if (name !== undefined) values[name] = at < 0 ? text.slice(start) : text.slice(start, at);
      cells++;
      if (at < 0) break;
      start = at + delimiter.length;
    }
    return this.#fits(cells, text === "", line) ? new FileRow(values, this.file, line) : undefined;
  }

  /** The row of cells that are cut already. */
  row(cells: readonly string[], line: number): Row | undefined {
    if (!this.#fits(cells.length, cells.length === 1 && cells[0] === "", line)) return undefined;
    const values = new RowValues();
    for (let i = 0; i < cells.length; i++) {
      const name = this.#nameAt[i];
      if (name !== undefined) values[name] = cells[i];
    }
    return new FileRow(values, this.file, line);
  }

  #fits(cells: number, blank: boolean, line: number): boolean {
    const more = this.mayHaveMore && cells > this.header.length;
    if (more)
      this.skips.passOver(
        `${this.file}:${line}`,
        "beyond the last column",
        "cell",
        cells - this.header.length,
      );
    if (more || cells === this.header.length) {
      if (this.#blank.length > 0) this.#rejectBlanks();
      return true;
    }
    if (blank) this.#blank.push(line);
    else this.#reject(cells, line);
    return false;
  }

  /** A blank line before a row is a row that lacks its cells; at the end of a file it means nothing. */
  #rejectBlanks(): void {
    const lines = this.#blank;
    this.#blank = [];
    for (const line of lines) this.#reject(0, line);
  }

  #reject(cells: number, line: number): void {
    if (this.#blank.length > 0) this.#rejectBlanks();
    const columns = this.header.length;
    const found = cells === 0 ? "an empty line" : `${cells} ${cells === 1 ? "cell" : "cells"}`;
    this.skips.reject(
      `${this.file}:${line}`,
      "wrong number of columns",
      `${found} where ${columns} columns are expected (${this.header.join(", ")})`,
    );
  }
}
