/** @file Operators that shrink axes: sums, maxima, softmax and layer normalisation over them. */
import type { Shape } from "../dims.js";
import type { Tensor } from "../graph.js";
import {
  apply,
  applyAll,
  define,
  type GradientRule,
  type NoGradient,
  type Op,
  ShapeError,
} from "./define.js";
import { cast, div, equal, exp, mul, sub } from "./elementwise.js";
import { matmul } from "./matrix.js";
import { constantNumbers, isUnknown, like, normalAxes, normalAxis, requireFloat } from "./rules.js";
import { broadcastLike, full, ints, reshape, reshapeLike, unsqueeze } from "./shaping.js";

type WithAxes = readonly [Tensor, Tensor];
type Keep = { keepdims: 0 | 1 };

/** ONNX: no axes means all of them. */
function axesOf([x, axes]: WithAxes): number[] {
  const given = constantNumbers(axes, "the axes to reduce");
  return given.length === 0 ? [...x.shape.keys()] : normalAxes(given, x.rank);
}

function reducedShape(shape: Shape, axes: readonly number[], keepdims: number): Shape {
  return keepdims
    ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function restored(dy: Tensor, axes: readonly number[], { keepdims }: Keep): Tensor {
  return keepdims ? dy : unsqueeze(dy, axes);
}

function reduction(name: string, gradient: GradientRule<WithAxes, Keep>) {
  return define<WithAxes, Keep>(name, {
    infer: (inputs, { keepdims }) => [
      like(inputs[0], reducedShape(inputs[0].shape, axesOf(inputs), keepdims)),
    ],
    gradient,
  });
}

export const ReduceSum = reduction("ReduceSum", ({ inputs, attributes }, [dy]) => [
  broadcastLike(restored(dy, axesOf(inputs), attributes), inputs[0]),
  null,
]);

export const ReduceMean = reduction("ReduceMean", ({ inputs, outputs: [y], attributes }, [dy]) => {
  const [x] = inputs;
  const axes = axesOf(inputs);
  const wide = broadcastLike(restored(dy, axes, attributes), x);
  const sizes = axes.map((axis) => x.dim(axis));
  const share = sizes.every((size): size is number => typeof size === "number")
    ? sizes.reduce((a, b) => a * b, 1)
    : reduceSum(broadcastLike(cast(ints(y, [1]), x.dtype), x), axes, true);
  return [div(wide, share), null];
});

/** Equal maxima share the gradient evenly. */
const extremum: GradientRule<WithAxes, Keep> = ({ inputs, outputs: [y], attributes }, [dy]) => {
  const axes = axesOf(inputs);
  const hit = cast(equal(inputs[0], restored(y, axes, attributes)), dy.dtype);
  return [mul(hit, div(restored(dy, axes, attributes), reduceSum(hit, axes, true))), null];
};
export const ReduceMax = reduction("ReduceMax", extremum);
export const ReduceMin = reduction("ReduceMin", extremum);

type OneAxis = { axis: number };

function alongAxis(name: string, gradient: GradientRule<readonly [Tensor], OneAxis>) {
  return define<readonly [Tensor], OneAxis>(name, {
    infer: ([x], { axis }) => {
      requireFloat(x);
      normalAxis(axis, x.rank);
      return [like(x)];
    },
    gradient,
  });
}

export const Softmax = alongAxis("Softmax", ({ outputs: [y], attributes: { axis } }, [dy]) => [
  mul(y, sub(dy, reduceSum(mul(dy, y), [axis], true))),
]);
export const LogSoftmax = alongAxis("LogSoftmax", ({ outputs: [y], attributes: { axis } }, [dy]) => [
  sub(dy, mul(exp(y), reduceSum(dy, [axis], true))),
]);

const position: NoGradient = { none: "its result is a position" };

export const ArgMax = define<readonly [Tensor], OneAxis & Keep>("ArgMax", {
  infer: ([x], { axis, keepdims }) => [
    { dtype: "int64", shape: reducedShape(x.shape, [normalAxis(axis, x.rank)], keepdims) },
  ],
  gradient: position,
});

type Running = { exclusive: 0 | 1; reverse: 0 | 1 };

export const CumSum: Op<WithAxes, Running> = define<WithAxes, Running>("CumSum", {
  infer: ([x, axis]) => {
    normalAxes(constantNumbers(axis, "the axis"), x.rank);
    return [like(x)];
  },
  gradient: ({ inputs: [, axis], attributes: { exclusive, reverse } }, [dy]) => [
    apply(CumSum, [dy, axis], { exclusive, reverse: reverse ? 0 : 1 }),
    null,
  ],
});

/** The mean of `product`, which is `x * scale`, over the last axis: of rows of a known size as one product of a matrix and a vector. */
function meanOver(x: Tensor, product: Tensor, scale: Tensor): Tensor {
  const dim = scale.dim(0);
  if (x.rank < 2 || typeof dim !== "number") return reduceMean(product, [-1], true);
  return matmul(x, reshape(mul(scale, 1 / dim), [dim, 1]));
}

type Normalised = readonly [Tensor, Tensor, Tensor | null];

/** Outputs: the result, and the mean and inverse standard deviation that the gradient reuses. */
export const LayerNormalization = define<Normalised, { axis: number; epsilon: number }>(
  "LayerNormalization",
  {
    infer: ([x, scale], { axis }) => {
      requireFloat(x);
      if (normalAxis(axis, x.rank) !== x.rank - 1)
        throw new ShapeError("only the last axis can be normalised");
      if (scale.rank !== 1 || scale.dim(0) !== x.dim(-1))
        throw new ShapeError("the scale must match the last axis");
      const statistics = like(x, [...x.shape.slice(0, -1), 1]);
      return [like(x), statistics, statistics];
    },
    // With d = dy * scale: (d - mean(d) - centred * mean(d * centred)) * inverse, the means as products with the scale.
    gradient: ({ inputs: [x, scale, bias], outputs: [, mean, inverse], wants }, [dy]) => {
      const centred = mul(sub(x, mean!), inverse!);
      const change = mul(dy, centred);
      const d = mul(dy, scale);
      const offset = meanOver(dy, d, scale);
      const along = meanOver(change, mul(change, scale), scale);
      return [
        wants[0] ? mul(sub(sub(d, offset), mul(centred, along)), inverse!) : null,
        wants[1] ? sumTo(change, scale) : null,
        bias !== null && wants[2] ? sumTo(dy, bias) : null,
      ];
    },
  },
);

/** Axes counted from the front: from the end, ONNX Runtime gives empty tensors the wrong sizes. */
const fromFront = (x: Tensor, axes: readonly number[]): Tensor =>
  ints(
    x,
    axes.map((axis) => (axis < 0 ? axis + x.rank : axis)),
  );

/** The sum over axes; over all of them when none is given, as for the other reductions. */
export const reduceSum = (x: Tensor, axes: readonly number[], keepdims = false): Tensor =>
  apply(ReduceSum, [x, fromFront(x, axes)], { keepdims: keepdims ? 1 : 0 });
/** The mean over axes. */
export const reduceMean = (x: Tensor, axes: readonly number[], keepdims = false): Tensor =>
  apply(ReduceMean, [x, fromFront(x, axes)], { keepdims: keepdims ? 1 : 0 });
/** The largest value over axes. */
export const reduceMax = (x: Tensor, axes: readonly number[], keepdims = false): Tensor =>
  apply(ReduceMax, [x, fromFront(x, axes)], { keepdims: keepdims ? 1 : 0 });
/** The smallest value over axes. */
export const reduceMin = (x: Tensor, axes: readonly number[], keepdims = false): Tensor =>
  apply(ReduceMin, [x, fromFront(x, axes)], { keepdims: keepdims ? 1 : 0 });
/** `e ** x` normalised to sum 1 along an axis. */
export const softmax = (x: Tensor, axis = -1): Tensor => apply(Softmax, [x], { axis });
/** The logarithm of `softmax`, without its loss of precision. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor => apply(LogSoftmax, [x], { axis });
/** int64: the position of the largest value along an axis, the first one of several. */
export const argMax = (x: Tensor, axis = -1, keepdims = false): Tensor =>
  apply(ArgMax, [x], { axis, keepdims: keepdims ? 1 : 0 });
/** Running sums along an axis, from its start or from its end. */
export const cumSum = (x: Tensor, axis: number, reverse = false): Tensor =>
  apply(CumSum, [x, x.graph.constant("int64", [], [axis])], { exclusive: 0, reverse: reverse ? 1 : 0 });
/** `(x - mean) / sqrt(variance + epsilon) * scale + bias` over the last axis (Ba, Kiros and Hinton, 2016). */
export const layerNorm = (x: Tensor, scale: Tensor, bias: Tensor, epsilon = 1e-5): Tensor =>
  applyAll<Normalised, { axis: number; epsilon: number }>(LayerNormalization, [x, scale, bias], {
    axis: -1,
    epsilon,
  })[0];

/** `[rows, n] -> [n]` as a product, which takes half the time of a reduction over rows. */
function columnSums(x: Tensor): Tensor {
  return reshape(matmul(full(x.graph, x.dtype, [1, x.dim(0)], 1), x), [x.dim(1)]);
}

/** Undoes broadcasting: sums `x` over the axes in which `target` is 1 or absent, giving `target`'s shape. */
export function sumTo(x: Tensor, target: Tensor): Tensor {
  const extra = x.rank - target.rank;
  const axes: number[] = [];
  for (let axis = 0; axis < x.rank; axis++) {
    if (axis < extra || (target.dim(axis - extra) === 1 && x.dim(axis) !== 1)) axes.push(axis);
  }
  if (axes.length === 0) return x;
  const columns = x.rank === 2 && extra === 1 && axes.length === 1;
  if (columns && x.graph.depth === 0 && !isUnknown(x.dim(0))) return columnSums(x);
  if (axes.length === extra) return reduceSum(x, axes);
  return reshapeLike(reduceSum(x, axes, true), target);
}
