/** @file The gated recurrent unit (Cho et al., 2014), its reset gate applied after the product as in PyTorch and cuDNN. */
import type { Tensor } from "../../graph/graph.js";
import { add, mul, sigmoid, sub, tanh, where } from "../../graph/ops/elementwise.js";
import { matmul } from "../../graph/ops/matrix.js";
import { gruFused } from "../../graph/ops/recurrent.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, full, split, unsqueeze } from "../../graph/ops/shaping.js";
import { uniformInit, xavierInit } from "../../graph/parameters.js";
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

/** One direction's weights; gates stand in the order update, reset, candidate (ONNX's). */
interface GruWeights {
  /** `[dim, 3 * hidden]`. */
  readonly input: Tensor;
  /** `[hidden, 3 * hidden]`. */
  readonly recurrent: Tensor;
  /** `[3 * hidden]`. */
  readonly bias: Tensor;
  /** `[hidden]`: added to the candidate's recurrent part, before the reset gate. */
  readonly resetBias: Tensor;
}

/** What padding adds to the sums: an update gate that is fully open, which keeps the old state exactly. */
function keepState(x: Tensor, hidden: number): Tensor {
  return x.graph.constant(
    "float32",
    [3 * hidden],
    Float32Array.from({ length: 3 * hidden }, (_, i) => (i < hidden ? -HIDDEN : 0)),
  );
}

const cell: Cell<GruWeights> = {
  weights(scope, dim, hidden, init) {
    return {
      input: scope.parameter("weight_ih", [dim, 3 * hidden], init ?? xavierInit),
      recurrent: scope.parameter(
        "weight_hh",
        [hidden, 3 * hidden],
        init ?? uniformInit(1 / Math.sqrt(hidden)),
      ),
      bias: scope.parameter("bias", [3 * hidden], init ?? undefined),
      resetBias: scope.parameter("bias_hh", [hidden], init ?? undefined),
    };
  },

  loop({ input, recurrent, bias, resetBias }, sequences, hidden, reverse, initial) {
    const { x, mask } = sequences;
    const gates = projected(sequences, input, bias, keepState(x, hidden));
    const start = initial ?? [full(x.graph, x.dtype, [x.dim(1), hidden], 0)];
    const { states, outputs } = scan({ states: start, scanned: [gates], reverse }, ([h], [z]) => {
      const [gatesIn, candidateIn] = split(z!, 1, [2 * hidden, hidden]);
      const [gatesOf, recalled] = split(matmul(h!, recurrent), 1, [2 * hidden, hidden]);
      const [update, reset] = split(sigmoid(add(gatesIn!, gatesOf!)), 1, [hidden, hidden]);
      const candidate = tanh(add(candidateIn!, mul(reset!, add(recalled!, resetBias))));
      const state = add(mul(sub(1, update!), candidate), mul(update!, h!));
      return { states: [state], outputs: [state] };
    });
    return { states: where(mask, outputs[0]!, 0), final: initial === null ? [] : states };
  },

  fused(weights, sequences, hidden, initial, direction) {
    const { x, lengths } = sequences;
    const none = x.graph.constant("float32", [2 * hidden], new Float32Array(2 * hidden));
    const { states, last } = gruFused({
      x,
      weight: stackTransposed(weights.map(({ input }) => input)),
      recurrence: stackTransposed(weights.map(({ recurrent }) => recurrent)),
      bias: concat(
        weights.map(({ bias, resetBias }) => unsqueeze(concat([bias, none, resetBias], 0), [0])),
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
 * The states of stacked GRU layers. `vectors [batch, tokens, dim]` -> `[batch, tokens, directions * hidden]`, zero at padding.
 * Parameters: `layer0.forward.weight_ih`, `.weight_hh`, `.bias`, `.bias_hh`, and so on.
 */
export function gruLayers(scope: Scope, input: TokenVectors, options: RecurrentOptions): Tensor {
  return recurrentLayers(cell, scope, input, options);
}

/** The same from given states `[h]` for every layer and direction, with the final ones. */
export function gruStack(
  scope: Scope,
  input: TokenVectors,
  options: RecurrentOptions,
  initial: StackState,
): StackResult {
  return recurrentStack(cell, scope, input, options, initial);
}
