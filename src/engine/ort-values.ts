/** @file Values on their way into and out of ONNX Runtime, without copies. */
import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-node";
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
      this.#fit(declared, value, sizes);
    }
    for (const name of Object.keys(feeds)) {
      if (!this.#declared.has(name)) {
        throw problem(name, `the program has no such input  known: ${[...this.#declared.keys()].join(", ")}`);
      }
    }
  }

  #fit(
    declared: Tensor,
    { dtype, dims, data }: HostTensor,
    sizes: Map<string, { size: number; of: string }>,
  ): void {
    const got = `${dtype}${printShape(dims)}`;
    if (dtype !== declared.dtype || dims.length !== declared.rank) {
      throw problem(declared.name, `it is ${declared}, got ${got}`);
    }
    let count = 1;
    for (let axis = 0; axis < dims.length; axis++) {
      const [expected, size] = [declared.shape[axis]!, dims[axis]!];
      count *= size;
      if (typeof expected === "string") {
        const bound = sizes.get(expected);
        if (bound === undefined) sizes.set(expected, { size, of: declared.name });
        else if (bound.size !== size) {
          throw problem(
            declared.name,
            `"${expected}" is ${size} here (${got}) and ${bound.size} in ${bound.of}`,
          );
        }
      } else if (expected !== size) throw problem(declared.name, `it is ${declared}, got ${got}`);
    }
    if (data.length !== count)
      throw problem(declared.name, `${got} needs ${count} elements, got ${data.length}`);
  }
}

function problem(input: string, message: string) {
  return ptxError("PTX_ENGINE", `input ${input}`, message);
}

/** What to fetch: a tensor over the caller's array, or null for a new one. */
export function fetchesFor(
  names: readonly string[],
  into: Readonly<Record<string, HostTensor>>,
  outputs: ReadonlyMap<string, Tensor>,
  wrappers: Wrappers,
): Record<string, InferenceSession.OnnxValueMapType[string] | null> {
  for (const name of names) {
    if (!outputs.has(name)) {
      throw ptxError(
        "PTX_ENGINE",
        `output ${name}`,
        `the program has no such output  known: ${[...outputs.keys()].join(", ")}`,
      );
    }
  }
  for (const [name, { dtype }] of Object.entries(into)) {
    const declared = outputs.get(name);
    if (!names.includes(name))
      throw ptxError("PTX_ENGINE", `output ${name}`, "an array is given for it, but it is not asked for");
    if (dtype === "string")
      throw ptxError("PTX_ENGINE", `output ${name}`, "strings cannot be written into a given array");
    if (declared?.dtype !== dtype)
      throw ptxError("PTX_ENGINE", `output ${name}`, `it is ${declared}, the given array is ${dtype}`);
  }
  return Object.fromEntries(
    names.map((name) => [name, into[name] === undefined ? null : wrappers.wrap(into[name])]),
  );
}
