/** @file Tensors by name in the safetensors format: eight bytes of header size, a JSON header, then the data. */
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { ptxError } from "../registry/errors.js";
import { arrayFor, type DType, type HostTensor, type TypedData } from "./dtype.js";
import { readRange } from "./read-range.js";
import { replaceFiles } from "./replace-file.js";

/** What a file holds. */
export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** How tensors are written. */
export interface SafetensorsOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** float32 tensors that are stored as bfloat16, rounded to the nearest; read back they are float32 again. */
  readonly bfloat16?: (name: string) => boolean;
}

/** Element types as the format names them, with their sizes, in the order in which it puts their data: largest alignment first. */
const storedTypes = {
  I64: { dtype: "int64", size: 8 },
  F64: { dtype: "float64", size: 8 },
  F32: { dtype: "float32", size: 4 },
  I32: { dtype: "int32", size: 4 },
  BF16: { dtype: "float32", size: 2 },
  F16: { dtype: "float16", size: 2 },
  I8: { dtype: "int8", size: 1 },
  U8: { dtype: "uint8", size: 1 },
  BOOL: { dtype: "bool", size: 1 },
} as const satisfies Record<string, { dtype: Exclude<DType, "string">; size: number }>;

type StoredType = keyof typeof storedTypes;
const order = Object.keys(storedTypes) as StoredType[];

/** The format's own limit for the header. */
const MAX_HEADER = 100_000_000;
const METADATA = "__metadata__";

/** The bytes of a file, in pieces; the data of tensors is not copied. Throws `PTX_GRAPH` for strings, which the format lacks. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  { metadata = {}, bfloat16 = () => false }: SafetensorsOptions = {},
): Uint8Array[] {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const type = storedType(name, tensor, bfloat16(name));
    return {
      name,
      tensor,
      type,
      data: type === "BF16" ? toBfloat16(tensor.data as Float32Array) : (tensor.data as TypedData),
    };
  });
  entries.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type) || compareBytes(a.name, b.name));
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let end = 0;
  for (const { name, tensor, type, data } of entries) {
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype: type, shape: tensor.dims, data_offsets: [begin, end] }]);
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(padded);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  return [
    size,
    padded,
    ...entries.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** Writes a file at once or not at all. */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, HostTensor>>,
  options: SafetensorsOptions = {},
): Promise<void> {
  await replaceFiles([{ path, pieces: encodeSafetensors(tensors, options) }]);
}

/**
 * Reads a whole file, each tensor into an array of its own. bfloat16 becomes float32.
 * Throws `PTX_FILE_MISSING`, or `PTX_MODEL_FILE` for anything that breaks the format.
 */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await open(path, "r").catch((error: Error) => {
    throw unreadable(path, error);
  });
  try {
    const steps = decoding((await file.stat()).size, path);
    let step = steps.next();
    while (!step.done) {
      const [from, length] = step.value;
      step = steps.next(await readRange(file, from, length));
    }
    return step.value;
  } finally {
    await file.close();
  }
}

/** `readSafetensors` for small files, without waiting. */
export function readSafetensorsNow(path: string): SafetensorsFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error as Error);
  }
  const steps = decoding(bytes.length, path);
  let step = steps.next();
  while (!step.done) {
    const [from, length] = step.value;
    step = steps.next(Buffer.from(Uint8Array.from(bytes.subarray(from, from + length)).buffer));
  }
  return step.value;
}

const unreadable = (path: string, { message }: Error): Error =>
  ptxError("PTX_FILE_MISSING", path, `the tensors cannot be read: ${message}`);

/** A part of a file: where it begins, and how many bytes it has. */
type Range = readonly [from: number, length: number];

/** What a file of that size holds; asks for the parts that it needs, each in a buffer of its own. */
function* decoding(size: number, path: string): Generator<Range, SafetensorsFile, Buffer<ArrayBuffer>> {
  const fail = (message: string) =>
    ptxError("PTX_MODEL_FILE", path, `not a whole safetensors file: ${message}`);
  if (size < 8) throw fail(`it has ${size} bytes`);
  const headerSize = Number((yield [0, 8]).readBigUInt64LE());
  if (headerSize > MAX_HEADER || 8 + headerSize > size)
    throw fail(`its header of ${headerSize} bytes does not fit into it`);
  const text = (yield [8, headerSize]).toString();
  const { entries, metadata } = parseHeader(text, size - 8 - headerSize, fail);
  const tensors: [string, HostTensor][] = [];
  for (const { name, type, dims, begin, end } of entries) {
    const bytes = yield [8 + headerSize + begin, end - begin];
    const { dtype } = storedTypes[type];
    const data =
      type === "BF16" ? fromBfloat16(new Uint16Array(bytes.buffer)) : new (arrayFor(dtype))(bytes.buffer);
    if (dtype === "bool" && data.some((value) => Number(value) > 1))
      throw fail(`"${name}" is BOOL and has bytes other than 0 and 1`);
    tensors.push([name, { dtype, dims, data }]);
  }
  return { tensors: Object.fromEntries(tensors), metadata };
}

interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly dims: readonly number[];
  readonly begin: number;
  readonly end: number;
}

type Fail = (message: string) => Error;

function parseHeader(
  text: string,
  dataSize: number,
  fail: Fail,
): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw fail(`its header is not JSON (${(error as Error).message})`);
  }
  if (!text.startsWith("{") || !isRecord(header)) throw fail("its header is not a JSON object");
  const { [METADATA]: metadata = {}, ...rest } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw fail("its metadata must be texts by name");
  }
  const entries = Object.entries(rest).map(([name, value]) => parseEntry(name, value, fail));
  // The format wants no gaps and no overlaps; a name given twice shows as a gap.
  let expected = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== expected)
      throw fail(`the data of "${name}" starts at ${begin}, not at ${expected} where the one before ends`);
    expected = end;
  }
  if (expected !== dataSize) throw fail(`its tensors take ${expected} bytes, it has ${dataSize}`);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseEntry(name: string, value: unknown, fail: Fail): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const type = order.find((known) => known === dtype);
  if (type === undefined) throw fail(`"${name}" has the element type ${dtype}  known: ${order.join(", ")}`);
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw fail(`"${name}" has no proper shape and data_offsets`);
  const [begin, end] = offsets as [number, number];
  const needed = shape.reduce((a, b) => a * b, storedTypes[type].size);
  if (end - begin !== needed)
    throw fail(`"${name}" is ${type}[${shape.join(",")}], ${needed} bytes, and has ${end - begin}`);
  return { name, type, dims: shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

function storedType(name: string, { dtype, dims, data }: HostTensor, narrow: boolean): StoredType {
  const type = order.find((known) => known !== "BF16" && storedTypes[known].dtype === dtype);
  if (type === undefined || name === METADATA) {
    throw ptxError(
      "PTX_GRAPH",
      name,
      `safetensors cannot hold ${type === undefined ? `${dtype} tensors` : "a tensor of this name"}`,
    );
  }
  const size = dims.reduce((a, b) => a * b, 1);
  if (data.length !== size)
    throw ptxError("PTX_GRAPH", name, `${data.length} elements for the shape [${dims.join(",")}]`);
  if (!narrow) return type;
  if (dtype !== "float32")
    throw ptxError("PTX_GRAPH", name, `only float32 can be stored as bfloat16, this is ${dtype}`);
  return "BF16";
}

/** Orders names as their UTF-8 bytes. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The upper halves of float32 bits, rounded to nearest, ties to even; NaN stays NaN. */
function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word, i) =>
    Number.isNaN(values[i]) ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16,
  );
}

function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
