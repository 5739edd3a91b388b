import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { cast, mul, tanh, where } from "../../graph/ops/elementwise.js";
import { matmul, rowsOf } from "../../graph/ops/matrix.js";
import { softmax } from "../../graph/ops/reduction.js";
import { reshape } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import { component } from "../../registry/component.js";
import { HIDDEN } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { weightedSum } from "./weighted-sum.js";

const schema = Type.Object(
  {
    attn_dimension: Type.Integer({
      minimum: 1,
      default: 64,
      description: "Size of the layer that judges each token.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.4,
      description:
        "Probability that an element of what the attention judges by is zeroed in training, for all tokens of a row alike.",
    }),
  },
  { description: "A weighted mean whose weights are learnt from each token's vector (Lin et al., 2017)." },
);

/** Softmax over the tokens that are there; zero elsewhere and in rows that have none. `scores`, `mask` `[batch, tokens]`. */
function attentionWeights(scores: Tensor, mask: Tensor): Tensor {
  return mul(softmax(where(mask, scores, HIDDEN)), cast(mask, scores.dtype));
}

/** `softmax(tanh(x W1) w2)`-weighted sum. `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export const SelfAttention = component({
  kind: "pooling",
  name: "SelfAttention",
  schema,
  build(scope, config, { vectors, mask }) {
    const [batch, tokens, dim] = [vectors.dim(0), vectors.dim(1), sizedAxis(vectors, 2)];
    const first = scope.parameter("ws1.weight", [dim, config.attn_dimension], uniformInit(0.1));
    const second = scope.parameter("ws2.weight", [config.attn_dimension, 1], uniformInit(0.1));
    const judged = rowsOf(scope.dropout(vectors, config.dropout, [batch, 1, dim]));
    const scores = reshape(matmul(tanh(matmul(judged, first)), second), [batch, tokens]);
    return weightedSum(attentionWeights(scores, mask), vectors);
  },
});
