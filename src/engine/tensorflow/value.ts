/** @file A value while a graph runs: on TensorFlow's side, on JavaScript's side, or on both. */
import type { Tensor as DeviceTensor } from "@tensorflow/tfjs";
import type { DType, HostTensor, TensorData } from "../../graph/dtype.js";
import { type Dims, sizeOf } from "./arrays.js";
import type { TensorFlow } from "./load.js";

/** The element types that this engine runs. */
export const supportedTypes = [
  "float32",
  "int32",
  "int64",
  "int8",
  "uint8",
  "bool",
  "string",
] as const satisfies readonly DType[];
/** One of them. */
export type ValueType = (typeof supportedTypes)[number];

/** Elements by type: `int64` as whole numbers in doubles (exact below 2^53), `bool` as 0 and 1. */
export type HostData = Float32Array | Int32Array | Float64Array | Int8Array | Uint8Array | readonly string[];
/** Elements that are numbers. */
export type Numbers = Exclude<HostData, readonly string[]>;

/** Whether this engine runs an element type. */
export function isSupported(dtype: DType): dtype is ValueType {
  return (supportedTypes as readonly DType[]).includes(dtype);
}

/** Room for `size` numbers of a type. */
export function room(dtype: Exclude<ValueType, "string">, size: number): Numbers {
  switch (dtype) {
    case "float32":
      return new Float32Array(size);
    case "int32":
      return new Int32Array(size);
    case "int64":
      return new Float64Array(size);
    case "int8":
      return new Int8Array(size);
    case "uint8":
    case "bool":
      return new Uint8Array(size);
    default:
      return dtype satisfies never;
  }
}

/** A tensor's value. Immutable; moved between the two sides when a kernel asks, once. */
export class Value {
  #host: HostData | undefined;
  #device: DeviceTensor | undefined;
  #owned = false;

  private constructor(
    readonly dtype: ValueType,
    readonly dims: Dims,
  ) {}

  /** A value on JavaScript's side. The array must not change while the value lives. */
  static host(dtype: ValueType, dims: Dims, data: HostData): Value {
    if (data.length !== sizeOf(dims))
      throw new Error(`${data.length} elements for sizes [${dims.join(",")}]`);
    const value = new Value(dtype, dims);
    value.#host = data;
    return value;
  }

  /** A value on TensorFlow's side. */
  static device(dtype: "float32" | "bool", tensor: DeviceTensor): Value {
    const value = new Value(dtype, tensor.shape);
    value.#device = tensor;
    return value;
  }

  /** A value given from outside; throws for integers that doubles cannot hold (the ends of int64 stand for infinity). */
  static from({ dtype, dims, data }: HostTensor): Value {
    if (!isSupported(dtype)) throw new Error(`${dtype} is not supported`);
    return Value.host(dtype, dims, data instanceof BigInt64Array ? exactNumbers(data) : (data as HostData));
  }

  get size(): number {
    return sizeOf(this.dims);
  }

  get rank(): number {
    return this.dims.length;
  }

  /** The elements on JavaScript's side. */
  get data(): HostData {
    this.#host ??= this.#device!.dataSync() as Float32Array | Uint8Array;
    return this.#host;
  }

  /** The elements of a value that is not of strings. */
  get numbers(): Numbers {
    if (this.dtype === "string") throw new Error("strings where numbers are needed");
    return this.data as Numbers;
  }

  /** The elements of a value of strings. */
  get strings(): readonly string[] {
    if (this.dtype !== "string") throw new Error(`${this.dtype} where strings are needed`);
    return this.data as readonly string[];
  }

  /** The value on TensorFlow's side, which has no other integers than int32, and no useful strings. */
  tensor(tf: TensorFlow): DeviceTensor {
    if (this.#device === undefined) {
      const { dtype } = this;
      if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool")
        throw new Error(`TensorFlow.js does not compute with ${dtype}`);
      this.#device = tf.tensor(this.numbers as Float32Array, [...this.dims], dtype);
      if (this.#owned) tf.keep(this.#device);
    }
    return this.#device;
  }

  /** The same elements with other sizes, on the side where they are. */
  reshaped(tf: TensorFlow, dims: Dims): Value {
    if (this.#host !== undefined) return Value.host(this.dtype, dims, this.#host);
    return Value.device(this.dtype as "float32" | "bool", tf.reshape(this.#device!, [...dims]));
  }

  /** Makes the value outlive the kernel that made it, until `dispose`. A tensor that someone else owns is cloned. */
  own(tf: TensorFlow): this {
    this.#owned = true;
    if (this.#device !== undefined) {
      if (this.#device.kept) this.#device = tf.clone(this.#device);
      tf.keep(this.#device);
    }
    return this;
  }

  /** Frees TensorFlow's memory. */
  dispose(): void {
    this.#device?.dispose();
    this.#device = undefined;
  }

  /** The elements as the outside holds them, copied into `target` or into a new array. */
  export(target?: TensorData): TensorData {
    const { data } = this;
    if (this.dtype === "string")
      return fill((target as string[] | undefined) ?? [], data as readonly string[]);
    if (this.dtype === "int64") {
      const big = (target as BigInt64Array | undefined) ?? new BigInt64Array(data.length);
      for (let i = 0; i < big.length; i++) big[i] = toBigInt((data as Float64Array)[i]!);
      return big;
    }
    if (target === undefined) return (data as Float32Array).slice();
    (target as Float32Array).set(data as Float32Array);
    return target;
  }
}

function fill(target: string[], strings: readonly string[]): string[] {
  for (const [i, text] of strings.entries()) target[i] = text;
  return target;
}

const LARGEST = 2n ** 63n - 1n;

function exactNumbers(data: BigInt64Array): Float64Array {
  return Float64Array.from(data, (big) => {
    const value = Number(big);
    if (!Number.isSafeInteger(value) && big !== LARGEST && big !== -LARGEST - 1n) {
      throw new Error(`the int64 ${big} is beyond 2^53, which this engine cannot hold exactly`);
    }
    return value;
  });
}

function toBigInt(value: number): bigint {
  if (value === Number(LARGEST)) return LARGEST;
  return BigInt(value);
}
