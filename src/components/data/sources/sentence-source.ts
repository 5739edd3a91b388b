import { forEachLine, lineBlocks } from "../../../text/lines.js";
import type { Row } from "../contracts.js";
import { FileRow, FileSource, RowValues, type WantedColumn } from "./file-source.js";
import type { SkipLog } from "./skip-log.js";

/** What a line between blank lines is. */
export type SentenceLine =
  /** The cells of a token, in the order of the file's columns. */
  | { readonly cells: readonly string[] }
  /** Values that a column has for the whole sentence. */
  | { readonly about: Readonly<Record<string, string>> }
  /** Nothing of the sentence; with `ends` it stands between sentences. */
  | { readonly passedOver: string; readonly ends?: true }
  /** A break of the format, for `SkipLog.reject`. */
  | { readonly wrong: string; readonly detail: string };

/** Files with one token a line and a blank line after each sentence. A row is a sentence; its cells are lists, one item a token. */
export abstract class SentenceSource extends FileSource {
  /** The names of the cells of a token; null for a cell that nobody can ask for. */
  protected abstract readonly cellNames: readonly (string | null)[];

  /** Reads a line that is not blank. `tokens` were read of its sentence so far. */
  protected abstract line(text: string, tokens: number): SentenceLine;

  /** What is wrong with a sentence that lacks a value of its own, such as its text. */
  protected abstract missing(column: string): string;

  protected override async *read(
    file: string,
    wanted: readonly WantedColumn[],
    skips: SkipLog,
  ): AsyncGenerator<Row[]> {
    const sentence = new Sentence(file, this.cellNames, wanted, skips, (column) => this.missing(column));
    for await (const block of lineBlocks(file, skips.badLine(file))) {
      const rows: Row[] = [];
      const end = (): void => {
        const row = sentence.end();
        if (row !== undefined) rows.push(row);
      };
      forEachLine(block, (text, number) => {
        sentence.comesTo(number);
        if (text.trim() === "") {
          end();
          return;
        }
        const line = this.line(text, sentence.tokens);
        if ("passedOver" in line && line.ends === true) end();
        sentence.add(line, number);
      });
      yield rows;
    }
    const last = sentence.end();
    if (last !== undefined) yield [last];
  }
}

/** The sentence that is being read. */
class Sentence {
  readonly #lists: { readonly name: string; readonly cell: number; tokens: string[] }[];
  readonly #own: readonly WantedColumn[];
  #about: Record<string, string> = {};
  #first: number | undefined;
  #bad = false;
  #line = 0;

  constructor(
    readonly file: string,
    cellNames: readonly (string | null)[],
    wanted: readonly WantedColumn[],
    readonly skips: SkipLog,
    readonly missing: (column: string) => string,
  ) {
    const lists = wanted.filter(({ inFile }) => cellNames.includes(inFile));
    this.#lists = lists.map(({ name, inFile }) => ({ name, cell: cellNames.indexOf(inFile), tokens: [] }));
    this.#own = wanted.filter(({ inFile }) => !cellNames.includes(inFile));
  }

  tokens = 0;

  /** Told of every line: where numbers are left out stood bytes that are not UTF-8, and the sentence lacks tokens. */
  comesTo(line: number): void {
    if (line !== this.#line + 1) this.#bad = true;
    this.#line = line;
  }

  add(line: SentenceLine, number: number): void {
    const where = `${this.file}:${number}`;
    if ("passedOver" in line) {
      this.skips.passOver(where, line.passedOver);
    } else if ("about" in line) {
      Object.assign(this.#about, line.about);
    } else if ("wrong" in line) {
      this.#reject(where, line.wrong, line.detail);
    } else {
      this.#first ??= number;
      this.tokens += 1;
      for (const list of this.#lists) list.tokens.push(line.cells[list.cell]!);
    }
  }

  /** The sentence as a row, unless it has no tokens or is left out; the next one begins. */
  end(): Row | undefined {
    const row = this.#row();
    for (const list of this.#lists) list.tokens = [];
    [this.tokens, this.#first, this.#bad, this.#about] = [0, undefined, false, {}];
    return row;
  }

  #row(): Row | undefined {
    if (this.#first === undefined || this.#bad) return undefined;
    const values = new RowValues();
    for (const { name, tokens } of this.#lists) values[name] = tokens;
    for (const { name, inFile } of this.#own) {
      if (!Object.hasOwn(this.#about, inFile)) {
        this.#reject(`${this.file}:${this.#first}`, `no ${inFile}`, this.missing(inFile));
        return undefined;
      }
      values[name] = this.#about[inFile];
    }
    return new FileRow(values, this.file, this.#first);
  }

  /** A sentence is left out once, however much is wrong with it. */
  #reject(where: string, reason: string, detail: string): void {
    if (!this.#bad) this.skips.reject(where, reason, detail);
    this.#bad = true;
  }
}
