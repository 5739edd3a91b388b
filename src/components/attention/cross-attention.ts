/** @file Multi-head attention to another sequence (Vaswani et al., 2017). */
import type { Tensor } from "../../graph/graph.js";
import { add, mul } from "../../graph/ops/elementwise.js";
import { matmul, rowsOf, timesTransposed } from "../../graph/ops/matrix.js";
import { softmax } from "../../graph/ops/reduction.js";
import { reshape, split, transpose } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { paddingBias } from "./padding-bias.js";

/** How a source is looked at. */
export interface CrossAttentionOptions {
  /** Size of what looks, and of what it gets. */
  readonly dim: number;
  readonly heads: number;
  /** Dropout of the attention's weights. */
  readonly dropout: number;
}

/** What was looked at. */
export interface CrossAttended {
  /** `[batch * steps, dim]`. */
  readonly rows: Tensor;
  /** `[batch, heads, steps, tokens]`, without dropout. */
  readonly weights: Tensor;
}

/**
 * A source that steps gather from: for each head `softmax(q k' / sqrt(size)) v`, joined and projected. Keys and values are
 * computed once. Parameters: `query.*`, `source.*` (keys and values side by side), `out_proj.*`.
 */
export class CrossAttention {
  /** `[batch, heads, tokens, size]` each. */
  readonly #keys: Tensor;
  readonly #values: Tensor;
  readonly #bias: Tensor;

  constructor(
    readonly scope: Scope,
    { vectors, mask }: TokenVectors,
    readonly options: CrossAttentionOptions,
  ) {
    const { dim, heads } = options;
    const both = linearLayer(scope.child("source"), rowsOf(vectors), 2 * dim, true);
    const shape = [vectors.dim(0), vectors.dim(1), 2 * heads, dim / heads];
    const [keys, values] = split(transpose(reshape(both, shape), [0, 2, 1, 3]), 1, [heads, heads]);
    this.#keys = keys!;
    this.#values = values!;
    this.#bias = paddingBias(mask, vectors.dtype, 2);
  }

  /** `x [batch * steps, dim]`; `places [batch, steps, ...]` tells its sizes. */
  look(x: Tensor, places: Tensor): CrossAttended {
    const { scope } = this;
    const { dim, heads, dropout } = this.options;
    const size = dim / heads;
    const query = linearLayer(scope.child("query"), x, dim, true);
    const byHead = transpose(reshape(query, [places.dim(0), places.dim(1), heads, size]), [0, 2, 1, 3]);
    const scores = mul(timesTransposed(byHead, this.#keys), 1 / Math.sqrt(size));
    const weights = softmax(add(scores, this.#bias));
    const taken = transpose(matmul(scope.dropout(weights, dropout), this.#values), [0, 2, 1, 3]);
    return { rows: linearLayer(scope.child("out_proj"), reshape(taken, x.shape), dim, true), weights };
  }
}
