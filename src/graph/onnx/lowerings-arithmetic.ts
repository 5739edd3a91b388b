/** @file Arithmetic, rounding, logic and reductions that we have no operator of, in terms of ours. */
import { mulDims } from "../dims.js";
import type { DType } from "../dtype.js";
import { isFloat } from "../dtype.js";
import type { Tensor } from "../graph.js";
import {
  abs,
  add,
  and,
  cast,
  cos,
  div,
  equal,
  exp,
  floor,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  scalarLike,
  sign,
  sin,
  sqrt,
  sub,
  where,
} from "../ops/elementwise.js";
import { argMax, reduceMax, reduceSum } from "../ops/reduction.js";
import { constantNumbers, normalAxes, normalAxis } from "../ops/rules.js";
import { scan } from "../ops/scan.js";
import { broadcastLike, dimsTensor, reshape, slice, squeeze, transpose, unsqueeze } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";

const unary =
  (of: (x: Tensor) => Tensor): Lowering =>
  (call) => {
    new ForeignAttributes(call);
    return [of(given(call.inputs[0], call.fail))];
  };

/** Operators of any number of inputs, as ours of two. A single input is itself. */
export function folded({ inputs, fail }: ForeignCall, combine: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return inputs.map((input) => given(input, fail)).reduce((a, b) => widened(a, b, combine));
}

const SMALL: ReadonlySet<DType> = new Set(["int8", "uint8"]);

/** Bytes are computed with as int32 and brought back, which wraps around as they do. */
function widened(a: Tensor, b: Tensor, of: (a: Tensor, b: Tensor) => Tensor): Tensor {
  if (!SMALL.has(a.dtype) || a.dtype !== b.dtype) return of(a, b);
  const result = of(cast(a, "int32"), cast(b, "int32"));
  return result.dtype === "bool" ? result : cast(result, a.dtype);
}

/** An operator of two inputs that is ours, but for bytes. */
const ofBytes =
  (of: (a: Tensor, b: Tensor) => Tensor): Lowering =>
  (call) => {
    const [a, b] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
    return SMALL.has(a.dtype) && call.raw.size === 0 ? [widened(a, b, of)] : call;
  };

/** To the nearest whole number, halves to the even one. */
export function round(x: Tensor): Tensor {
  const below = floor(x);
  const rest = sub(x, below);
  const odd = equal(sub(below, mul(floor(mul(below, 0.5)), 2)), 1);
  const up = or(greater(rest, 0.5), and(equal(rest, 0.5), odd));
  // What is no finite number has no rest.
  return where(up, add(below, 1), below);
}

/** The rest of a division: of the sign of the divisor, or with `fmod` of the dividend as in C. */
function remainder(call: ForeignCall): Tensor {
  const fmod = new ForeignAttributes(call, "fmod").flag("fmod");
  return widened(given(call.inputs[0], call.fail), given(call.inputs[1], call.fail), (a, b) => {
    if (isFloat(a.dtype)) {
      if (!fmod) throw call.fail("without fmod only whole numbers have a rest");
      const quotient = div(a, b);
      const rest = sub(abs(a), mul(floor(abs(quotient)), abs(b)));
      // A quotient that was rounded up to a whole number leaves less than nothing.
      const size = where(less(rest, 0), add(rest, abs(b)), rest);
      return mul(size, sign(a));
    }
    const rest = sub(a, mul(div(a, b), b));
    if (fmod) return rest;
    const zero = scalarLike(rest, 0);
    const crossed = and(not(equal(rest, zero)), not(equal(less(rest, zero), less(b, zero))));
    return where(crossed, add(rest, b), rest);
  });
}

/** The axes that a reduction runs over; null where it is to do nothing. */
function axesOf(call: ForeignCall): { x: Tensor; axes: number[]; keep: boolean } | null {
  const attributes = new ForeignAttributes(call, "axes", "keepdims", "noop_with_empty_axes");
  const x = given(call.inputs[0], call.fail);
  const [, input] = call.inputs;
  const listed = input ? constantNumbers(input, "the axes to reduce") : (attributes.numbers("axes") ?? []);
  if (listed.length === 0 && attributes.flag("noop_with_empty_axes")) return null;
  const axes = listed.length === 0 ? [...x.shape.keys()] : normalAxes(listed, x.rank);
  return { x, axes, keep: attributes.flag("keepdims", true) };
}

/** A sum of something, and something of the sum. Without axes to reduce, each element is a sum of its own. */
const summed =
  (before: (x: Tensor) => Tensor, after: (sum: Tensor) => Tensor = (sum) => sum): Lowering =>
  (call) => {
    const found = axesOf(call);
    if (found === null) return [after(before(given(call.inputs[0], call.fail)))];
    const { x, axes, keep } = found;
    return [after(reduceSum(before(x), axes, keep))];
  };

/** `|x|` for whole numbers as well. */
function size(x: Tensor): Tensor {
  return isFloat(x.dtype) ? abs(x) : maximum(x, neg(x));
}

