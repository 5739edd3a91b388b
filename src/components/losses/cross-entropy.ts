import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, mul, neg } from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { logSoftmax, reduceSum } from "../../graph/ops/reduction.js";
import { dimsTensor, reshape, squeeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { sizedAxis } from "../sizes.js";

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

/** The log-probability of each row's target. `logProbabilities [batch, labels]`, `target [batch]` -> `[batch]`. */
export function pickTarget(logProbabilities: Tensor, target: Tensor): Tensor {
  return reshape(gatherElements(logProbabilities, reshape(target, [target.dim(0), 1]), 1), [target.dim(0)]);
}

/** How many rows a batch has, as a float scalar. */
export function rowCount(x: Tensor): Tensor {
  return cast(squeeze(dimsTensor(x.graph, [x.dim(0)]), [0]), "float32");
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
    const weighted = (x: Tensor, weights: Tensor | null): Tensor => (weights === null ? x : mul(x, weights));
    const sharp = neg(reduceSum(weighted(pickTarget(logProbabilities, target), rowWeights), [0]));
    const count = rowWeights === null ? rowCount(target) : reduceSum(rowWeights, [0]);
    if (smoothing === 0) return { sum: sharp, count };
    const spread = neg(reduceSum(weighted(logProbabilities, classWeights), [0, 1]));
    return { sum: add(mul(sharp, 1 - smoothing), mul(spread, smoothing / sizedAxis(logits, 1))), count };
  },
});
