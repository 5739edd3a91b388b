/** @file Kernels of the operators that shrink or run along axes. */
import type { Tensor as DeviceTensor } from "@tensorflow/tfjs";
import { around, type Dims, normal, positions, stridesOf } from "./arrays.js";
import { exact, float, type Kernel, type Kernels } from "./kernel.js";
import type { TensorFlow } from "./load.js";
import { type Numbers, room, Value } from "./value.js";

type Reduction = "ReduceSum" | "ReduceMean" | "ReduceMax" | "ReduceMin";
type Other = "Softmax" | "LogSoftmax" | "ArgMax" | "CumSum" | "LayerNormalization";

function reduction(
  onFloats: (tf: TensorFlow, x: DeviceTensor, axes: number[], keep: boolean) => DeviceTensor,
  onIntegers: (values: number[]) => number,
): Kernel<Reduction> {
  return ({ tf, inputs: [x, axesValue], attributes: { keepdims } }) => {
    // ONNX: no axes means all of them.
    const axes =
      axesValue.size === 0
        ? [...x.dims.keys()]
        : Array.from(axesValue.numbers, (axis) => normal(axis, x.rank));
    if (x.dtype === "float32") return float(onFloats(tf, x.tensor(tf), axes, keepdims === 1));
    return reduceIntegers(x, axes, keepdims === 1, onIntegers);
  };
}

function reduceIntegers(
  x: Value,
  axes: readonly number[],
  keep: boolean,
  of: (values: number[]) => number,
): Value {
  const [strides, numbers] = [stridesOf(x.dims), x.numbers];
  const kept = [...x.dims.keys()].filter((axis) => !axes.includes(axis));
  const sizes = (chosen: readonly number[]): number[] => chosen.map((axis) => x.dims[axis]!);
  const steps = (chosen: readonly number[]): number[] => chosen.map((axis) => strides[axis]!);
  const within = positions(sizes(axes), steps(axes));
  const starts = positions(sizes(kept), steps(kept));
  const data = Array.from(starts, (start) => of(Array.from(within, (offset) => numbers[start + offset]!)));
  const dims = keep ? x.dims.map((size, axis) => (axes.includes(axis) ? 1 : size)) : sizes(kept);
  return x.dtype === "int32"
    ? Value.host("int32", dims, Int32Array.from(data))
    : exact(dims, Float64Array.from(data));
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function noMean(): never {
  throw new Error("the mean of whole numbers is not supported; cast to float32 first");
}

/** Logits minus the logarithm of the sum of their exponentials, computed from the largest down. */
function logSoftmax(tf: TensorFlow, x: DeviceTensor, axis: number): DeviceTensor {
  const shifted = tf.sub(x, tf.max(x, axis, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), axis, true)));
}

function softmax(tf: TensorFlow, x: DeviceTensor, axis: number): DeviceTensor {
  const exponentials = tf.exp(tf.sub(x, tf.max(x, axis, true)));
  return tf.div(exponentials, tf.sum(exponentials, axis, true));
}

/** The position of the first of the largest values along an axis. */
function argMax(x: Numbers, dims: Dims, axis: number): Float64Array {
  const { outer, size, inner } = around(dims, axis);
  const result = new Float64Array(outer * inner);
  for (let i = 0; i < result.length; i++) {
    const start = Math.floor(i / inner) * size * inner + (i % inner);
    let best = 0;
    for (let k = 1; k < size; k++) if (x[start + k * inner]! > x[start + best * inner]!) best = k;
    result[i] = best;
  }
  return result;
}

function cumSum(x: Value, axis: number, exclusive: boolean, reverse: boolean): Value {
  if (x.dtype === "string") throw new Error("strings have no sum");
  const { outer, size, inner } = around(x.dims, axis);
  const [from, to] = [x.numbers, room(x.dtype, x.size)];
  for (let lane = 0; lane < outer * inner; lane++) {
    const start = Math.floor(lane / inner) * size * inner + (lane % inner);
    let sum = 0;
    for (let k = 0; k < size; k++) {
      const at = start + (reverse ? size - 1 - k : k) * inner;
      const next = sum + from[at]!;
      to[at] = exclusive ? sum : next;
      sum = next;
    }
  }
  return x.dtype === "int64" ? exact(x.dims, to) : Value.host(x.dtype, x.dims, to);
}

/** Kernels of the reductions. */
export const reductionKernels: Kernels<Reduction | Other> = {
  ReduceSum: reduction((tf, x, axes, keep) => tf.sum(x, axes, keep), total),
  ReduceMean: reduction((tf, x, axes, keep) => tf.mean(x, axes, keep), noMean),
  ReduceMax: reduction(
    (tf, x, axes, keep) => tf.max(x, axes, keep),
    (values) => Math.max(...values),
  ),
  ReduceMin: reduction(
    (tf, x, axes, keep) => tf.min(x, axes, keep),
    (values) => Math.min(...values),
  ),

  Softmax: ({ tf, inputs: [x], attributes: { axis } }) =>
    float(softmax(tf, x.tensor(tf), normal(axis, x.rank))),
  LogSoftmax: ({ tf, inputs: [x], attributes: { axis } }) =>
    float(logSoftmax(tf, x.tensor(tf), normal(axis, x.rank))),

  ArgMax: ({ inputs: [x], attributes: { axis, keepdims } }) => {
    const at = normal(axis, x.rank);
    if (x.dims[at] === 0) throw new Error("an empty axis has no largest value");
    const dims = keepdims
      ? x.dims.map((size, i) => (i === at ? 1 : size))
      : x.dims.filter((_, i) => i !== at);
    return Value.host("int64", dims, argMax(x.numbers, x.dims, at));
  },

  CumSum: ({ inputs: [x, axis], attributes: { exclusive, reverse } }) =>
    cumSum(x, normal(axis.numbers[0]!, x.rank), exclusive === 1, reverse === 1),

  LayerNormalization: ({ tf, inputs: [x, scale, bias], attributes: { epsilon } }) => {
    const { mean, variance } = tf.moments(x.tensor(tf), -1, true);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const scaled = tf.mul(tf.mul(tf.sub(x.tensor(tf), mean), inverse), scale.tensor(tf));
    return [bias === null ? scaled : tf.add(scaled, bias.tensor(tf)), mean, inverse].map(float);
  },
};
