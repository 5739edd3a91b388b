/** @file What all recurrent layers share: directions, stacking, dropout, states handed in and on, and padding that never enters a state. */
import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { cast, equal, greater, not, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { gemm, linear, rowsOf } from "../../graph/ops/matrix.js";
import {
  concat,
  full,
  range,
  reshape,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from "../../graph/ops/shaping.js";
import type { Initializer } from "../../graph/parameters.js";
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
  /** Of one recurrence: whether it reads each row from its end. */
  readonly reverse?: boolean;
  /** Dropout between layers: on the input of every layer but the first. */
  readonly dropout: number;
  /**
   * Whether dropout draws anew for every token (Zaremba et al., 2014). By default it drops the same elements for all
   * tokens of a row (Gal and Ghahramani, 2016).
   */
  readonly dropoutByToken?: boolean;
  /** First values of all weights and biases, in place of each one's own. */
  readonly init?: Initializer | null;
}

/** What one direction of one layer knows between two tokens: h, and c of an LSTM. `[batch, hidden]` each. */
export type CellState = readonly Tensor[];

/** What a whole stack knows between two tokens: by layer, then by direction (forward, backward). */
export type StackState = readonly (readonly CellState[])[];

/** What a stack that was given its initial states makes. */
export interface StackResult {
  /** `[batch, tokens, directions * hidden]`, zero at padding. */
  readonly states: Tensor;
  /** The states after each row's last token (a backward direction's: after the first), or the initial ones for a row without tokens. */
  readonly final: StackState;
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
  return equal(unsqueeze(range(table.graph, table.dim(0)), [1]), cast(blank, "int64"));
}

/** What one recurrence makes of a sequence. */
export interface CellResult<States> {
  /** The hidden states at each token, zero at padding. */
  readonly states: Tensor;
  /** As `StackResult.final`; empty where no initial states were given. */
  readonly final: States;
}

/** One recurrence over a sequence, built in two ways that give the same numbers. */
export interface Cell<Weights> {
  /** Declares the weights of one direction for inputs of size `dim`; `init` fills all of them, unless it is null. */
  weights(scope: Scope, dim: number, hidden: number, init: Initializer | null): Weights;
  /** As a loop, which has gradients. States `[tokens, batch, hidden]`. */
  loop(
    weights: Weights,
    sequences: Sequences,
    hidden: number,
    reverse: boolean,
    initial: CellState | null,
  ): CellResult<CellState>;
  /** As ONNX's fused operator, one or two directions. States `[tokens, directions, batch, hidden]`. */
  fused(
    weights: readonly Weights[],
    sequences: Sequences,
    hidden: number,
    initial: readonly CellState[] | null,
    direction: Direction,
  ): CellResult<readonly CellState[]>;
}

/** Which way the recurrences of a layer run, as ONNX calls it. */
export type Direction = "forward" | "reverse" | "bidirectional";

/** Runs stacked recurrent layers from zero states. `vectors [batch, tokens, dim]` -> `[batch, tokens, directions * hidden]`, zero at padding. */
export function recurrentLayers<Weights>(
  cell: Cell<Weights>,
  scope: Scope,
  input: TokenVectors,
  options: RecurrentOptions,
): Tensor {
  return stacked(cell, scope, input, options, null).states;
}

/** Runs stacked recurrent layers from given states and tells the final ones. */
export function recurrentStack<Weights>(
  cell: Cell<Weights>,
  scope: Scope,
  input: TokenVectors,
  options: RecurrentOptions,
  initial: StackState,
): StackResult {
  return stacked(cell, scope, input, options, initial);
}

function stacked<Weights>(
  cell: Cell<Weights>,
  scope: Scope,
  { vectors, mask, distinct }: TokenVectors,
  options: RecurrentOptions,
  initial: StackState | null,
): StackResult {
  const lengths = rowLengths(mask);
  const timeMask = unsqueeze(transpose(mask, [1, 0]), [2]);
  const words = distinct && { ...distinct, places: transpose(distinct.places, [1, 0]) };
  let sequences: Sequences = { x: transpose(vectors, [1, 0, 2]), mask: timeMask, lengths, distinct: words };
  const final: (readonly CellState[])[] = [];
  for (let layer = 0; layer < options.layers; layer++) {
    const result = scope.within(`layer${layer}`, (at) => {
      if (layer > 0) sequences = { ...sequences, x: betweenLayers(at, sequences.x, options) };
      return oneLayer(cell, at, sequences, options, initial?.[layer] ?? null);
    });
    sequences = { x: result.states, mask: timeMask, lengths };
    final.push(result.final);
  }
  return { states: transpose(sequences.x, [1, 0, 2]), final };
}

function betweenLayers(scope: Scope, states: Tensor, { dropout, dropoutByToken }: RecurrentOptions): Tensor {
  const shape = dropoutByToken === true ? states.shape : [1, ...states.shape.slice(1)];
  return scope.dropout(states, dropout, shape);
}

function oneLayer<Weights>(
  cell: Cell<Weights>,
  scope: Scope,
  sequences: Sequences,
  { hidden, bidirectional, reverse = false, init = null }: RecurrentOptions,
  initial: readonly CellState[] | null,
): CellResult<readonly CellState[]> {
  const { x } = sequences;
  const alone = reverse ? "backward" : "forward";
  const directions = bidirectional ? ["forward", "backward"] : [alone];
  const weights = directions.map((name) => cell.weights(scope.child(name), sizedAxis(x, 2), hidden, init));
  if (scope.mode === "train") {
    const each = weights.map((one, i) =>
      cell.loop(one, sequences, hidden, directions[i] === "backward", initial?.[i] ?? null),
    );
    const states = concat(
      each.map((direction) => direction.states),
      2,
    );
    return { states, final: each.map((direction) => direction.final) };
  }
  const direction = bidirectional ? "bidirectional" : reverse ? "reverse" : "forward";
  const fused = cell.fused(weights, sequences, hidden, initial, direction);
  const byRow = transpose(fused.states, [0, 2, 1, 3]);
  return { ...fused, states: reshape(byRow, [x.dim(0), x.dim(1), directions.length * hidden]) };
}

/** The same state of all directions as ONNX stacks them. -> `[directions, batch, hidden]` for h, and for c of an LSTM; null for zeros. */
export function stackStates(initial: readonly CellState[] | null): readonly Tensor[] | null {
  if (initial === null) return null;
  return initial[0]!.map((_, part) =>
    concat(
      initial.map((state) => unsqueeze(state[part]!, [0])),
      0,
    ),
  );
}

/**
 * What the fused operators say of the last states, by direction.
 * @param last `[directions, batch, hidden]` each
 */
export function unstackStates(
  last: readonly Tensor[],
  initial: readonly CellState[] | null,
  { lengths }: Sequences,
): readonly CellState[] {
  if (initial === null) return [];
  const any = unsqueeze(greater(lengths, 0), [1]);
  return initial.map((state, direction) =>
    last.map((all, part) => where(any, squeeze(slice(all, 0, direction, direction + 1), [0]), state[part]!)),
  );
}

/** The matrices of all directions as ONNX stacks them. `[in, out]` each -> `[directions, out, in]`. */
export function stackTransposed(matrices: readonly Tensor[]): Tensor {
  return concat(
    matrices.map((matrix) => unsqueeze(transpose(matrix, [1, 0]), [0])),
    0,
  );
}
