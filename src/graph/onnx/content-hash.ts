/** @file A digest of what a model computes, whatever is said about it. */
import { createHash } from "node:crypto";
import { type ExternalFiles, externalRange } from "./external-data.js";
import type { ParsedModel } from "./model-file.js";
import { programsOf, tensorsOf } from "./parts.js";
import { onnx } from "./proto/onnx.js";
import { storedSize } from "./stored-tensor.js";
import { tensorFail } from "./tensor-proto.js";

/** The fields of a model's message that the digest covers: `graph`, `opset_import`, `functions`. */
const COVERED: ReadonlySet<number> = new Set([7, 8, 25]);

/** The metadata key that a model's own digest stands under. */
export const CONTENT_HASH_KEY = "sha256";

/**
 * The content hash of a model: SHA-256, in hexadecimal, over these bytes one after another:
 *
 * 1. of the file's outermost message (`ModelProto`) every field `opset_import` (8), `graph` (7) and `functions` (25),
 *    in the order of the file, each with its tag and length, byte for byte as it stands;
 * 2. the data of every tensor that is kept in another file (`data_location` EXTERNAL), in the order of the tensors in
 *    the graph and then in the functions. In a graph, initialisers come first, sparse ones next (values, then indices),
 *    then the tensors that nodes have as attributes, node by node, those of a body where its attribute stands.
 *
 * Names, order and documentation within the graph count; metadata, producer and description of the model do not.
 */
export function contentHash(
  bytes: Uint8Array,
  { model, fields }: ParsedModel,
  where: string,
  files?: ExternalFiles,
): string {
  const hash = createHash("sha256");
  for (const { number, start, end } of fields)
    if (COVERED.has(number)) hash.update(bytes.subarray(start, end));
  for (const program of programsOf(model)) {
    for (const tensor of tensorsOf(program)) {
      if (tensor.dataLocation !== onnx.TensorProto.DataLocation.EXTERNAL) continue;
      const { bytes: size } = storedSize(tensor, where, files);
      const range = externalRange(tensor, size, tensorFail(tensor, where));
      for (const piece of files?.pieces(range, PIECE) ?? []) hash.update(piece);
    }
  }
  return hash.digest("hex");
}

/** How many bytes of another file are held at once. */
const PIECE = 2 ** 24;
