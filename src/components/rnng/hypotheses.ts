/** @file Beginnings of parses, and what one more action makes of them. */
import { type Dim, mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  lessOrEqual,
  or,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { gatherElements } from "../../graph/ops/lookup.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { concat, expand, full, range, reshape, split, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { OPEN_ID, REDUCE_ID } from "../data/tensorizers/tree-actions.js";
import { HIDDEN, rowLengths } from "../masking.js";
import { mostSteps, type ParserState, stateAfter } from "./actions.js";
import type { Committee } from "./committee.js";
import { atPlace, ParserMemory } from "./memory.js";
import type { Parts, Shared } from "./parts.js";
import type { Summaries } from "./scorer.js";

/** The score from which on downwards there is no parse. */
export const NO_PARSE = HIDDEN / 2;

/** The hypotheses of all texts, `beam` for each. */
export class Hypotheses {
  readonly rows: Dim;
  /** int32 `[rows]`. */
  readonly #tokens: Tensor;
  readonly #memories: readonly ParserMemory[];

  constructor(
    readonly committee: Committee,
    readonly beam: number,
  ) {
    const { members, batch, mask } = committee;
    this.#memories = members.map((parser) => new ParserMemory(parser, beam));
    this.rows = mulDims(batch, beam);
    const lengths = expand(unsqueeze(rowLengths(mask), [1]), [batch, beam]);
    this.#tokens = reshape(lengths, [this.rows]);
  }

  /** Steps that the longest parse takes at most, an int64 scalar. */
  get steps(): Tensor {
    return cast(reduceMax(mostSteps(this.#tokens, this.committee.rules), [0]), "int64");
  }

  /** Of each text one hypothesis without actions, and others that are none. */
  start(steps: Dim): Parts {
    const { members, rules, batch, mask } = this.committee;
    const { graph } = mask;
    const first = graph.constant(
      "float32",
      [1, this.beam],
      Array.from({ length: this.beam }, (_, i) => (i === 0 ? 0 : HIDDEN)),
    );
    const byNode = (): Tensor => full(graph, "int32", [this.rows, rules.mostOpen], 0);
    const looksAtLabels = members.some(({ options }) => options.ablation.use_last_open_NT_feature);
    const readsBack = members.some(({ stack }) => stack?.composer.back);
    return {
      shared: {
        scores: reshape(expand(first, [batch, this.beam]), [this.rows]),
        actions: full(graph, "int32", [this.rows, steps], -1),
        counts: full(graph, "int32", [this.rows, 6], 0),
        ...(readsBack && { places: byNode() }),
        ...(looksAtLabels && { labels: byNode() }),
      },
      members: this.#memories.map((memory) => memory.start()),
    };
  }

  /** bool `[rows]`: whether a hypothesis is whole, or none. */
  isDone({ shared: { counts, scores } }: Parts): Tensor {
    const [shifted, opened, open] = this.#columns(counts);
    const whole = and(greaterOrEqual(shifted!, this.#tokens), equal(open!, 0));
    const begun = or(greater(opened!, 0), equal(this.#tokens, 0));
    return or(and(whole, begun), lessOrEqual(scores, NO_PARSE));
  }

  /** How far they are. */
  state(counts: Tensor): ParserState {
    const [shifted, opened, open, justOpened, unsupported] = this.#columns(counts);
    return {
      tokens: this.#tokens,
      shifted: shifted!,
      opened: opened!,
      open: open!,
      justOpened: greater(justOpened!, 0),
      unsupported: greater(unsupported!, 0),
    };
  }

  /** What each parser knows before an action. */
  summaries({ shared: { counts, labels }, members }: Parts): Summaries[] {
    const [shifted, , open] = this.#columns(counts);
    const { size } = this.committee.actions;
    const last = labels === undefined ? null : where(greater(open!, 0), this.#innermost(labels, open!), size);
    return this.#memories.map((memory, i) => memory.summaries(members[i]!, shifted!, last));
  }

  /** Of numbers by open node, int32 `[rows, open]`, that of the innermost one; the first where none is open. int32 `[rows]`. */
  #innermost(numbers: Tensor, open: Tensor): Tensor {
    const at = cast(where(greater(open, 0), sub(open, 1), 0), "int64");
    return squeeze(gatherElements(numbers, unsqueeze(at, [1]), 1), [1]);
  }

  /** Hypotheses behind their actions, int32 `[rows]`; -1 where there is none. */
  taken({ shared, members }: Parts, ids: Tensor, step: Tensor): Parts {
    const { scores, counts, actions, labels, places } = shared;
    const [shifted, , open, , , height] = this.#columns(counts);
    const opens = greaterOrEqual(ids, OPEN_ID);
    const one = (happens: Tensor): Tensor => cast(happens, "int32");
    const wide = (x: Tensor): Tensor => unsqueeze(x, [1]);
    const progress = stateAfter(this.state(counts), ids, this.committee.actions);
    const node = places && this.#innermost(places, open!);
    // An open node's place is where the node goes once it is closed.
    const place = node === undefined ? height! : where(equal(ids, REDUCE_ID), node, height!);
    const columns = [
      progress.shifted,
      progress.opened,
      progress.open,
      one(progress.justOpened),
      one(progress.unsupported),
      add(place, one(greaterOrEqual(ids, 0))),
    ];
    const taken = { ids, shifted: shifted!, open: open!, height: height!, node, place };
    const remembered = this.#memories.map((memory, i) => memory.after(members[i]!, taken));
    const isStep = equal(cast(range(actions.graph, actions.dim(1)), "int64"), step);
    const opening = (of: Tensor): Tensor => atPlace(open!, of.dim(1), opens);
    const after: Shared = {
      scores,
      actions: where(isStep, wide(ids), actions),
      counts: concat(columns.map(wide), 1),
      ...(places && { places: where(opening(places), wide(height!), places) }),
      ...(labels && { labels: where(opening(labels), wide(ids), labels) }),
    };
    return { shared: after, members: remembered };
  }

  #columns(counts: Tensor): Tensor[] {
    return split(counts, 1, [1, 1, 1, 1, 1, 1]).map((column) => squeeze(column, [1]));
  }
}
