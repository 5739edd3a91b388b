import { Type } from "typebox";
import { add, mul, relu, sub } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { reshape } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { sizedAxis } from "../sizes.js";
import { pickTarget } from "./cross-entropy.js";
import { rowTotal } from "./totals.js";

const schema = Type.Object(
  {
    margin: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description: "By how much the right logit must be above each other for that one to cost nothing.",
    }),
  },
  {
    description:
      "What logits of wrong classes lack to be by a margin below the right one's. Probabilities are the output layer's, softmax, and no estimates.",
  },
);

/**
 * `sum over k != t of max(0, margin - z_t + z_k) / labels` for the target `t` of logits `z [batch, labels]`, as PyTorch's
 * `multi_margin_loss` with p = 1. Weights as in `CrossEntropyLoss`.
 */
export const HingeLoss = component({
  kind: "loss",
  name: "HingeLoss",
  schema,
  target: "class",
  build(_scope, { margin }, { logits, target, classWeights }) {
    const right = reshape(pickTarget(logits, target), [target.dim(0), 1]);
    const all = reduceSum(relu(add(sub(logits, right), margin)), [1]);
    // The right class itself costs the margin, whatever its logit.
    const losses = mul(sub(all, margin), 1 / sizedAxis(logits, 1));
    return rowTotal(losses, classWeights === null ? null : gather(classWeights, target));
  },
});
