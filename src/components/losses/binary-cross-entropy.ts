import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, mul, neg, softplus, sub } from "../../graph/ops/elementwise.js";
import { component } from "../../registry/component.js";
import { labelTotal } from "./totals.js";

const schema = Type.Object(
  {
    label_smoothing: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Share of each label's target spread evenly over yes and no.",
    }),
  },
  { description: "Negative log-likelihood of every label's yes or no under the sigmoid." },
);

/** The logit, turned so that larger is more right. `logits`, `target` (0 or 1) `[batch, labels]`. */
export const signedMargin = (logits: Tensor, target: Tensor): Tensor => mul(logits, sub(mul(target, 2), 1));

/**
 * The mean is over rows and labels. Class weights `[labels]` (or `[batch, 1]`) count each label's loss that many times
 * in sum and count. Written as softplus of the wrong side's margin, it is exact for logits of any size.
 */
export const BinaryCrossEntropyWithLogitsLoss = component({
  kind: "loss",
  name: "BinaryCrossEntropyWithLogitsLoss",
  schema,
  target: "labels",
  build(_scope, { label_smoothing: smoothing }, { logits, target, classWeights }) {
    const margin = signedMargin(logits, target);
    const losses = softplus(neg(margin));
    // (1 - s/2) softplus(-m) + s/2 softplus(m), as softplus(m) = softplus(-m) + m.
    const smoothed = smoothing === 0 ? losses : add(losses, mul(margin, smoothing / 2));
    return labelTotal(smoothed, classWeights);
  },
});
