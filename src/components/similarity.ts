/** @file How near vectors are. */
import type { Tensor } from "../graph/graph.js";
import { div, maximum, mul, sqrt } from "../graph/ops/elementwise.js";
import { reduceSum } from "../graph/ops/reduction.js";

/** Squares of lengths below this count as this: keeps the direction of a zero vector, and slopes, finite. */
const TINY = 1e-12;

const squares = (x: Tensor): Tensor => reduceSum(mul(x, x), [1], true);

/** Vectors of length 1: `x / max(|x|, 1e-6)`. `[batch, dim]`. */
const normalized = (x: Tensor): Tensor => div(x, sqrt(maximum(squares(x), TINY)));

/** The cosine of the angle between the vectors of each row, `[batch, dim]` both -> `[batch]`. */
export const cosine = (a: Tensor, b: Tensor): Tensor => reduceSum(mul(normalized(a), normalized(b)), [1]);
