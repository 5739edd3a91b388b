import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, mul, neg, where } from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { argMax, logSoftmax, reduceMax, reduceSum, softmax } from "../../graph/ops/reduction.js";
import { squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import type { Loss } from "../contracts.js";
import { weighted } from "../losses/totals.js";
import { logOf } from "../output-layers/inverse.js";
import { namedWeights } from "../output-layers/label-weights.js";
import { sizedAxis } from "../sizes.js";
import { NO_TAG } from "./contracts.js";

const schema = Type.Object(
  {
    label_smoothing: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Share of the target spread evenly over all labels (Szegedy et al., 2016).",
    }),
    label_weights: Type.Union([Type.Null(), Type.Record(Type.String(), Type.Number({ minimum: 0 }))], {
      default: null,
      description: 'How much each label counts in the loss: null = all alike; {"label": weight} (others 1).',
    }),
  },
  { description: "One of several labels for each token by itself: softmax over their logits." },
);

/** Softmax over each token's logits. The loss counts tokens, each as often as its label weighs; padding has no part in it. */
export const WordTaggingOutputLayer = component({
  kind: "tag_output_layer",
  name: "WordTaggingOutputLayer",
  schema,
  build(scope, config, { logits, mask, target, labels }) {
    const place = `${scope.path}.WordTaggingOutputLayer.label_weights`;
    const weights = config.label_weights && namedWeights(config.label_weights, labels, place);
    const given = weights && scope.graph.constant("float32", [labels.length], weights);
    const probabilities = softmax(logits);
    return {
      loss: target === undefined ? null : tokenLoss(logits, mask, target, given, config.label_smoothing),
      tags: where(mask, cast(argMax(logits, 2), "int32"), NO_TAG),
      scores: where(mask, reduceMax(probabilities, [2]), 0),
      probabilities,
    };
  },
  logitsOf: (_config, probabilities) => logOf(probabilities),
});

/** As `CrossEntropyLoss`, over tokens instead of rows. */
function tokenLoss(
  logits: Tensor,
  mask: Tensor,
  target: Tensor,
  labelWeights: Tensor | null,
  smoothing: number,
): Loss {
  const logProbabilities = logSoftmax(logits, 2);
  const right = where(mask, target, 0);
  const isToken = cast(mask, logits.dtype);
  const weights = labelWeights === null ? isToken : mul(gather(labelWeights, right), isToken);
  const chosen = squeeze(gatherElements(logProbabilities, unsqueeze(right, [2]), 2), [2]);
  const sharp = neg(reduceSum(mul(chosen, weights), [0, 1]));
  const count = reduceSum(weights, [0, 1]);
  if (smoothing === 0) return { sum: sharp, count };
  const inside = mul(logProbabilities, unsqueeze(isToken, [2]));
  const spread = neg(reduceSum(weighted(inside, labelWeights), [0, 1, 2]));
  return {
    sum: add(mul(sharp, 1 - smoothing), mul(spread, smoothing / sizedAxis(logits, 2))),
    count,
  };
}
