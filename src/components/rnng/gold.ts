/** @file The score of given actions, from which a parser learns: as they are all known, only the stack takes a loop, and the rest is computed at once. */
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  equal,
  greater,
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
import { reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import { range, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { lstmLayers } from "../recurrent/lstm.js";
import { validActions } from "./actions.js";
import type { Committee } from "./committee.js";
import { type Course, courseOf, type GoldActions, oneOf, shiftedRight } from "./course.js";
import { stackSummaries } from "./gold-stack.js";
import type { Parser } from "./parser.js";
import type { Summaries } from "./scorer.js";

/**
 * `-log p` of each row's actions, `[batch]`. An action that the rules forbid counts as allowed where it is given, so the loss
 * is finite for every tree.
 * @param ignoreUnsupported whether what follows a root that is an unsupported intent counts nothing
 */
export function goldLoss(committee: Committee, gold: GoldActions, ignoreUnsupported: boolean): Tensor {
  const { actions: given } = gold;
  const { actions, rules } = committee;
  const course = courseOf(committee, given);
  const ids = where(course.inside, given, 0);
  const chosen = unsqueeze(ids, [2]);
  const isGiven = oneHot(ids, actions.size, "bool");
  const allowed = or(validActions(course, actions, rules), isGiven);
  const summaries = committee.members.map((parser) => summariesOf(parser, gold, course, ids));
  const scores = committee.scores(summaries, allowed);
  const own = squeeze(gatherElements(scores, cast(chosen, "int64"), 2), [2]);
  const counts = ignoreUnsupported ? and(course.inside, not(course.unsupported)) : course.inside;
  return reduceSum(where(counts, mul(own, -1), 0), [1]);
}

/** What a parser knows before each action. `ids` int32 `[batch, steps]`, 0 at padding. */
function summariesOf(parser: Parser, gold: GoldActions, course: Course, ids: Tensor): Summaries {
  const { use_buffer, use_action, use_last_open_NT_feature } = parser.options.ablation;
  const embedded = parser.embedding && gather(parser.embedding, ids);
  // One-hot products pick as a look-up would, and so does their gradient, without scattering.
  const buffer = parser.buffer && matmul(oneOf(course.shifted, parser.buffer.dim(1)), parser.buffer);
  return {
    buffer: use_buffer ? buffer : null,
    stack: parser.stack && stackSummaries(parser, parser.stack, gold),
    action: use_action ? actionSummaries(parser, embedded!, course.inside) : null,
    lastOpen: use_last_open_NT_feature ? lastOpenOf(course, ids, parser.actions.size) : null,
  };
}

/** The action LSTM's state before each action. `[batch, steps, hidden]`. */
function actionSummaries(parser: Parser, embedded: Tensor, inside: Tensor): Tensor {
  const vectors = where(unsqueeze(inside, [2]), embedded, 0);
  return parser.scope.within("action", (at) =>
    shiftedRight(lstmLayers(at, { vectors, mask: inside }, parser.recurrence)),
  );
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
