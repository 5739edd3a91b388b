/** @file Kernels of the operators that work element by element: floats on TensorFlow, everything else in JavaScript. */
import type { Tensor as DeviceTensor } from "@tensorflow/tfjs";
import type { DType } from "../../graph/dtype.js";
import { broadcast, broadcastDims, broadcastPositions, sizeOf } from "./arrays.js";
import { exact, filled, float, type Kernel, type Kernels } from "./kernel.js";
import type { TensorFlow } from "./load.js";
import { isSupported, room, Value, type ValueType } from "./value.js";

type Arithmetic = "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Max" | "Min";
type Comparison = "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual";
type Unary =
  | "Exp"
  | "Log"
  | "Sqrt"
  | "Reciprocal"
  | "Abs"
  | "Sign"
  | "Floor"
  | "Sin"
  | "Cos"
  | "Tanh"
  | "Sigmoid"
  | "Relu"
  | "Softplus"
  | "Erf";
type Other = "Neg" | "And" | "Or" | "Not" | "Where" | "Cast" | "Identity";

type DeviceBinary = (tf: TensorFlow, a: DeviceTensor, b: DeviceTensor) => DeviceTensor;

/** Whole numbers: int32 wraps around as in C, int64 must stay exact. */
function integers(a: Value, b: Value, element: (a: number, b: number) => number): Value {
  const { dims, left, right } = broadcast(a.dims, b.dims);
  const [x, y] = [a.numbers, b.numbers];
  const data = room(a.dtype === "int32" ? "int32" : "int64", sizeOf(dims));
  for (let i = 0; i < data.length; i++) data[i] = element(x[left[i]!]!, y[right[i]!]!);
  return a.dtype === "int32" ? Value.host("int32", dims, data) : exact(dims, data);
}

type OnNumbers = (a: number, b: number) => number;

function arithmetic(onFloats: DeviceBinary, onInt64: OnNumbers, onInt32 = onInt64): Kernel<Arithmetic> {
  return ({ tf, inputs: [a, b] }) => {
    if (a.dtype === "float32") return float(onFloats(tf, a.tensor(tf), b.tensor(tf)));
    return integers(a, b, a.dtype === "int32" ? onInt32 : onInt64);
  };
}

function comparison<E extends number | string>(
  onFloats: DeviceBinary,
  holds: (a: E, b: E) => boolean,
): Kernel<Comparison> {
  return ({ tf, inputs: [a, b] }) => {
    if (a.dtype === "float32") return Value.device("bool", onFloats(tf, a.tensor(tf), b.tensor(tf)));
    const { dims, left, right } = broadcast(a.dims, b.dims);
    const [x, y] = [a.data, b.data] as [readonly E[], readonly E[]];
    return filled("bool", dims, sizeOf(dims), (i) => (holds(x[left[i]!]!, y[right[i]!]!) ? 1 : 0));
  };
}

function logical(of: (a: number, b: number) => number): Kernel<"And" | "Or"> {
  return ({ inputs: [a, b] }) => {
    const { dims, left, right } = broadcast(a.dims, b.dims);
    return filled("bool", dims, sizeOf(dims), (i) => of(a.numbers[left[i]!]!, b.numbers[right[i]!]!));
  };
}

function unary(onFloats: (tf: TensorFlow, x: DeviceTensor) => DeviceTensor): Kernel<Unary> {
  return ({ tf, inputs: [x] }) => float(onFloats(tf, x.tensor(tf)));
}

function divide(a: number, b: number): number {
  if (b === 0) throw new Error("an integer is divided by zero");
  return Math.trunc(a / b);
}

function power(a: number, b: number): number {
  return Math.trunc(a ** b);
}

function cast(tf: TensorFlow, x: Value, to: DType): Value {
  if (!isSupported(to)) throw new Error(`a cast to ${to} is not supported`);
  if (x.dtype === "bool" && to === "float32") return float(tf.cast(x.tensor(tf), "float32"));
  if (x.dtype === "float32" && to === "string")
    throw new Error("how a float is written as a string is not defined");
  return filled(to, x.dims, x.size, converter(x, to));
}

