import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, mul, neg, where } from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { argMax, logSoftmax, reduceMax, reduceSum, softmax } from "../../graph/ops/reduction.js";
import { squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Loss } from "../contracts.js";
import {
  checkDistillation,
  type DistillationOptions,
  distanceFromTeacher,
  distillationOptions,
} from "../losses/distillation.js";
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
    distillation: Type.Union([Type.Null(), Type.Object(distillationOptions)], {
      default: null,
      description:
        "How a student learns from a teacher's logits of each token, which SoftSlotLabelTensorizer reads; null: there is no teacher.",
    }),
  },
  { description: "One of several labels for each token by itself: softmax over their logits." },
);

/** Softmax over each token's logits. The loss counts tokens, each as often as its label weighs; padding has no part in it. */
export const WordTaggingOutputLayer = component({
  kind: "tag_output_layer",
  name: "WordTaggingOutputLayer",
  schema,
  check({ distillation, label_smoothing: smoothing }) {
    if (distillation === null) return [];
    const unread = smoothing > 0 && distillation.hard_weight === 0;
    return [
      ...checkDistillation(distillation).map(({ path, message }) => ({
        path: `distillation.${path}`,
        message,
      })),
      ...(unread
        ? [{ path: "label_smoothing", message: "with distillation.hard_weight 0 no label is compared with" }]
        : []),
    ];
  },
  build(scope, config, { logits, mask, target, labels, soft }) {
    if (target !== undefined) requireTeacher(scope, config.distillation, soft);
    const place = `${scope.path}.WordTaggingOutputLayer.label_weights`;
    const weights = config.label_weights && namedWeights(config.label_weights, labels, place);
    const given = weights && scope.graph.constant("float32", [labels.length], weights);
    const probabilities = softmax(logits);
    return {
      loss: target === undefined ? null : tokenLoss(logits, mask, target, given, config, soft),
      tags: where(mask, cast(argMax(logits, 2), "int32"), NO_TAG),
      scores: where(mask, reduceMax(probabilities, [2]), 0),
      probabilities,
    };
  },
  logitsOf: (_config, probabilities) => logOf(probabilities),
});

/** Throws `PTX_CONFIG_VALUE` unless there are a teacher's logits where the config wants them, and nowhere else. */
function requireTeacher(
  scope: Scope,
  distillation: DistillationOptions | null,
  soft: Tensor | undefined,
): void {
  if ((distillation === null) === (soft === undefined)) return;
  const place = `${scope.path}.WordTaggingOutputLayer.distillation`;
  throw soft === undefined
    ? ptxError(
        "PTX_CONFIG_VALUE",
        place,
        "it compares with a teacher's logits, and the target has none",
        "use SoftSlotLabelTensorizer for the target",
      )
    : ptxError(
        "PTX_CONFIG_VALUE",
        place,
        "the target has a teacher's logits, which are not read",
        "set distillation, or use SlotLabelTensorizer for the target",
      );
}

/** As `CrossEntropyLoss` and `DistillationLoss`, over tokens instead of rows. */
function tokenLoss(
  logits: Tensor,
  mask: Tensor,
  target: Tensor,
  labelWeights: Tensor | null,
  config: Static<typeof schema>,
  soft: Tensor | undefined,
): Loss {
  const { label_smoothing: smoothing, distillation } = config;
  const hard = hardLoss(logits, mask, target, labelWeights, smoothing);
  if (distillation === null || soft === undefined) return hard.loss;
  const { hard_weight: share } = distillation;
  const apart = where(mask, distanceFromTeacher(logits, soft, distillation), 0);
  const sum = mul(reduceSum(mul(apart, hard.weights), [0, 1]), 1 - share);
  return { sum: share === 0 ? sum : add(sum, mul(hard.loss.sum, share)), count: hard.loss.count };
}

/** The cross entropy with the right labels, and how much each token counts, `[batch, tokens]`. */
function hardLoss(
  logits: Tensor,
  mask: Tensor,
  target: Tensor,
  labelWeights: Tensor | null,
  smoothing: number,
): { readonly loss: Loss; readonly weights: Tensor } {
  const logProbabilities = logSoftmax(logits, 2);
  const right = where(mask, target, 0);
  const isToken = cast(mask, logits.dtype);
  const weights = labelWeights === null ? isToken : mul(gather(labelWeights, right), isToken);
  const chosen = squeeze(gatherElements(logProbabilities, unsqueeze(right, [2]), 2), [2]);
  const sharp = neg(reduceSum(mul(chosen, weights), [0, 1]));
  const count = reduceSum(weights, [0, 1]);
  if (smoothing === 0) return { loss: { sum: sharp, count }, weights };
  const inside = mul(logProbabilities, unsqueeze(isToken, [2]));
  const spread = neg(reduceSum(weighted(inside, labelWeights), [0, 1, 2]));
  const sum = add(mul(sharp, 1 - smoothing), mul(spread, smoothing / sizedAxis(logits, 2)));
  return { loss: { sum, count }, weights };
}
