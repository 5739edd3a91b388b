/** @file LSTMs whose cells are ordered by how long they keep what they hold (Shen et al., 2019). */
import type { Tensor } from "../../graph/graph.js";
import { add, mul, sigmoid, sub, tanh } from "../../graph/ops/elementwise.js";
import { matmul } from "../../graph/ops/matrix.js";
import { cumSum, softmax } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { full, split, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { HIDDEN, rowLengths } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { projected, type Sequences } from "./layers.js";

/** The sizes of a stack of such layers. */
export interface OrderedNeuronOptions {
  /** Size of a state. */
  readonly hidden: number;
  readonly layers: number;
  /** On each layer's input; the same elements for all words of a row. */
  readonly dropout: number;
}

/**
 * `vectors [batch, tokens, dim]` -> `[batch, tokens, hidden]`, zero at padding. Parameters, by layer (`layer0`):
 * `weight_ih [dim, 6 * hidden]`, `weight_hh`, `bias`; gates stand in the order forget, input, output, candidate, master
 * forget, master input.
 */
export function orderedNeuronLayers(
  scope: Scope,
  { vectors, mask, distinct }: TokenVectors,
  { hidden, layers, dropout }: OrderedNeuronOptions,
): Tensor {
  const common = { mask: unsqueeze(transpose(mask, [1, 0]), [2]), lengths: rowLengths(mask) };
  let x = transpose(vectors, [1, 0, 2]);
  for (let layer = 0; layer < layers; layer++) {
    const kept = scope.dropout(x, dropout, [1, x.dim(1), sizedAxis(x, 2)]);
    const lookup = layer === 0 && kept === x ? distinct : undefined;
    const words = lookup && { ...lookup, places: transpose(lookup.places, [1, 0]) };
    x = scope.within(`layer${layer}`, (at) => oneLayer(at, { ...common, x: kept, distinct: words }, hidden));
  }
  return transpose(x, [1, 0, 2]);
}

/**
 * With gates f, i, o, the candidate g and the master gates' sums u, v, all of `x weight_ih + h weight_hh + bias`:
 * `F = cumax(u)` and `I = 1 - cumax(v)`, where `cumax` sums a softmax from its first element on; where they overlap,
 * `w = F I`, the gates f and i decide: `c' = (f w + F - w) c + (i w + I - w) tanh(g)`, `h' = o tanh(c')`.
 * `-> [tokens, batch, hidden]`.
 */
function oneLayer(scope: Scope, sequences: Sequences, hidden: number): Tensor {
  const { x } = sequences;
  const dim = sizedAxis(x, 2);
  const init = uniformInit(1 / Math.sqrt(dim + hidden));
  const weight = scope.parameter("weight_ih", [dim, 6 * hidden], init);
  const recurrent = scope.parameter("weight_hh", [hidden, 6 * hidden], init);
  const bias = scope.parameter("bias", [6 * hidden], init);
  const sums = projected(sequences, weight, bias, padding(x, hidden));
  const zero = full(x.graph, x.dtype, [x.dim(1), hidden], 0);
  const { outputs } = scan({ states: [zero, zero], scanned: [sums], reverse: false }, ([h, c], [z]) => {
    const [gates, candidate, forget, enter] = split(add(z!, matmul(h!, recurrent)), 1, [
      3 * hidden,
      ...Array<number>(3).fill(hidden),
    ]);
    const [f, i, o] = split(sigmoid(gates!), 1, Array<number>(3).fill(hidden));
    const keeping = cumSum(softmax(forget!, 1), 1);
    const entering = sub(1, cumSum(softmax(enter!, 1), 1));
    const both = mul(keeping, entering);
    const gate = (own: Tensor, master: Tensor): Tensor => add(mul(own, both), sub(master, both));
    const after = add(mul(gate(f!, keeping), c!), mul(gate(i!, entering), tanh(candidate!)));
    const state = mul(o!, tanh(after));
    return { states: [state, after], outputs: [state] };
  });
  return outputs[0]!;
}

/** What padding adds to the sums: nothing leaves the cell. */
function padding(x: Tensor, hidden: number): Tensor {
  const gates = new Float32Array(6 * hidden).fill(HIDDEN, 2 * hidden, 3 * hidden);
  return x.graph.constant("float32", [gates.length], gates);
}
