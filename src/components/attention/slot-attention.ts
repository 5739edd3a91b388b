/** @file What each word's label may know of the other words (Liu and Lane, 2016). */
import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, tanh } from "../../graph/ops/elementwise.js";
import { linear, matmul, rowsOf } from "../../graph/ops/matrix.js";
import { softmax } from "../../graph/ops/reduction.js";
import { concat, reshape, swapAxes, unsqueeze } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { sizedAxis } from "../sizes.js";
import { paddingBias } from "./padding-bias.js";

/** The schema of a slot attention. */
export const slotAttentionSchema = () =>
  Type.Object(
    {
      attention_type: Type.Union(
        [Type.Literal("no_attention"), Type.Literal("dot"), Type.Literal("multiply"), Type.Literal("concat")],
        {
          default: "no_attention",
          description:
            "How a word i judges a word j by their vectors h: h_i . h_j; h_i . W h_j; or v . tanh(U h_i + W h_j).",
        },
      ),
      attn_dimension: Type.Integer({
        minimum: 1,
        default: 64,
        description: "Size of the layer inside tanh, for concat.",
      }),
    },
    {
      default: {},
      description: "Puts beside each word's vector the mean of all words' vectors, weighted by attention.",
    },
  );

/** The resolved value of `slotAttentionSchema`. */
export type SlotAttention = Static<ReturnType<typeof slotAttentionSchema>>;

/** How much each word looks for each other one: `[batch, tokens, tokens]`. */
function scoresOf(scope: Scope, config: SlotAttention, words: Tensor): Tensor {
  const [batch, tokens, dim] = [words.dim(0), words.dim(1), sizedAxis(words, 2)];
  const product = (name: string, size: number): Tensor => {
    const weight = scope.child(name).parameter("weight", [dim, size], xavierInit);
    return reshape(linear(rowsOf(words), weight), [batch, tokens, size]);
  };
  if (config.attention_type === "concat") {
    const size = config.attn_dimension;
    const pairs = add(unsqueeze(product("query", size), [2]), unsqueeze(product("key", size), [1]));
    const judge = scope.child("score").parameter("weight", [size, 1], xavierInit);
    return reshape(linear(rowsOf(tanh(pairs)), judge), [batch, tokens, tokens]);
  }
  return matmul(words, swapAxes(config.attention_type === "dot" ? words : product("key", dim)));
}

/**
 * The vectors, and beside each the attended mean of its row's. `[batch, tokens, dim] -> [batch, tokens, 2 * dim]`; as they
 * are with `no_attention`. Padding is not looked at; the means beside padding itself mean nothing.
 * Parameters: `key.weight [dim, dim]` (multiply); `query.weight`, `key.weight [dim, attn_dimension]`, `score.weight` (concat).
 */
export function slotAttention(scope: Scope, config: SlotAttention, { vectors, mask }: TokenVectors): Tensor {
  if (config.attention_type === "no_attention") return vectors;
  const scores = add(scoresOf(scope, config, vectors), paddingBias(mask, vectors.dtype, 1));
  return concat([vectors, matmul(softmax(scores), vectors)], 2);
}
