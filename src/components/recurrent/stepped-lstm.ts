/** @file LSTM layers that are taken one step at a time, from any state. */
import type { Tensor } from "../../graph/graph.js";
import { add } from "../../graph/ops/elementwise.js";
import { linear, matmul } from "../../graph/ops/matrix.js";
import { concat, split } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { type LstmWeights, lstmStep, lstmWeights } from "./lstm.js";

/** The sizes of LSTM layers. */
export interface LstmSizes {
  /** Size of what the first layer reads; absent: that of a state. */
  readonly input?: number;
  readonly hidden: number;
  readonly layers: number;
  /** Between layers; the same elements at every step. */
  readonly dropout: number;
}

/**
 * Stacked LSTM layers. The states of all layers are one tensor `[batch, width]`:
 * `h` and `c` of the first layer, then of the next. The parameters are those of `lstmLayers`, which takes all steps at once.
 */
export class SteppedLstm {
  readonly #weights: readonly LstmWeights[];

  constructor(
    readonly scope: Scope,
    readonly sizes: LstmSizes,
  ) {
    const { input = sizes.hidden, hidden, layers } = sizes;
    this.#weights = Array.from({ length: layers }, (_, layer) =>
      lstmWeights(scope.child(`layer${layer}.forward`), layer === 0 ? input : hidden, hidden),
    );
  }

  get width(): number {
    return 2 * this.sizes.layers * this.sizes.hidden;
  }

  /** The last layer's `h`. `[batch, width] -> [batch, hidden]`. */
  summary(states: Tensor): Tensor {
    return this.#parts(states).at(-2)!;
  }

  /** Inputs as sums of the first layer's gates. `[..., input] -> [..., 4 * hidden]`. */
  projected(x: Tensor): Tensor {
    const { input, bias } = this.#weights[0]!;
    return linear(x, input, bias);
  }

  /** What an input adds to such sums. `[batch, input] -> [batch, 4 * hidden]`. */
  contribution(x: Tensor): Tensor {
    return matmul(x, this.#weights[0]!.input);
  }

  /** The states behind a step. `sums [batch, 4 * hidden]`. */
  step(states: Tensor, sums: Tensor): Tensor {
    const { hidden, dropout } = this.sizes;
    const before = this.#parts(states);
    const after: Tensor[] = [];
    for (const [layer, { input, recurrent, bias }] of this.#weights.entries()) {
      const below = after.at(-2);
      const entering =
        below === undefined
          ? sums
          : this.scope.within(`layer${layer}`, (at) => linear(at.dropout(below, dropout), input, bias));
      const [h, c] = [before[2 * layer]!, before[2 * layer + 1]!];
      const next = lstmStep(add(entering, matmul(h, recurrent)), c, hidden);
      after.push(next.h, next.c);
    }
    return concat(after, 1);
  }

  #parts(states: Tensor): readonly Tensor[] {
    const { hidden, layers } = this.sizes;
    return split(states, 1, Array<number>(2 * layers).fill(hidden));
  }
}
