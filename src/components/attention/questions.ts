/** @file Attention between a question and a text. Padding gets nothing. */
import type { Tensor } from "../../graph/graph.js";
import { add, mul, relu, where } from "../../graph/ops/elementwise.js";
import { matmul, rowsOf, timesTransposed } from "../../graph/ops/matrix.js";
import { reduceMax, softmax } from "../../graph/ops/reduction.js";
import { concat, reshape, squeeze, swapAxes, unsqueeze } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { HIDDEN } from "../masking.js";
import { weightedSum } from "../poolings/weighted-sum.js";
import { sizedAxis } from "../sizes.js";
import { paddingBias } from "./padding-bias.js";

/** A linear layer on each word. `[batch, tokens, in] -> [batch, tokens, size]`. */
export function eachWord(scope: Scope, words: Tensor, size: number, bias = true): Tensor {
  const rows = linearLayer(scope, rowsOf(words), size, bias);
  return reshape(rows, [words.dim(0), words.dim(1), size]);
}

/**
 * For each word p the mean of another text's words q, weighted by the softmax of `relu(W p + b) . relu(W q + b)` (Chen et
 * al., 2017, aligned question embedding). `[batch, tokens, dim]`. Parameters: `proj.weight [dim, dim]`, `proj.bias [dim]`.
 */
export function sequenceAlignedAttention(scope: Scope, words: TokenVectors, other: TokenVectors): Tensor {
  const dim = sizedAxis(words.vectors, 2);
  const projected = ({ vectors }: TokenVectors): Tensor => relu(eachWord(scope.child("proj"), vectors, dim));
  const scores = timesTransposed(projected(words), projected(other));
  return matmul(softmax(add(scores, paddingBias(other.mask, scores.dtype, 1))), other.vectors);
}

/**
 * A text's vector: the mean of its words' vectors x, weighted by the softmax of `w . x + b` (Chen et al., 2017). Zeros for a
 * text without words. `[batch, dim]`. Parameters: `weight [dim, 1]`, `bias [1]`.
 */
export function dotProductSelfAttention(scope: Scope, { vectors, mask }: TokenVectors): Tensor {
  const scores = squeeze(eachWord(scope, vectors, 1), [2]);
  return weightedSum(softmax(add(scores, paddingBias(mask, scores.dtype, 0))), vectors);
}

/**
 * How much each word p goes with a vector q: `p . (W q + b)` (Luong et al., 2015; Chen et al., 2017). `words [batch, tokens,
 * dim]`, `vector [batch, size]` -> `[batch, tokens]`. Parameters: `weight [size, dim]`, `bias [dim]`.
 */
export function multiplicativeAttention(scope: Scope, words: Tensor, vector: Tensor): Tensor {
  const query = linearLayer(scope, vector, sizedAxis(words, 2), true);
  return squeeze(matmul(words, unsqueeze(query, [2])), [2]);
}

/**
 * What each word h of a text knows of a question's words u, both ways (Seo et al., 2017): by the similarities `s = w1 . h +
 * w2 . u + w3 . (h * u)` the mean u' of the question's words for each h, and one mean h' of the text's words that are most
 * like any of the question's. `[h, u', h * u', h * h']`, `[batch, tokens, 4 * dim]`. Parameters: `text.weight`,
 * `question.weight [dim, 1]`, `product.weight [dim]`.
 */
export function bidirectionalAttention(scope: Scope, text: TokenVectors, question: TokenVectors): Tensor {
  const [h, u] = [text.vectors, question.vectors];
  const dim = sizedAxis(h, 2);
  const ofText = eachWord(scope.child("text"), h, 1, false);
  const ofQuestion = swapAxes(eachWord(scope.child("question"), u, 1, false));
  const product = scope.child("product").parameter("weight", [dim], xavierInit);
  const similar = add(add(timesTransposed(mul(h, product), u), ofText), ofQuestion);
  const scores = add(similar, paddingBias(question.mask, similar.dtype, 1));
  const asked = matmul(softmax(scores), u);
  // Without a question all words are hidden alike, and padding must be hidden still more.
  const best = reduceMax(where(unsqueeze(question.mask, [1]), similar, HIDDEN), [2]);
  const most = where(text.mask, best, 2 * HIDDEN);
  const central = unsqueeze(weightedSum(softmax(most), h), [1]);
  return concat([h, asked, mul(h, asked), mul(h, central)], 2);
}
