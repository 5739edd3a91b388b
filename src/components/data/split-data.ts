import type { HostTensor } from "../../graph/dtype.js";
import { ptxError } from "../../registry/errors.js";
import { Column } from "./columnar.js";
import type { FieldValue, Row, SkipCount, Split, Tensorizer } from "./contracts.js";
import { Growable } from "./growable.js";
import { Origins } from "./origins.js";

/** What a run of the graph is fed, by input name. */
export type Feeds = Readonly<Record<string, HostTensor>>;

/** A model's tensorizers by the names of its inputs. */
export type Tensorizers = Readonly<Record<string, Tensorizer>>;

/** What was met while a split's rows were read. */
export interface SplitAccount {
  /** Rows that are no part of the split, by policy. */
  readonly leftOut: readonly SkipCount[];
  /** The tensorizers' counts (tokens, unknown tokens, truncated rows) for this split, by input. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The rows of a split as numbers: every row's values for every field, ready to be put into batches. */
export class SplitData {
  /** Set by who fills the split, once all rows are in. */
  account: SplitAccount = { leftOut: [], counts: {} };
  readonly #list: readonly Tensorizer[];
  readonly #columns: readonly Column[];
  readonly #origins = new Origins();
  readonly #lengths = new Growable(Int32Array);
  readonly #sourceRows = new Growable(Uint32Array);
  /** What tensorizers keep, by input and number of the source's row. */
  readonly #kept = new Map<string, Map<number, unknown>>();
  #finalLengths: Int32Array | undefined;

  constructor(
    readonly split: Split,
    readonly tensorizers: Tensorizers,
  ) {
    this.#list = Object.values(tensorizers);
    this.#columns = this.#list.flatMap(({ fields }) => fields.map((spec) => new Column(spec)));
  }

  /** How many rows of the source these are: fewer where some are several examples. */
  get sourceRows(): number {
    const numbers = this.#sourceRows.view();
    let count = 0;
    for (let i = 0; i < numbers.length; i++) if (i === 0 || numbers[i] !== numbers[i - 1]) count++;
    return count;
  }

  /** How many examples there are, which are rows of the source or parts of these. */
  get size(): number {
    return this.#lengths.length;
  }

  /** Each row's length (tokens), by which batches are made. */
  get lengths(): Int32Array {
    if (this.#finalLengths?.length !== this.size) this.#finalLengths = this.#lengths.toArray();
    return this.#finalLengths!;
  }

  /**
   * Adds a row from its values by tensorizer. Throws `PTX_DATA` when fields that share an axis disagree on its size.
   * @param sourceRow the row's number among all that the source gives
   */
  push(values: readonly (readonly FieldValue[])[], origin: string, sourceRow: number): void {
    const flat = values.flat();
    this.#checkAxes(flat, origin);
    for (const [index, column] of this.#columns.entries()) column.push(flat[index]!, origin);
    let length = 1;
    for (const [index, tensorizer] of this.#list.entries())
      length = Math.max(length, tensorizer.length(values[index]!));
    this.#lengths.push(length);
    this.#origins.push(origin);
    this.#sourceRows.push(sourceRow);
  }

  /** Lets the tensorizers keep what figures need of a row that has been pushed. */
  keep(row: Row, sourceRow: number): void {
    for (const [input, tensorizer] of Object.entries(this.tensorizers)) {
      if (tensorizer.kept === undefined) continue;
      const rows = this.#kept.get(input) ?? new Map<number, unknown>();
      this.#kept.set(input, rows.set(sourceRow, tensorizer.kept(row)));
    }
  }

  /** What an input's tensorizer keeps of the row that an example is of. Throws `PTX_DATA` where it keeps nothing. */
  kept(input: string, row: number): unknown {
    const rows = this.#kept.get(input);
    if (rows?.has(this.sourceRow(row))) return rows.get(this.sourceRow(row));
    throw ptxError("PTX_DATA", this.origin(row), `nothing is kept of this row by the input "${input}"`);
  }

  /**
   * The graph's feeds for these rows, padded to the longest of them (ragged axes have a size of 1 at least).
   * The arrays are used again by the next call.
   */
  batch(rows: ArrayLike<number>): Feeds {
    const longest = new Map<string, number>();
    for (const column of this.#columns) {
      for (const [axis, dim] of column.spec.dims.entries()) {
        if (typeof dim !== "string") continue;
        let size = longest.get(dim) ?? 1;
        for (let i = 0; i < rows.length; i++) size = Math.max(size, column.size(rows[i]!, axis));
        longest.set(dim, size);
      }
    }
    const feeds: Record<string, HostTensor> = {};
    for (const column of this.#columns) {
      const sizes = column.spec.dims.map((dim) => (typeof dim === "string" ? longest.get(dim)! : dim));
      feeds[column.spec.name] = column.gather(rows, sizes);
    }
    return feeds;
  }

  /** The size that an axis has in each row. Throws `PTX_DATA` for an axis that no input has. */
  axisSizes(axis: string): Int32Array {
    for (const column of this.#columns) {
      const at = column.spec.dims.indexOf(axis);
      if (at >= 0) return Int32Array.from({ length: this.size }, (_, row) => column.size(row, at));
    }
    throw ptxError("PTX_DATA", this.split, `no input has an axis called "${axis}"`);
  }

  /** A row's unpadded numbers for a field. */
  values(field: string, row: number): number[] {
    const column = this.#columns.find(({ spec }) => spec.name === field);
    if (column === undefined) throw ptxError("PTX_DATA", this.split, `there is no field called "${field}"`);
    return column.row(row);
  }

  /** `file:line` of a row. */
  origin(row: number): string {
    return this.#origins.at(row)!;
  }

  /** The row's number among all rows that the source gives for this split. */
  sourceRow(row: number): number {
    return this.#sourceRows.at(row)!;
  }

  #checkAxes(values: readonly FieldValue[], origin: string): void {
    const seen = new Map<string, { size: number; field: string }>();
    for (const [index, { spec }] of this.#columns.entries()) {
      for (const [axis, dim] of spec.dims.entries()) {
        if (typeof dim !== "string") continue;
        const size = values[index]!.sizes[axis]!;
        const first = seen.get(dim);
        if (first === undefined) seen.set(dim, { size, field: spec.name });
        else if (first.size !== size) {
          throw ptxError(
            "PTX_DATA",
            origin,
            `the inputs "${first.field}" (${first.size}) and "${spec.name}" (${size}) disagree on the size of the axis "${dim}" in this row: give them the same tokenizer and max_seq_len, or axes of different names`,
          );
        }
      }
    }
  }
}
