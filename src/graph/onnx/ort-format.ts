/**
 * @file ONNX Runtime's own file format: a FlatBuffer, of which only the metadata is read here. ONNX Runtime verifies the
 * rest itself before it reads it: that each table, list and text lies within the file.
 */
import { damaged } from "./model-file.js";

/** The bytes 4 to 7 of such a file. */
const IDENTIFIER = "ORTM";

/** Fields of its tables by their numbers in ONNX Runtime's schema (ort.fbs). */
const SESSION_VERSION = 0;
const SESSION_MODEL = 1;
const MODEL_METADATA = 9;
const ENTRY = { key: 0, value: 1 } as const;

/** Whether a file is in ONNX Runtime's own format. */
export const isOrtFormat = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", 4, 8) === IDENTIFIER;

/** The metadata of such a file. Throws `PTX_MODEL_FILE` for one that is cut off, or whose tables lie outside of it. */
export function ortMetadata(bytes: Uint8Array, where: string): Record<string, string> {
  try {
    return new OrtFile(bytes).metadata();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw damaged(where, `it is not a whole file of ONNX Runtime's format (${error.message})`);
  }
}

/** Reads tables. Throws `RangeError` where one leads out of the file. */
class OrtFile {
  readonly #view: DataView;
  /** Texts may share bytes; together they are no longer than the file. */
  #left: number;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#left = bytes.length;
  }

  metadata(): Record<string, string> {
    const session = this.#target(0);
    const model = this.#field(session, SESSION_MODEL);
    if (this.#field(session, SESSION_VERSION) === undefined || model === undefined)
      throw new RangeError("it holds no model");
    const list = this.#field(this.#target(model), MODEL_METADATA);
    if (list === undefined) return {};
    const start = this.#target(list);
    const count = this.#view.getUint32(start, true);
    if (start + 4 + 4 * count > this.bytes.length)
      throw new RangeError(`a list has ${count} entries, more than are left`);
    const entries = Array.from({ length: count }, (_, i) => this.#target(start + 4 + 4 * i));
    return Object.fromEntries(
      entries.map((entry) => [this.#text(entry, ENTRY.key), this.#text(entry, ENTRY.value)]),
    );
  }

  /** What an offset that stands at a place leads to. */
  #target(at: number): number {
    const target = at + this.#view.getUint32(at, true);
    if (target + 4 > this.bytes.length)
      throw new RangeError(`byte ${at} points to byte ${target} of ${this.bytes.length}`);
    return target;
  }

  /** Where a field of a table stands; undefined for one that is left out. */
  #field(table: number, number: number): number | undefined {
    const layout = table - this.#view.getInt32(table, true);
    const entry = 4 + 2 * number;
    const isThere = entry < this.#view.getUint16(layout, true);
    const offset = isThere ? this.#view.getUint16(layout + entry, true) : 0;
    return offset === 0 ? undefined : table + offset;
  }

  #text(table: number, number: number): string {
    const at = this.#field(table, number);
    if (at === undefined) return "";
    const start = this.#target(at);
    const length = this.#view.getUint32(start, true);
    const end = start + 4 + length;
    if (end > this.bytes.length) throw new RangeError(`a text ends at byte ${end} of ${this.bytes.length}`);
    this.#left -= length;
    if (this.#left < 0) throw new RangeError("its metadata is longer than the file");
    return Buffer.from(this.bytes.subarray(start + 4, end)).toString();
  }
}
