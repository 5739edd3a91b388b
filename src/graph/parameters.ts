import { ptxError } from "../registry/errors.js";
import { type RandomStream, stream } from "../registry/random.js";
import type { HostTensor } from "./dtype.js";

/** A named array that training changes. */
export interface Parameter {
  /** Its path, `model.embedding.word.weight`: checkpoint key, ONNX initialiser and selector at once. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** False for frozen parameters: no gradient is computed, no optimizer touches them. */
  trainable: boolean;
}

/** Fills a new parameter. Randomness comes from a stream named after the parameter, so order of creation does not matter. */
export type Initializer = (data: Float32Array, shape: readonly number[], random: RandomStream) => void;

/** All zeros (or another number). */
export const constantInit =
  (value: number): Initializer =>
  (data) => {
    data.fill(value);
  };

/** Normal with the given standard deviation. */
export const normalInit =
  (deviation: number): Initializer =>
  (data, _, random) => {
    random.fillNormal(data, 0, deviation);
  };

/** Uniform in `[-limit, limit)`. */
export const uniformInit =
  (limit: number): Initializer =>
  (data, _, random) => {
    random.fillUniform(data, -limit, limit);
  };

/** Uniform with limit `sqrt(6 / (in + out))` for `[in, out]` (Glorot and Bengio, 2010). */
export const xavierInit: Initializer = (data, shape, random) => {
  const [fanIn, fanOut] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  random.fillUniform(data, -limit, limit);
};

/** Parameters by name, in order of creation. Graphs declare them; engines are fed from here; optimizers write here. */
export class ParameterStore implements Iterable<Parameter> {
  readonly #parameters = new Map<string, Parameter>();
  readonly #declared = new Set<string>();
  readonly #removed = new Set<string>();
  #source: string | undefined;

  /** @param seed the run's seed: every parameter draws its first values from the stream (seed, "init", name). */
  constructor(readonly seed: number) {}

  /** Says that all parameters were read from `source`: a model that needs another one does not fit, and `declare` throws. */
  seal(source: string): void {
    this.#source = source;
  }

  /** Whether all parameters were read from a file. */
  get sealed(): boolean {
    return this.#source !== undefined;
  }

  /** Counts the parameters below a path as declared: they were there for training, and a model that predicts has no use for them. */
  leaveOut(path: string): void {
    for (const name of this.names) if (name.startsWith(`${path}.`)) this.#declared.add(name);
  }

  /** Throws `PTX_MODEL_FILE` when a sealed store holds a parameter that no model has declared: it belongs to another one. */
  requireAllDeclared(): void {
    if (this.#source === undefined) return;
    const unused = this.names.filter((name) => !this.#declared.has(name));
    if (unused.length === 0) return;
    throw ptxError(
      "PTX_MODEL_FILE",
      this.#source,
      `the model has no use for the saved ${unused.slice(0, 5).join(", ")}`,
      "the run's config and its parameters must belong together",
    );
  }

  /** The parameter of that name, created and initialised on first use. Throws `PTX_MODEL_FILE` when it is known with another shape. */
  declare(name: string, shape: readonly number[], initializer: Initializer): Parameter {
    const known = this.#parameters.get(name);
    this.#declared.add(name);
    if (known !== undefined) {
      if (known.shape.join() !== shape.join()) {
        throw ptxError(
          "PTX_MODEL_FILE",
          name,
          `the parameter has shape [${known.shape}] but the model needs [${shape}]`,
          "the run's config and its parameters must belong together",
        );
      }
      return known;
    }
    if (this.#source !== undefined) {
      throw ptxError(
        "PTX_MODEL_FILE",
        this.#source,
        `the model needs the parameter ${name}, which is not among the saved ones`,
        "the run's config and its parameters must belong together",
      );
    }
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    initializer(data, shape, stream(this.seed, "init", name));
    return this.add({ name, shape, data, trainable: true });
  }

  /** Adds a parameter with values (read from a file). */
  add(parameter: Parameter): Parameter {
    this.#parameters.set(parameter.name, parameter);
    this.#removed.delete(parameter.name);
    return parameter;
  }

  /** Takes a parameter out; what it stood for stands elsewhere. */
  remove(name: string): void {
    this.#parameters.delete(name);
    this.#removed.add(name);
  }

  /** Whether a parameter was taken out. */
  wasRemoved(name: string): boolean {
    return this.#removed.has(name);
  }

  get(name: string): Parameter | undefined {
    return this.#parameters.get(name);
  }

  get names(): string[] {
    return [...this.#parameters.keys()];
  }

  /** How many numbers all parameters hold. */
  get size(): number {
    return [...this].reduce((total, { data }) => total + data.length, 0);
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.#parameters.values();
  }

  /** The parameters as feeds. The arrays are the store's own: an update is seen by the next run. */
  feeds(names: Iterable<string> = this.names): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = {};
    for (const name of names) {
      const parameter = this.#parameters.get(name);
      if (parameter === undefined) throw ptxError("PTX_MODEL_FILE", name, "the parameter is missing");
      feeds[name] = { dtype: "float32", dims: parameter.shape, data: parameter.data };
    }
    return feeds;
  }

  /** Writes other values (of the same names and sizes) into the arrays, which stay the same objects. */
  assign(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, data] of values) {
      const parameter = this.#parameters.get(name);
      if (parameter === undefined || parameter.data.length !== data.length) {
        throw ptxError("PTX_MODEL_FILE", name, `no parameter of ${data.length} values has this name`);
      }
      parameter.data.set(data);
    }
  }

  /** A copy of all values. */
  snapshot(): Map<string, Float32Array> {
    return new Map([...this].map(({ name, data }) => [name, data.slice()]));
  }
}
