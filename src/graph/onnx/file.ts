/** @file ONNX models on disk. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { ptxError } from "../../registry/errors.js";
import type { Graph } from "../graph.js";
import { replaceFiles } from "../replace-file.js";
import { type DecodedModel, decodeMetadata, decodeModel } from "./decode.js";
import { type EncodeOptions, encodeModel, INLINE_LIMIT, storedBytes } from "./encode.js";
import type { DecodeOptions } from "./read-graph.js";

/** How a model is written. */
export interface WriteOptions extends Omit<EncodeOptions, "external"> {
  /** Tensors of this many bytes and more go to `NAME.data` beside the model; by default all large ones, once a model holds over 1 GB. */
  readonly externalFrom?: number;
}

/**
 * Writes a model, and a file of external data beside it where that is asked for or needed.
 * @returns the paths of the files, the model's first.
 */
export async function writeModel(path: string, graph: Graph, options: WriteOptions = {}): Promise<string[]> {
  const { externalFrom, ...rest } = options;
  const outside = externalFrom !== undefined || storedBytes(graph, options.values) > INLINE_LIMIT;
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

/** Reads a model and its external data. Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`. */
export async function readModel(
  path: string,
  options: Omit<DecodeOptions, "where" | "external"> = {},
): Promise<DecodedModel> {
  const bytes = await readBytes(path);
  const external = (location: string, offset: number, length: number): Uint8Array =>
    readRange(path, location, offset, length);
  return decodeModel(bytes, { ...options, where: path, external });
}

/** The metadata of a model, without building its graph. Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`. */
export async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  return decodeMetadata(await readBytes(path), path);
}

async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: Error) => {
    throw ptxError("PTX_FILE_MISSING", path, `the model cannot be read: ${error.message}`);
  });
}

function readRange(model: string, location: string, offset: number, length: number): Uint8Array {
  const inside = normalize(location);
  if (inside.startsWith("..") || inside.startsWith("/") || /^[a-z]:/i.test(inside)) {
    throw ptxError(
      "PTX_MODEL_FILE",
      model,
      `its external data "${location}" lies outside the model's folder`,
    );
  }
  const path = join(dirname(model), inside);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw ptxError(
      "PTX_FILE_MISSING",
      path,
      `the external data of ${basename(model)} cannot be read: ${(error as Error).message}`,
    );
  }
  try {
    const { size } = fstatSync(file);
    if (offset + length > size) {
      throw ptxError(
        "PTX_MODEL_FILE",
        path,
        `${basename(model)} needs its bytes up to ${offset + length}, it has ${size}`,
      );
    }
    const data = new Uint8Array(length);
    for (let at = 0; at < length; )
      at += readSync(file, data, at, Math.min(length - at, INLINE_LIMIT), offset + at);
    return data;
  } finally {
    closeSync(file);
  }
}
