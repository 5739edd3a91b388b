/** @file The data types of the Open Inference Protocol, as JSON numbers and as little-endian bytes. */
import { isUtf8 } from "node:buffer";
import { halfToNumber } from "../../graph/half.js";
import { FrontError } from "../front/faults.js";

/** One element of a tensor. Whole numbers beyond 2^53 are bigints. */
export type Element = string | number | bigint | boolean;

interface Numeric {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => Element;
  readonly write: (view: DataView, at: number, value: Element) => void;
}

const whole = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

/** Types whose elements have one size. */
const NUMERIC = {
  BOOL: {
    bytes: 1,
    read: (view, at) => view.getUint8(at) !== 0,
    write: (view, at, value) => view.setUint8(at, Number(value)),
  },
  UINT8: {
    bytes: 1,
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, Number(value)),
  },
  UINT16: {
    bytes: 2,
    read: (view, at) => view.getUint16(at, true),
    write: (view, at, value) => view.setUint16(at, Number(value), true),
  },
  UINT32: {
    bytes: 4,
    read: (view, at) => view.getUint32(at, true),
    write: (view, at, value) => view.setUint32(at, Number(value), true),
  },
  UINT64: {
    bytes: 8,
    read: (view, at) => whole(view.getBigUint64(at, true)),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  },
  INT8: {
    bytes: 1,
    read: (view, at) => view.getInt8(at),
    write: (view, at, value) => view.setInt8(at, Number(value)),
  },
  INT16: {
    bytes: 2,
    read: (view, at) => view.getInt16(at, true),
    write: (view, at, value) => view.setInt16(at, Number(value), true),
  },
  INT32: {
    bytes: 4,
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setInt32(at, Number(value), true),
  },
  INT64: {
    bytes: 8,
    read: (view, at) => whole(view.getBigInt64(at, true)),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
  FP32: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, Number(value), true),
  },
  FP64: {
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, Number(value), true),
  },
} as const satisfies Readonly<Record<string, Numeric>>;

const HALF: Pick<Numeric, "bytes" | "read"> = {
  bytes: 2,
  read: (view, at) => halfToNumber(view.getUint16(at, true)),
};

/** The types that may come in. */
export const DATATYPES = ["BYTES", "FP16", ...(Object.keys(NUMERIC) as (keyof typeof NUMERIC)[])] as const;
export type Datatype = (typeof DATATYPES)[number];

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A text from bytes. Throws `invalid` for what is not UTF-8. */
export function textOf(bytes: Uint8Array, place: string): string {
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  throw new FrontError("invalid", "the bytes are not UTF-8, and texts are", { place });
}

/** The elements in a tensor's raw bytes, row by row; `count` is what its shape has. Throws `invalid`. */
export function fromRaw(datatype: Datatype, bytes: Uint8Array, count: number, place: string): Element[] {
  if (datatype === "BYTES") return textsIn(bytes, count, place);
  const { bytes: size, read } = datatype === "FP16" ? HALF : NUMERIC[datatype];
  if (bytes.length !== size * count)
    throw new FrontError(
      "invalid",
      `${count} elements of ${datatype} take ${size * count} bytes, and there are ${bytes.length}`,
      { place },
    );
  const view = viewOf(bytes);
  return Array.from({ length: count }, (_, i) => read(view, i * size));
}

/** Each text behind its length in 4 bytes. */
function textsIn(bytes: Uint8Array, count: number, place: string): string[] {
  const view = viewOf(bytes);
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (texts.length === count)
      throw new FrontError(
        "invalid",
        `the shape has ${count} texts, and ${bytes.length - at} bytes follow them`,
        {
          place,
        },
      );
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : 0;
    if (at + 4 + length > bytes.length)
      throw new FrontError("invalid", `text ${texts.length} is cut off at byte ${at}`, { place });
    texts.push(textOf(bytes.subarray(at + 4, at + 4 + length), `${place}[${texts.length}]`));
    at += 4 + length;
  }
  if (texts.length < count)
    throw new FrontError("invalid", `the shape has ${count} texts, and the bytes hold ${texts.length}`, {
      place,
    });
  return texts;
}

/** A tensor's elements as raw bytes. */
export function toRaw(
  datatype: Exclude<Datatype, "FP16">,
  data: ArrayLike<Element> | Float32Array,
): Uint8Array {
  if (datatype === "BYTES") {
    return Buffer.concat(
      Array.from(data, (text) => {
        const bytes = Buffer.from(String(text), "utf8");
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        return [length, bytes];
      }).flat(),
    );
  }
  if (datatype === "FP32" && data instanceof Float32Array && LITTLE_ENDIAN)
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const { bytes: size, write } = NUMERIC[datatype];
  const raw = new Uint8Array(data.length * size);
  const view = viewOf(raw);
  for (let i = 0; i < data.length; i++) write(view, i * size, data[i]!);
  return raw;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
