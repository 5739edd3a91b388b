/**
 * @file States of pieces to a vector, by bert-as-service's formulas (server/bert_serving/server/graph.py of 1.10.0). There one
 * mask is for attention and pooling; here they are two, so that leaving special pieces out of the mean changes no state.
 */
import { zeroPadding } from "../../components/masking.js";
import { firstVector } from "../../components/poolings/boundary-pool.js";
import { lastVector } from "../../components/poolings/last-timestep-pool.js";
import { maxVector } from "../../components/poolings/max-pool.js";
import { meanVector } from "../../components/poolings/mean-pool.js";
import type { Tensor } from "../../graph/graph.js";
import { concat } from "../../graph/ops/shaping.js";
import type { EmbeddingPooling } from "./options.js";

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
  const row = { vectors: states, mask };
  const chosen = { vectors: states, mask: poolingMask };
  switch (pooling) {
    case "none":
      return zeroPadding(states, poolingMask);
    case "reduce_mean":
      return meanVector(chosen);
    case "reduce_max":
      return maxVector(chosen);
    case "reduce_mean_max":
      return concat([meanVector(chosen), maxVector(chosen)], 1);
    case "first_token":
      return firstVector(row);
    case "last_token":
      return lastVector(row);
  }
}
