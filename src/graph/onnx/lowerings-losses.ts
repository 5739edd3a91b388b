/** @file Losses of classes in terms of our operators. */
import type { Tensor } from "../graph.js";
import { cast, div, equal, mul, neg, scalarLike, where } from "../ops/elementwise.js";
import { gather, gatherElements } from "../ops/lookup.js";
import { logSoftmax, reduceSum } from "../ops/reduction.js";
import { broadcastLike, reshape, unsqueeze } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowering } from "./foreign-call.js";

/**
 * The mean negative log-likelihood of classes, and its kin. `logs [batch, classes, ...]`, `target [batch, ...]`; a target of
 * `ignore_index` counts nothing.
 */
function classLoss(call: ForeignCall, logs: Tensor, attributes: ForeignAttributes): Tensor {
  const [, labels, weight] = call.inputs;
  const target = cast(given(labels, call.fail), "int64");
  const ignored = call.raw.has("ignore_index") ? attributes.number("ignore_index", 0) : undefined;
  const hit = ignored === undefined ? null : equal(target, ignored);
  const safe = hit === null ? target : where(hit, 0, target);
  const picked = reshape(gatherElements(logs, unsqueeze(safe, [1]), 1), target.shape);
  const one = broadcastLike(scalarLike(logs, 1), picked);
  const weights = weight ? gather(weight, safe) : one;
  const counted = hit === null ? weights : where(hit, 0, weights);
  const losses = mul(neg(picked), counted);
  const reduction = attributes.text("reduction", "mean");
  if (reduction === "none") return losses;
  const all = [...losses.shape.keys()];
  if (reduction === "sum") return reduceSum(losses, all);
  if (reduction !== "mean") throw call.fail(`it has the unknown reduction "${reduction}"`);
  return div(reduceSum(losses, all), reduceSum(counted, all));
}

/** By operator of ONNX's own domain. */
export const lossLowerings: Readonly<Record<string, Lowering>> = {
  NegativeLogLikelihoodLoss: (call) => {
    const attributes = new ForeignAttributes(call, "ignore_index", "reduction");
    return [classLoss(call, given(call.inputs[0], call.fail), attributes)];
  },
  SoftmaxCrossEntropyLoss: (call) => {
    const attributes = new ForeignAttributes(call, "ignore_index", "reduction");
    const logs = logSoftmax(given(call.inputs[0], call.fail), 1);
    return [classLoss(call, logs, attributes), logs];
  },
};
