import type { HostTensor } from "../../graph/dtype.js";
import { ptxError } from "../../registry/errors.js";
import type { FieldSpec, FieldValue } from "./contracts.js";
import { Growable } from "./growable.js";

type Elements = Int32Array | Float32Array;

/** All rows' values for one field: numbers end to end, and where each row starts. */
export class Column {
  readonly #data: Growable<Elements>;
  readonly #starts = new Growable(Float64Array);
  /** Sizes of all axes, row after row. */
  readonly #sizes = new Growable(Int32Array);
  #buffer = new ArrayBuffer(0);

  constructor(readonly spec: FieldSpec) {
    this.#data = new Growable<Elements>(spec.dtype === "int32" ? Int32Array : Float32Array);
  }

  /** Adds a row. Throws `PTX_DATA` when the value does not have the shape that the field promises. */
  push(value: FieldValue, origin: string): void {
    const { name, dims } = this.spec;
    const fits =
      value.sizes.length === dims.length &&
      dims.every((d, axis) => typeof d === "string" || d === value.sizes[axis]);
    if (!fits || value.data.length !== product(value.sizes)) {
      throw ptxError(
        "PTX_DATA",
        origin,
        `the input "${name}" should have the shape [${dims.join(", ")}], but this row gave ${value.data.length} numbers as [${value.sizes.join(", ")}]`,
      );
    }
    this.#starts.push(this.#data.length);
    this.#data.append(value.data);
    this.#sizes.append(value.sizes);
  }

  /** The size of an axis in a row. */
  size(row: number, axis: number): number {
    return this.#sizes.at(row * this.spec.dims.length + axis)!;
  }

  /** A row's numbers. */
  row(row: number): number[] {
    const start = this.#starts.at(row)!;
    const end = this.#starts.at(row + 1) ?? this.#data.length;
    return Array.from({ length: end - start }, (_, i) => this.#data.at(start + i)!);
  }

  /**
   * The rows as one array `[rows, ...dims]`, padded to `sizes`. Its memory is used again by the next call.
   * @param sizes the size of each axis of `dims`, at least as large as any row's
   */
  gather(rows: ArrayLike<number>, sizes: readonly number[]): HostTensor {
    const { dtype, pad } = this.spec;
    const rowLength = product(sizes);
    const data = this.#room(rows.length * rowLength).fill(pad);
    const source = this.#data.view();
    for (let b = 0; b < rows.length; b++) {
      const row = rows[b]!;
      this.#copy(source, this.#starts.at(row)!, data, b * rowLength, row, sizes, 0);
    }
    return { dtype, dims: [rows.length, ...sizes], data };
  }

  /** Copies a row's numbers from `axis` on into their places among the padding; gives back where the next ones start. */
  #copy(
    source: Elements,
    from: number,
    target: Elements,
    to: number,
    row: number,
    sizes: readonly number[],
    axis: number,
  ): number {
    const rank = sizes.length;
    if (rank === 0) {
      target[to] = source[from]!;
      return from + 1;
    }
    const own = this.size(row, axis);
    if (axis === rank - 1) {
      for (let i = 0; i < own; i++) target[to + i] = source[from + i]!;
      return from + own;
    }
    const step = product(sizes.slice(axis + 1));
    let next = from;
    for (let i = 0; i < own; i++)
      next = this.#copy(source, next, target, to + i * step, row, sizes, axis + 1);
    return next;
  }

  #room(length: number): Elements {
    if (this.#buffer.byteLength < length * 4) this.#buffer = new ArrayBuffer(Math.ceil(length * 1.25) * 4);
    return this.spec.dtype === "int32"
      ? new Int32Array(this.#buffer, 0, length)
      : new Float32Array(this.#buffer, 0, length);
  }
}

function product(sizes: readonly number[]): number {
  let total = 1;
  for (const size of sizes) total *= size;
  return total;
}
