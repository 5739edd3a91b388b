/** @file What the stack LSTM says before each of some given actions: the one loop of training. */
import { addDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  maximum,
  not,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { matmul } from "../../graph/ops/matrix.js";
import { scan } from "../../graph/ops/scan.js";
import { full, range, squeeze, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import { REDUCE_ID } from "../data/tensorizers/tree-actions.js";
import { courseOf, type GoldActions, oneOf, shiftedRight } from "./course.js";
import type { Parser } from "./parser.js";
import type { StackAction, StackLstm } from "./stack.js";

const wide = (x: Tensor): Tensor => unsqueeze(x, [2]);
const byTime = (x: Tensor): Tensor => transpose(x, [1, 0, ...[...x.shape.keys()].slice(2)]);

/** The stack's vector before each action. `[batch, steps, hidden]`. */
export function stackSummaries(parser: Parser, stack: StackLstm, gold: GoldActions): Tensor {
  if (stack.composer.back === null) return alongActions(parser, stack, gold);
  return alongPlan(parser, stack, gold);
}

/** The actions as the loop takes them, time in front: the parts of `StackAction`, in order. */
function scannedActions(parser: Parser, stack: StackLstm, actions: Tensor, frames: Tensor): Tensor[] {
  const { shifts, opens, reduces, open, shifted } = courseOf(parser, actions);
  const buffer = matmul(oneOf(shifted, parser.buffer!.dim(1)), parser.buffer!);
  const embedded = gather(parser.embedding!, maximum(actions, 0));
  // SHIFT pushes what the text says from its token on, as PyText has it, and an opened node its action's vector.
  const pushed = where(wide(shifts), buffer, where(wide(opens), embedded, 0));
  const places = cast(range(frames.graph, frames.dim(1)), open.dtype);
  const at = (frame: Tensor, happens: Tensor): Tensor => and(equal(wide(frame), places), wide(happens));
  return [
    byTime(stack.projected(pushed)),
    byTime(wide(opens)),
    byTime(wide(reduces)),
    unsqueeze(byTime(cast(at(sub(open, 2), reduces), "float32")), [2]),
    unsqueeze(byTime(at(sub(open, 1), opens)), [3]),
  ];
}

function actionOf([sums, opens, reduces, reads, writes]: readonly Tensor[]): StackAction {
  return { sums: sums!, opens: opens!, reduces: reduces!, reads: reads!, writes: writes! };
}

/** A step for each action. */
function alongActions(parser: Parser, stack: StackLstm, { actions, frames }: GoldActions): Tensor {
  const start = stack.empty(actions.graph, parser.batch, frames.dim(1));
  const scanned = scannedActions(parser, stack, actions, frames);
  const { outputs } = scan({ states: [start.top, start.frames], scanned }, ([top, saved], slices) => {
    const after = stack.step({ top: top!, frames: saved! }, actionOf(slices), null);
    return { states: [after.top, after.frames], outputs: [stack.summary(after.top)] };
  });
  return shiftedRight(transpose(outputs[0]!, [1, 0, 2]));
}

/** Steps by the plan: those that take an action, and those in which the reader from the right takes a part. */
function alongPlan(parser: Parser, stack: StackLstm, gold: GoldActions): Tensor {
  const { actions, frames, plan, places, parts } = gold;
  const { graph } = actions;
  const reader = stack.composer.back!;
  const acts = greaterOrEqual(plan, 0);
  const chosen = gatherElements(actions, cast(maximum(plan, 0), "int64"), 1);
  const planned = where(acts, chosen, -1);
  const reads = greaterOrEqual(parts, 0);
  // A node's first part is read in the step that closes it.
  const goesOn = and(reads, not(equal(planned, REDUCE_ID)));
  const starts = not(greater(shiftedRight(cast(goesOn, "int32")), 0));
  // As many things as the stack may hold: all tokens, and open nodes.
  const height = addDims(addDims(parser.mask.dim(1), frames.dim(1)), 1);
  const own = [
    unsqueeze(byTime(oneOf(parts, height)), [2]),
    byTime(wide(reads)),
    byTime(wide(starts)),
    byTime(wide(acts)),
    unsqueeze(byTime(and(equal(oneOf(places, height), 1), wide(acts))), [3]),
  ];
  const { top, frames: saved } = stack.empty(graph, parser.batch, frames.dim(1));
  const back = full(graph, "float32", [parser.batch, reader.width], 0);
  const { hidden } = parser.options;
  const elements = full(graph, "float32", [parser.batch, height, hidden], 0);
  const scanned = [...scannedActions(parser, stack, planned, frames), ...own];
  const { outputs } = scan({ states: [top, saved, back, elements], scanned }, (before, slices) => {
    const [topBefore, framesBefore, backBefore, elementsBefore] = before;
    const [at, reading, starting, acting, writing] = slices.slice(5);
    const part = squeeze(matmul(at!, elementsBefore!), [1]);
    const read = where(reading!, reader.read(backBefore!, part, starting!), backBefore!);
    const after = stack.step({ top: topBefore!, frames: framesBefore! }, actionOf(slices), read);
    const now = where(acting!, after.top, topBefore!);
    const summary = stack.summary(now);
    const kept = where(writing!, unsqueeze(summary, [1]), elementsBefore!);
    return { states: [now, after.frames, read, kept], outputs: [summary] };
  });
  const before = shiftedRight(transpose(outputs[0]!, [1, 0, 2]));
  // What was before an action is what was before its step.
  return matmul(transpose(oneOf(plan, actions.dim(1)), [0, 2, 1]), before);
}
