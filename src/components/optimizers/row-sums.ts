import { ptxError } from "../../registry/errors.js";
import type { MergedSparseGradient, ParameterEntry, SparseGradient } from "./contracts.js";

/**
 * Sums sparse gradients of one table by row. Rows keep the order in which they first appear and are summed in the order
 * given, so equal input gives equal bits. Buffers grow to the largest sum seen and are then reused: no allocation a step.
 */
export class RowSums implements MergedSparseGradient {
  readonly kind = "sparse";
  readonly merged = true;
  readonly width: number;
  ids = new Int32Array(0);
  rows = new Float32Array(0);
  count = 0;
  readonly #parameter: ParameterEntry;
  /** Where in `ids` a table row may stand. Stale entries do no harm: a row is there only if `ids` says so too. */
  readonly #places: Int32Array;

  constructor(parameter: ParameterEntry) {
    this.#parameter = parameter;
    const tableRows = parameter.shape[0] ?? 1;
    this.width = tableRows === 0 ? 0 : parameter.data.length / tableRows;
    this.#places = new Int32Array(tableRows);
  }

  /** Starts a new sum. */
  clear(): this {
    this.count = 0;
    return this;
  }

  /** Adds a gradient. Throws `PTX_TRAINING` when it does not fit the table. */
  add(gradient: SparseGradient): this {
    checkSparse(this.#parameter, gradient);
    this.#reserve(this.count + gradient.count);
    const { ids, rows, width } = this;
    const [places, source] = [this.#places, gradient.rows];
    for (let k = 0, from = 0; k < gradient.count; k++, from += width) {
      const id = Number(gradient.ids[k]!);
      const place = places[id]!;
      if (place < this.count && ids[place] === id) {
        const to = place * width;
        for (let i = 0; i < width; i++) rows[to + i] = rows[to + i]! + source[from + i]!;
      } else {
        places[id] = this.count;
        rows.set(source.subarray(from, from + width), this.count * width);
        ids[this.count++] = id;
      }
    }
    return this;
  }

  #reserve(rows: number): void {
    if (rows <= this.ids.length) return;
    const capacity = Math.max(rows, 2 * this.ids.length);
    const [ids, values] = [this.ids, this.rows];
    this.ids = new Int32Array(capacity);
    this.ids.set(ids);
    this.rows = new Float32Array(capacity * this.width);
    this.rows.set(values);
  }
}

/** Checks that a sparse gradient fits its table: width, sizes, and every row number. Throws `PTX_TRAINING`. */
export function checkSparse(parameter: ParameterEntry, gradient: SparseGradient): void {
  const tableRows = parameter.shape[0] ?? 1;
  const { ids, rows, count, width } = gradient;
  const fail = (message: string): never => {
    const table = `the table is [${parameter.shape.join(", ")}]`;
    throw ptxError("PTX_TRAINING", parameter.name, `sparse gradient: ${message}; ${table}`);
  };
  if (width * tableRows !== parameter.data.length) fail(`rows of width ${width} do not fit`);
  if (ids.length < count || rows.length < count * width) {
    fail(`${count} rows announced, ${ids.length} row numbers and ${rows.length} values given`);
  }
  for (let k = 0; k < count; k++) {
    const id = ids[k]!;
    if (!(id >= 0 && id < tableRows)) fail(`row number ${id} at place ${k} is outside`);
  }
}
