/** @file Which token follows: one of the vocabulary, or one copied from the source (See et al., 2017). */
import { addDims, type Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  cast,
  equal,
  exp,
  greater,
  less,
  log,
  maximum,
  mul,
  neg,
  sigmoid,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { gatherElements, scatterAdd } from "../../graph/ops/lookup.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { logSoftmax, reduceMean, reduceSum, softmax } from "../../graph/ops/reduction.js";
import { concat, full, reshape, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { UNK_ID } from "../../text/vocabulary.js";
import type { Loss } from "../contracts.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { rowLengths } from "../masking.js";
import type { Decoded } from "./contracts.js";

/** The tokens of the source that can be copied: `ids [rows, tokens]` and bool `mask [rows, tokens]` of `CopiedTokens`. */
export interface Copied {
  readonly ids: Tensor;
  readonly mask: Tensor;
}

/** No probability counts as less, so that its logarithm is a number. */
const LEAST = 1e-30;

/**
 * The probability of a token w: `softmax(W h + b)[w]`; where tokens are copied `g softmax(W h + b)[w] + (1 - g) sum a_i` over the
 * tokens i of the source that are w, with the attention a and `g = sigmoid(u [h; x] + c)` of the decoder's state h and the
 * vector x of the token before. Parameters: `vocabulary.weight [size, vocab]`, `vocabulary.bias`, `generates.weight [size + dim, 1]`,
 * `generates.bias`.
 */
export class TokenHead {
  constructor(
    readonly scope: Scope,
    /** Tokens of the vocabulary. */
    readonly vocab: number,
    readonly copied: Copied | null,
  ) {}

  /** How many tokens there are to choose from: those of the vocabulary, then the places of the source. */
  get choices(): Dim {
    return this.copied === null ? this.vocab : addDims(this.vocab, this.copied.ids.dim(1));
  }

  /** `log p` of every choice, `[rows, choices]`. `vectors [rows, dim]`; of one step. */
  logProbabilities({ states, attention }: Decoded, vectors: Tensor): Tensor {
    const logits = this.#logits(states);
    if (this.copied === null) return logSoftmax(logits);
    const { ids, mask } = this.copied;
    const generates = this.#generates(states, vectors, mask);
    const places = full(logits.graph, logits.dtype, [logits.dim(0), ids.dim(1)], 0);
    const written = concat([mul(softmax(logits), generates), places], 1);
    const copies = mul(mul(attention, cast(mask, attention.dtype)), sub(1, generates));
    return log(maximum(scatterAdd(written, ids, copies, 1), LEAST));
  }

  /**
   * The mean surprisal of given tokens. `target` int32 `[rows, steps]`, `mask` bool: false behind their ends; `vectors [rows, steps, dim]`.
   * @param smoothing the share of the target that is spread evenly over the vocabulary (Szegedy et al., 2016)
   */
  loss(decoded: Decoded, vectors: Tensor, target: Tensor, mask: Tensor, smoothing: number): Loss {
    const logProbabilities = logSoftmax(this.#logits(rowsOf(decoded.states)));
    const known = less(target, this.vocab);
    const ids = reshape(where(known, target, UNK_ID), [logProbabilities.dim(0), 1]);
    const own = reshape(gatherElements(logProbabilities, ids, 1), target.shape);
    const inside = cast(mask, own.dtype);
    const total = (x: Tensor): Tensor => reduceSum(mul(where(mask, x, 0), inside), []);
    const count = reduceSum(inside, []);
    const sharp = neg(
      total(this.copied === null ? own : this.#mixed(decoded, vectors, target, { own, known })),
    );
    if (smoothing === 0) return { sum: sharp, count };
    const spread = neg(total(reshape(reduceMean(logProbabilities, [1]), target.shape)));
    return { sum: add(mul(sharp, 1 - smoothing), mul(spread, smoothing)), count };
  }

  /** `log p` of given tokens that may be copied, `[rows, steps]`. */
  #mixed(
    { states, attention }: Decoded,
    vectors: Tensor,
    target: Tensor,
    { own, known }: { readonly own: Tensor; readonly known: Tensor },
  ): Tensor {
    const { ids, mask } = this.copied!;
    const generates = squeeze(this.#generates(states, vectors, mask), [2]);
    const fits = mul(
      cast(equal(unsqueeze(target, [2]), unsqueeze(ids, [1])), attention.dtype),
      unsqueeze(cast(mask, attention.dtype), [1]),
    );
    const copied = mul(sub(1, generates), reduceSum(mul(fits, attention), [2]));
    return log(maximum(add(where(known, mul(generates, exp(own)), 0), copied), LEAST));
  }

  #logits(states: Tensor): Tensor {
    return linearLayer(this.scope.child("vocabulary"), states, this.vocab, true);
  }

  /** How probable it is that a token is none of the source, `[rows, ..., 1]`; always, where the source has none. */
  #generates(states: Tensor, vectors: Tensor, mask: Tensor): Tensor {
    const read = concat([states, vectors], states.rank - 1);
    const flat = sigmoid(linearLayer(this.scope.child("generates"), rowsOf(read), 1, true));
    const any = greater(rowLengths(mask), 0);
    const axes = Array.from({ length: states.rank - 1 }, (_, i) => i + 1);
    return where(unsqueeze(any, axes), reshape(flat, [...states.shape.slice(0, -1), 1]), 1);
  }
}
