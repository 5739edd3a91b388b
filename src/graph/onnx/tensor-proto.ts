/** @file Tensor values in ONNX's form. */
import { ptxError } from "../../registry/errors.js";
import { dtypeCodes, type HostTensor, type TypedData } from "../dtype.js";
import type { onnx } from "./proto/onnx.js";

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
