/** @file Which part of a row scores best: the search over all first and last pieces. */
import { mulDims } from "../graph/dims.js";
import type { Tensor } from "../graph/graph.js";
import { add, cast, div, greater, mul, sub, where } from "../graph/ops/elementwise.js";
import { gather, topK } from "../graph/ops/lookup.js";
import { concat, full, range, reshape, unsqueeze } from "../graph/ops/shaping.js";
import { HIDDEN } from "./masking.js";

/** The best spans of each row, the best first; `[batch, count]` each. Where a row has fewer the others are -1, -1, `HIDDEN`. */
export interface BestSpans {
  /** int32: first and last piece. */
  readonly first: Tensor;
  readonly last: Tensor;
  /** float32: the sum of both pieces' scores. */
  readonly scores: Tensor;
}

/**
 * Of all spans of at most `longest` pieces the `count` best, exactly: every first piece with every last one. Spans of equal
 * scores stand in the order of their first pieces, the shorter one first.
 * @param starts `[batch, pieces]`; `HIDDEN` at pieces that no span begins with
 * @param ends `[batch, pieces]`; `HIDDEN` at pieces that no span ends with
 */
export function bestSpans(starts: Tensor, ends: Tensor, longest: number, count: number): BestSpans {
  const { graph } = starts;
  const [batch, pieces] = [starts.dim(0), starts.dim(1)];
  const behind = full(graph, "float32", [batch, longest], HIDDEN);
  const places = add(unsqueeze(range(graph, pieces), [1]), unsqueeze(range(graph, longest), [0]));
  const lastOf = gather(concat([ends, behind], 1), places, 1);
  const sums = reshape(add(unsqueeze(starts, [2]), lastOf), [batch, mulDims(pieces, longest)]);
  // There are always as many as are asked for.
  const filled = concat([sums, full(graph, "float32", [batch, count], 2 * HIDDEN)], 1);
  const { values, ids } = topK(filled, count);
  const found = greater(values, HIDDEN / 2);
  const first = div(ids, longest);
  const last = add(first, sub(ids, mul(first, longest)));
  return {
    first: where(found, cast(first, "int32"), -1),
    last: where(found, cast(last, "int32"), -1),
    scores: where(found, values, HIDDEN),
  };
}
