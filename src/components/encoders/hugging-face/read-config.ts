import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckProblem, Completion } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { isObject, show } from "../../../registry/json.js";
import { didYouMean } from "../../../registry/nearest.js";
import type { OpenSizes } from "../transformer-options.js";
import { type Family, families, firstPlace, type ModelConfig, needed } from "./families.js";

/** A pretrained model's own words about itself. */
export interface Described {
  readonly family: Family;
  readonly modelType: string;
  readonly config: ModelConfig;
  /** The file that says it. */
  readonly file: string;
}

/** What config.json must say, as it has no standard value. */
const REQUIRED = [
  "vocab_size",
  "hidden_size",
  "num_hidden_layers",
  "num_attention_heads",
  "intermediate_size",
];

/** What a config may choose otherwise than the pretrained model: it changes no parameter that is kept. */
const FREE = ["hidden_dropout_prob", "attention_probs_dropout_prob", "pooler"];

/** What the file of sizes beside BERT's first checkpoints does not say, as it knows one kind of model. */
const FIRST_BERT = { model_type: "bert", layer_norm_eps: 1e-12 };

/**
 * Reads a folder's config.json, or the bert_config.json that BERT's authors published with TensorFlow's checkpoints.
 * Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`, also for a kind of model that ours cannot be.
 */
export function readDescription(folder: string): Described {
  const first = join(folder, "bert_config.json");
  const isFirst = !existsSync(join(folder, "config.json")) && existsSync(first);
  const file = isFirst ? first : join(folder, "config.json");
  const config = isFirst ? { ...FIRST_BERT, ...parsed(file) } : parsed(file);
  const known = Object.keys(families);
  const modelType = config.model_type;
  if (typeof modelType !== "string" || !Object.hasOwn(families, modelType)) {
    const what =
      modelType === undefined
        ? "it does not say what kind of model this is"
        : `no kind of model that can be read: ${show(modelType)}`;
    const near = typeof modelType === "string" ? didYouMean(modelType, known) : "";
    throw ptxError(
      "PTX_MODEL_FILE",
      `${file}  model_type`,
      `${what}${near}; known: ${known.join(", ")}`,
      "export it to ONNX and use OnnxEncoder",
    );
  }
  for (const [key, value] of Object.entries(needed)) {
    const given = config[key] ?? value;
    if (given !== value)
      throw ptxError(
        "PTX_MODEL_FILE",
        `${file}  ${key}`,
        `only ${show(value)} is supported, got ${show(given)}`,
      );
  }
  return { family: families[modelType]!, modelType, config, file };
}

function parsed(file: string): ModelConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw ptxError("PTX_FILE_MISSING", file, `the model's sizes cannot be read: ${(error as Error).message}`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // told below, with values that are no objects
  }
  throw ptxError("PTX_MODEL_FILE", file, "not a JSON object with a model's sizes");
}

/** The config with the sizes of the model in `folder`, and the keys that contradict it. */
export function completedSizes<C extends OpenSizes>(config: C, folder: string): Completion {
  const { family, modelType, config: said, file } = readDescription(folder);
  const own: Record<string, unknown> = { ...family.fixed };
  for (const key of Object.keys(config)) {
    const value = said[family.keys[key] ?? key];
    if (value !== undefined && !(key in own)) own[key] = value;
  }
  own.position_offset = firstPlace(modelType, said);
  own.pooler ??= true;
  const absent = REQUIRED.find((key) => own[key] === undefined);
  if (absent !== undefined)
    throw ptxError("PTX_MODEL_FILE", file, `"${family.keys[absent] ?? absent}" is missing`);
  const problems: CheckProblem[] = [];
  const complete: Record<string, unknown> = { ...config };
  for (const [key, value] of Object.entries(own)) {
    if (!(key in config) || key === "pretrained") continue;
    const given = complete[key];
    if (given === null) complete[key] = value;
    else if (given !== value && !mayDiffer(key, given, value))
      problems.push({
        path: key,
        message: `${show(given)}, but the pretrained model has ${show(value)} (${file}): leave ${key} out`,
      });
  }
  return { config: complete, problems };
}

/** Whether a config may say `given` where the pretrained model has `value`: the first layers of a model are a model, too. */
export function mayDiffer(key: string, given: unknown, value: unknown): boolean {
  return FREE.includes(key) || (key === "num_hidden_layers" && Number(given) <= Number(value));
}
