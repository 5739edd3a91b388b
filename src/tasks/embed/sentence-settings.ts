/** @file What the folder of a sentence-transformers model says of how it gives vectors: read and written. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SentenceForm } from "../../components/contracts.js";
import type { SlotValue } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { isObject, type JsonObject, show } from "../../registry/json.js";
import type { EmbeddingPooling } from "./options.js";

/** A folder's own settings. */
export interface SentenceSettings {
  /** The folder of the encoder itself. */
  readonly encoder: string;
  /** Throws `PTX_MODEL_FILE` where the folder asks for what is not supported. */
  readonly pooling: () => EmbeddingPooling | undefined;
  readonly normalize: boolean | undefined;
  /** Pieces of a text at most. */
  readonly maxSeqLen: number | undefined;
}

/** The poolings by their keys. */
const MODES: Readonly<Record<string, EmbeddingPooling | null>> = {
  pooling_mode_cls_token: "first_token",
  pooling_mode_mean_tokens: "reduce_mean",
  pooling_mode_max_tokens: "reduce_max",
  pooling_mode_lasttoken: "last_token",
  pooling_mode_mean_sqrt_len_tokens: null,
  pooling_mode_weightedmean_tokens: null,
};

/** The embedding pooling that a pooling component is, where one is the same. */
function poolingNameOf(slot: SlotValue<"pooling">): EmbeddingPooling | undefined {
  const [[name, options]] = Object.entries(slot) as [[string, { readonly boundary_type?: string }]];
  if (name === "BoundaryPool")
    return options.boundary_type === "first"
      ? "first_token"
      : options.boundary_type === "last"
        ? "last_token"
        : undefined;
  return ({ MeanPool: "reduce_mean", MaxPool: "reduce_max", LastTimestepPool: "last_token" } as const)[name];
}

/** What a folder is to say. */
export interface SentenceFolder {
  readonly form: SentenceForm;
  /** Size of the encoder's states. */
  readonly dim: number;
  /** Pieces of a text at most. */
  readonly maxSeqLen: number;
}

/**
 * The files that make a folder of Hugging Face's one of sentence-transformers, by their paths: modules.json and what it names.
 * Undefined where these have no words for the vector.
 */
export function sentenceFiles({
  form,
  dim,
  maxSeqLen,
}: SentenceFolder): Record<string, JsonObject | JsonObject[]> | undefined {
  const pooling = poolingNameOf(form.pooling);
  if (pooling === undefined || form.projected) return undefined;
  const modules = [
    ["Transformer", ""],
    ["Pooling", "1_Pooling"],
    ...(form.normalize ? [["Normalize", "2_Normalize"]] : []),
  ].map(([type, path], idx) => ({
    ...{ idx, name: `${idx}`, path: path! },
    type: `sentence_transformers.models.${type}`,
  }));
  const modes = Object.entries(MODES).map(([key, mode]) => [key, mode === pooling] as const);
  return {
    "modules.json": modules,
    "sentence_bert_config.json": { max_seq_length: maxSeqLen, do_lower_case: false },
    "1_Pooling/config.json": { word_embedding_dimension: dim, ...Object.fromEntries(modes) },
  };
}

/** Reads modules.json and what it names; nothing is set where there is none. Throws `PTX_MODEL_FILE` naming file and key. */
export function sentenceSettings(folder: string): SentenceSettings {
  const file = join(folder, "modules.json");
  if (!existsSync(file))
    return { encoder: folder, pooling: () => undefined, normalize: undefined, maxSeqLen: undefined };
  const modules = modulesOf(file);
  const [first] = modules;
  if (first?.type !== "Transformer")
    throw ptxError("PTX_MODEL_FILE", `${file}  0.type`, `expected a Transformer, got ${show(first?.type)}`);
  const encoder = join(folder, first.path);
  const prompts = objectIn(join(folder, "config_sentence_transformers.json"));
  if ((prompts.default_prompt_name ?? null) !== null)
    throw ptxError(
      "PTX_MODEL_FILE",
      `${join(folder, "config_sentence_transformers.json")}  default_prompt_name`,
      "prompts in front of texts are not supported",
      "remove the key, and put the prompt in front of the texts",
    );
  return {
    encoder,
    pooling: () => poolingOf(folder, file, modules),
    normalize: modules.some(({ type }) => type === "Normalize"),
    maxSeqLen: maxSeqLenOf(encoder),
  };
}

interface Module {
  readonly type: string;
  readonly path: string;
}

function modulesOf(file: string): Module[] {
  const value = parsed(file);
  if (!Array.isArray(value)) throw ptxError("PTX_MODEL_FILE", file, "not a list of modules");
  return value.map((one: unknown, i) => {
    const { type, path } = isObject(one) ? one : {};
    if (typeof type === "string" && typeof path === "string")
      return { type: type.slice(type.lastIndexOf(".") + 1), path };
    throw ptxError("PTX_MODEL_FILE", `${file}  ${i}`, 'a module needs the texts "type" and "path"');
  });
}

function poolingOf(folder: string, file: string, modules: readonly Module[]): EmbeddingPooling | undefined {
  const strange = modules.findIndex(({ type }, i) => i > 0 && type !== "Pooling" && type !== "Normalize");
  if (strange > 0)
    throw ptxError(
      "PTX_MODEL_FILE",
      `${file}  ${strange}.type`,
      `${show(modules[strange]!.type)} is not supported`,
      "choose a pooling yourself: the vectors then are those of the encoder",
    );
  const pooling = modules.find(({ type }) => type === "Pooling");
  if (pooling === undefined) return undefined;
  const config = join(folder, pooling.path, "config.json");
  const said = objectIn(config);
  const asked = Object.keys(said).filter((key) => key.startsWith("pooling_mode_") && said[key] === true);
  const [key] = asked;
  const mode = key === undefined ? undefined : MODES[key];
  if (asked.length === 1 && mode != null) return mode;
  throw ptxError(
    "PTX_MODEL_FILE",
    `${config}  ${key ?? "pooling_mode_mean_tokens"}`,
    asked.length > 1
      ? `several poolings at once are not supported: ${asked.join(", ")}`
      : "this pooling is not supported",
    "choose a pooling yourself",
  );
}

function maxSeqLenOf(encoder: string): number | undefined {
  const file = join(encoder, "sentence_bert_config.json");
  const { max_seq_length: most = null, do_lower_case: lower = false } = objectIn(file);
  if (lower === true)
    throw ptxError(
      "PTX_MODEL_FILE",
      `${file}  do_lower_case`,
      "lower-casing before the tokenizer is not supported",
    );
  if (most === null) return undefined;
  if (Number.isInteger(most) && Number(most) > 0) return Number(most);
  throw ptxError("PTX_MODEL_FILE", `${file}  max_seq_length`, `expected a whole number, got ${show(most)}`);
}

/** The object in a file; empty where there is no file. */
function objectIn(file: string): JsonObject {
  if (!existsSync(file)) return {};
  const value = parsed(file);
  if (isObject(value)) return value;
  throw ptxError("PTX_MODEL_FILE", file, "not a JSON object");
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw ptxError("PTX_MODEL_FILE", file, `not JSON: ${(error as Error).message}`);
  }
}
