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
import { Hypotheses, NO_PARSE, type Parts } from "./hypotheses.js";
import type { Parser } from "./parser.js";
import { actionScores } from "./scorer.js";

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
export function search(parser: Parser, beam: number): Parses {
  return new Search(parser, beam).run();
}

class Search {
  readonly #hypotheses: Hypotheses;

  constructor(
    readonly parser: Parser,
    readonly beam: number,
  ) {
    this.#hypotheses = new Hypotheses(parser, beam);
  }

  run(): Parses {
    const { parser, beam } = this;
    const steps = upTo(this.#hypotheses.steps);
    const start = this.#hypotheses.start(steps.dim(0));
    const names = Object.keys(start) as (keyof Parts)[];
    const parts = (tensors: readonly Tensor[]): Parts =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]!])) as unknown as Parts;
    const listed = (all: Parts): Tensor[] => names.map((name) => all[name]!);
    const { states } = scan({ states: listed(start), scanned: [steps] }, (before, [step]) => {
      const open = greater(reduceMax(cast(not(this.#hypotheses.isDone(parts(before))), "int32"), [0]), 0);
      const after = chooseAll(
        open,
        [...before, step!],
        (inputs) => listed(this.#step(parts(inputs), inputs.at(-1)!)),
        (inputs) => inputs.slice(0, -1),
      );
      return { states: after, outputs: [] };
    });
    const { actions, scores } = parts(states);
    return {
      actions: reshape(actions, [parser.batch, beam, steps.dim(0)]),
      scores: reshape(scores, [parser.batch, beam]),
    };
  }

  #step(before: Parts, step: Tensor): Parts {
    const { parser, beam } = this;
    const { rules } = parser.options;
    const size = parser.actions.size;
    const done = unsqueeze(this.#hypotheses.isDone(before), [1]);
    const allowed = validActions(this.#hypotheses.state(before.counts), parser.actions, rules);
    const steps = parser.scope.within("scorer", (at) =>
      actionScores(at, this.#hypotheses.summaries(before), { allowed, dropout: 0 }),
    );
    const stays = parser.actions.mask(done, (id) => id === SHIFT_ID);
    // A hypothesis that is done goes on in one way: it stays, which costs nothing.
    const staying = where(stays, mul(steps, 0), 2 * HIDDEN);
    const gains = where(done, staying, where(allowed, steps, 2 * HIDDEN));
    const plans = reshape(add(unsqueeze(before.scores, [1]), gains), [parser.batch, beam * size]);
    const best = topK(plans, beam);
    const scores = reshape(best.values, [this.#hypotheses.rows]);
    const parent = div(best.ids, size);
    const offsets = unsqueeze(mul(range(plans.graph, parser.batch), beam), [1]);
    const from = reshape(add(parent, offsets), [this.#hypotheses.rows]);
    const kept = beam === 1 ? before : mapped(before, (part) => gather(part, from));
    const chosen = reshape(cast(sub(best.ids, mul(parent, size)), "int32"), [this.#hypotheses.rows]);
    const idle = or(this.#hypotheses.isDone(kept), lessOrEqual(scores, NO_PARSE));
    return this.#hypotheses.taken({ ...kept, scores }, where(idle, -1, chosen), step);
  }
}

/** All parts, changed alike. */
function mapped(parts: Parts, change: (part: Tensor) => Tensor): Parts {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, change(part)]),
  ) as unknown as Parts;
}
