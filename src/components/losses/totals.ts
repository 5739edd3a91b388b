/** @file How single losses become the sum and the count that training divides. */
import type { Tensor } from "../../graph/graph.js";
import { cast, mul } from "../../graph/ops/elementwise.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { broadcastLike, dimsTensor, squeeze } from "../../graph/ops/shaping.js";
import type { Loss } from "../contracts.js";
import { sizedAxis } from "../sizes.js";

/** How many rows a batch has, as a float scalar. */
function rowCount(x: Tensor): Tensor {
  return cast(squeeze(dimsTensor(x.graph, [x.dim(0)]), [0]), "float32");
}

/** `x`, times the weights if there are any. */
export const weighted = (x: Tensor, weights: Tensor | null): Tensor =>
  weights === null ? x : mul(x, weights);

/** A loss a row. `losses [batch]`, `weights [batch]` or null; a row counts as often as it weighs, as in PyTorch's weighted mean. */
export function rowTotal(losses: Tensor, weights: Tensor | null): Loss {
  const count = weights === null ? rowCount(losses) : reduceSum(weights, [0]);
  return { sum: reduceSum(weighted(losses, weights), [0]), count };
}

/** A loss for every row and label. `losses [batch, labels]`; `weights` broadcast to that, or null. */
export function labelTotal(losses: Tensor, weights: Tensor | null): Loss {
  const count =
    weights === null
      ? mul(rowCount(losses), sizedAxis(losses, 1))
      : reduceSum(broadcastLike(weights, losses), [0, 1]);
  return { sum: reduceSum(weighted(losses, weights), [0, 1]), count };
}
