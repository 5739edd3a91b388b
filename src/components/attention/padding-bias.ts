import type { DType } from "../../graph/dtype.js";
import type { Tensor } from "../../graph/graph.js";
import { cast, mul, sub } from "../../graph/ops/elementwise.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { HIDDEN } from "../masking.js";

/**
 * What is added to scores before a softmax over tokens so that padding gets exactly nothing: 0 at tokens, far below any
 * score at padding. `mask [batch, tokens]` -> `[batch, 1, ..., tokens]`, with `between` axes of size 1.
 * Adding passes gradients through as they are, where a choice would cost nodes.
 */
export function paddingBias(mask: Tensor, dtype: DType, between: number): Tensor {
  const bias = mul(sub(1, cast(mask, dtype)), HIDDEN);
  return unsqueeze(
    bias,
    Array.from({ length: between }, (_, i) => i + 1),
  );
}
