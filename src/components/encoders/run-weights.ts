/** @file The encoder of a finished run of this library, as a pretrained model. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostTensor } from "../../graph/dtype.js";
import { addProduct, FACTORS } from "../../graph/low-rank.js";
import { readSafetensors } from "../../graph/safetensors.js";
import type { CheckProblem, Completion } from "../../registry/component.js";
import type { Log } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { isObject, show } from "../../registry/json.js";
import { mayDiffer } from "./hugging-face/read-config.js";
import { type LoRAConfig, type LoRASettings, loraSettings } from "./lora.js";
import { type OpenSizes, sizesOf, transformerSizes } from "./transformer-options.js";

const [CONFIG, PARAMETERS] = ["config.json", "parameters.safetensors"];
/** What the path of an encoder's table of pieces ends with. */
const TABLE = "embeddings.word.weight";

/** Whether a folder is a run's, and not one of Hugging Face's. */
export const isRunFolder = (folder: string): boolean => existsSync(join(folder, PARAMETERS));

/** What a run's config says of its encoder. */
export type EncoderConfig = OpenSizes & {
  readonly pretrained: string | null;
  readonly adapter: Readonly<Record<string, object>> | null;
};

/** The config of an encoder's LoRA; undefined: it has none. */
export function adapterOf({ adapter }: EncoderConfig): LoRAConfig | undefined {
  return adapter?.LoRA as LoRAConfig | undefined;
}

/** The config of the only TransformerEncoder of a run. Throws `PTX_MODEL_FILE` where there is none, or several. */
function encoderConfig(folder: string): EncoderConfig {
  const file = join(folder, CONFIG);
  const found: EncoderConfig[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isObject(value))
      for (const [key, inner] of Object.entries(value)) {
        if (key === "TransformerEncoder") found.push(inner as EncoderConfig);
        else visit(inner);
      }
  };
  try {
    visit(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw ptxError("PTX_MODEL_FILE", file, `the run's config cannot be read: ${(error as Error).message}`);
  }
  if (found.length === 1) return found[0]!;
  const message =
    found.length === 0 ? "the run has no TransformerEncoder" : `the run has ${found.length} encoders`;
  throw ptxError("PTX_MODEL_FILE", file, message, "name a run with one TransformerEncoder");
}

/** The config with the sizes of the run's encoder, and the keys that contradict it. */
export function sizesOfRun<C extends OpenSizes>(config: C, folder: string): Completion {
  const own = sizesOf(encoderConfig(folder));
  const problems: CheckProblem[] = [];
  const complete: Record<string, unknown> = { ...config };
  for (const key of Object.keys(transformerSizes) as (keyof OpenSizes)[]) {
    const [given, value] = [config[key], own[key]];
    if (given === null) complete[key] = value;
    else if (given !== value && !mayDiffer(key, given, value))
      problems.push({
        path: key,
        message: `${show(given)}, but the run's encoder has ${show(value)} (${join(folder, CONFIG)}): leave ${key} out`,
      });
  }
  return { config: complete, problems };
}

/** Where the encoder stands among a run's parameters. Throws `PTX_MODEL_FILE` where there is none, or several. */
function prefixOf(tensors: Readonly<Record<string, HostTensor>>, file: string): string {
  const places = Object.keys(tensors)
    .filter((name) => name === TABLE || name.endsWith(`.${TABLE}`))
    .map((name) => name.slice(0, -TABLE.length))
    .filter((prefix) => `${prefix}embeddings.norm.weight` in tensors);
  if (places.length === 1) return places[0]!;
  throw ptxError("PTX_MODEL_FILE", file, "the run's encoder is not among its parameters");
}

/** The encoder of a run. */
interface RunEncoder {
  readonly config: EncoderConfig;
  /** The place of the encoder, with a dot behind it. */
  readonly prefix: string;
  /** Its parameters by their path below it. */
  readonly values: ReadonlyMap<string, HostTensor>;
  /** The names of the run's other parameters. */
  readonly others: readonly string[];
}

/** The only encoder of a run whose parameters are `tensors`. Throws `PTX_MODEL_FILE` where there is none, or several. */
export function encoderOfRun(folder: string, tensors: Readonly<Record<string, HostTensor>>): RunEncoder {
  const config = encoderConfig(folder);
  const prefix = prefixOf(tensors, join(folder, PARAMETERS));
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  const values = new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  const others = Object.keys(tensors).filter((name) => !name.startsWith(prefix));
  return { config, prefix, values, others };
}

/** The first values of an encoder's parameters, from a run. */
export class RunWeights {
  readonly #unread: Set<string>;
  readonly #missing: string[] = [];
  readonly #prefix: string;
  #reported = false;

  private constructor(
    readonly file: string,
    readonly tensors: Readonly<Record<string, HostTensor>>,
    /** How the run's encoder is adapted, if it is. */
    readonly adapter: LoRASettings | undefined,
  ) {
    this.#prefix = prefixOf(tensors, file);
    this.#unread = new Set(Object.keys(tensors));
  }

  /** Reads a run's parameters. Throws `PTX_MODEL_FILE`. */
  static async read(folder: string): Promise<RunWeights> {
    const file = join(folder, PARAMETERS);
    const adapter = adapterOf(encoderConfig(folder));
    return new RunWeights(file, (await readSafetensors(file)).tensors, adapter && loraSettings(adapter));
  }

  /** The parameters that were asked for and that the run lacks. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** A parameter's values by its path below the encoder, a matrix with what the run's adapter adds to it; undefined where the run has none. Throws `PTX_MODEL_FILE` for another shape. */
  values(path: string, shape: readonly number[]): Float32Array | undefined {
    const name = `${this.#prefix}${path}`;
    const tensor = this.tensors[name];
    if (tensor === undefined) {
      this.#missing.push(path);
      return undefined;
    }
    this.#unread.delete(name);
    if (tensor.dims.join() === shape.join()) return this.#adapted(name, tensor);
    const message = `${name} has the shape [${tensor.dims}], the model needs [${shape}]`;
    throw ptxError("PTX_MODEL_FILE", this.file, message);
  }

  #adapted(name: string, { dims, data }: HostTensor): Float32Array {
    const factors = FACTORS.map((factor) => name.replace(/weight$/, factor));
    const [a, b] = factors.map((factor) => this.tensors[factor]?.data as Float32Array | undefined);
    const values = data as Float32Array;
    if (this.adapter === undefined || !name.endsWith(".weight") || a === undefined || b === undefined)
      return values;
    for (const factor of factors) this.#unread.delete(factor);
    const { alpha, rank } = this.adapter;
    return addProduct(values.slice(), dims as [number, number], a, b, alpha / rank);
  }

  /** Says once what was read, what nobody wanted, and what has random values since the run lacks it. */
  report(log: Log): void {
    if (this.#reported) return;
    this.#reported = true;
    const total = Object.keys(this.tensors).length;
    log.info(`${this.file}: ${total - this.#unread.size} of ${total} parameters read`);
    if (this.#unread.size > 0) log.info(`${this.file}: not used: ${[...this.#unread].join(", ")}`);
    if (this.#missing.length > 0)
      log.warn(`${this.file}: missing, so with random first values: ${this.#missing.join(", ")}`);
  }
}
