/** @file How a decoder looks at the source. */
import type { Tensor } from "../../graph/graph.js";
import { add, tanh } from "../../graph/ops/elementwise.js";
import { linear, matmul, rowsOf } from "../../graph/ops/matrix.js";
import { softmax } from "../../graph/ops/reduction.js";
import { reshape, squeeze, swapAxes, unsqueeze } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { paddingBias } from "../attention/padding-bias.js";
import type { TokenVectors } from "../contracts.js";
import { sizedAxis } from "../sizes.js";

/**
 * How a state s judges a source's token by its vector h: "dot": `s . h`; "multiply": `s . W h` (Luong et al., 2015); "concat":
 * `v . tanh(U s + W h)` (Bahdanau et al., 2015).
 */
export type SourceAttentionType = "dot" | "multiply" | "concat";

/** What a step gets from the source. */
interface Looked {
  /** `[rows, dim]`. */
  readonly context: Tensor;
  /** `[rows, tokens]`. */
  readonly weights: Tensor;
}

/** A source that steps look at, one after the other. */
export class SourceAttention {
  /** `[rows, tokens, size]`. */
  readonly #keys: Tensor;
  readonly #bias: Tensor;

  /** @param size of the states that look */
  constructor(
    readonly scope: Scope,
    readonly type: SourceAttentionType,
    readonly source: TokenVectors,
    readonly size: number,
  ) {
    const { vectors, mask } = source;
    const dim = sizedAxis(vectors, 2);
    this.#bias = paddingBias(mask, vectors.dtype, 0);
    if (type === "dot") {
      if (dim !== size)
        throw vectors.graph.error(
          `a source of ${dim} numbers a token and states of ${size} have no dot product: give both one size, or use attention_type "multiply"`,
        );
      this.#keys = vectors;
    } else {
      const weight = scope.child("key").parameter("weight", [dim, size], xavierInit);
      this.#keys = reshape(linear(rowsOf(vectors), weight), [vectors.dim(0), vectors.dim(1), size]);
    }
  }

  /** `state [rows, size]`. */
  look(state: Tensor): Looked {
    const weights = softmax(add(this.#scores(state), this.#bias));
    return { context: squeeze(matmul(unsqueeze(weights, [1]), this.source.vectors), [1]), weights };
  }

  #scores(state: Tensor): Tensor {
    const { scope, size } = this;
    if (this.type !== "concat") return squeeze(matmul(unsqueeze(state, [1]), swapAxes(this.#keys)), [1]);
    const query = linear(state, scope.child("query").parameter("weight", [size, size], xavierInit));
    const judge = scope.child("score").parameter("weight", [size, 1], xavierInit);
    const scores = linear(tanh(add(unsqueeze(query, [1]), this.#keys)), judge);
    return reshape(scores, [this.#keys.dim(0), this.#keys.dim(1)]);
  }
}
