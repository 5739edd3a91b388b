/** @file The score of given actions, from which a parser learns: as they are all known, only the stack takes a loop, and the rest is computed at once. */
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  less,
  maximum,
  mul,
  not,
  or,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { gather, gatherElements, oneHot } from "../../graph/ops/lookup.js";
import { matmul } from "../../graph/ops/matrix.js";
import { cumSum, reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, full, range, slice, squeeze, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../data/tensorizers/annotation-tensorizer.js";
import { rowLengths } from "../masking.js";
import { lstmLayers } from "../recurrent/lstm.js";
import { type ParserState, validActions } from "./actions.js";
import type { Parser } from "./parser.js";
import { actionScores } from "./scorer.js";
import type { StackLstm } from "./stack.js";

/** Given actions of each row. */
export interface GoldActions {
  /** int32 `[batch, steps]`, -1 at padding. */
  readonly actions: Tensor;
  /** `[batch, frames]`: its axis has as many places as nodes lie above each other in any row, the root aside, and one at least. */
  readonly frames: Tensor;
}

/** What the actions are and what holds before each. `[batch, steps]` each. */
interface Course extends ParserState {
  readonly inside: Tensor;
  readonly shifts: Tensor;
  readonly reduces: Tensor;
  readonly opens: Tensor;
}

/**
 * `-log p` of each row's actions, `[batch]`. An action that the rules forbid counts as allowed where it is given, so the loss
 * is finite for every tree.
 * @param ignoreUnsupported whether what follows a root that is an unsupported intent counts nothing
 */
export function goldLoss(parser: Parser, gold: GoldActions, ignoreUnsupported: boolean): Tensor {
  const { actions: given } = gold;
  const course = courseOf(parser, given);
  const ids = where(course.inside, given, 0);
  const chosen = unsqueeze(ids, [2]);
  const { actions, options } = parser;
  const isGiven = oneHot(ids, actions.size, "bool");
  const allowed = or(validActions(course, actions, options.rules), isGiven);
  const { use_buffer, use_last_open_NT_feature } = options.ablation;
  const embedded = parser.embedding && gather(parser.embedding, ids);
  // One-hot products pick as a look-up would, and so does their gradient, without scattering.
  const buffer = parser.buffer && matmul(oneOf(course.shifted, parser.buffer.dim(1), parser), parser.buffer);
  const summaries = {
    buffer: use_buffer ? buffer : null,
    stack: parser.stack && stackSummaries(parser, parser.stack, gold, course, buffer!, embedded!),
    action: options.ablation.use_action ? actionSummaries(parser, embedded!, course.inside) : null,
    lastOpen: use_last_open_NT_feature ? lastOpenOf(course, ids, actions.size) : null,
  };
  const scores = parser.scope.within("scorer", (at) =>
    actionScores(at, summaries, { allowed, dropout: options.dropout }),
  );
  const own = squeeze(gatherElements(scores, cast(chosen, "int64"), 2), [2]);
  const counts = ignoreUnsupported ? and(course.inside, not(course.unsupported)) : course.inside;
  return reduceSum(where(counts, mul(own, -1), 0), [1]);
}

function courseOf({ mask, actions }: Parser, given: Tensor): Course {
  const inside = greaterOrEqual(given, 0);
  const [shifts, reduces] = [equal(given, SHIFT_ID!), equal(given, REDUCE_ID!)];
  const opens = greaterOrEqual(given, OPEN_ID!);
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
function shiftedRight(x: Tensor): Tensor {
  const [batch, steps, ...rest] = x.shape;
  const nothing = full(x.graph, x.dtype, [batch!, 1, ...rest], 0);
  return slice(concat([nothing, x], 1), 1, 0, steps!);
}

/** 1 where the place is the number, 0 elsewhere: float32 `[batch, steps, size]`. */
function oneOf(numbers: Tensor, size: Tensor["shape"][number], { mask }: Parser): Tensor {
  const places = cast(range(mask.graph, size), numbers.dtype);
  return cast(equal(unsqueeze(numbers, [2]), places), "float32");
}

/** The action LSTM's state before each action. `[batch, steps, hidden]`. */
function actionSummaries(parser: Parser, embedded: Tensor, inside: Tensor): Tensor {
  const vectors = where(unsqueeze(inside, [2]), embedded, 0);
  return parser.scope.within("action", (at) =>
    shiftedRight(lstmLayers(at, { vectors, mask: inside }, parser.recurrence)),
  );
}

/** The stack LSTM's state before each action. `[batch, steps, hidden]`. */
function stackSummaries(
  parser: Parser,
  stack: StackLstm,
  { frames }: GoldActions,
  { shifts, opens, reduces, open }: Course,
  buffer: Tensor,
  embedded: Tensor,
): Tensor {
  const wide = (x: Tensor): Tensor => unsqueeze(x, [2]);
  // SHIFT pushes what the text says from its token on, as PyText has it, and an opened node its action's vector.
  const pushed = where(wide(shifts), buffer, where(wide(opens), embedded, 0));
  const byTime = (x: Tensor): Tensor => transpose(x, [1, 0, ...[...x.shape.keys()].slice(2)]);
  const places = cast(range(frames.graph, frames.dim(1)), open.dtype);
  const at = (frame: Tensor, happens: Tensor): Tensor => and(equal(wide(frame), places), wide(happens));
  const reads = byTime(cast(at(sub(open, 2), reduces), "float32"));
  const writes = byTime(at(sub(open, 1), opens));
  const start = stack.empty(buffer.graph, parser.batch, frames.dim(1));
  const { outputs } = scan(
    {
      states: [start.top, start.frames],
      scanned: [
        byTime(stack.projected(pushed)),
        byTime(wide(opens)),
        byTime(wide(reduces)),
        unsqueeze(reads, [2]),
        unsqueeze(writes, [3]),
      ],
    },
    ([top, saved], [sums, opening, reducing, reading, writing]) => {
      const after = stack.step(
        { top: top!, frames: saved! },
        { sums: sums!, opens: opening!, reduces: reducing!, reads: reading!, writes: writing! },
      );
      return { states: [after.top, after.frames], outputs: [stack.summary(after.top)] };
    },
  );
  return shiftedRight(transpose(outputs[0]!, [1, 0, 2]));
}

/** The action that opened the innermost open node; `none` where none is open. `[batch, steps]`. */
function lastOpenOf({ open, opens }: Course, ids: Tensor, none: number): Tensor {
  const step = cast(range(ids.graph, ids.dim(1)), ids.dtype);
  const [here, there] = [unsqueeze(open, [2]), unsqueeze(open, [1])];
  const earlier = less(unsqueeze(step, [0]), unsqueeze(step, [1]));
  const opened = and(and(unsqueeze(opens, [1]), equal(there, sub(here, 1))), earlier);
  const latest = reduceMax(where(opened, add(step, 1), 0), [2]);
  const found = gatherElements(ids, cast(maximum(sub(latest, 1), 0), "int64"), 1);
  return where(greater(latest, 0), found, none);
}
