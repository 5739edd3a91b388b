import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, equal, exp, log, mul, neg, softplus, sub, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceMax, reduceSum } from "../../graph/ops/reduction.js";
import { reshape, squeeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { HIDDEN } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { signedMargin } from "./binary-cross-entropy.js";
import { pickTarget } from "./cross-entropy.js";
import { labelTotal, rowTotal } from "./totals.js";

const gamma = Type.Number({
  minimum: 0,
  default: 2,
  description: "How strongly examples that are right already are played down; 0: not at all.",
});

const schema = Type.Object(
  {
    alpha: Type.Number({ exclusiveMinimum: 0, default: 0.25, description: "Factor of the whole loss." }),
    gamma,
  },
  { description: "Cross entropy that plays down what is right already (Lin et al., 2017), over classes." },
);

/**
 * `(1 - p) ** gamma * -log p` for `p = sigmoid(margin)`, from the margin alone: no difference of nearly equal numbers
 * and no power of zero, so value and gradient are right for any margin and gamma.
 */
function focal(margin: Tensor, power: number): Tensor {
  const surprise = softplus(neg(margin)); // -log p
  return power === 0 ? surprise : mul(exp(mul(softplus(margin), -power)), surprise);
}

/** How far the target's logit is above the others' log-sum-exp: the log-odds of the target. `-> [batch]`. */
function targetMargin(logits: Tensor, target: Tensor): Tensor {
  const size = sizedAxis(logits, 1);
  const isTarget = equal(
    reshape(target, [target.dim(0), 1]),
    logits.graph.constant(target.dtype, [size], [...Array(size).keys()]),
  );
  const others = where(isTarget, HIDDEN, logits);
  const top = reduceMax(others, [1], true);
  const rest = add(squeeze(top, [1]), log(reduceSum(exp(sub(others, top)), [1])));
  return sub(pickTarget(logits, target), rest);
}

/** `alpha * (1 - p) ** gamma * -log p` of the target's probability `p` under softmax. Weights as in `CrossEntropyLoss`. */
export const FocalLoss = component({
  kind: "loss",
  name: "FocalLoss",
  schema,
  target: "class",
  build(_scope, config, { logits, target, classWeights }) {
    const losses = mul(focal(targetMargin(logits, target), config.gamma), config.alpha);
    return rowTotal(losses, classWeights === null ? null : gather(classWeights, target));
  },
});

const binarySchema = Type.Object(
  {
    alpha: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.25,
      description: "Weight of labels that hold; the others weigh 1 - alpha.",
    }),
    gamma,
  },
  {
    description:
      "Binary cross entropy that plays down what is right already (Lin et al., 2017), label by label.",
  },
);

/** What labels that hold and labels that do not weigh. */
function balance(target: Tensor, { alpha }: Static<typeof binarySchema>): Tensor {
  return add(mul(target, 2 * alpha - 1), 1 - alpha);
}

/** `alpha_t * (1 - p_t) ** gamma * -log p_t` for every label's probability under the sigmoid. Weights as in `BinaryCrossEntropyWithLogitsLoss`. */
export const BinaryFocalLoss = component({
  kind: "loss",
  name: "BinaryFocalLoss",
  schema: binarySchema,
  target: "labels",
  build(_scope, config, { logits, target, classWeights }) {
    const losses = mul(balance(target, config), focal(signedMargin(logits, target), config.gamma));
    return labelTotal(losses, classWeights);
  },
});
