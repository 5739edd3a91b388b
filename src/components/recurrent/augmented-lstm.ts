/** @file LSTMs whose states may go around the cell (highway connections; Srivastava et al., 2015, as in He et al., 2017). */
import type { Tensor } from "../../graph/graph.js";
import { add, mul, sigmoid, sub, tanh } from "../../graph/ops/elementwise.js";
import { matmul } from "../../graph/ops/matrix.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, full, split, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { HIDDEN, rowLengths } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { projected, type Sequences } from "./layers.js";

/** The sizes of a stack of such layers. */
export interface AugmentedOptions {
  /** Size of a state. */
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  /** Whether a gate mixes each state with a linear image of the layer's input. */
  readonly highway: boolean;
  /** Whether that image has a bias. */
  readonly bias: boolean;
  /** Drops the same elements of all states of a row, those that go back into the cell too (Gal and Ghahramani, 2016). */
  readonly dropout: number;
}

/**
 * `vectors [batch, tokens, dim]` -> `[batch, tokens, directions * hidden]`, zero at padding. Parameters, by layer and direction
 * (`layer0.forward`): `weight_ih [dim, gates * hidden]`, `weight_hh`, `bias`, `highway_bias [hidden]`; gates stand in the order
 * input, output, forget, highway, candidate, and the input's image last.
 */
export function augmentedLayers(
  scope: Scope,
  { vectors, mask, distinct }: TokenVectors,
  options: AugmentedOptions,
): Tensor {
  const common = { mask: unsqueeze(transpose(mask, [1, 0]), [2]), lengths: rowLengths(mask) };
  const words = distinct && { ...distinct, places: transpose(distinct.places, [1, 0]) };
  let sequences: Sequences = { ...common, x: transpose(vectors, [1, 0, 2]), distinct: words };
  for (let layer = 0; layer < options.layers; layer++) {
    const x = scope.within(`layer${layer}`, (at) => {
      const forward = at.within("forward", (one) => direction(one, sequences, options, false));
      if (!options.bidirectional) return forward;
      const backward = at.within("backward", (one) => direction(one, sequences, options, true));
      return concat([forward, backward], 2);
    });
    sequences = { ...common, x };
  }
  return transpose(sequences.x, [1, 0, 2]);
}

/**
 * With gates i, o, f, r and candidate g from `x weight_ih + h weight_hh + bias`: `c' = f c + i tanh(g)`,
 * `h' = r o tanh(c') + (1 - r) (x weight_p + bias_p)`; without highway `r` is 1. `-> [tokens, batch, hidden]`.
 */
function direction(
  scope: Scope,
  sequences: Sequences,
  { hidden, highway, bias, dropout }: AugmentedOptions,
  reverse: boolean,
): Tensor {
  const { x } = sequences;
  const init = uniformInit(1 / Math.sqrt(hidden));
  const sigmoids = highway ? 4 : 3;
  const [ofState, ofInput] = [(sigmoids + 1) * hidden, (sigmoids + (highway ? 2 : 1)) * hidden];
  const weight = scope.parameter("weight_ih", [sizedAxis(x, 2), ofInput], init);
  const recurrent = scope.parameter("weight_hh", [hidden, ofState], init);
  const own = scope.parameter("bias", [ofState], init);
  const zeros = (): Tensor => x.graph.constant("float32", [hidden], new Float32Array(hidden));
  const image = highway && bias ? scope.parameter("highway_bias", [hidden], init) : zeros();
  const sums = projected(
    sequences,
    weight,
    highway ? concat([own, image], 0) : own,
    padding(x, hidden, highway),
  );
  const zero = full(x.graph, x.dtype, [x.dim(1), hidden], 0);
  const ones = full(x.graph, x.dtype, [x.dim(1), hidden], 1);
  const kept = scope.dropout(ones, dropout);
  const { outputs } = scan({ states: [zero, zero], scanned: [sums], reverse }, ([h, c], [z]) => {
    const [front, around] = highway ? split(z!, 1, [ofState, hidden]) : [z!];
    const [gateSums, candidate] = split(add(front!, matmul(h!, recurrent)), 1, [sigmoids * hidden, hidden]);
    const [enter, leave, keep, through] = split(sigmoid(gateSums!), 1, Array<number>(sigmoids).fill(hidden));
    const after = add(mul(keep!, c!), mul(enter!, tanh(candidate!)));
    const cell = mul(leave!, tanh(after));
    const mixed = highway ? add(mul(through!, cell), mul(sub(1, through!), around!)) : cell;
    const state = kept === ones ? mixed : mul(mixed, kept);
    return { states: [state, after], outputs: [state] };
  });
  return outputs[0]!;
}

/** What padding adds to the sums: nothing enters, leaves or is kept, and nothing goes around the cell. */
function padding(x: Tensor, hidden: number, highway: boolean): Tensor {
  const gates = new Float32Array((highway ? 6 : 4) * hidden).fill(HIDDEN, 0, 3 * hidden);
  if (highway) gates.fill(-HIDDEN, 3 * hidden, 4 * hidden);
  return x.graph.constant("float32", [gates.length], gates);
}
