/** @file A low-rank adapter that PEFT has written, as first values of ours. */
import { join } from "node:path";
import type { HostTensor } from "../../../graph/dtype.js";
import { readSafetensorsNow } from "../../../graph/safetensors.js";
import type { Log } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { layerModule } from "./families.js";
import { ADAPTER_FILES, PEFT_PREFIX, type PeftOptions, readPeftOptions } from "./peft-options.js";
import { floats } from "./read-weights.js";

/** A factor's name: its place in the model, and which of the two it is. */
const FACTOR = /^(.*)\.lora_([AB])\.weight$/;

/** The factors of one of PEFT's matrices: its product is `x A' B'`. */
interface Factors {
  /** Their name in the file, up to `lora_A` and `lora_B`. */
  readonly name: string;
  /** `[rank, in]` */
  readonly a: HostTensor;
  /** `[out, rank]` */
  readonly b: HostTensor;
}

/** An adapted matrix of ours: of several side by side, some may have no factors. */
type Parts = readonly (Factors | undefined)[];

/**
 * A folder that PEFT has written. Where three matrices stand side by side in one of ours (queries, keys, values), theirs have
 * factors of their own each: together these are factors of ours of as many times the rank, with zeros where a part has no
 * share, unless the three read the same A, as what this library exports does.
 */
export class PeftAdapter {
  readonly #parts = new Map<string, Parts>();
  readonly #unread: string[] = [];
  readonly options: PeftOptions;
  /** Columns of A and rows of B of every adapted matrix; what a matrix needs less of them is zero, and stays zero. */
  readonly rank: number;
  readonly file: string;
  #reported = false;

  /** Throws `PTX_FILE_MISSING`, or `PTX_MODEL_FILE` for what an adapter of ours cannot be, by its name. */
  constructor(folder: string) {
    this.options = readPeftOptions(folder);
    this.file = join(folder, ADAPTER_FILES.weights);
    const { tensors } = readSafetensorsNow(this.file);
    const names = Object.keys(tensors);
    const foreign = names.find((name) => name.includes("lora_") && !FACTOR.test(name));
    if (foreign !== undefined)
      throw this.#error(`"${foreign}" is of a kind of adapter that is not supported`);
    for (const name of names) this.#take(name, tensors);
    if (this.#parts.size === 0) throw this.#error("it holds no factors of an adapter");
    this.rank = Math.max(...[...this.#parts.values()].map((parts) => this.#rankOf(parts)));
  }

  /** The adapted matrices, by their paths below the encoder (`layer0.attention.in_proj`). */
  get matrices(): string[] {
    return [...this.#parts.keys()].sort();
  }

  /**
   * `lora_A [inputs, rank]` and `lora_B [rank, outputs]` of a matrix. Throws `PTX_MODEL_FILE` where the base's matrix has
   * other sizes.
   */
  factors(matrix: string, inputs: number, outputs: number): readonly [Float32Array, Float32Array] {
    const parts = this.#parts.get(matrix)!;
    const width = outputs / parts.length;
    for (const part of parts) if (part !== undefined) this.#requireSizes(part, inputs, width);
    const { rank } = this.options;
    const [a, b] = [new Float32Array(inputs * this.rank), new Float32Array(this.rank * outputs)];
    const joint = isJoint(parts);
    let first = 0;
    for (const [i, part] of parts.entries()) {
      if (part === undefined) continue;
      const [from, to] = [floats(part.a), floats(part.b)];
      for (let k = 0; k < rank; k++) {
        for (let row = 0; row < inputs; row++) a[row * this.rank + first + k] = from[k * inputs + row]!;
        for (let column = 0; column < width; column++)
          b[(first + k) * outputs + i * width + column] = to[column * rank + k]!;
      }
      if (!joint) first += rank;
    }
    return [a, b];
  }

  /** Says once what was read, and what was not. */
  report(log: Log): void {
    if (this.#reported) return;
    this.#reported = true;
    log.info(`${this.file}: ${this.matrices.length} matrices are adapted, rank ${this.rank}`);
    if (this.rank > this.options.rank)
      log.info(
        `${this.file}: queries, keys and values are one matrix here: their factors of rank ${this.options.rank} are parts of one pair, all of which is trained`,
      );
    if (this.#unread.length > 0)
      log.warn(
        `${this.file}: not used, as it is no part of the encoder's adapter: ${this.#unread.join(", ")}`,
      );
  }

  #take(name: string, tensors: Readonly<Record<string, HostTensor>>): void {
    const [, place, factor] = FACTOR.exec(name) ?? [];
    if (place === undefined) {
      this.#unread.push(name);
      return;
    }
    const module = place.startsWith(PEFT_PREFIX) ? place.slice(PEFT_PREFIX.length) : place;
    const found = layerModule(module);
    if (found === undefined)
      throw this.#error(`"${name}" adapts a module that is none of an encoder's linear layers: ${module}`);
    const [a, b] = ["A", "B"].map((which) => tensors[`${place}.lora_${which}.weight`]);
    if (a === undefined || b === undefined)
      throw this.#error(`"${name}" has no lora_${factor === "A" ? "B" : "A"} beside it`);
    const parts = [...(this.#parts.get(found.path) ?? Array.from({ length: found.of }, () => undefined))];
    parts[found.part] = { name: place, a, b };
    this.#parts.set(found.path, parts);
  }

  #rankOf(parts: Parts): number {
    const given = parts.filter((part) => part !== undefined);
    return isJoint(parts) ? this.options.rank : this.options.rank * given.length;
  }

  #requireSizes({ name, a, b }: Factors, inputs: number, outputs: number): void {
    const { rank } = this.options;
    const all = [
      ["A", a, [rank, inputs]],
      ["B", b, [outputs, rank]],
    ] as const;
    for (const [which, { dims }, wanted] of all)
      if (dims.join() !== wanted.join())
        throw this.#error(
          `${name}.lora_${which}.weight has the shape [${dims}], with this base model and rank it should be [${wanted}]`,
        );
  }

  #error(message: string): Error {
    return ptxError("PTX_MODEL_FILE", this.file, message);
  }
}

/** Whether all parts have factors, with one and the same A. */
function isJoint(parts: Parts): boolean {
  const [first] = parts;
  if (first === undefined) return false;
  return parts.every(
    (part) =>
      part !== undefined &&
      part.a.data.length === first.a.data.length &&
      (part.a.data as Float32Array).every((value, i) => value === first.a.data[i]),
  );
}
