/** @file PEFT's adapter_config.json: what of it an adapter of ours can be. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ptxError } from "../../../registry/errors.js";
import { isObject, show } from "../../../registry/json.js";

/** The files of a folder that PEFT writes. */
export const ADAPTER_FILES = { config: "adapter_config.json", weights: "adapter_model.safetensors" } as const;

/** What PEFT puts in front of a module's name in the base model. */
export const PEFT_PREFIX = "base_model.model.";

/** What an adapter's config says, as far as it counts. */
export interface PeftOptions {
  readonly rank: number;
  /** What the product of A and B is multiplied by. */
  readonly scale: number;
  readonly dropout: number;
}

/** The only value of an option with which it means what ours does; absent is the same. */
const ONLY: Readonly<Record<string, unknown>> = {
  peft_type: "LORA",
  bias: "none",
  fan_in_fan_out: false,
};

/** Options that say nothing about what the file's matrices mean; `init_lora_weights` is looked at by itself. */
const IDLE: ReadonlySet<string> = new Set([
  ...["r", "lora_alpha", "lora_dropout", "use_rslora", "init_lora_weights"],
  ...["auto_mapping", "base_model_name_or_path", "revision", "task_type", "inference_mode", "peft_version"],
  ...["target_modules", "exclude_modules", "modules_to_save", "layers_pattern", "layers_to_transform"],
  ...["megatron_core", "runtime_config"],
]);

/** Ways to begin that change the base model's own matrices, so that A and B alone do not tell what the model computes. */
const CHANGES_BASE = /^(pissa|olora|corda|loftq|eva_base)/;

/**
 * Reads a folder's adapter_config.json. Throws `PTX_FILE_MISSING`, or `PTX_MODEL_FILE` with the name of an option that is
 * not supported.
 */
export function readPeftOptions(folder: string): PeftOptions {
  const file = join(folder, ADAPTER_FILES.config);
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw ptxError(
      missing ? "PTX_FILE_MISSING" : "PTX_MODEL_FILE",
      file,
      `the adapter's config cannot be read: ${(error as Error).message}`,
    );
  }
  const fail = (key: string, message: string): Error =>
    ptxError("PTX_MODEL_FILE", `${file}  ${key}`, message);
  if (!isObject(config)) throw fail("", "not a JSON object");
  for (const [key, value] of Object.entries({ ...ONLY, ...config })) {
    if (key in ONLY) {
      if (value !== ONLY[key]) throw fail(key, `only ${show(ONLY[key])} is supported, got ${show(value)}`);
    } else if (!IDLE.has(key) && !isOff(value))
      throw fail(key, `this option of PEFT is not supported, got ${show(value)}`);
  }
  const { init_lora_weights: init, r, lora_alpha: alpha, lora_dropout: dropout = 0 } = config;
  if (typeof init === "string" && CHANGES_BASE.test(init))
    throw fail("init_lora_weights", `${show(init)} is not supported: it changes the base model's matrices`);
  if (typeof r !== "number" || !Number.isInteger(r) || r < 1) throw fail("r", `not a rank: ${show(r)}`);
  if (typeof alpha !== "number" || !(alpha > 0)) throw fail("lora_alpha", `not above 0: ${show(alpha)}`);
  if (typeof dropout !== "number" || !(dropout >= 0 && dropout < 1))
    throw fail("lora_dropout", `not a probability below 1: ${show(dropout)}`);
  // rsLoRA (Kalajdzievski, 2023) divides by the root of the rank.
  return { rank: r, scale: alpha / (config.use_rslora === true ? Math.sqrt(r) : r), dropout };
}

/** Whether an option is at what PEFT writes for "not used". */
function isOff(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === false || (isObject(value) && Object.keys(value).length === 0);
}
