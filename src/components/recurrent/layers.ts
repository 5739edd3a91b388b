/** @file What all recurrent layers share: directions, stacking, dropout, and padding that never enters a state. */
import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { cast, equal, not } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { gemm, linear, rowsOf } from "../../graph/ops/matrix.js";
import { concat, full, range, reshape, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import type { DistinctVectors, TokenVectors } from "../contracts.js";
import { rowLengths } from "../masking.js";
import { sizedAxis } from "../sizes.js";

/** The sizes of a stack of recurrent layers. */
export interface RecurrentOptions {
  /** Size of a state. */
  readonly hidden: number;
  /** Each layer reads the states of the one below. */
  readonly layers: number;
  /** Whether a second recurrence reads each row from its end; the states of both are joined. */
  readonly bidirectional: boolean;
  /** Dropout between layers: on the input of every layer but the first, the same elements for all tokens of a row (Gal and Ghahramani, 2016). */
  readonly dropout: number;
}

/** A batch of sequences with time in front, as recurrences run over it. */
export interface Sequences {
  /** `[tokens, batch, dim]`. */
  readonly x: Tensor;
  /** bool `[tokens, batch, 1]`. */
  readonly mask: Tensor;
  /** int32 `[batch]`. */
  readonly lengths: Tensor;
  /** The same as rows of a table, if they are a look-up; `places` are `[tokens, batch]`. */
  readonly distinct?: DistinctVectors | undefined;
}

/**
 * `x weight + bias` for all places of a batch at once, with `padded [width]` (huge numbers, or zeros) added at padding.
 * `-> [tokens, batch, width]`. Computed once for each different token where that is possible.
 * What reads it must pass no gradient to padding: the gradient is the one that the operators have without the padding.
 */
export function projected(sequences: Sequences, weight: Tensor, bias: Tensor, padded: Tensor): Tensor {
  const { x, mask, distinct } = sequences;
  const [tokens, batch, width] = [x.dim(0), x.dim(1), sizedAxis(weight, 1)];
  // One column more tells padding, one row more holds what it adds: the product does it in passing.
  const marked = concat([weight, unsqueeze(padded, [0])], 0);
  const sumsOf = (vectors: Tensor, isPadding: Tensor): Tensor =>
    linear(rowsOf(concat([vectors, cast(isPadding, x.dtype)], vectors.rank - 1)), marked, bias);
  const sums =
    distinct === undefined
      ? reshape(sumsOf(x, not(mask)), [tokens, batch, width])
      : gather(sumsOf(distinct.table, isBlank(distinct)), distinct.places);
  return withGradient(sums, [x, weight, bias], (dy, wants) => {
    const rows = rowsOf(dy);
    const ones = full(x.graph, x.dtype, [1, rows.dim(0)], 1);
    return [
      wants[0] ? reshape(gemm(rows, weight, { transB: true }), x.shape) : null,
      wants[1] ? gemm(rowsOf(x), rows, { transA: true }) : null,
      wants[2] ? reshape(gemm(ones, rows), [width]) : null,
    ];
  });
}

/** bool `[rows, 1]`: which row of the table stands for padding. */
function isBlank({ table, blank }: DistinctVectors): Tensor {
  return equal(unsqueeze(range(table.graph, table.dim(0)), [1]), blank);
}

/** One recurrence over a sequence, built in two ways that give the same numbers. */
export interface Cell<Weights> {
  /** Declares the weights of one direction for inputs of size `dim`. */
  weights(scope: Scope, dim: number, hidden: number): Weights;
  /** As a loop, which has gradients. `[tokens, batch, hidden]`, zero at padding. */
  loop(weights: Weights, sequences: Sequences, hidden: number, reverse: boolean): Tensor;
  /** As ONNX's fused operator. One or two directions -> `[tokens, directions, batch, hidden]`, zero at padding. */
  fused(weights: readonly Weights[], sequences: Sequences, hidden: number): Tensor;
}

/** Runs stacked recurrent layers. `vectors [batch, tokens, dim]` -> `[batch, tokens, directions * hidden]`, zero at padding. */
export function recurrentLayers<Weights>(
  cell: Cell<Weights>,
  scope: Scope,
  { vectors, mask, distinct }: TokenVectors,
  options: RecurrentOptions,
): Tensor {
  const lengths = rowLengths(mask);
  const timeMask = unsqueeze(transpose(mask, [1, 0]), [2]);
  const words = distinct && { ...distinct, places: transpose(distinct.places, [1, 0]) };
  const first: Sequences = { x: transpose(vectors, [1, 0, 2]), mask: timeMask, lengths, distinct: words };
  let states = scope.within("layer0", (at) => oneLayer(cell, at, first, options));
  for (let layer = 1; layer < options.layers; layer++) {
    states = scope.within(`layer${layer}`, (at) => {
      const x = at.dropout(states, options.dropout, [1, states.dim(1), sizedAxis(states, 2)]);
      return oneLayer(cell, at, { x, mask: timeMask, lengths }, options);
    });
  }
  return transpose(states, [1, 0, 2]);
}

function oneLayer<Weights>(
  cell: Cell<Weights>,
  scope: Scope,
  sequences: Sequences,
  { hidden, bidirectional }: RecurrentOptions,
): Tensor {
  const { x } = sequences;
  const directions = bidirectional ? ["forward", "backward"] : ["forward"];
  const weights = directions.map((name) => cell.weights(scope.child(name), sizedAxis(x, 2), hidden));
  if (scope.mode === "train") {
    return concat(
      weights.map((one, i) => cell.loop(one, sequences, hidden, i === 1)),
      2,
    );
  }
  const states = transpose(cell.fused(weights, sequences, hidden), [0, 2, 1, 3]);
  return reshape(states, [x.dim(0), x.dim(1), directions.length * hidden]);
}

/** The matrices of all directions as ONNX stacks them. `[in, out]` each -> `[directions, out, in]`. */
export function stackTransposed(matrices: readonly Tensor[]): Tensor {
  return concat(
    matrices.map((matrix) => unsqueeze(transpose(matrix, [1, 0]), [0])),
    0,
  );
}

/** The direction attribute of the fused operators for this many directions, the first running forward. */
export const directionOf = (count: number): "forward" | "bidirectional" =>
  count === 2 ? "bidirectional" : "forward";
