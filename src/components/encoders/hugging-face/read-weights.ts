import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostTensor } from "../../../graph/dtype.js";
import { halfToNumber } from "../../../graph/half.js";
import { readSafetensors } from "../../../graph/safetensors.js";
import type { Log } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { isObject } from "../../../registry/json.js";
import { isMatrix, sourcesOf } from "./families.js";
import { checkpointIn, readCheckpoint } from "./read-checkpoint.js";
import { type Described, readDescription } from "./read-config.js";

const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/** What a checkpoint may hold that is no weight. */
const BUFFERS = /(^|\.)(position_ids|token_type_ids)$/;

/** Old names of a norm's weight and bias. */
const OLD_ROLES: Readonly<Record<string, string>> = { weight: "gamma", bias: "beta" };

/** The first values of an encoder's parameters, from a folder that Hugging Face's tools have written. */
export class PretrainedWeights {
  readonly #tensors: ReadonlyMap<string, HostTensor>;
  readonly #unread: Set<string>;
  readonly #missing: string[] = [];
  readonly #prefix: string;
  #reported = false;

  private constructor(
    readonly described: Described,
    readonly file: string,
    tensors: ReadonlyMap<string, HostTensor>,
  ) {
    this.#tensors = tensors;
    this.#unread = new Set([...tensors.keys()].filter((name) => !BUFFERS.test(name)));
    const table = "embeddings.word_embeddings.weight";
    const found = [...tensors.keys()].filter((name) => name === table || name.endsWith(`.${table}`));
    if (found.length !== 1)
      throw ptxError(
        "PTX_MODEL_FILE",
        file,
        found.length === 0
          ? `there is no ${table}: not the weights of a ${described.modelType} encoder`
          : `several encoders: ${found.join(", ")}`,
      );
    this.#prefix = found[0]!.slice(0, -table.length);
  }

  /** Reads the sizes, and the safetensors file or files or TensorFlow's checkpoint. Throws `PTX_FILE_MISSING` or `PTX_MODEL_FILE`. */
  static async read(folder: string): Promise<PretrainedWeights> {
    const described = readDescription(folder);
    const index = join(folder, INDEX);
    const files = existsSync(join(folder, WEIGHTS)) ? [WEIGHTS] : existsSync(index) ? shards(index) : [];
    if (files.length === 0) {
      const checkpoint = checkpointIn(folder);
      if (checkpoint === undefined) throw noWeights(folder);
      return new PretrainedWeights(
        described,
        checkpoint,
        await readCheckpoint(checkpoint, described.modelType),
      );
    }
    const tensors = new Map<string, HostTensor>();
    for (const file of files) {
      const read = await readSafetensors(join(folder, file));
      for (const [name, tensor] of Object.entries(read.tensors)) tensors.set(name, tensor);
    }
    return new PretrainedWeights(described, join(folder, files.length === 1 ? files[0]! : INDEX), tensors);
  }

  /**
   * A parameter's values by its path below the encoder; undefined where the file has none, which is remembered. Throws
   * `PTX_MODEL_FILE` for another shape.
   */
  values(path: string, shape: readonly number[]): Float32Array | undefined {
    const names = sourcesOf(this.described.family, path);
    const parts = names?.map((name) => this.#take(name));
    if (parts === undefined || parts.some((part) => part === undefined)) {
      this.#missing.push(path);
      return undefined;
    }
    const matrix = isMatrix(path);
    const width = shape.at(-1)! / parts.length;
    const wanted = matrix ? [width, shape[0]!] : [...shape.slice(0, -1), width];
    for (const [i, part] of parts.entries()) {
      if (part!.dims.join() !== wanted.join())
        throw ptxError(
          "PTX_MODEL_FILE",
          this.file,
          `${this.#prefix}${names![i]} has the shape [${part!.dims}], by config.json it should be [${wanted}]`,
        );
    }
    const arrays = parts.map((part) => floats(part!));
    return matrix ? sideBySide(arrays, shape[0]!, width) : joined(arrays);
  }

  /** Parameters that have been asked for and are not there. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** Says once what was read, what nobody wanted, and what has random values since the file lacks it. */
  report(log: Log): void {
    if (this.#reported) return;
    this.#reported = true;
    const total = [...this.#tensors.keys()].filter((name) => !BUFFERS.test(name)).length;
    const unread = [...this.#unread];
    log.info(`${this.file}: ${total - unread.length} of ${total} tensors read`);
    if (unread.length > 0) log.info(`${this.file}: not used: ${unread.join(", ")}`);
    if (this.#missing.length > 0)
      log.warn(`${this.file}: missing, so with random first values: ${this.#missing.join(", ")}`);
  }

  #take(name: string): HostTensor | undefined {
    const end = name.lastIndexOf(".");
    const old = `${name.slice(0, end)}.${OLD_ROLES[name.slice(end + 1)]}`;
    const prefixes = new Set([this.#prefix, ""]);
    for (const full of [...prefixes].flatMap((prefix) => [`${prefix}${name}`, `${prefix}${old}`])) {
      const tensor = this.#tensors.get(full);
      if (tensor === undefined) continue;
      this.#unread.delete(full);
      return tensor;
    }
    return undefined;
  }
}

function shards(index: string): string[] {
  const value: unknown = JSON.parse(readFileSync(index, "utf8"));
  const map = isObject(value) ? value.weight_map : undefined;
  if (!isObject(map)) throw ptxError("PTX_MODEL_FILE", index, `"weight_map" is missing`);
  return [...new Set(Object.values(map).map(String))];
}

function noWeights(folder: string): Error {
  const pickled = readdirSync(folder).find((name) => /\.(bin|pt|ckpt|h5|msgpack)$/.test(name));
  return ptxError(
    "PTX_FILE_MISSING",
    join(folder, WEIGHTS),
    `the folder holds neither a safetensors file nor a checkpoint of TensorFlow's (NAME.index beside NAME.data-00000-of-00001)${pickled === undefined ? "" : `; ${pickled} is of a form that may run code when it is read`}`,
    "save the model with Hugging Face's save_pretrained(folder, safe_serialization=True)",
  );
}

/** A tensor's numbers, whatever type they have in the file. */
export function floats({ dtype, data }: HostTensor): Float32Array {
  if (dtype === "float32") return data as Float32Array;
  if (dtype === "float16") return Float32Array.from(data as Uint16Array, halfToNumber);
  return Float32Array.from(data as ArrayLike<number>);
}

/** `[out, in]` each -> `[in, out of all]`. */
function sideBySide(parts: readonly Float32Array[], rows: number, width: number): Float32Array {
  const all = new Float32Array(rows * width * parts.length);
  const stride = width * parts.length;
  for (const [i, part] of parts.entries()) {
    for (let row = 0; row < rows; row++) {
      const at = row * stride + i * width;
      for (let column = 0; column < width; column++) all[at + column] = part[column * rows + row]!;
    }
  }
  return all;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
