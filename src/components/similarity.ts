/** @file How near vectors are. */
import type { Tensor } from "../graph/graph.js";
import { div, maximum, mul, sqrt } from "../graph/ops/elementwise.js";
import { reduceSum } from "../graph/ops/reduction.js";

/** Squares of lengths below this count as this: keeps the direction of a zero vector, and slopes, finite. */
export const TINY = 1e-12;

/** Vectors (the last axis) of length 1: `x / max(|x|, 1e-6)`; zeros stay zeros. */
export const unitLength = (x: Tensor): Tensor =>
  div(x, sqrt(maximum(reduceSum(mul(x, x), [x.rank - 1], true), TINY)));

/** The product of the vectors of each row, `[batch, dim]` both -> `[batch]`. */
export const dot = (a: Tensor, b: Tensor): Tensor => reduceSum(mul(a, b), [1]);

/** The cosine of the angle between the vectors of each row, `[batch, dim]` both -> `[batch]`. */
export const cosine = (a: Tensor, b: Tensor): Tensor => dot(unitLength(a), unitLength(b));

/** How a config names a similarity. */
export const SIMILARITIES = ["cosine", "dot"] as const;
