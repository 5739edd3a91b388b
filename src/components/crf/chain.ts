/** @file A linear-chain conditional random field (Lafferty, McCallum and Pereira, 2001): what its sequences are scored by. */
import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { cast, equal, sub, where } from "../../graph/ops/elementwise.js";
import { cumSum, reduceMax } from "../../graph/ops/reduction.js";
import { transpose } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { HIDDEN } from "../masking.js";
import type { Allowed } from "./constraints.js";

/** What is learned besides the scores of labels at tokens. */
export interface CrfWeights {
  /** `[labels, labels]`: of the second label right after the first. */
  readonly transitions: Tensor;
  /** `[labels]`: of the first token's label. */
  readonly start: Tensor;
  /** `[labels]`: of the last token's label. */
  readonly end: Tensor;
}

/**
 * The scores of all label sequences of a batch: the sum of a sequence's emissions, transitions, start and end. Time
 * stands in front, as loops run over it. The scores of a token, and each kind of weight, are shifted so that the largest
 * is 0: that changes all sequences of a row alike, and keeps sums over long texts small and so precise.
 */
export interface Chain {
  /** `[tokens, batch, labels]`. */
  readonly emissions: Tensor;
  /** bool `[tokens, batch]`: true for a prefix of each row, its tokens. */
  readonly mask: Tensor;
  /** bool `[tokens, batch]`: the last token of each row; nowhere in a row without tokens. */
  readonly isLast: Tensor;
  /** As learned. */
  readonly learned: CrfWeights;
  /** With what is not allowed far below everything else. */
  readonly weights: CrfWeights;
  readonly allowed: Allowed | null;
}

/** The weights' parameters at this place: `transitions`, `start` and `end`. */
export function crfWeights(scope: Scope, labels: number): CrfWeights {
  return {
    transitions: scope.parameter("transitions", [labels, labels], uniformInit(0.1)),
    start: scope.parameter("start", [labels], uniformInit(0.1)),
    end: scope.parameter("end", [labels], uniformInit(0.1)),
  };
}

/** The chain of a batch. `logits [batch, tokens, labels]`, bool `mask [batch, tokens]`, true for a prefix of each row. */
export function chainOf(logits: Tensor, mask: Tensor, weights: CrfWeights, allowed: Allowed | null): Chain {
  const byTime = transpose(logits, [1, 0, 2]);
  const inside = transpose(mask, [1, 0]);
  const learned: CrfWeights = {
    transitions: fromTop(weights.transitions, allowed?.transitions),
    start: fromTop(weights.start, allowed?.start),
    end: fromTop(weights.end, allowed?.end),
  };
  return {
    emissions: shifted(byTime, reduceMax(byTime, [2], true)),
    mask: inside,
    isLast: equal(cumSum(cast(inside, "int32"), 0, true), 1),
    learned,
    weights: {
      transitions: hidden(learned.transitions, allowed?.transitions),
      start: hidden(learned.start, allowed?.start),
      end: hidden(learned.end, allowed?.end),
    },
    allowed,
  };
}

/**
 * `x - by`, with the gradient of `x` alone: whoever differentiates compares sequences of one row, from all of which the
 * same was taken.
 */
const shifted = (x: Tensor, by: Tensor): Tensor => withGradient(sub(x, by), [x], (dy) => [dy]);

/** Shifted so that the largest allowed number is 0. */
function fromTop(x: Tensor, allowed: readonly boolean[] | undefined): Tensor {
  return shifted(x, reduceMax(hidden(x, allowed), [...x.shape.keys()]));
}

function hidden(x: Tensor, allowed: readonly boolean[] | undefined): Tensor {
  if (allowed === undefined) return x;
  return where(x.graph.constant("bool", x.shape as number[], allowed.map(Number)), x, HIDDEN);
}
