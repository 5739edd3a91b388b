/** @file Which actions a shift-reduce parser may take: with these rules every sequence ends in one whole tree over all tokens. */
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  div,
  equal,
  greater,
  greaterOrEqual,
  less,
  mul,
  not,
  or,
  sub,
} from "../../graph/ops/elementwise.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { isIntent, isSlot, isUnsupported } from "../../text/trees.js";
import type { ParserRules } from "../contracts.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../data/tensorizers/tree-actions.js";

/** How far a parser is, before an action. All of one shape `[...rows]`; numbers are of one integer type. */
export interface ParserState {
  /** How many tokens the text has. */
  readonly tokens: Tensor;
  /** How many of them have been shifted. */
  readonly shifted: Tensor;
  /** How many nodes have been opened so far, and how many are open now. */
  readonly opened: Tensor;
  readonly open: Tensor;
  /** bool: whether the last action opened a node. */
  readonly justOpened: Tensor;
  /** bool: whether the root is an unsupported intent. */
  readonly unsupported: Tensor;
}

/** The actions of a parser: `SHIFT_ID`, `REDUCE_ID`, and one for each label. */
export class ActionSet {
  constructor(readonly labels: readonly string[]) {}

  get size(): number {
    return OPEN_ID + this.labels.length;
  }

  /** bool `[actions]`. */
  mask(near: Tensor, fits: (id: number, label: string | undefined) => boolean): Tensor {
    const bits = Array.from({ length: this.size }, (_, id) => Number(fits(id, this.labels[id - OPEN_ID])));
    return near.graph.constant("bool", [this.size], bits);
  }

  /** bool: which of these actions open unsupported intents. */
  areUnsupported(ids: Tensor): Tensor {
    const found = this.labels.flatMap((label, i) => (isUnsupported(label) ? [i + OPEN_ID] : []));
    return found.map((id) => equal(ids, id)).reduce<Tensor>(or, less(ids, ids));
  }
}

/** By how many the nodes of a tree may exceed its tokens at most, for each node that may be open: so that every parse ends soon. */
const mostNodes = (tokens: Tensor, { mostOpen }: ParserRules): Tensor => add(tokens, mostOpen);

/**
 * The actions that may be taken, bool `[...rows, actions]`; none once the tree is whole.
 * - SHIFT: a token is left, and a node is open.
 * - REDUCE: the open node holds something, and it is not the root while tokens are left.
 * - Opening a node: a token is left to be in it, fewer than `mostOpen` are open, the tree has no more than `mostNodes`, and the label fits.
 */
export function validActions(state: ParserState, actions: ActionSet, rules: ParserRules): Tensor {
  const { tokens, shifted, opened, open, justOpened, unsupported } = state;
  const left = less(shifted, tokens);
  const isOpen = greater(open, 0);
  const shift = and(left, isOpen);
  const reduce = and(and(isOpen, not(justOpened)), or(greaterOrEqual(open, 2), not(left)));
  const room = and(and(left, less(open, rules.mostOpen)), less(opened, mostNodes(tokens, rules)));
  const odd = isOdd(open);
  const intent = rules.alternating ? and(room, not(odd)) : room;
  const slot = rules.alternating ? and(room, odd) : room;
  const slotHere = rules.noSlotsInUnsupported ? and(slot, not(unsupported)) : slot;
  const each = (allowed: Tensor, fits: (id: number, label: string | undefined) => boolean): Tensor =>
    and(unsqueeze(allowed, [allowed.rank]), actions.mask(allowed, fits));
  return [
    each(shift, (id) => id === SHIFT_ID),
    each(reduce, (id) => id === REDUCE_ID),
    each(intent, (_, label) => label !== undefined && isIntent(label)),
    each(slotHere, (_, label) => label !== undefined && isSlot(label)),
  ].reduce(or);
}

/** How far a parser is behind an action, int32 `[...rows]`; -1 where it takes none. */
export function stateAfter(before: ParserState, ids: Tensor, actions: ActionSet): ParserState {
  const one = (happens: Tensor): Tensor => cast(happens, "int32");
  const opens = greaterOrEqual(ids, OPEN_ID);
  const atRoot = and(and(opens, equal(before.opened, 0)), actions.areUnsupported(ids));
  return {
    tokens: before.tokens,
    shifted: add(before.shifted, one(equal(ids, SHIFT_ID))),
    opened: add(before.opened, one(opens)),
    open: sub(add(before.open, one(opens)), one(equal(ids, REDUCE_ID))),
    justOpened: opens,
    unsupported: or(before.unsupported, atRoot),
  };
}

/** Whether a number that is not negative is odd: where nodes take turns, the innermost open one is then an intent. */
const isOdd = (x: Tensor): Tensor => equal(sub(x, mul(div(x, 2), 2)), 1);

/** Steps that a parse of `tokens` tokens takes at most: every node is opened and closed, every token shifted. */
export const mostSteps = (tokens: Tensor, rules: ParserRules): Tensor =>
  add(tokens, add(mostNodes(tokens, rules), mostNodes(tokens, rules)));
