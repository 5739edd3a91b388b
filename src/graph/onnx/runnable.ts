/** @file Model files that a run time is to be given: read once, and checked before it sees them. */
import { checkedModel } from "./check-model.js";
import { metadataOf, readBytes } from "./model-file.js";
import { isOrtFormat, ortMetadata } from "./ort-format.js";

/** The bytes of a model that have been checked. */
export interface RunnableModel {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a model, of ONNX's or of ONNX Runtime's own format, and checks it, external data included.
 * Throws `PTX_FILE_MISSING` where there is none, `PTX_MODEL_FILE` for one that is damaged or made to do harm.
 */
export async function readRunnable(path: string): Promise<RunnableModel> {
  const bytes = await readBytes(path);
  const metadata = isOrtFormat(bytes)
    ? ortMetadata(bytes, path)
    : metadataOf(checkedModel(bytes, path).model);
  return { path, bytes, metadata };
}
