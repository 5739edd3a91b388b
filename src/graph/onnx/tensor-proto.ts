/** @file Tensor values in ONNX's form. */
import { ptxError } from "../../registry/errors.js";
import { arrayFor, type DType, dtypeCodes, type HostTensor, type TypedData, toData } from "../dtype.js";
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

/** Gives bytes of a model's external data: file name beside the model, first byte, number of bytes. */
export type ExternalReader = (location: string, offset: number, length: number) => Uint8Array;

/** A stored tensor's value. Throws `PTX_MODEL_FILE` where sizes and data disagree. */
export function tensorValue(
  proto: onnx.TensorProto.$Properties,
  where: string,
  external?: ExternalReader,
): HostTensor {
  const name = proto.name || "unnamed";
  const fail = (message: string) => ptxError("PTX_MODEL_FILE", where, `the tensor "${name}" ${message}`);
  const dtype = dtypeOfCode(proto.dataType ?? 0);
  if (dtype === undefined)
    throw fail(`has the element type ${typeName(proto.dataType ?? 0)}, which is not supported`);
  const dims = (proto.dims ?? []).map(Number);
  const size = dims.reduce((a, b) => a * b, 1);
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || !Number.isSafeInteger(size)) {
    throw fail(`has the impossible shape [${dims.join(",")}]`);
  }
  const data = dtype === "string" ? strings(proto) : numbers(proto, dtype, size, fail, external);
  if (data.length !== size)
    throw fail(`has ${data.length} elements, its shape [${dims.join(",")}] needs ${size}`);
  return { dtype, dims, data };
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

type Fail = (message: string) => Error;

function numbers(
  proto: onnx.TensorProto.$Properties,
  dtype: Exclude<DType, "string">,
  size: number,
  fail: Fail,
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
  { externalData }: onnx.TensorProto.$Properties,
  size: number,
  fail: Fail,
  external?: ExternalReader,
): Uint8Array {
  const entries = new Map((externalData ?? []).map(({ key, value }) => [key, value ?? ""]));
  const location = entries.get("location");
  if (location === undefined) throw fail("is kept outside of the model, but the model does not say where");
  const [offset, length] = [Number(entries.get("offset") ?? 0), Number(entries.get("length") ?? size)];
  if (length !== size || !Number.isSafeInteger(offset) || offset < 0) {
    throw fail(`needs ${size} bytes of "${location}", the model says ${length} from ${offset}`);
  }
  if (external === undefined) throw fail(`is kept in "${location}"; read the model by its path`);
  return external(location, offset, length);
}
