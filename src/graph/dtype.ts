/** Element types, by ONNX's numbering (`TensorProto.DataType`). */
export const dtypeCodes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

/** The type of a tensor's elements. */
export type DType = keyof typeof dtypeCodes;

/** Elements as JavaScript holds them: `bool` as 0/1 bytes, `float16` as raw bits, `int64` as BigInt. */
export type TypedData =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | Uint16Array;

/** Elements of any type, strings included. */
export type TensorData = TypedData | readonly string[];

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
  float16: Uint16Array,
} as const;

/** Types that hold numbers with fractions: the ones that have gradients. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float16" || dtype === "float64";
}

/** The array class for a type; strings have none. */
export function arrayFor(dtype: Exclude<DType, "string">): (typeof constructors)[Exclude<DType, "string">] {
  return constructors[dtype];
}

/** Numbers (or strings) as an array of the given type. */
export function toData(dtype: DType, values: readonly (number | bigint | boolean | string)[]): TensorData {
  switch (dtype) {
    case "string":
      return values.map(String);
    case "int64":
      return BigInt64Array.from(values, (value) => BigInt(value as number));
    default: {
      const data = new (arrayFor(dtype) as typeof Float32Array)(values.length);
      data.set(values as number[]);
      return data;
    }
  }
}

/** A tensor's value outside any graph: what engines take and give. `dims` are its sizes. */
export interface HostTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}
