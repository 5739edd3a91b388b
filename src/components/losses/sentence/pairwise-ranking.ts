import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { cosine } from "../../similarity.js";
import { hinge } from "./hinge.js";

const schema = Type.Object(
  {
    margin: Type.Number({
      exclusiveMinimum: 0,
      maximum: 2,
      default: 1,
      description:
        "How much higher than the negative's cosine the positive's has to be; cosines are at most 2 apart.",
    }),
  },
  { description: "The positive's cosine with the anchor has to be higher than the negative's, by a margin." },
);

/** `max(0, cos(a, n) - cos(a, p) + margin)`: PyText's PairwiseRankingLoss. */
export const PairwiseRankingLoss = component({
  kind: "sentence_embedding_loss",
  name: "PairwiseRankingLoss",
  schema,
  reads: { negative: "needed", scores: false },
  build(_scope, { margin }, { anchor, positive, negative }) {
    const [near, far] = [positive, negative!].map(({ vector }) => cosine(anchor.vector, vector));
    return hinge(near!, far!, margin);
  },
});
