/** @file Low-rank adapters of ours as PEFT writes them. */
import type { HostTensor } from "../../../graph/dtype.js";
import { ptxError } from "../../../registry/errors.js";
import type { Sizes } from "../transformer-options.js";
import { families, sourcesOf } from "./families.js";
import { PEFT_PREFIX } from "./peft-options.js";
import { familyOf, partsOf } from "./write-folder.js";

/** How an adapter works, beside its factors. */
export interface AdapterSettings {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  /** Where the base model was read from; null: the run began with none. */
  readonly base: string | null;
}

/** An adapter in PEFT's form. */
export interface PeftModel {
  /** What adapter_config.json holds. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What adapter_model.safetensors holds. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/** What the names of factors end with, beside a matrix's place. */
const FACTOR = /^(.*)\.lora_([AB])$/;

/**
 * The factors of an encoder's adapter, by the names that PEFT has for the family that its sizes fit. Queries, keys and values
 * get the A that they share each.
 * @param parameters values by their path below the encoder (`layer0.attention.in_proj.lora_A`)
 * @param place where the encoder comes from, for errors. Throws `PTX_EXPORT` for an encoder without an adapter
 */
export function peftModel(
  sizes: Sizes,
  parameters: ReadonlyMap<string, HostTensor>,
  { rank, alpha, dropout, base }: AdapterSettings,
  place: string,
): PeftModel {
  const family = families[familyOf(sizes)]!;
  const tensors: Record<string, HostTensor> = {};
  const targets = new Set<string>();
  for (const [path, tensor] of parameters) {
    const [, matrix, factor] = FACTOR.exec(path) ?? [];
    if (matrix === undefined) continue;
    const names = sourcesOf(family, `${matrix}.weight`)!.map((name) => name.replace(/\.weight$/, ""));
    const parts =
      factor === "A" ? names.map(() => partsOf(tensor, 1, true)[0]!) : partsOf(tensor, names.length, true);
    for (const [i, name] of names.entries()) {
      targets.add(name);
      tensors[`${PEFT_PREFIX}${name}.lora_${factor}.weight`] = parts[i]!;
    }
  }
  if (targets.size === 0)
    throw ptxError("PTX_EXPORT", place, "the encoder has no adapter", "export it by --hugging-face");
  const config = {
    peft_type: "LORA",
    task_type: "FEATURE_EXTRACTION",
    base_model_name_or_path: base,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    target_modules: [...targets],
    bias: "none",
    fan_in_fan_out: false,
    init_lora_weights: true,
    use_rslora: false,
    use_dora: false,
    modules_to_save: null,
  };
  return { config, tensors };
}
