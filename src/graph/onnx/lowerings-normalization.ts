/** @file Normalisations in terms of our operators. */
import type { Tensor } from "../graph.js";
import { abs, add, div, maximum, mul, sqrt, sub } from "../ops/elementwise.js";
import { reduceMean, reduceSum } from "../ops/reduction.js";
import { normalAxis } from "../ops/rules.js";
import { reshape } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";

/** Over the axes from `axis` on: over one, as which they are seen, when they are several. */
function layerNormalization(call: ForeignCall): Lowered {
  const [x, scale, bias] = [
    given(call.inputs[0], call.fail),
    given(call.inputs[1], call.fail),
    call.inputs[2],
  ];
  const at = normalAxis(Number(call.raw.get("axis") ?? -1), x.rank);
  // No gradient passes through the statistics that our operator gives as further outputs.
  if (at === x.rank - 1 && scale.rank === 1 && !(call.trained && call.outputs > 1)) return call;
  const attributes = new ForeignAttributes(call, "axis", "epsilon", "stash_type");
  attributes.only("stash_type", 1);
  const axes = range(at, x.rank);
  const mean = reduceMean(x, axes, true);
  const centred = sub(x, mean);
  const variance = reduceMean(mul(centred, centred), axes, true);
  const deviation = sqrt(add(variance, attributes.number("epsilon", 1e-5)));
  const scaled = mul(div(centred, deviation), scale);
  return [bias ? add(scaled, bias) : scaled, mean, div(1, deviation)];
}

/** By the root of the mean square alone (Zhang and Sennrich, 2019). */
export function rmsNormalized(x: Tensor, scale: Tensor, axes: readonly number[], epsilon: number): Tensor {
  return mul(div(x, sqrt(add(reduceMean(mul(x, x), axes, true), epsilon))), scale);
}

function rmsNormalization(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "axis", "epsilon", "stash_type");
  attributes.only("stash_type", 1);
  const [x, scale] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
  const at = normalAxis(attributes.number("axis", -1), x.rank);
  return [rmsNormalized(x, scale, range(at, x.rank), attributes.number("epsilon", 1e-5))];
}

/** By the statistics that training left. One number a channel, which is axis 1. */
function batchNormalization(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(
    call,
    "epsilon",
    "momentum",
    "training_mode",
    "spatial",
    "is_test",
  );
  if (attributes.flag("training_mode") || (call.opset < 14 && call.outputs > 1))
    throw call.fail("it is set to training; export the model for prediction");
  if (call.raw.has("spatial")) attributes.only("spatial", 1);
  const x = given(call.inputs[0], call.fail);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) =>
    perChannel(given(call.inputs[i], call.fail), x),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const deviation = sqrt(add(variance, attributes.number("epsilon", 1e-5)));
  return [add(mul(sub(x, mean), div(scale, deviation)), bias)];
}

/** One number for each channel, in the shape that broadcasts over `x`. */
function perChannel(values: Tensor, x: Tensor): Tensor {
  return reshape(
    values,
    Array.from({ length: Math.max(x.rank - 1, 1) }, (_, axis) => (axis === 0 ? values.dim(0) : 1)),
  );
}

function standardized(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = sub(x, reduceMean(x, axes, true));
  return div(centred, sqrt(add(reduceMean(mul(centred, centred), axes, true), epsilon)));
}

function instanceNormalization(call: ForeignCall): Lowered {
  const epsilon = new ForeignAttributes(call, "epsilon").number("epsilon", 1e-5);
  const [x, scale, bias] = [0, 1, 2].map((i) => given(call.inputs[i], call.fail)) as [Tensor, Tensor, Tensor];
  const normal = standardized(x, range(2, x.rank), epsilon);
  return [add(mul(normal, perChannel(scale, x)), perChannel(bias, x))];
}

function groupNormalization(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "epsilon", "num_groups", "stash_type");
  const [x, scale, bias] = [0, 1, 2].map((i) => given(call.inputs[i], call.fail)) as [Tensor, Tensor, Tensor];
  const groups = attributes.needed("num_groups");
  const grouped = reshape(x, [x.dim(0), groups, -1]);
  const normal = reshape(standardized(grouped, [2], attributes.number("epsilon", 1e-5)), x.shape);
  if (call.opset >= 21) return [add(mul(normal, perChannel(scale, x)), perChannel(bias, x))];
  throw call.fail("before operator set 21 its scales were those of groups, which is not supported");
}

/** Divided by the length, or by the sum of sizes. What is all zeros stays zero. */
function lpNormalization(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "axis", "p");
  const x = given(call.inputs[0], call.fail);
  const axis = normalAxis(attributes.number("axis", -1), x.rank);
  const p = attributes.number("p", 2);
  if (p !== 1 && p !== 2) throw call.fail(`its attribute "p" is ${p}; only 1 and 2 are supported`);
  const size = p === 1 ? reduceSum(abs(x), [axis], true) : sqrt(reduceSum(mul(x, x), [axis], true));
  return [div(x, maximum(size, 1e-38))];
}

function meanVarianceNormalization(call: ForeignCall): Lowered {
  const axes = new ForeignAttributes(call, "axes").numbers("axes") ?? [0, 2, 3];
  const x = given(call.inputs[0], call.fail);
  const centred = sub(x, reduceMean(x, axes, true));
  const deviation = sqrt(reduceMean(mul(centred, centred), axes, true));
  return [div(centred, add(deviation, 1e-9))];
}

/** `[from, ..., to - 1]`. */
function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** By operator of ONNX's own domain. */
export const normalizationLowerings: Readonly<Record<string, Lowering>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
};
