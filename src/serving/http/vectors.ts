import type { Embedded } from "../../tasks/embed/contracts.js";
import { shortNumbers } from "../../tasks/short-numbers.js";
import { toRaw } from "../open-inference/datatypes.js";

/** How vectors are written: lists of numbers, or their float32 bytes, little-endian, in base64. */
export type VectorEncoding = "float" | "base64";

/** A vector for a JSON body, or with the pooling "none" one for each token. */
export function written(
  { vector, dims }: Pick<Embedded, "vector" | "dims">,
  encoding: VectorEncoding = "float",
): unknown {
  if (dims.length === 1) return writtenVector(vector, encoding);
  const [rows, dim] = [dims[0]!, dims[1]!];
  return Array.from({ length: rows }, (_, row) =>
    writtenVector(vector.subarray(row * dim, (row + 1) * dim), encoding),
  );
}

/** One vector. */
export function writtenVector(vector: Float32Array, encoding: VectorEncoding): string | number[] {
  if (encoding === "float") return shortNumbers(vector);
  const bytes = toRaw("FP32", vector);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
