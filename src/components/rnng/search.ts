/** @file The likeliest trees of texts, looked for in the graph: a beam search, of which the greedy parser is the narrowest. */
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  cast,
  div,
  greater,
  lessOrEqual,
  mul,
  not,
  or,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { chooseAll } from "../../graph/ops/if.js";
import { gather, topK } from "../../graph/ops/lookup.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { range, reshape, unsqueeze, upTo } from "../../graph/ops/shaping.js";
import { SHIFT_ID } from "../data/tensorizers/tree-actions.js";
import { HIDDEN } from "../masking.js";
import { validActions } from "./actions.js";
import type { Committee } from "./committee.js";
import { Hypotheses, NO_PARSE } from "./hypotheses.js";
import { type Parts, PartsList } from "./parts.js";

/** The parses that were found, the best first. */
export interface Parses {
  /** int32 `[batch, beam, steps]`: what was done, -1 behind the last action. */
  readonly actions: Tensor;
  /** `[batch, beam]`: `log p` of each parse; `NO_PARSE` or less where there are fewer than the beam is wide. */
  readonly scores: Tensor;
}

/**
 * Looks for the likeliest parses. All hypotheses take their next action together; of all that go on from a text's beam the
 * best stay (those that are whole stay as they are), until all are whole. Every parse is a whole tree.
 */
export function search(committee: Committee, beam: number): Parses {
  return new Search(committee, beam).run();
}

class Search {
  readonly #hypotheses: Hypotheses;

  constructor(
    readonly committee: Committee,
    readonly beam: number,
  ) {
    this.#hypotheses = new Hypotheses(committee, beam);
  }

  run(): Parses {
    const { committee, beam } = this;
    const steps = upTo(this.#hypotheses.steps);
    const start = this.#hypotheses.start(steps.dim(0));
    const all = new PartsList(start);
    const { states } = scan({ states: all.list(start), scanned: [steps] }, (before, [step]) => {
      const open = greater(reduceMax(cast(not(this.#hypotheses.isDone(all.parts(before))), "int32"), [0]), 0);
      const after = chooseAll(
        open,
        [...before, step!],
        (inputs) => all.list(this.#step(all.parts(inputs.slice(0, -1)), inputs.at(-1)!, all)),
        (inputs) => inputs.slice(0, -1),
      );
      return { states: after, outputs: [] };
    });
    const { actions, scores } = all.parts(states).shared;
    return {
      actions: reshape(actions, [committee.batch, beam, steps.dim(0)]),
      scores: reshape(scores, [committee.batch, beam]),
    };
  }

  #step(before: Parts, step: Tensor, all: PartsList): Parts {
    const { committee, beam } = this;
    const { actions, rules, batch } = committee;
    const done = unsqueeze(this.#hypotheses.isDone(before), [1]);
    const allowed = validActions(this.#hypotheses.state(before.shared.counts), actions, rules);
    const steps = committee.scores(this.#hypotheses.summaries(before), allowed);
    const stays = actions.mask(done, (id) => id === SHIFT_ID);
    // A hypothesis that is done goes on in one way: it stays, which costs nothing.
    const staying = where(stays, mul(steps, 0), 2 * HIDDEN);
    const gains = where(done, staying, where(allowed, steps, 2 * HIDDEN));
    const plans = reshape(add(unsqueeze(before.shared.scores, [1]), gains), [batch, beam * actions.size]);
    const best = topK(plans, beam);
    const scores = reshape(best.values, [this.#hypotheses.rows]);
    const parent = div(best.ids, actions.size);
    const offsets = unsqueeze(mul(range(plans.graph, batch), beam), [1]);
    const from = reshape(add(parent, offsets), [this.#hypotheses.rows]);
    const kept = beam === 1 ? before : all.mapped(before, (part) => gather(part, from));
    const chosen = reshape(cast(sub(best.ids, mul(parent, actions.size)), "int32"), [this.#hypotheses.rows]);
    const idle = or(this.#hypotheses.isDone(kept), lessOrEqual(scores, NO_PARSE));
    const scored = { ...kept, shared: { ...kept.shared, scores } };
    return this.#hypotheses.taken(scored, where(idle, -1, chosen), step);
  }
}
