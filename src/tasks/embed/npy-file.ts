/** @file NumPy's array files, version 1.0 (NEP 1): magic, header length, a Python literal, then the numbers. */
import { type FileHandle, open } from "node:fs/promises";

/** Element types by NumPy's names. */
const DESCR = { float32: "<f4", int64: "<i8" } as const;

/** Where the numbers begin: room for every shape, a multiple of 64 as the format wishes. */
const HEADER = 128;

/** The header of an array in C order: `HEADER` bytes. */
function npyHeader(dtype: keyof typeof DESCR, shape: readonly number[]): Buffer {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const literal = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const header = Buffer.alloc(HEADER, " ");
  header.write("\x93NUMPY\x01\x00", 0, "latin1");
  header.writeUInt16LE(HEADER - 10, 8);
  header.write(literal, 10, "latin1");
  header.write("\n", HEADER - 1, "latin1");
  return header;
}

/** An array file whose rows are written one after another; the header with their number comes last. */
export class NpyFile {
  #rows = 0;

  private constructor(
    readonly file: FileHandle,
    readonly dtype: keyof typeof DESCR,
    /** The shape of a row. */
    readonly row: readonly number[],
  ) {}

  static async open(path: string, dtype: keyof typeof DESCR, row: readonly number[]): Promise<NpyFile> {
    const file = await open(path, "w");
    await file.writeFile(npyHeader(dtype, [0, ...row]));
    return new NpyFile(file, dtype, row);
  }

  /** Rows as one array. */
  async write(data: Float32Array | BigInt64Array, rows: number): Promise<void> {
    await this.file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#rows += rows;
  }

  /** Completes the header and closes the file. */
  async close(): Promise<void> {
    await this.file.write(npyHeader(this.dtype, [this.#rows, ...this.row]), 0, HEADER, 0);
    await this.abandon();
  }

  async abandon(): Promise<void> {
    await this.file.close();
  }
}
