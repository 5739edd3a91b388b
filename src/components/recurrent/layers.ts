/** @file What all recurrent layers share: directions, stacking, dropout, and padding that never enters a state. */
import type { Tensor } from "../../graph/graph.js";
import { concat, reshape, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
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
  /** Dropout between layers: on the input of every layer but the first. */
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
  { vectors, mask }: TokenVectors,
  options: RecurrentOptions,
): Tensor {
  const lengths = rowLengths(mask);
  const timeMask = unsqueeze(transpose(mask, [1, 0]), [2]);
  let x = transpose(vectors, [1, 0, 2]);
  for (let layer = 0; layer < options.layers; layer++) {
    x = scope.within(`layer${layer}`, (at) => {
      const input = layer === 0 ? x : at.dropout(x, options.dropout);
      return oneLayer(cell, at, { x: input, mask: timeMask, lengths }, options);
    });
  }
  return transpose(x, [1, 0, 2]);
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
