import { Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { abs, maximum, mul, neg, sqrt, sub } from "../../../graph/ops/elementwise.js";
import { reduceSum } from "../../../graph/ops/reduction.js";
import { component } from "../../../registry/component.js";
import { cosine, TINY } from "../../similarity.js";
import { hinge } from "./hinge.js";

const schema = Type.Object(
  {
    distance: Type.Union([Type.Literal("euclidean"), Type.Literal("cosine"), Type.Literal("manhattan")], {
      default: "euclidean",
      description: "How far two vectors are apart; cosine: 1 - the cosine of their angle.",
    }),
    margin: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description:
        "How much farther than the positive the negative has to be. Vectors of length 1 are at most 2 apart (euclidean, cosine).",
    }),
  },
  { description: "The negative has to be farther from the anchor than the positive, by a margin." },
);

const distances: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  cosine: (a, b) => sub(1, cosine(a, b)),
  manhattan: (a, b) => reduceSum(abs(sub(a, b)), [1]),
  euclidean(a, b) {
    const apart = sub(a, b);
    return sqrt(maximum(reduceSum(mul(apart, apart), [1]), TINY));
  },
};

/** `max(0, d(a, p) - d(a, n) + margin)`. */
export const TripletLoss = component({
  kind: "sentence_embedding_loss",
  name: "TripletLoss",
  schema,
  reads: { negative: "needed", scores: false },
  build(_scope, { distance, margin }, { anchor, positive, negative }) {
    const between = distances[distance]!;
    const [near, far] = [positive, negative!].map(({ vector }) => between(anchor.vector, vector));
    return hinge(neg(near!), neg(far!), margin);
  },
});
