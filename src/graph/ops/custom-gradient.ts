/** @file Computations whose gradient is written out, where that is much cheaper than the one put together from their operators. */
import type { Tensor } from "../graph.js";
import { apply, type Cotangent, define } from "./define.js";
import { like } from "./rules.js";

/**
 * From the result's cotangent to those of the inputs; `wants[i]` tells which are needed. `inputs` are those of the node,
 * which may be a copy in another graph.
 */
export type Vjp = (dy: Tensor, wants: readonly boolean[], inputs: readonly Tensor[]) => readonly Cotangent[];

/**
 * `result`, computed from `inputs` by any operators, with `vjp` as its gradient by them: differentiation does not look
 * inside. Every input that the result depends on differentiably must be listed.
 */
export function withGradient(result: Tensor, inputs: readonly Tensor[], vjp: Vjp): Tensor {
  const op = define<readonly Tensor[]>("Identity", {
    written: () => 1,
    infer: ([y]) => [like(y!)],
    gradient: ({ wants, inputs }, [dy]) => [null, ...vjp(dy, wants.slice(1), inputs.slice(1))],
  });
  return apply(op, [result, ...inputs], {});
}
