import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { cast, neg, sigmoid, sub } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { concat, reshape, slice } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { logOf } from "./inverse.js";
import { buildLoss, labelWeights, labelWeightsSchema } from "./label-weights.js";
import { targetTensor } from "./target.js";

const schema = Type.Object(
  {
    loss: Slot("loss", {
      default: "BinaryCrossEntropyWithLogitsLoss",
      description: "What training makes small; a loss over yes and no.",
    }),
    label_weights: labelWeightsSchema,
  },
  {
    description:
      "One of two labels from a single logit: the sigmoid of it is the second label's probability.",
  },
);

/** The one logit of the second label that two logits come to. `[batch, 2] -> [batch, 1]`. */
const secondOverFirst = (logits: Tensor): Tensor => sub(slice(logits, 1, 1, 2), slice(logits, 1, 0, 1));

/** Logits `[batch, 1]` -> probabilities `[batch, 2]` that sum to 1. */
export const BinaryClassificationOutputLayer = component({
  kind: "output_layer",
  name: "BinaryClassificationOutputLayer",
  schema,
  decision: "single-label",
  spec(_config, labels) {
    if (labels.length !== 2) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "output_layer.BinaryClassificationOutputLayer",
        `it decides between two labels, but there are ${labels.length}: ${labels.join(", ")}`,
        "use ClassificationOutputLayer",
      );
    }
    return { logits: 1 };
  },
  threshold: () => 0,
  logitsOf(_config, scores) {
    return secondOverFirst(logOf(scores));
  },
  build(scope, config, logits, target, labels) {
    const scores = sigmoid(concat([neg(logits), logits], 1));
    if (target === undefined) return { loss: null, scores };
    const ids = targetTensor(target, "ids", "BinaryClassificationOutputLayer");
    const column = [ids.dim(0), 1];
    const weights = labelWeights(scope, config.label_weights, target, labels);
    const rowWeights = weights && reshape(gather(weights, ids), column);
    const isSecond = reshape(cast(ids, "float32"), column);
    const soft = target.tensors.logits && secondOverFirst(target.tensors.logits);
    return { loss: buildLoss(scope, config.loss, "labels", logits, isSecond, rowWeights, soft), scores };
  },
});
