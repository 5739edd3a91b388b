import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, mul, neg } from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { logSoftmax, reduceSum } from "../../graph/ops/reduction.js";
import { reshape } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { sizedAxis } from "../sizes.js";
import { rowTotal, weighted } from "./totals.js";

const schema = Type.Object(
  {
    label_smoothing: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Share of the target spread evenly over all classes (Szegedy et al., 2016).",
    }),
  },
  { description: "Negative log-likelihood of the right class under softmax." },
);

/** Each row's value for its target. `x [batch, labels]`, `target [batch]` -> `[batch]`. */
export function pickTarget(x: Tensor, target: Tensor): Tensor {
  return reshape(gatherElements(x, reshape(target, [target.dim(0), 1]), 1), [target.dim(0)]);
}

/** With class weights `w`, row i counts `w[target]` times in sum and count, as in PyTorch's weighted mean. */
export const CrossEntropyLoss = component({
  kind: "loss",
  name: "CrossEntropyLoss",
  schema,
  target: "class",
  build(_scope, { label_smoothing: smoothing }, { logits, target, classWeights }) {
    const logProbabilities = logSoftmax(logits);
    const rowWeights = classWeights === null ? null : gather(classWeights, target);
    const sharp = rowTotal(neg(pickTarget(logProbabilities, target)), rowWeights);
    if (smoothing === 0) return sharp;
    const spread = neg(reduceSum(weighted(logProbabilities, classWeights), [0, 1]));
    return {
      sum: add(mul(sharp.sum, 1 - smoothing), mul(spread, smoothing / sizedAxis(logits, 1))),
      count: sharp.count,
    };
  },
});
