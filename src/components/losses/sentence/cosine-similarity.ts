import { Type } from "typebox";
import { add, mul, sub } from "../../../graph/ops/elementwise.js";
import { type CheckProblem, component } from "../../../registry/component.js";
import { checkRange, rangeSchema } from "../../output-layers/range.js";
import { cosine } from "../../similarity.js";
import { rowTotal } from "../totals.js";

const schema = Type.Object(
  {
    score_range: {
      ...rangeSchema,
      default: [0, 1],
      description: "[low, high]: where the data's scores lie.",
    },
    cosine_range: {
      ...rangeSchema,
      default: [0, 1],
      description: "[low, high]: the cosines that the lowest and the highest score ask for; from -1 to 1.",
    },
  },
  { description: "The squared difference of the vectors' cosine and the score, scaled to a cosine." },
);

/** `(cos(a, p) - t)^2` for the score scaled linearly from `score_range` to `cosine_range`, t. */
export const CosineSimilarityLoss = component({
  kind: "sentence_embedding_loss",
  name: "CosineSimilarityLoss",
  schema,
  reads: { negative: "unused", scores: true },
  check: ({ score_range, cosine_range }): readonly CheckProblem[] => [
    ...checkRange(score_range, "score_range"),
    ...checkRange(cosine_range, "cosine_range"),
    ...(cosine_range.some((value) => Math.abs(value) > 1)
      ? [{ path: "cosine_range", message: `a cosine is from -1 to 1, got [${cosine_range.join(", ")}]` }]
      : []),
  ],
  range: ({ score_range: [low, high] }) => [low, high],
  build(_scope, { score_range: [low, high], cosine_range: [from, to] }, { anchor, positive, scores }) {
    const slope = (to - from) / (high - low);
    const wanted = add(mul(sub(scores!, low), slope), from);
    const apart = sub(cosine(anchor.vector, positive.vector), wanted);
    return rowTotal(mul(apart, apart), null);
  },
});
