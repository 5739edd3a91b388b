import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, mul, neg, where } from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { argMax, logSoftmax, reduceMax, reduceSum, softmax } from "../../graph/ops/reduction.js";
import { squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { didYouMean } from "../../registry/nearest.js";
import type { Loss } from "../contracts.js";
import { weighted } from "../losses/totals.js";
import { sizedAxis } from "../sizes.js";

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
    const weights = namedWeights(config.label_weights, labels, place);
    const given = weights && scope.graph.constant("float32", [labels.length], weights);
    return {
      loss: target === undefined ? null : tokenLoss(logits, mask, target, given, config.label_smoothing),
      tags: where(mask, cast(argMax(logits, 2), "int32"), 0),
      scores: where(mask, reduceMax(softmax(logits), [2]), 0),
    };
  },
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

/** Weights by name in label order, 1 where none is given; throws `PTX_CONFIG_VALUE` for a label that does not exist. */
function namedWeights(
  config: Readonly<Record<string, number>> | null,
  labels: readonly string[],
  place: string,
): number[] | null {
  if (config === null) return null;
  for (const name of Object.keys(config)) {
    if (labels.includes(name)) continue;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      place,
      `no label is called "${name}"${didYouMean(name, labels)}  known: ${labels.join(", ")}`,
    );
  }
  return labels.map((label) => (Object.hasOwn(config, label) ? config[label]! : 1));
}
