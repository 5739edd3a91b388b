/** @file Tensor values in ONNX's form. */
import { type PtxError, ptxError } from "../../registry/errors.js";
import { arrayFor, type DType, dtypeCodes, type HostTensor, type TypedData, toData } from "../dtype.js";
import { type ExternalReader, externalRange } from "./external-data.js";
import { damaged } from "./model-file.js";
import { onnx } from "./proto/onnx.js";

/** The element type and shape a file declares for a value. */
export type ValueProto = onnx.ValueInfoProto.$Properties;

/** The bytes of a typed array, not copied. */
export function bytesOf(data: TypedData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** A tensor as ONNX stores it: numbers as raw little-endian bytes, strings as UTF-8. */
export function tensorProto(name: string, { dtype, dims, data }: HostTensor): onnx.TensorProto.$Properties {
  const size = dims.reduce((a, b) => a * b, 1);
  if (data.length !== size) {
    throw ptxError(
      "PTX_GRAPH",
      name,
      `the value has ${data.length} elements, its shape [${dims.join(",")}] needs ${size}`,
    );
  }
  const proto = { name, dataType: dtypeCodes[dtype], dims: [...dims] };
  if (dtype === "string")
    return { ...proto, stringData: (data as readonly string[]).map((text) => Buffer.from(text)) };
  return { ...proto, rawData: bytesOf(data as TypedData) };
}

/** A stored tensor's value. Throws `PTX_MODEL_FILE` where sizes and data disagree. */
export function tensorValue(
  proto: onnx.TensorProto.$Properties,
  where: string,
  external?: ExternalReader,
): HostTensor {
  const fail = tensorFail(proto, where);
  const dtype = dtypeOfCode(proto.dataType ?? 0);
  if (dtype === undefined)
    throw fail(`has the element type ${typeName(proto.dataType ?? 0)}, which is not supported`);
  const { dims, size } = storedShape(proto, fail);
  const data = dtype === "string" ? strings(proto) : numbers(proto, dtype, size, fail, external);
  if (data.length !== size)
    throw fail(`has ${data.length} elements, its shape [${dims.join(",")}] needs ${size}`);
  return { dtype, dims, data };
}

/** What is said against a stored tensor. */
type TensorFail = (message: string) => PtxError;

/** Says what is wrong with a tensor of a file. */
export function tensorFail({ name }: onnx.TensorProto.$Properties, where: string): TensorFail {
  return (message) => damaged(where, `the tensor "${name || "unnamed"}" ${message}`);
}

/** A stored tensor's sizes, and how many elements they make. Throws for sizes that no tensor can have. */
export function storedShape(
  { dims: declared }: Pick<onnx.TensorProto.$Properties, "dims">,
  fail: TensorFail,
): { readonly dims: readonly number[]; readonly size: number } {
  const dims = (declared ?? []).map(Number);
  const size = dims.reduce((a, b) => a * b, 1);
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || !Number.isSafeInteger(size))
    throw fail(`has the impossible shape [${dims.join(",")}]`);
  return { dims, size };
}

/** Our name of ONNX's element type; undefined for one that graphs do not have. */
export function dtypeOfCode(code: number): DType | undefined {
  return (Object.keys(dtypeCodes) as DType[]).find((dtype) => dtypeCodes[dtype] === code);
}

/** ONNX's name of an element type. */
export function typeName(code: number): string {
  return onnx.TensorProto.DataType[code] ?? String(code);
}

function strings({ stringData }: onnx.TensorProto.$Properties): string[] {
  return (stringData ?? []).map((bytes) => Buffer.from(bytes).toString());
}

function numbers(
  proto: onnx.TensorProto.$Properties,
  dtype: Exclude<DType, "string">,
  size: number,
  fail: TensorFail,
  external?: ExternalReader,
): TypedData {
  const array = arrayFor(dtype);
  const raw =
    proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL
      ? externalBytes(proto, size * array.BYTES_PER_ELEMENT, fail, external)
      : proto.rawData;
  if (raw && raw.byteLength > 0) {
    if (raw.byteLength !== size * array.BYTES_PER_ELEMENT) {
      throw fail(
        `has ${raw.byteLength} bytes, ${dtype}[${proto.dims?.join(",")}] needs ${size * array.BYTES_PER_ELEMENT}`,
      );
    }
    return new array(new Uint8Array(raw).buffer); // a copy: views into a file need not be aligned
  }
  const { floatData, doubleData, int64Data, int32Data } = proto;
  switch (dtype) {
    case "float32":
      return Float32Array.from(floatData ?? []);
    case "float64":
      return Float64Array.from(doubleData ?? []);
    case "int64":
      return BigInt64Array.from(int64Data ?? [], (value) => BigInt(value.toString()));
    default:
      return toData(dtype, int32Data ?? []) as TypedData;
  }
}

function externalBytes(
  proto: onnx.TensorProto.$Properties,
  size: number,
  fail: TensorFail,
  external?: ExternalReader,
): Uint8Array {
  const { location, offset, length } = externalRange(proto, size, fail);
  if (external === undefined) throw fail(`is kept in "${location}"; read the model by its path`);
  return external(location, offset, length);
}

/**
 * A size that a value is declared with: a number, a symbol, or null where the file leaves it open.
 * Some programs write -1 for an open size; other negative ones mean nothing.
 */
export function declaredSize(
  dim: onnx.TensorShapeProto.Dimension.$Properties,
  fail: (message: string) => PtxError,
): number | string | null {
  if (dim.dimParam) return dim.dimParam;
  // An open size reads as 0; only the own property tells it from a real one.
  if (!Object.hasOwn(dim, "dimValue")) return null;
  const size = Number(dim.dimValue);
  if (size === -1) return null;
  if (!Number.isSafeInteger(size) || size < 0) throw fail(`has the impossible size ${size}`);
  return size;
}
