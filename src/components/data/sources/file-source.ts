import { type Static, Type } from "typebox";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { didYouMean } from "../../../registry/nearest.js";
import type { DataSource, Row, SkipCount, Split } from "../contracts.js";
import { SkipLog } from "./skip-log.js";

/** Config keys that all sources with one file a split share. */
export const splitFiles = {
  train_filename: InputFile({ default: null, description: "Rows to train on." }),
  eval_filename: InputFile({ default: null, description: "Rows to choose the best epoch by." }),
  test_filename: InputFile({ default: null, description: "Rows for the final figures only." }),
};

/** Config keys that all sources share. */
export const sourceOptions = {
  column_mapping: Type.Record(Type.String(), Type.String(), {
    default: {},
    description: 'New names for columns: {"name in the file": "name that the model reads"}.',
  }),
  on_error: Type.Union([Type.Literal("fail"), Type.Literal("skip")], {
    default: "fail",
    description:
      'What to do with a row that breaks the format: "fail" stops with file:line, "skip" leaves it out and prints how many.',
  }),
};

/** The resolved value of `sourceOptions`. */
export type SourceOptions = Static<ReturnType<typeof optionsSchema>>;
const optionsSchema = () => Type.Object(sourceOptions);

/** A column as it is called in the file and as the model calls it. */
export interface WantedColumn {
  readonly name: string;
  readonly inFile: string;
}

/** An example read from a place in a file; its origin is put together only when asked for. */
export class FileRow implements Row {
  readonly #place: number;

  constructor(
    readonly values: Readonly<Record<string, unknown>>,
    readonly file: string,
    place: number,
    readonly unit: "" | "row " = "",
  ) {
    this.#place = place;
  }

  get origin(): string {
    return `${this.file}:${this.unit}${this.#place}`;
  }
}

/** A fresh object without inherited names, so that a column may be called `constructor`. */
export const RowValues = function RowValues() {} as unknown as { new (): Record<string, unknown> };
RowValues.prototype = Object.create(null) as object;

/** What the sources that read one file a split have in common: names, mapping, skip counts. Formats supply the reading. */
export abstract class FileSource implements DataSource {
  readonly #files: Map<Split, string>;
  readonly #skips = new Map<Split, SkipLog>();
  readonly #mapping: ReadonlyMap<string, string>;
  protected readonly skipBadRows: boolean;

  constructor(files: Readonly<Record<Split, string | null>>, options: SourceOptions) {
    this.#files = new Map(Object.entries(files).filter(([, file]) => file !== null) as [Split, string][]);
    this.#mapping = new Map(Object.entries(options.column_mapping));
    this.skipBadRows = options.on_error === "skip";
  }

  /** The file's columns under the names it gives them, or null when only its rows know. */
  protected abstract header(file: string): Promise<readonly string[] | null>;

  /** The file's rows, some at a time. Rows that break the format are thrown or logged by `SkipLog.reject`. */
  protected abstract read(
    file: string,
    wanted: readonly WantedColumn[],
    skips: SkipLog,
    split: Split,
  ): AsyncIterable<readonly Row[]>;

  has(split: Split): boolean {
    return this.#files.has(split);
  }

  files(split: Split): readonly string[] {
    const file = this.#files.get(split);
    return file === undefined ? [] : [file];
  }

  replace(split: Split, file: string): void {
    this.#files.set(split, file);
  }

  skipped(split: Split): readonly SkipCount[] {
    return this.#skips.get(split)?.counts() ?? [];
  }

  async columns(split: Split): Promise<readonly string[] | null> {
    const file = this.#file(split);
    const header = await this.header(file);
    return header === null ? null : this.#renamed(file, header);
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    const file = this.#file(split);
    const skips = new SkipLog(this.skipBadRows);
    this.#skips.set(split, skips);
    const wanted = this.#wanted(file, await this.header(file), columns);
    for await (const rows of this.read(file, wanted, skips, split)) {
      for (const row of rows) yield row;
    }
  }

  #file(split: Split): string {
    const file = this.#files.get(split);
    if (file !== undefined) return file;
    throw ptxError("PTX_DATA", `${split}_filename`, `the data source names no ${split} file`);
  }

  #wanted(file: string, header: readonly string[] | null, columns: readonly string[]): WantedColumn[] {
    const known = header === null ? null : this.#renamed(file, header);
    const fileName = new Map([...this.#mapping].map(([inFile, name]) => [name, inFile]));
    return columns.map((name) => {
      if (known !== null && !known.includes(name)) throw missingColumn(file, name, known);
      return { name, inFile: fileName.get(name) ?? name };
    });
  }

  /** The header under the model's names; checks that the mapping fits and that no two columns share a name. */
  #renamed(file: string, header: readonly string[]): string[] {
    for (const inFile of this.#mapping.keys()) {
      if (!header.includes(inFile)) {
        throw ptxError(
          "PTX_DATA",
          file,
          `column_mapping renames a column that is not there: ${unknown(inFile, header)}`,
        );
      }
    }
    const names = header.map((name) => this.#mapping.get(name) ?? name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      throw ptxError("PTX_DATA", file, `two columns are called "${twice}": ${names.join(", ")}`);
    return names;
  }
}

/** The error for a column that a model reads and a file lacks. */
export function missingColumn(where: string, name: string, known: readonly string[]): Error {
  return ptxError(
    "PTX_DATA",
    where,
    `there is no column ${unknown(name, known)}`,
    "column_mapping renames columns",
  );
}

function unknown(name: string, known: readonly string[]): string {
  return `"${name}"${didYouMean(name, known)}  columns: ${known.join(", ") || "none"}`;
}

/** The files of a config by split. */
export function filesOf(config: {
  readonly train_filename: string | null;
  readonly eval_filename: string | null;
  readonly test_filename: string | null;
}): { train: string | null; eval: string | null; test: string | null } {
  return { train: config.train_filename, eval: config.eval_filename, test: config.test_filename };
}
