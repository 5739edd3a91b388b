import type { Tensor } from "../../../graph/graph.js";
import { add, relu, sub } from "../../../graph/ops/elementwise.js";
import type { Loss } from "../../contracts.js";
import { rowTotal } from "../totals.js";

/** `max(0, low - high + margin)` for each row: what is to be higher has to be so by a margin. `[batch]` both. */
export const hinge = (high: Tensor, low: Tensor, margin: number): Loss =>
  rowTotal(relu(add(sub(low, high), margin)), null);
