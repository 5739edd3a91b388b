/** @file What given actions are, and how far the parser is before each: computed for all steps at once. */
import type { Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { and, cast, equal, greater, greaterOrEqual, sub } from "../../graph/ops/elementwise.js";
import { cumSum } from "../../graph/ops/reduction.js";
import { concat, full, range, slice, unsqueeze } from "../../graph/ops/shaping.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../data/tensorizers/tree-actions.js";
import { rowLengths } from "../masking.js";
import type { ParserState } from "./actions.js";
import type { Parser } from "./parser.js";

/** Given actions of each row. */
export interface GoldActions {
  /** int32 `[batch, steps]`, -1 at padding. */
  readonly actions: Tensor;
  /** `[batch, frames]`: its axis has as many places as nodes lie above each other in any row, the root aside, and one at least. */
  readonly frames: Tensor;
  /** What the stack does, for a composer that reads parts from right to left as well; see `StackPlan`. */
  readonly plan: Tensor;
  readonly places: Tensor;
  readonly parts: Tensor;
}

/** What the actions are and what holds before each. `[batch, steps]` each. */
export interface Course extends ParserState {
  readonly inside: Tensor;
  readonly shifts: Tensor;
  readonly reduces: Tensor;
  readonly opens: Tensor;
}

/** The course of actions, int32 `[batch, steps]`; negative numbers are steps without one. */
export function courseOf({ mask, actions }: Parser, given: Tensor): Course {
  const inside = greaterOrEqual(given, 0);
  const [shifts, reduces] = [equal(given, SHIFT_ID), equal(given, REDUCE_ID)];
  const opens = greaterOrEqual(given, OPEN_ID);
  const before = (happens: Tensor): Tensor => {
    const count = cast(happens, "int32");
    return sub(cumSum(count, 1), count);
  };
  const opened = before(opens);
  const atRoot = and(opens, equal(opened, 0));
  return {
    inside,
    shifts,
    reduces,
    opens,
    opened,
    tokens: unsqueeze(rowLengths(mask), [1]),
    shifted: before(shifts),
    open: sub(opened, before(reduces)),
    justOpened: greater(shiftedRight(cast(opens, "int32")), 0),
    unsupported: greater(before(and(atRoot, actions.areUnsupported(given))), 0),
  };
}

/** What stood one step earlier; 0 at the first. `[batch, steps, ...]`. */
export function shiftedRight(x: Tensor): Tensor {
  const [batch, steps, ...rest] = x.shape;
  const nothing = full(x.graph, x.dtype, [batch!, 1, ...rest], 0);
  return slice(concat([nothing, x], 1), 1, 0, steps!);
}

/** 1 where the place is the number, 0 elsewhere: float32 `[batch, steps, size]`. */
export function oneOf(numbers: Tensor, size: Dim): Tensor {
  const places = cast(range(numbers.graph, size), numbers.dtype);
  return cast(equal(unsqueeze(numbers, [2]), places), "float32");
}
