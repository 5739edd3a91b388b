import { Type } from "typebox";
import { add, mul, neg, softplus } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { component } from "../../registry/component.js";
import { sizedAxis } from "../sizes.js";
import { pickTarget } from "./cross-entropy.js";
import { rowTotal } from "./totals.js";

const schema = Type.Object(
  {
    reweight_negative: Type.Boolean({
      default: true,
      description: "Let all wrong classes together count as much as the right one.",
    }),
  },
  {
    description:
      "Each class against all others, by a yes or no of its own (PyText). The class of the largest logit is predicted; probabilities are the output layer's, softmax.",
  },
);

/**
 * `softplus(-z_t) + w sum over k != t of softplus(z_k)` for the target `t` of logits `z [batch, labels]`, with `w` 1, or
 * 1 / (labels - 1). Weights as in `CrossEntropyLoss`.
 */
export const BinaryCrossEntropyLoss = component({
  kind: "loss",
  name: "BinaryCrossEntropyLoss",
  schema,
  target: "class",
  build(_scope, { reweight_negative: reweight }, { logits, target, classWeights }) {
    const wrong = softplus(logits);
    const right = pickTarget(logits, target);
    const others = add(reduceSum(wrong, [1]), neg(softplus(right)));
    const share = reweight ? 1 / Math.max(1, sizedAxis(logits, 1) - 1) : 1;
    const losses = add(softplus(neg(right)), mul(others, share));
    return rowTotal(losses, classWeights === null ? null : gather(classWeights, target));
  },
});
