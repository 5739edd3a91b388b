/** @file Parses by the tokens of their texts, so that their size follows from the text's: which nodes begin before a token, and how many end behind it. */
import { addDims, type Dim, mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, equal, greaterOrEqual, mul, sub, where } from "../../graph/ops/elementwise.js";
import { scatterAdd } from "../../graph/ops/lookup.js";
import { cumSum } from "../../graph/ops/reduction.js";
import { dimsTensor, full, reshape, slice, squeeze } from "../../graph/ops/shaping.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../data/tensorizers/tree-actions.js";

/** Nodes by token. */
export interface Brackets {
  /** int32 `[batch, parses, tokens, open]`: the label, counted from 1, of the node that begins before the token with so many nodes around it; 0: none. */
  readonly opens: Tensor;
  /** int32 `[batch, parses, tokens]`: how many nodes end right behind the token. */
  readonly closes: Tensor;
}

/** The brackets of whole trees. `actions` int32 `[batch, parses, steps]`, -1 behind the last. */
export function bracketsOf(actions: Tensor, mask: Tensor, mostOpen: number): Brackets {
  const [batch, parses] = actions.shape;
  const tokens = mask.dim(1);
  const happens = (id: number): Tensor => cast(equal(actions, id), "int32");
  const [shifts, reduces] = [happens(SHIFT_ID), happens(REDUCE_ID)];
  const isOpening = greaterOrEqual(actions, OPEN_ID);
  const opens = cast(isOpening, "int32");
  const before = (count: Tensor): Tensor => sub(cumSum(count, 2), count);
  const shifted = before(shifts);
  const open = sub(before(opens), before(reduces));
  // One place more takes what is none, and is cut off.
  const scattered = (size: Dim, at: Tensor, values: Tensor): Tensor => {
    const nothing = full(actions.graph, "int32", [batch!, parses!, addDims(size, 1)], 0);
    return slice(scatterAdd(nothing, at, values, 2), 2, 0, size);
  };
  const size = mulDims(tokens, mostOpen);
  const beyond = (limit: Dim): Tensor => cast(squeeze(dimsTensor(actions.graph, [limit]), [0]), "int32");
  const labels = scattered(
    size,
    where(isOpening, add(mul(shifted, mostOpen), open), beyond(size)),
    where(isOpening, sub(actions, OPEN_ID - 1), 0),
  );
  return {
    opens: reshape(labels, [batch!, parses!, tokens, mostOpen]),
    closes: scattered(tokens, where(equal(reduces, 1), sub(shifted, 1), beyond(tokens)), reduces),
  };
}
