import { Type } from "typebox";
import { sigmoid } from "../../graph/ops/elementwise.js";
import { component, Slot } from "../../registry/component.js";
import { logitOf } from "./inverse.js";
import { buildLoss, labelWeights, labelWeightsSchema } from "./label-weights.js";
import { targetTensor } from "./target.js";

const schema = Type.Object(
  {
    loss: Slot("loss", {
      default: "BinaryCrossEntropyWithLogitsLoss",
      description: "What training makes small; a loss over yes and no.",
    }),
    label_weights: labelWeightsSchema,
    threshold: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: "Probability from which a label holds.",
    }),
  },
  { description: "Any number of labels: the sigmoid of each one's logit is its probability." },
);

/** Logits `[batch, labels]` -> a probability for each label, independent of the others. */
export const MultiLabelClassificationOutputLayer = component({
  kind: "output_layer",
  name: "MultiLabelClassificationOutputLayer",
  schema,
  decision: "multi-label",
  spec: (_config, labels) => ({ logits: labels.length }),
  threshold: ({ threshold }) => threshold,
  logitsOf: (_config, scores) => logitOf(scores),
  build(scope, config, logits, target, labels) {
    const scores = sigmoid(logits);
    if (target === undefined) return { loss: null, scores };
    const weights = labelWeights(scope, config.label_weights, target, labels);
    const holds = targetTensor(target, "values", "MultiLabelClassificationOutputLayer");
    const soft = target.tensors.logits;
    return { loss: buildLoss(scope, config.loss, "labels", logits, holds, weights, soft), scores };
  },
});