function converter(x: Value, to: ValueType): (i: number) => number | string {
  if (x.dtype === "string") {
    const { strings } = x;
    return to === "string" ? (i) => strings[i]! : (i) => parse(strings[i]!);
  }
  const { numbers } = x;
  switch (to) {
    case "bool":
      return (i) => (numbers[i] === 0 ? 0 : 1);
    case "int8":
    case "uint8":
    case "int32":
    case "int64":
      return (i) => Math.trunc(numbers[i]!);
    case "float32":
    case "string":
      return (i) => numbers[i]!;
    default:
      return to satisfies never;
  }
}

function parse(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new Error(`"${text}" is not a number`);
  return value;
}

/** Kernels of the elementwise operators. */
export const elementwiseKernels: Kernels<Arithmetic | Comparison | Unary | Other> = {
  Add: arithmetic(
    (tf, a, b) => tf.add(a, b),
    (a, b) => a + b,
  ),
  Sub: arithmetic(
    (tf, a, b) => tf.sub(a, b),
    (a, b) => a - b,
  ),
  Mul: arithmetic(
    (tf, a, b) => tf.mul(a, b),
    (a, b) => a * b,
    Math.imul,
  ),
  Div: arithmetic((tf, a, b) => tf.div(a, b), divide),
  Pow: arithmetic((tf, a, b) => tf.pow(a, b), power),
  Max: arithmetic((tf, a, b) => tf.maximum(a, b), Math.max),
  Min: arithmetic((tf, a, b) => tf.minimum(a, b), Math.min),

  Equal: comparison(
    (tf, a, b) => tf.equal(a, b),
    (a: number | string, b) => a === b,
  ),
  Greater: comparison(
    (tf, a, b) => tf.greater(a, b),
    (a: number, b) => a > b,
  ),
  GreaterOrEqual: comparison(
    (tf, a, b) => tf.greaterEqual(a, b),
    (a: number, b) => a >= b,
  ),
  Less: comparison(
    (tf, a, b) => tf.less(a, b),
    (a: number, b) => a < b,
  ),
  LessOrEqual: comparison(
    (tf, a, b) => tf.lessEqual(a, b),
    (a: number, b) => a <= b,
  ),

  And: logical((a, b) => a & b),
  Or: logical((a, b) => a | b),
  Not: ({ inputs: [x] }) => filled("bool", x.dims, x.size, (i) => 1 - x.numbers[i]!),

  Neg: ({ tf, inputs: [x] }) =>
    x.dtype === "float32"
      ? float(tf.neg(x.tensor(tf)))
      : filled(x.dtype, x.dims, x.size, (i) => 0 - x.numbers[i]!),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Reciprocal: unary((tf, x) => tf.reciprocal(x)),
  Abs: unary((tf, x) => tf.abs(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Floor: unary((tf, x) => tf.floor(x)),
  Sin: unary((tf, x) => tf.sin(x)),
  Cos: unary((tf, x) => tf.cos(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Relu: unary((tf, x) => tf.relu(x)),
  Softplus: unary((tf, x) => tf.softplus(x)),
  Erf: unary((tf, x) => tf.erf(x)),

  Where: ({ tf, inputs: [condition, a, b] }) => {
    const dims = broadcastDims(condition.dims, a.dims, b.dims);
    // TensorFlow.js cannot broadcast to nothing.
    if (a.dtype === "float32" && sizeOf(dims) > 0) {
      return float(tf.where(condition.tensor(tf), a.tensor(tf), b.tensor(tf)));
    }
    const [c, left, right] = [condition, a, b].map((x) => broadcastPositions(x.dims, dims)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    const chosen = condition.numbers;
    return filled(a.dtype, dims, sizeOf(dims), (i) =>
      chosen[c[i]!] ? a.data[left[i]!]! : b.data[right[i]!]!,
    );
  },
  Cast: ({ tf, inputs: [x], attributes: { to } }) => cast(tf, x, to),
  Identity: ({ inputs: [x] }) => x,
};
