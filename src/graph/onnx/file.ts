/** @file ONNX models on disk. */
import { basename, dirname, join } from "node:path";
import type { Graph } from "../graph.js";
import { replaceFiles } from "../replace-file.js";
import { readCheckedModel } from "./check-model.js";
import { CONTENT_HASH_KEY, contentHash } from "./content-hash.js";
import { type DecodedModel, decodeParsed } from "./decode.js";
import { type EncodeOptions, encodeModel, INLINE_LIMIT, storedBytes } from "./encode.js";
import { onnx } from "./proto/onnx.js";
import type { DecodeOptions } from "./read-graph.js";

/** How a model is written. */
export interface WriteOptions extends Omit<EncodeOptions, "external"> {
  /** Tensors of this many bytes and more go to `NAME.data` beside the model; by default all large ones, once a model holds over 1 GB. */
  readonly externalFrom?: number;
}

/**
 * Writes a model, and a file of external data beside it where that is asked for or needed.
 * @param limit how many bytes a model holds itself at most
 * @returns the paths of the files, the model's first.
 */
export async function writeModel(
  path: string,
  graph: Graph,
  options: WriteOptions = {},
  limit = INLINE_LIMIT,
): Promise<string[]> {
  const { externalFrom, ...rest } = options;
  const outside = externalFrom !== undefined || storedBytes(graph, options.values) > limit;
  const location = `${basename(path)}.data`;
  const external = { location, ...(externalFrom !== undefined && { threshold: externalFrom }) };
  const encoded = encodeModel(graph, { ...rest, ...(outside && { external }) });
  const files = [{ path, pieces: [encoded.model] }];
  // The data first: a model is never there without it.
  if (encoded.external.length > 0)
    files.unshift({ path: join(dirname(path), location), pieces: [...encoded.external] });
  await replaceFiles(files);
  return files.map((file) => file.path).reverse();
}

/**
 * Records a model's content hash in the metadata of its file, so that `inspectModel` can tell whether it is still what
 * was written. Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`.
 */
export async function recordContentHash(path: string): Promise<void> {
  const checked = await readCheckedModel(path);
  const value = contentHash(checked.bytes, checked, path, checked.files);
  // Messages are read as one where they stand behind each other: the entry joins those that are there.
  const entry = onnx.ModelProto.encode({ metadataProps: [{ key: CONTENT_HASH_KEY, value }] }).finish();
  await replaceFiles([{ path, pieces: [checked.bytes, entry] }]);
}

/** Reads a model and its external data. Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`. */
export async function readModel(
  path: string,
  options: Omit<DecodeOptions, "where" | "external"> = {},
): Promise<DecodedModel> {
  const { model, files } = await readCheckedModel(path);
  const external = (location: string, offset: number, length: number): Uint8Array =>
    files.read({ location, offset, length });
  return decodeParsed(model, { ...options, where: path, external });
}
