import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  equal,
  exp,
  greater,
  lessOrEqual,
  log,
  mul,
  neg,
  or,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { logSoftmax, reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import { range, slice, squeeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import type { Loss, Predicted } from "../contracts.js";
import { pickTarget } from "../losses/cross-entropy.js";
import { rowTotal } from "../losses/totals.js";
import { HIDDEN } from "../masking.js";
import { bestSpans } from "../spans.js";

const schema = Type.Object(
  {
    max_answer_length: Type.Integer({
      default: 30,
      minimum: 1,
      description: "Places (pieces, words) of an answer at most.",
    }),
    n_best_size: Type.Integer({
      default: 5,
      minimum: 1,
      maximum: 100,
      description: "How many answers are given, the best first.",
    }),
    null_threshold: Type.Union([Type.Number(), Type.Null()], {
      default: null,
      description:
        "Say that the text does not tell where no answer ([CLS], the sentinel before words) scores more than the best answer by more than this (difference of logits; test prints which would be best). null: every question gets an answer.",
    }),
  },
  {
    description:
      "First and last place (piece, word) of an answer, each by softmax over the text's places and a very first one, [CLS] or a sentinel, which stands for no answer (BERT).",
  },
);

/** `x [batch, pieces]` at the first piece, `[batch]`. */
const atFirst = (x: Tensor): Tensor => squeeze(slice(x, 1, 0, 1), [1]);

/** `log sum exp(x)` of each row, `[batch]`. */
function logSumExp(x: Tensor): Tensor {
  const most = reduceMax(x, [1], true);
  return add(squeeze(most, [1]), log(reduceSum(exp(sub(x, most)), [1])));
}

/** The mean of both places' cross-entropies. `span [batch, 2]`. */
function spanLoss(starts: Tensor, ends: Tensor, span: Tensor): Loss {
  const [first, last] = [starts, ends].map((x, of) =>
    neg(pickTarget(logSoftmax(x), squeeze(slice(span, 1, of, of + 1), [1]))),
  ) as [Tensor, Tensor];
  return rowTotal(mul(add(first, last), 0.5), null);
}

/**
 * Logits to loss (the mean of both places' cross-entropies) and answers. Results `[batch, n_best_size]`: `first` and `last`
 * (int32, pieces) and `span_logits`; `[batch]`: `null_logit` of [CLS] as first and last piece, `log_total`, the logarithm of
 * the sum of `exp` over all pairs of places, and `has_answer` (int32). While training there are none.
 */
export const SquadOutputLayer = component({
  kind: "span_output_layer",
  name: "SquadOutputLayer",
  schema,
  rule: ({ n_best_size, null_threshold }) => ({ answers: n_best_size, nullThreshold: null_threshold }),
  build(scope, { max_answer_length, n_best_size, null_threshold }, logits, context, target): Predicted {
    const { graph } = logits;
    const place = range(graph, logits.dim(1));
    const allowed = or(context, equal(place, 0));
    const [starts, ends] = [0, 1].map((of) =>
      where(allowed, squeeze(slice(logits, 2, of, of + 1), [2]), HIDDEN),
    ) as [Tensor, Tensor];
    const span = target?.tensors.span;
    const loss = span === undefined ? null : spanLoss(starts, ends, span);
    if (scope.mode === "train") return { loss, outputs: {} };
    const nullLogit = add(atFirst(starts), atFirst(ends));
    const best = bestSpans(
      where(context, starts, HIDDEN),
      where(context, ends, HIDDEN),
      max_answer_length,
      n_best_size,
    );
    const top = atFirst(best.scores);
    const any = greater(top, HIDDEN / 2);
    const has = null_threshold === null ? any : and(any, lessOrEqual(sub(nullLogit, top), null_threshold));
    return {
      loss,
      outputs: {
        first: best.first,
        last: best.last,
        span_logits: best.scores,
        null_logit: nullLogit,
        log_total: add(logSumExp(starts), logSumExp(ends)),
        has_answer: cast(has, "int32"),
      },
    };
  },
});
