/** @file Values on their way into and out of ONNX Runtime, without copies. */
import type { Tensor as OrtTensor, TensorConstructor } from "onnxruntime-node";
import { printShape } from "../graph/dims.js";
import type { HostTensor, TensorData } from "../graph/dtype.js";
import type { Graph, Tensor } from "../graph/graph.js";
import { ptxError } from "../registry/errors.js";

/** Makes run-time tensors over our arrays; a typed array that comes again with the same type and sizes gets the same one. */
export class Wrappers {
  readonly #known = new WeakMap<object, { readonly host: HostTensor; readonly tensor: OrtTensor }>();

  constructor(readonly create: TensorConstructor) {}

  wrap(host: HostTensor): OrtTensor {
    const { dtype, dims, data } = host;
    if (dtype === "string") return new this.create("string", data as string[], dims);
    const known = this.#known.get(data);
    if (known !== undefined && known.host.dtype === dtype && sameSizes(known.host.dims, dims))
      return known.tensor;
    const tensor = new this.create(dtype, data as Float32Array, dims);
    this.#known.set(data, { host: { dtype, dims: [...dims], data }, tensor });
    return tensor;
  }
}

function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** A run-time tensor as a value of ours. Half-precision numbers stay raw bits on every version of Node. */
export function unwrap(tensor: OrtTensor): HostTensor {
  const dtype = tensor.type as HostTensor["dtype"];
  const { data } = tensor;
  const raw = dtype === "float16" && !(data instanceof Uint16Array);
  const { buffer, byteOffset, length } = data as Uint16Array;
  return {
    dtype,
    dims: tensor.dims,
    data: raw ? new Uint16Array(buffer, byteOffset, length) : (data as TensorData),
  };
}

/** Checks what a run is fed against what the graph declares: presence, type, sizes, and that one symbol has one size. */
export class FeedChecker {
  readonly #declared: ReadonlyMap<string, Tensor>;
  /** Values of parameters that were found right: the same object need not be looked at in every step. */
  readonly #seen = new Map<string, HostTensor>();

  constructor(graph: Graph) {
    this.#declared = new Map([...graph.inputs, ...graph.parameters].map((tensor) => [tensor.name, tensor]));
  }

  /** Throws `PTX_ENGINE` for the first feed that cannot be taken. */
  check(feeds: Readonly<Record<string, HostTensor>>, needed: readonly string[]): void {
    const sizes = new Map<string, { readonly size: number; readonly of: string }>();
    for (const name of needed) {
      const value = feeds[name];
      const declared = this.#declared.get(name)!;
      if (value === undefined) throw problem(name, `it is not fed; give it as ${declared}`);
      if (this.#seen.get(name) === value) continue;
      this.#fit(declared, value, sizes);
      if (declared.origin.kind === "parameter") this.#seen.set(name, value);
    }
    for (const name of Object.keys(feeds)) {
      if (!this.#declared.has(name)) {
        throw problem(name, `the program has no such input  known: ${[...this.#declared.keys()].join(", ")}`);
      }
    }
  }

  #fit(declared: Tensor, value: HostTensor, sizes: Map<string, { size: number; of: string }>): void {
    const { dtype, dims, data } = value;
    const fail = (message: string) => problem(declared.name, message);
    const got = (): string => `${dtype}${printShape(dims)}`;
    if (dtype !== declared.dtype || dims.length !== declared.rank)
      throw fail(`it is ${declared}, got ${got()}`);
    let count = 1;
    for (let axis = 0; axis < dims.length; axis++) {
      const [expected, size] = [declared.shape[axis]!, dims[axis]!];
      count *= size;
      if (typeof expected === "string") {
        const bound = sizes.get(expected);
        if (bound === undefined) sizes.set(expected, { size, of: declared.name });
        else if (bound.size !== size) {
          throw fail(`"${expected}" is ${size} here (${got()}) and ${bound.size} in ${bound.of}`);
        }
      } else if (expected !== size) throw fail(`it is ${declared}, got ${got()}`);
    }
    if (data.length !== count) throw fail(`${got()} needs ${count} elements, got ${data.length}`);
  }
}

function problem(input: string, message: string) {
  return ptxError("PTX_ENGINE", `input ${input}`, message);
}

/** What to fetch: a tensor over the caller's array, or null for a new one. Throws `PTX_ENGINE` for what does not fit. */
export function fetchesFor(
  names: readonly string[],
  into: Readonly<Record<string, HostTensor>>,
  outputs: ReadonlyMap<string, Tensor>,
  wrappers: Wrappers,
): Record<string, OrtTensor | null> {
  const fetches: Record<string, OrtTensor | null> = {};
  for (const name of names) {
    const declared = outputs.get(name);
    if (declared === undefined)
      throw unfit(name, `the program has no such output  known: ${[...outputs.keys()].join(", ")}`);
    const target = into[name];
    if (target?.dtype === "string") throw unfit(name, "strings cannot be written into a given array");
    if (target !== undefined && target.dtype !== declared.dtype) {
      throw unfit(name, `it is ${declared}, the given array is ${target.dtype}`);
    }
    fetches[name] = target === undefined ? null : wrappers.wrap(target);
  }
  for (const name of Object.keys(into)) {
    if (!(name in fetches)) throw unfit(name, "an array is given for it, but it is not asked for");
  }
  return fetches;
}

function unfit(output: string, message: string) {
  return ptxError("PTX_ENGINE", `output ${output}`, message);
}
