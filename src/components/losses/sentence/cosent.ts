import { Type } from "typebox";
import { mulDims } from "../../../graph/dims.js";
import { less, mul, neg, sub, where } from "../../../graph/ops/elementwise.js";
import { logSoftmax } from "../../../graph/ops/reduction.js";
import { concat, reshape, slice, squeeze, unsqueeze } from "../../../graph/ops/shaping.js";
import { component } from "../../../registry/component.js";
import { HIDDEN } from "../../masking.js";
import { cosine } from "../../similarity.js";

const schema = Type.Object(
  {
    scale: Type.Number({
      exclusiveMinimum: 0,
      default: 20,
      description: "What cosines are multiplied by (1 / temperature).",
    }),
  },
  {
    description:
      "Of any two rows of a batch, the one with the higher score should have the higher cosine (Su, 2022). Scores may lie anywhere: only their order counts. One loss a batch.",
  },
);

/** `log(1 + sum exp(scale (cos_j - cos_i)))` over all rows i, j with score i above score j; counts once for a batch. */
export const CoSENTLoss = component({
  kind: "sentence_embedding_loss",
  name: "CoSENTLoss",
  schema,
  reads: { negative: "unused", scores: true },
  build({ graph }, { scale }, { anchor, positive, scores }) {
    const cosines = mul(cosine(anchor.vector, positive.vector), scale);
    const [below, above] = [unsqueeze(cosines, [1]), unsqueeze(cosines, [0])];
    const ordered = less(unsqueeze(scores!, [1]), unsqueeze(scores!, [0]));
    const differences = where(ordered, sub(below, above), HIDDEN);
    const [batch] = cosines.shape;
    const zero = graph.constant("float32", [1, 1], [0]);
    const all = concat([zero, reshape(differences, [1, mulDims(batch!, batch!)])], 1);
    // The softmax's share of the zero is 1 / (1 + sum exp(...)).
    const sum = neg(squeeze(slice(logSoftmax(all), 1, 0, 1), [0, 1]));
    return { sum, count: graph.constant("float32", [], [1]) };
  },
});
