/** @file The LSTM (Hochreiter and Schmidhuber, 1997, with forget gates: Gers et al., 2000). */
import type { Tensor } from "../../graph/graph.js";
import { add, mul, sigmoid, tanh, where } from "../../graph/ops/elementwise.js";
import { matmul } from "../../graph/ops/matrix.js";
import { lstmFused } from "../../graph/ops/recurrent.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, full, split, unsqueeze } from "../../graph/ops/shaping.js";
import { type Initializer, uniformInit, xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { HIDDEN } from "../masking.js";
import {
  type Cell,
  projected,
  type RecurrentOptions,
  recurrentLayers,
  recurrentStack,
  type StackResult,
  type StackState,
  stackStates,
  stackTransposed,
  unstackStates,
} from "./layers.js";

/** One direction's weights; gates stand in the order input, output, forget, candidate (ONNX's). */
export interface LstmWeights {
  /** `[dim, 4 * hidden]`. */
  readonly input: Tensor;
  /** `[hidden, 4 * hidden]`. */
  readonly recurrent: Tensor;
  /** `[4 * hidden]`. */
  readonly bias: Tensor;
}

/** Zero, but 1 for the forget gate, so that a new layer remembers (Jozefowicz et al., 2015). */
const openForgetGate: Initializer = (data) => {
  const hidden = data.length / 4;
  data.fill(0).fill(1, 2 * hidden, 3 * hidden);
};

/** Declares the weights of one direction of one layer for inputs of size `dim`; `init` fills all of them, unless it is null. */
export function lstmWeights(
  scope: Scope,
  dim: number,
  hidden: number,
  init: Initializer | null = null,
): LstmWeights {
  return {
    input: scope.parameter("weight_ih", [dim, 4 * hidden], init ?? xavierInit),
    recurrent: scope.parameter("weight_hh", [hidden, 4 * hidden], init ?? uniformInit(1 / Math.sqrt(hidden))),
    bias: scope.parameter("bias", [4 * hidden], init ?? openForgetGate),
  };
}

/** The states `h` and `c` behind one step. `sums [batch, 4 * hidden]` of the gates, `c [batch, hidden]`. */
export function lstmStep(
  sums: Tensor,
  c: Tensor,
  hidden: number,
): { readonly h: Tensor; readonly c: Tensor } {
  const [gateSums, candidate] = split(sums, 1, [3 * hidden, hidden]);
  const [enter, leave, keep] = split(sigmoid(gateSums!), 1, [hidden, hidden, hidden]);
  const after = add(mul(keep!, c), mul(enter!, tanh(candidate!)));
  return { h: mul(leave!, tanh(after)), c: after };
}

const cell: Cell<LstmWeights> = {
  weights: lstmWeights,

  loop({ input, recurrent, bias }, sequences, hidden, reverse, initial) {
    const { x, mask } = sequences;
    const gates = projected(sequences, input, bias, paddedGates(x, hidden, initial !== null));
    const start = initial ?? [0, 0].map(() => full(x.graph, x.dtype, [x.dim(1), hidden], 0));
    const scanned = initial === null ? [gates] : [gates, mask];
    const { states, outputs } = scan({ states: start, scanned, reverse }, ([h, c], [z, inside]) => {
      const after = lstmStep(add(z!, matmul(h!, recurrent)), c!, hidden);
      const held = inside === undefined ? after.h : where(inside, after.h, h!);
      return { states: [held, after.c], outputs: [after.h] };
    });
    return { states: outputs[0]!, final: initial === null ? [] : states };
  },

  fused(weights, sequences, hidden, initial, direction) {
    const { x, lengths } = sequences;
    const noSecondBias = x.graph.constant("float32", [4 * hidden], new Float32Array(4 * hidden));
    const { states, last } = lstmFused({
      x,
      weight: stackTransposed(weights.map(({ input }) => input)),
      recurrence: stackTransposed(weights.map(({ recurrent }) => recurrent)),
      bias: concat(
        weights.map(({ bias }) => unsqueeze(concat([bias, noSecondBias], 0), [0])),
        0,
      ),
      lengths,
      initial: stackStates(initial),
      hidden,
      direction,
    });
    return { states, final: unstackStates(last, initial, sequences) };
  },
};

/**
 * What padding adds to the sums of the gates. Nothing enters, and nothing leaves: the state there is exactly zero, and
 * no gradient passes. Without initial states the cell forgets too, so that it is as it was before a text began; then
 * neither direction has to look at the mask in its loop. With them it keeps what it holds.
 */
function paddedGates(x: Tensor, hidden: number, keeps: boolean): Tensor {
  const gates = new Float32Array(4 * hidden).fill(HIDDEN);
  if (keeps) gates.fill(-HIDDEN, 2 * hidden, 3 * hidden);
  return x.graph.constant("float32", [4 * hidden], gates);
}

/**
 * The states of stacked LSTM layers. `vectors [batch, tokens, dim]` -> `[batch, tokens, directions * hidden]`, zero at padding.
 * Parameters: `layer0.forward.weight_ih`, `.weight_hh`, `.bias`, and so on.
 */
export function lstmLayers(scope: Scope, input: TokenVectors, options: RecurrentOptions): Tensor {
  return recurrentLayers(cell, scope, input, options);
}

/** The same from given states `[h, c]` for every layer and direction, with the final ones. */
export function lstmStack(
  scope: Scope,
  input: TokenVectors,
  options: RecurrentOptions,
  initial: StackState,
): StackResult {
  return recurrentStack(cell, scope, input, options, initial);
}
