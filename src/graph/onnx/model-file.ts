/** @file The bytes of a model file as a protobuf message; nothing in them is believed. */
import { readFile, stat } from "node:fs/promises";
import { type PtxError, ptxError } from "../../registry/errors.js";
import { printable } from "../../registry/printable.js";
import { onnx } from "./proto/onnx.js";
import { type TopField, walkModel } from "./wire.js";

/** Protobuf messages end here, and so do model files. */
const LARGEST = 2 ** 31 - 1;

/** An error of the file. What it repeats of the file is made safe to print. */
export function damaged(where: string, message: string): PtxError {
  return ptxError("PTX_MODEL_FILE", where, printable(message));
}

/** A model as its file has it. */
export interface ParsedModel {
  readonly model: onnx.ModelProto.$Properties;
  /** Where the model's own fields lie in the file. */
  readonly fields: readonly TopField[];
}

/** A file's bytes. Throws `PTX_FILE_MISSING` where there is none to read, `PTX_MODEL_FILE` where it cannot be a model. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const missing = (error: Error): never => {
    throw ptxError("PTX_FILE_MISSING", path, `the model cannot be read: ${error.message}`);
  };
  const found = await stat(path).catch(missing);
  if (found.isDirectory())
    throw ptxError("PTX_FILE_MISSING", path, "the model cannot be read: this is a folder");
  if (!found.isFile()) throw damaged(path, "it is no ordinary file");
  if (found.size > LARGEST)
    throw damaged(path, `it has ${found.size} bytes; a model file ends at ${LARGEST}`);
  return readFile(path).catch(missing);
}

/** A model's message and where its fields lie. Throws `PTX_MODEL_FILE` for bytes that are no whole model. */
export function parseModel(bytes: Uint8Array, where: string): ParsedModel {
  try {
    const fields = walkModel(bytes);
    const model = onnx.ModelProto.decode(bytes);
    return { model, fields };
  } catch (error) {
    throw damaged(where, `it is not a whole ONNX model (${(error as Error).message})`);
  }
}

/** The metadata of a model by key. */
export function metadataOf({ metadataProps }: onnx.ModelProto.$Properties): Readonly<Record<string, string>> {
  return Object.fromEntries((metadataProps ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
}

/** The versions of the operator sets that a model, or a function in it, is written in; ONNX's own is "". */
export function opsetsOf({
  opsetImport,
}: Pick<onnx.ModelProto.$Properties, "opsetImport">): ReadonlyMap<string, number> {
  return new Map((opsetImport ?? []).map(({ domain, version }) => [domainOf(domain), Number(version ?? 0)]));
}

/** A domain's name; ONNX's own has two. */
export function domainOf(domain: string | null | undefined): string {
  return domain === "ai.onnx" || !domain ? "" : domain;
}
