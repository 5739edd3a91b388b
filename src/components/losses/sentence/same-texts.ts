import type { Dim } from "../../../graph/dims.js";
import type { Tensor } from "../../../graph/graph.js";
import { add, cast, equal, not, where } from "../../../graph/ops/elementwise.js";
import { reduceSum } from "../../../graph/ops/reduction.js";
import { pad, unsqueeze } from "../../../graph/ops/shaping.js";
import type { EmbeddedText } from "../../contracts.js";

/** Which texts of `a` are which of `b`, as a model reads them: piece by piece. bool `[texts of a, texts of b]`. */
export function sameTexts(a: EmbeddedText, b: EmbeddedText): Tensor {
  const [left, right] = [pieces(a, b.ids.dim(1)), pieces(b, a.ids.dim(1))];
  const apart = cast(not(equal(unsqueeze(left, [1]), unsqueeze(right, [0]))), "float32");
  return equal(reduceSum(apart, [2]), 0);
}

/** Ids from 1, 0 at padding, with so many places behind. */
function pieces({ ids, mask }: EmbeddedText, more: Dim): Tensor {
  const own = where(mask, add(ids, 1), 0);
  // Another axis: both get the sum of the widths.
  return ids.dim(1) === more ? own : pad(own, [0, 0], [0, more]);
}
