import { Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { add, and, cast, equal, greater, mul, neg, not, or, where } from "../../../graph/ops/elementwise.js";
import { matmul } from "../../../graph/ops/matrix.js";
import { logSoftmax, reduceSum } from "../../../graph/ops/reduction.js";
import { concat, range, swapAxes, unsqueeze } from "../../../graph/ops/shaping.js";
import { component } from "../../../registry/component.js";
import type { EmbeddedText } from "../../contracts.js";
import { HIDDEN } from "../../masking.js";
import { SIMILARITIES, unitLength } from "../../similarity.js";
import { rowTotal } from "../totals.js";
import { sameTexts } from "./same-texts.js";

const schema = Type.Object(
  {
    similarity: Type.Enum([...SIMILARITIES], {
      default: "cosine",
      description: "How near two vectors are: the cosine of their angle, or their product.",
    }),
    scale: Type.Number({
      exclusiveMinimum: 0,
      default: 20,
      description:
        "What similarities are multiplied by before the softmax (1 / temperature); 1 is usual for products.",
    }),
    symmetric: Type.Boolean({
      default: false,
      description:
        "Whether each positive also has to find its anchor among the batch's; the mean of both losses.",
    }),
  },
  {
    description:
      "Each anchor has to find its positive among all positives and negatives of the batch (in-batch negatives; Henderson et al., 2017): cross-entropy over the similarities. A text that belongs to an equal anchor, or equals the anchor, is no negative.",
  },
);

/** Both axes' numbers equal: true on the diagonal. `x [rows, columns]` -> bool `[rows, columns]`. */
function diagonal(x: Tensor): Tensor {
  const [rows, columns] = [0, 1].map((axis) => range(x.graph, x.dim(axis))) as [Tensor, Tensor];
  return equal(unsqueeze(rows, [1]), unsqueeze(columns, [0]));
}

/**
 * Which candidates are right for an anchor that is not their row's: those that are the positive of an equal anchor, and
 * copies of the anchor itself. bool `[batch, candidates]`.
 */
function related(anchor: EmbeddedText, positive: EmbeddedText, candidates: readonly EmbeddedText[]): Tensor {
  const equalAnchors = cast(sameTexts(anchor, anchor), "float32");
  const columns = candidates.map((texts) => {
    const positives = matmul(equalAnchors, cast(sameTexts(positive, texts), "float32"));
    return or(greater(positives, 0), sameTexts(anchor, texts));
  });
  return concat(
    columns.map((column) => cast(column, "float32")),
    1,
  );
}

/** Minus the log-probability of the diagonal under a softmax over each row, `[rows]`. */
function surprisal(logits: Tensor): Tensor {
  return neg(reduceSum(where(diagonal(logits), logSoftmax(logits), 0), [1]));
}

/** `-log(exp(s(a_i, p_i)) / sum_j exp(s(a_i, c_j)))`, s the scaled similarity; the count is the batch's. */
export const MultipleNegativesRankingLoss = component({
  kind: "sentence_embedding_loss",
  name: "MultipleNegativesRankingLoss",
  schema,
  reads: { negative: "used", scores: false },
  build(_scope, { similarity, scale, symmetric }, { anchor, positive, negative }) {
    const candidates = negative === null ? [positive] : [positive, negative];
    const ready = ({ vector }: EmbeddedText): Tensor =>
      similarity === "cosine" ? unitLength(vector) : vector;
    const query = ready(anchor);
    const logits = (texts: readonly EmbeddedText[]): Tensor => {
      const all = mul(matmul(query, swapAxes(concat(texts.map(ready), 0))), scale);
      const right = greater(related(anchor, positive, texts), 0);
      return where(and(right, not(diagonal(all))), HIDDEN, all);
    };
    const forward = surprisal(logits(candidates));
    if (!symmetric) return rowTotal(forward, null);
    const backward = surprisal(swapAxes(logits([positive])));
    return rowTotal(mul(add(forward, backward), 0.5), null);
  },
});
