/** @file From probabilities back to logits: what softmax and sigmoid are undone by. */
import type { Tensor } from "../../graph/graph.js";
import { log, maximum, minimum, sub } from "../../graph/ops/elementwise.js";

/** No probability counts as less: its logarithm is finite. */
const LEAST = 1e-30;

/** The logarithm of probabilities: softmax of it gives them again, where they sum to 1. */
export const logOf = (probabilities: Tensor): Tensor => log(maximum(probabilities, LEAST));

/** The nearest numbers to 0 and 1 that a probability counts as, so that both it and what it lacks have logarithms in float32. */
const NEAREST = 2 ** -23;

/** `log(p / (1 - p))`: sigmoid of it gives `p` again, but for 1.2e-7 at both ends. */
export function logitOf(probabilities: Tensor): Tensor {
  const p = minimum(maximum(probabilities, NEAREST), 1 - NEAREST);
  return sub(log(p), log(sub(1, p)));
}
