/** @file Activation functions that we have no operator of, in terms of ours. */
import type { Tensor } from "../graph.js";
import {
  abs,
  add,
  cast,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid,
  softplus,
  sqrt,
  sub,
  tanh,
  where,
} from "../ops/elementwise.js";
import { gelu } from "../ops/gelu.js";
import { argMax } from "../ops/reduction.js";
import { normalAxis } from "../ops/rules.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowering, positions } from "./foreign-call.js";

/** An activation without attributes. */
const plain =
  (of: (x: Tensor) => Tensor): Lowering =>
  (call) => {
    new ForeignAttributes(call);
    return [of(given(call.inputs[0], call.fail))];
  };

/** An activation with numbers as attributes, given with what they are when left out. */
const withNumbers =
  (of: (x: Tensor, ...numbers: number[]) => Tensor, defaults: Readonly<Record<string, number>>): Lowering =>
  (call) => {
    const attributes = new ForeignAttributes(call, ...Object.keys(defaults));
    const numbers = Object.entries(defaults).map(([name, value]) => attributes.number(name, value));
    return [of(given(call.inputs[0], call.fail), ...numbers)];
  };

/** `x` where it is positive, else `alpha * x`. */
export const leakyRelu = (x: Tensor, alpha: number): Tensor => where(less(x, 0), mul(x, alpha), x);
/** `x` where it is positive, else `alpha * (e ** x - 1)` (Clevert et al., 2015). */
export const elu = (x: Tensor, alpha: number): Tensor =>
  where(greater(x, 0), x, mul(sub(exp(minimum(x, 0)), 1), alpha));
/** `alpha * x + beta`, cut to `[0, 1]`. */
export const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor =>
  maximum(minimum(add(mul(x, alpha), beta), 1), 0);
/** `x / (1 + |x|)`. */
export const softsign = (x: Tensor): Tensor => div(x, add(abs(x), 1));
/** `x` above `alpha`, else 0. */
export const thresholdedRelu = (x: Tensor, alpha: number): Tensor => where(greater(x, alpha), x, 0);
/** The form of GELU that is made from tanh (Hendrycks and Gimpel, 2016). */
export const tanhGelu = (x: Tensor): Tensor => {
  const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
};
/** `x * sigmoid(alpha * x)` (Ramachandran et al., 2017). */
export const swish = (x: Tensor, alpha: number): Tensor => mul(x, sigmoid(alpha === 1 ? x : mul(x, alpha)));

/** The largest of each row is 1, the others 0; of several largest the first. */
function hardmax(call: ForeignCall): Tensor {
  const x = given(call.inputs[0], call.fail);
  const axis = new ForeignAttributes(call, "axis").number("axis", call.opset < 13 ? 1 : -1);
  const at = normalAxis(axis, x.rank);
  if (call.opset < 13 && at !== x.rank - 1)
    throw call.fail(`axis ${axis} of operator set ${call.opset} is not supported`);
  return cast(equal(argMax(x, at, true), positions(x, at)), x.dtype);
}

function shrink(x: Tensor, bias: number, limit: number): Tensor {
  return where(less(x, -limit), add(x, bias), where(greater(x, limit), sub(x, bias), 0));
}

/** By operator of ONNX's own domain. */
export const activationLowerings: Readonly<Record<string, Lowering>> = {
  Acosh: plain((x) => log(add(x, sqrt(sub(mul(x, x), 1))))),
  Asinh: plain((x) => {
    const size = abs(x); // of a negative number the sum would be a difference of near numbers, and lose its digits
    const positive = log(add(size, sqrt(add(mul(size, size), 1))));
    return where(less(x, 0), neg(positive), positive);
  }),
  Atanh: plain((x) => mul(log(div(add(x, 1), sub(1, x))), 0.5)),
  Celu: withNumbers(
    (x, alpha) => where(greater(x, 0), x, mul(sub(exp(div(minimum(x, 0), alpha)), 1), alpha)),
    {
      alpha: 1,
    },
  ),
  Cosh: plain((x) => mul(add(exp(x), exp(neg(x))), 0.5)),
  Elu: withNumbers(elu, { alpha: 1 }),
  Gelu: (call) => {
    const form = new ForeignAttributes(call, "approximate").text("approximate", "none");
    const x = given(call.inputs[0], call.fail);
    if (form !== "none" && form !== "tanh") throw call.fail(`it has the unknown form "${form}"`);
    return [form === "none" ? gelu(x) : tanhGelu(x)];
  },
  Hardmax: (call) => [hardmax(call)],
  HardSigmoid: withNumbers(hardSigmoid, { alpha: 0.2, beta: 0.5 }),
  HardSwish: plain((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: withNumbers(leakyRelu, { alpha: 0.01 }),
  Mish: plain((x) => mul(x, tanh(softplus(x)))),
  PRelu: (call) => {
    new ForeignAttributes(call);
    const [x, slope] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
    return [where(less(x, 0), mul(x, slope), x)];
  },
  Selu: withNumbers((x, alpha, gamma) => mul(elu(x, alpha), gamma), {
    alpha: 1.6732632423543772,
    gamma: 1.0507009873554805,
  }),
  Shrink: withNumbers(shrink, { bias: 0, lambd: 0.5 }),
  Sinh: plain((x) => mul(sub(exp(x), exp(neg(x))), 0.5)),
  Softsign: plain(softsign),
  Swish: withNumbers(swish, { alpha: 1 }),
  ThresholdedRelu: withNumbers(thresholdedRelu, { alpha: 1 }),
};
