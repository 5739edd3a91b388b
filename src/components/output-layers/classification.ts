import { Type } from "typebox";
import { softmax } from "../../graph/ops/reduction.js";
import { component, Slot } from "../../registry/component.js";
import { logOf } from "./inverse.js";
import { buildLoss, labelWeights, labelWeightsSchema } from "./label-weights.js";
import { targetTensor } from "./target.js";

const schema = Type.Object(
  {
    loss: Slot("loss", {
      default: "CrossEntropyLoss",
      description: "What training makes small; a loss over classes.",
    }),
    label_weights: labelWeightsSchema,
  },
  { description: "One of several labels: softmax over their logits." },
);

/** Logits `[batch, labels]` -> probabilities that sum to 1. */
export const ClassificationOutputLayer = component({
  kind: "output_layer",
  name: "ClassificationOutputLayer",
  schema,
  decision: "single-label",
  spec: (_config, labels) => ({ logits: labels.length }),
  threshold: () => 0,
  logitsOf: (_config, scores) => logOf(scores),
  build(scope, config, logits, target, labels) {
    const scores = softmax(logits);
    if (target === undefined) {
      scope.leaveOut("loss");
      return { loss: null, scores };
    }
    const ids = targetTensor(target, "ids", "ClassificationOutputLayer");
    const weights = labelWeights(scope, config.label_weights, target, labels);
    const soft = target.tensors.logits;
    return { loss: buildLoss(scope, config.loss, "class", logits, ids, weights, soft), scores };
  },
});
