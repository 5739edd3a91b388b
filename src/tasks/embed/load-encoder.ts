import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ptxError } from "../../registry/errors.js";
import { isObject, type JsonObject } from "../../registry/json.js";
import type { Embedder } from "./contracts.js";
import { EncoderEmbedder } from "./encoder-embedder.js";
import { type OpenOptions, openPretrained, openRunEncoder } from "./encoder-source.js";
import { StaticEmbedder } from "./static-embedder.js";
import { WordEmbedder } from "./word-embedder.js";

/**
 * Opens whatever gives vectors of texts: a folder of Hugging Face's or of sentence-transformers, a run folder (its encoder), a
 * model2vec folder, or a text file of word vectors. Throws `PTX_FILE_MISSING`, `PTX_MODEL_FILE`, `PTX_VOCABULARY`, `PTX_RUN`.
 */
export async function openEncoder(path: string, options: OpenOptions): Promise<Embedder> {
  const place = statSync(path, { throwIfNoEntry: false });
  if (place === undefined) throw ptxError("PTX_FILE_MISSING", path, "there is no such file or folder");
  const takesNone = (what: string): void => {
    if (options.adapter !== undefined)
      throw ptxError("PTX_USAGE", "--adapter", `${path} is ${what}, which takes no adapter`);
  };
  if (place.isFile()) {
    takesNone("a file of vectors");
    if (/\.(onnx|safetensors|bin|model)$/.test(path))
      throw ptxError(
        "PTX_USAGE",
        path,
        "one file is not enough: vectors need the tokenizer beside it, too",
        "name its folder",
      );
    return WordEmbedder.read(path);
  }
  const config = configOf(join(path, "config.json"));
  if (config.model_type === "model2vec") {
    takesNone("a model of static vectors");
    return StaticEmbedder.read(path, config);
  }
  const isRun = "task" in config || existsSync(join(path, "parameters.safetensors"));
  if (isRun) takesNone("a run");
  return new EncoderEmbedder(await (isRun ? openRunEncoder : openPretrained)(path, options));
}

/** What config.json holds; what is wrong with it is told by whoever needs it. */
function configOf(file: string): JsonObject {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
