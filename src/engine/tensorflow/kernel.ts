/** @file What a kernel is: the function that computes one operator, typed by that operator's inputs and attributes. */
import type { Tensor as DeviceTensor } from "@tensorflow/tfjs";
import type { Graph, Tensor } from "../../graph/graph.js";
import type { AttributesOf, InputsOf, OpName } from "../../graph/ops/table.js";
import type { Dims } from "./arrays.js";
import type { TensorFlow } from "./load.js";
import { type HostData, room, Value } from "./value.js";

/** An operator's inputs as values. */
type InputValues<I> = { readonly [K in keyof I]: I[K] extends Tensor ? Value : Value | null };

/** What a kernel is given. */
export interface KernelCall<O extends OpName> {
  readonly tf: TensorFlow;
  readonly inputs: InputValues<InputsOf<O>>;
  readonly attributes: AttributesOf<O>;
  /** The operator's results as the graph declares them. */
  readonly outputs: readonly Tensor[];
  /** Runs a body once; what it reads from outside comes from where the node stands. */
  readonly run: (body: Graph, inputs: readonly Value[]) => readonly Value[];
  /** The declared sizes of a tensor of a body, as far as this run knows them. */
  readonly sizes: (tensor: Tensor) => Dims;
}

/** Computes one operator. An ordinary error that it throws is reported with the node's name, place and inputs. */
export type Kernel<O extends OpName> = (call: KernelCall<O>) => Value | readonly Value[];

/** The kernels of some operators. */
export type Kernels<O extends OpName> = { readonly [K in O]: Kernel<K> };

/** A float32 result. */
export const float = (tensor: DeviceTensor): Value => Value.device("float32", tensor);

/** The elements of `x` at these positions, as a value of these sizes. */
export function pick(x: Value, at: Int32Array, dims: Dims): Value {
  if (x.dtype === "string")
    return Value.host(
      "string",
      dims,
      Array.from(at, (i) => x.strings[i]!),
    );
  const from = x.numbers;
  const to = room(x.dtype, at.length);
  for (let i = 0; i < to.length; i++) to[i] = from[at[i]!]!;
  return Value.host(x.dtype, dims, to);
}

/** A value of one type's elements computed one by one. */
export function filled(
  dtype: Value["dtype"],
  dims: Dims,
  size: number,
  element: (i: number) => number | string,
): Value {
  if (dtype === "string") {
    return Value.host(
      dtype,
      dims,
      Array.from({ length: size }, (_, i) => String(element(i))),
    );
  }
  const data = room(dtype, size);
  for (let i = 0; i < size; i++) data[i] = element(i) as number;
  return Value.host(dtype, dims, data);
}

/** An int64 result, which must be exact. */
export function exact(dims: Dims, data: HostData): Value {
  for (const value of data as Float64Array) {
    if (!Number.isSafeInteger(value))
      throw new Error(`an int64 result (${value}) is beyond 2^53, which this engine cannot hold exactly`);
  }
  return Value.host("int64", dims, data);
}
