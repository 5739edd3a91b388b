/**
 * @file States of pieces to a vector, by bert-as-service's formulas (server/bert_serving/server/graph.py of 1.10.0). There one
 * mask is for attention and pooling; here they are two, so that leaving special pieces out of the mean changes no state.
 */
import type { Tensor } from "../../graph/graph.js";
import { add, cast, div, equal, greater, maximum, mul, sqrt, sub } from "../../graph/ops/elementwise.js";
import { reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import { concat, range, slice, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import type { EmbeddingPooling } from "./options.js";

/** Keeps the mean of nothing from being a division by zero. */
const TINY_COUNT = 1e-10;
/** Keeps a vector of zeros as it is when vectors are brought to the length 1. */
const TINY_LENGTH = 1e-12;
const FAR_BELOW = 1e30;

/** What is pooled. */
export interface PooledStates {
  /** `[batch, pieces, dim]`. */
  readonly states: Tensor;
  /** bool `[batch, pieces]`: all pieces of a row. */
  readonly mask: Tensor;
  /** bool `[batch, pieces]`: those that a mean or maximum goes over. */
  readonly poolingMask: Tensor;
}

/** `[batch, dim]`, twice as wide for "reduce_mean_max"; `[batch, pieces, dim]` for "none", zero where the pooling mask is false. */
export function pooled(
  pooling: Exclude<EmbeddingPooling, "cls_pooled">,
  { states, mask, poolingMask }: PooledStates,
): Tensor {
  const kept = (): Tensor => unsqueeze(cast(poolingMask, states.dtype), [2]);
  const mean = (): Tensor => {
    const m = kept();
    return div(reduceSum(mul(states, m), [1]), add(reduceSum(m, [1]), TINY_COUNT));
  };
  // A row with nothing to pool would be all -1e30: it is zero, as its mean is.
  const most = (): Tensor => {
    const m = kept();
    const largest = reduceMax(sub(states, mul(sub(1, m), FAR_BELOW)), [1]);
    return mul(largest, cast(greater(reduceSum(m, [1]), 0), states.dtype));
  };
  switch (pooling) {
    case "none":
      return mul(states, kept());
    case "reduce_mean":
      return mean();
    case "reduce_max":
      return most();
    case "reduce_mean_max":
      return concat([mean(), most()], 1);
    case "first_token":
      return squeeze(slice(states, 1, 0, 1), [1]);
    case "last_token":
      return atLast(states, mask);
  }
}

/** Each row's state at its last piece, whatever the pooling mask says. */
function atLast(states: Tensor, mask: Tensor): Tensor {
  const places = range(states.graph, states.dim(1));
  const last = sub(reduceSum(cast(mask, places.dtype), [1], true), 1);
  const isLast = cast(equal(unsqueeze(places, [0]), last), states.dtype);
  return reduceSum(mul(states, unsqueeze(isLast, [2])), [1]);
}

/** Vectors (the last axis) brought to the length 1; zeros stay zeros. */
export function unitLength(x: Tensor): Tensor {
  const length = sqrt(reduceSum(mul(x, x), [x.rank - 1], true));
  return div(x, maximum(length, TINY_LENGTH));
}
