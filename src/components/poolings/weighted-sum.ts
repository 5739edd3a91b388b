import type { Tensor } from "../../graph/graph.js";
import { matmul } from "../../graph/ops/matrix.js";
import { squeeze, unsqueeze } from "../../graph/ops/shaping.js";

/** The sum of each row's vectors, weighted. `weights [batch, tokens]`, `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export const weightedSum = (weights: Tensor, vectors: Tensor): Tensor =>
  squeeze(matmul(unsqueeze(weights, [1]), vectors), [1]);
