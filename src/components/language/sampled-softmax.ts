import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, equal, exp, log, mul, neg, sub, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { gemm } from "../../graph/ops/matrix.js";
import { logSoftmax, reduceSum } from "../../graph/ops/reduction.js";
import { concat, reshape, slice, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { HIDDEN } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import type { VocabularyOptions } from "./contracts.js";
import { drawCandidates, logUniformProbability } from "./log-uniform.js";
import { type Classes, logitsOf, softmaxSurprisal } from "./softmax-surprisal.js";

const schema = Type.Object(
  {
    num_sampled: Type.Integer({
      minimum: 1,
      default: 1024,
      description: "Other tokens that a training step compares the right ones with.",
    }),
  },
  {
    description:
      "Trains against some tokens drawn for each batch, the frequent ones more often (Jean et al., 2015): a step's cost does not grow with the vocabulary. Training losses are estimates; eval, test and use are exact.",
  },
);

/** Parameters by token, so that their gradients are by rows: `weight [vocab, dim]` unless tied, `bias [vocab]`. */
function classesOf(scope: Scope, states: Tensor, { vocab, tied, init }: VocabularyOptions) {
  const weight = tied ?? scope.parameter("weight", [vocab, sizedAxis(states, 1)], init ?? xavierInit);
  return { weight, byRow: true, bias: scope.parameter("bias", [vocab], init ?? undefined) } satisfies Classes;
}

/** `ln` of how often each id is expected among the candidates. `ids` int `[n]`, `draws` float scalar. */
function logExpected(ids: Tensor, draws: Tensor, vocab: number): Tensor {
  const { graph } = ids;
  const missed = Float32Array.from({ length: vocab }, (_, id) =>
    Math.log1p(-logUniformProbability(id, vocab)),
  );
  const table = graph.constant("float32", [vocab], missed);
  return log(sub(1, exp(mul(gather(table, ids), draws))));
}

/** The surprisal among the right token and the candidates, each logit less the `ln` of how often it is expected there. */
function estimate(
  scope: Scope,
  samples: number,
  states: Tensor,
  targets: Tensor,
  options: VocabularyOptions,
): Tensor {
  const { vocab } = options;
  if (2 * samples > vocab) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `${scope.path}.num_sampled`,
      `num_sampled (${samples}) must not be above half the size of the vocabulary (${vocab})`,
      "for so small a vocabulary use FullSoftmax",
    );
  }
  const { weight, bias } = classesOf(scope, states, options);
  const drawn = scope.draw("candidates", [samples + 1], (random, into) => {
    into[samples] = drawCandidates(random, vocab, into.subarray(0, samples));
  });
  const candidates = slice(drawn, 0, 0, samples);
  const draws = squeeze(cast(slice(drawn, 0, samples, samples + 1), "float32"), [0]);
  const right = sub(
    add(reduceSum(mul(states, gather(weight, targets)), [1]), gather(bias, targets)),
    logExpected(targets, draws, vocab),
  );
  const others = gemm(states, gather(weight, candidates), {
    transB: true,
    bias: sub(gather(bias, candidates), logExpected(candidates, draws, vocab)),
  });
  // A candidate that is the row's own target is no other token.
  const isTarget = equal(unsqueeze(cast(targets, "int32"), [1]), unsqueeze(candidates, [0]));
  const logits = concat([unsqueeze(right, [1]), where(isTarget, HIDDEN, others)], 1);
  return neg(reshape(slice(logSoftmax(logits), 1, 0, 1), [states.dim(0)]));
}

/** Softmax that is trained on a sample of the vocabulary. */
export const SampledSoftmax = component({
  kind: "vocabulary_softmax",
  name: "SampledSoftmax",
  schema,
  ties: true,
  surprisal: (scope, { num_sampled }, states, targets, options) =>
    scope.mode === "train"
      ? estimate(scope, num_sampled, states, targets, options)
      : softmaxSurprisal("infer", states, targets, classesOf(scope, states, options)),
  logProbabilities: (scope, _config, states, options) =>
    logSoftmax(logitsOf(states, classesOf(scope, states, options))),
});
