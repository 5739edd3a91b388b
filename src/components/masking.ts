/** @file Masks `[batch, tokens]` (bool): true for a prefix of each row, its tokens; false for the padding behind them. */
import type { Tensor } from "../graph/graph.js";
import { cast, mul, where } from "../graph/ops/elementwise.js";
import { reduceSum } from "../graph/ops/reduction.js";
import { unsqueeze } from "../graph/ops/shaping.js";

/** Far below any logit, yet finite: what hidden places get before a maximum or softmax. */
export const HIDDEN = -1e30;

/** Zero where the mask is false. `x [..., tokens, dim]`, `mask [..., tokens]`. */
export const zeroPadding = (x: Tensor, mask: Tensor): Tensor =>
  mul(x, cast(unsqueeze(mask, [mask.rank]), x.dtype));

/** Minus "infinity" where the mask is false. `x [batch, tokens, dim]`, `mask [batch, tokens]`. */
export const hidePadding = (x: Tensor, mask: Tensor): Tensor => where(unsqueeze(mask, [2]), x, HIDDEN);

/** How many tokens each row has. `mask [batch, tokens]` -> int32 `[batch]`. */
export const rowLengths = (mask: Tensor): Tensor => reduceSum(cast(mask, "int32"), [1]);