/** Of whole numbers by way of float32, as ONNX's own results are. */
function root(x: Tensor): Tensor {
  return isFloat(x.dtype) ? sqrt(x) : cast(sqrt(cast(x, "float32")), x.dtype);
}

/** From the largest down, so that no exponential is too large. */
function logSumExp(call: ForeignCall): Lowered {
  const found = axesOf(call);
  if (found === null) return [given(call.inputs[0], call.fail)];
  const { x, axes, keep } = found;
  const top = reduceMax(x, axes, true);
  // Where all are infinitely small there is no distance to measure.
  const from = where(equal(abs(top), scalarLike(top, Number.POSITIVE_INFINITY)), 0, top);
  const result = add(log(reduceSum(exp(sub(x, from)), axes, true)), from);
  return [keep ? result : squeeze(result, axes)];
}

/** A product of sizes is followed; any other one is multiplied up by a loop over the elements. */
function product(call: ForeignCall): Lowered {
  const found = axesOf(call);
  if (found === null) return [given(call.inputs[0], call.fail)];
  const { x, axes, keep } = found;
  if (axes.length === 0) return [x];
  if (x.content !== undefined && x.rank === 1 && x.dtype === "int64") {
    const whole = dimsTensor(x.graph, [x.content.reduce(mulDims, 1)]);
    return [keep ? whole : squeeze(whole, [0])];
  }
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const front = transpose(x, [...axes, ...kept]);
  const rest = kept.map((axis) => x.dim(axis));
  const flat = reshape(front, [axes.map((axis) => x.dim(axis)).reduce(mulDims), ...rest]);
  const one = broadcastLike(scalarLike(x, 1), reduceSum(flat, [0]));
  const [result] = scan({ states: [one], scanned: [flat] }, ([state], [each]) => ({
    states: [mul(state!, each!)],
    outputs: [],
  })).states;
  return [keep ? unsqueeze(result!, axes) : result!];
}

/** The position of the smallest or largest value; the first of several, or the last one. */
function position(call: ForeignCall, smallest: boolean): Lowered {
  const attributes = new ForeignAttributes(call, "axis", "keepdims", "select_last_index");
  const x = given(call.inputs[0], call.fail);
  const axis = normalAxis(attributes.number("axis", 0), x.rank);
  const keep = attributes.flag("keepdims", true);
  const last = attributes.flag("select_last_index");
  if (!smallest && !last) {
    const raw = new Map(call.raw);
    raw.delete("select_last_index");
    return { inputs: call.inputs, raw };
  }
  const signed = smallest ? neg(SMALL.has(x.dtype) ? cast(x, "int32") : x) : x;
  if (!last) return [argMax(signed, axis, keep)];
  const turned = slice(signed, axis, -1, -(2 ** 31 - 1), -1);
  const from = squeeze(sub(dimsTensor(x.graph, [x.dim(axis)]), 1), [0]);
  return [sub(from, argMax(turned, axis, keep))];
}

/** Which infinities an element is. */
function isInfinite(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "detect_negative", "detect_positive");
  const x = given(call.inputs[0], call.fail);
  const [low, high] = [attributes.flag("detect_negative", true), attributes.flag("detect_positive", true)];
  const is = (value: number): Tensor => equal(x, scalarLike(x, value));
  if (low && high) return [equal(abs(x), scalarLike(x, Number.POSITIVE_INFINITY))];
  if (low) return [is(Number.NEGATIVE_INFINITY)];
  return high ? [is(Number.POSITIVE_INFINITY)] : [not(equal(equal(x, x), equal(x, x)))];
}

/** By operator of ONNX's own domain. */
export const arithmeticLowerings: Readonly<Record<string, Lowering>> = {
  Add: ofBytes(add),
  ArgMax: (call) => position(call, false),
  ArgMin: (call) => position(call, true),
  Ceil: unary((x) => neg(floor(neg(x)))),
  Div: ofBytes(div),
  Greater: ofBytes(greater),
  GreaterOrEqual: ofBytes((a, b) => not(less(a, b))),
  IsInf: isInfinite,
  Less: ofBytes(less),
  LessOrEqual: ofBytes((a, b) => not(greater(a, b))),
  Max: (call) => [folded(call, maximum)],
  Mean: (call) => [div(folded(call, add), call.inputs.length)],
  Min: (call) => [folded(call, minimum)],
  Mod: (call) => [remainder(call)],
  Mul: ofBytes(mul),
  ReduceL1: summed(size),
  ReduceL2: summed((x) => mul(x, x), root),
  ReduceLogSum: summed((x) => x, log),
  ReduceLogSumExp: logSumExp,
  ReduceProd: product,
  ReduceSumSquare: summed((x) => mul(x, x)),
  Round: unary(round),
  Sub: ofBytes(sub),
  Sum: (call) => [folded(call, add)],
  Tan: unary((x) => div(sin(x), cos(x))),
  Xor: (call) => {
    new ForeignAttributes(call);
    return [not(equal(given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)))];
  },
};
