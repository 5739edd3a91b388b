/** @file Multi-head self-attention (Vaswani et al., 2017). */
import type { Tensor } from "../../graph/graph.js";
import { add, mul, where } from "../../graph/ops/elementwise.js";
import { matmul, timesTransposed } from "../../graph/ops/matrix.js";
import { softmax } from "../../graph/ops/reduction.js";
import { reshape, split, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import type { CheckProblem } from "../../registry/component.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { sizedAxis } from "../sizes.js";
import type { PackedRows } from "../transformer/packed-rows.js";

/** What a self-attention is told besides its input. */
export interface MultiHeadOptions {
  /** `[batch, tokens, ...]`, any element types: sizes are read from its shape. */
  readonly places: Tensor;
  /** Added to every head's scores; broadcasts to `[batch, heads, tokens, tokens]`. See `paddingBias`. */
  readonly bias: Tensor;
  readonly heads: number;
  /** Dropout of the attention's weights. */
  readonly dropout: number;
  /** Where the rows are tokens alone: how they stand in the batch. */
  readonly packed?: PackedRows;
}

/** What a self-attention gives. */
export interface Attended {
  /** As many as there are of the input. */
  readonly rows: Tensor;
  /** `[batch, heads, tokens, tokens]`: how much each token of axis 2 takes from those of axis 3, without dropout. */
  readonly weights: Tensor;
}

/** The rule between a size and the number of heads. `path` is the key at fault, `size` the key that gives the size. */
export function checkHeads(dim: number, heads: number, path: string, size: string): CheckProblem[] {
  if (dim % heads === 0) return [];
  return [{ path, message: `${size} (${dim}) must be a multiple of ${path} (${heads})` }];
}

/**
 * What the projection of `dim` queries, keys and values is multiplied by, so that scores need no scaling of their own: the
 * weights are constant in inference. In training they are not, and the engine takes a scale into the product of queries and keys.
 */
const queryScale = (x: Tensor, dim: number, size: number): Tensor =>
  x.graph.constant(
    x.dtype,
    [3 * dim],
    Float32Array.from({ length: 3 * dim }, (_, i) => (i < dim ? 1 / Math.sqrt(size) : 1)),
  );

/**
 * Every token gathers from all tokens of its row: for each head `softmax(q k' / sqrt(size) + bias) v`, joined and projected.
 * `x [batch * tokens, dim]`, or `[rows, dim]` where the rows are packed.
 * Parameters: `in_proj.weight [dim, 3 * dim]` and `in_proj.bias [3 * dim]` (queries, keys, values side by side, each head
 * after head: one product makes all three), `out_proj.weight [dim, dim]`, `out_proj.bias [dim]`: PyTorch's
 * `nn.MultiheadAttention`, its matrices transposed.
 */
export function multiHeadAttention(scope: Scope, x: Tensor, options: MultiHeadOptions): Attended {
  const { places, bias, heads, dropout, packed } = options;
  const { all, dim, size } = projected(scope, x, heads);
  const [batch, tokens] = [places.dim(0), places.dim(1)];
  const together = (): Tensor => transpose(reshape(all, [batch, tokens, 3 * heads, size]), [0, 2, 1, 3]);
  const [queries, keys, values] = packed?.byHead(all, size) ?? split(together(), 1, [heads, heads, heads]);
  const weights = weightsOf(scope, queries!, keys!, bias);
  const taken = matmul(scope.dropout(weights, dropout), values!);
  const gathered = packed?.joined(taken, size) ?? reshape(transpose(taken, [0, 2, 1, 3]), x.shape);
  return { rows: linearLayer(scope.child("out_proj"), gathered, dim, true), weights };
}

/** Keys and values of places, `[batch, heads, steps, size]` each; zeros where nothing stands yet. */
export interface Remembered {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** What a step of a self-attention is told besides its input. */
export interface StepOptions {
  readonly heads: number;
  /** bool `[steps]`: true at the step's own place. */
  readonly isHere: Tensor;
  /** `[steps]`: added to every head's scores, which hides places behind the step's own. */
  readonly bias: Tensor;
}

/**
 * The last token alone of what `multiHeadAttention` computes, with the same parameters: its keys and values are put beside those of
 * the tokens before it. `x [batch, dim]`, and so what it gives.
 */
export function multiHeadStep(
  scope: Scope,
  x: Tensor,
  before: Remembered,
  { heads, isHere, bias }: StepOptions,
): { readonly rows: Tensor; readonly after: Remembered } {
  const { all, dim, size } = projected(scope, x, heads);
  const byHead = reshape(all, [x.dim(0), 3 * heads, 1, size]);
  const [query, key, value] = split(byHead, 1, [heads, heads, heads]);
  const here = unsqueeze(isHere, [0, 1, 3]);
  const after = { keys: where(here, key!, before.keys), values: where(here, value!, before.values) };
  const taken = matmul(weightsOf(scope, query!, after.keys, bias), after.values);
  return { rows: linearLayer(scope.child("out_proj"), reshape(taken, x.shape), dim, true), after };
}

/** Queries, keys and values of rows side by side, `[rows, 3 * dim]`, and the size of a head. */
function projected(
  scope: Scope,
  x: Tensor,
  heads: number,
): { readonly all: Tensor; readonly dim: number; readonly size: number } {
  const dim = sizedAxis(x, 1);
  if (dim % heads !== 0) throw x.graph.error(`${dim} features cannot be shared out among ${heads} heads`);
  const size = dim / heads;
  const scale = scope.mode === "infer" ? queryScale(x, dim, size) : undefined;
  return { all: linearLayer(scope.child("in_proj"), x, 3 * dim, true, scale), dim, size };
}

/** How much each query takes from each key. `[batch, heads, ..., size]` both; of `projected`, which has scaled queries in inference. */
function weightsOf(scope: Scope, queries: Tensor, keys: Tensor, bias: Tensor): Tensor {
  const products = timesTransposed(queries, keys);
  const scores = scope.mode === "infer" ? products : mul(products, 1 / Math.sqrt(sizedAxis(queries, 3)));
  return softmax(add(scores, bias));
}
