/** @file Values on their way into and out of ONNX Runtime, without copies. */
import type { Tensor as OrtTensor, TensorConstructor } from "onnxruntime-node";
import type { HostTensor, TensorData } from "../graph/dtype.js";
import type { Values } from "./engine.js";

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

/** What to fetch: a tensor over the caller's array, or null for a new one. */
export function fetchesFor(
  names: readonly string[],
  into: Values,
  wrappers: Wrappers,
): Record<string, OrtTensor | null> {
  const fetches: Record<string, OrtTensor | null> = {};
  for (const name of names) {
    const target = into[name];
    fetches[name] = target === undefined ? null : wrappers.wrap(target);
  }
  return fetches;
}
