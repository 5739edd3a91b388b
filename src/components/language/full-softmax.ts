import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { logSoftmax } from "../../graph/ops/reduction.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import { sizedAxis } from "../sizes.js";
import type { VocabularyOptions } from "./contracts.js";
import { type Classes, logitsOf, softmaxSurprisal } from "./softmax-surprisal.js";

const schema = Type.Object(
  { bias: Type.Boolean({ default: true, description: "Whether every token has a bias." }) },
  { description: "Softmax over the whole vocabulary: exact, its cost grows with the vocabulary." },
);

/** Parameters: `weight [dim, vocab]` unless tied, `bias [vocab]`. */
function classesOf(
  scope: Scope,
  bias: boolean,
  states: Tensor,
  { vocab, tied, init }: VocabularyOptions,
): Classes {
  return {
    weight: tied ?? scope.parameter("weight", [sizedAxis(states, 1), vocab], init ?? xavierInit),
    byRow: tied !== null,
    bias: bias ? scope.parameter("bias", [vocab], init ?? undefined) : null,
  };
}

/** Softmax over the whole vocabulary. */
export const FullSoftmax = component({
  kind: "vocabulary_softmax",
  name: "FullSoftmax",
  schema,
  ties: true,
  surprisal: (scope, { bias }, states, targets, options) =>
    softmaxSurprisal(scope.mode, states, targets, classesOf(scope, bias, states, options)),
  logProbabilities: (scope, { bias }, states, options) =>
    logSoftmax(logitsOf(states, classesOf(scope, bias, states, options))),
});
