/** @file The stack of a parser as vectors: what is on top, and what lay below each open node. */
import type { Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, where } from "../../graph/ops/elementwise.js";
import { linear, matmul } from "../../graph/ops/matrix.js";
import { concat, full, split, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { type LstmWeights, lstmStep, lstmWeights } from "../recurrent/lstm.js";
import { summed, transformed } from "./composition.js";

/** How the vectors of a parser are made. */
export interface StackOptions {
  readonly hidden: number;
  readonly layers: number;
  /** Between layers, the same elements at every step. */
  readonly dropout: number;
}

/** What a parser's stack holds between two actions. */
export interface StackMemory {
  /** `[batch, width]`: `h` and `c` of each layer at the top, then the sum over the innermost open node's parts. */
  readonly top: Tensor;
  /** `[batch, frames, width]`: what `top` was before each open node but the root; before the root it was zero. */
  readonly frames: Tensor;
}

/** One action of every row. */
export interface StackAction {
  /** `[batch, 4 * hidden]`: what is pushed, as sums of the first layer's gates; of REDUCE the bias alone. */
  readonly sums: Tensor;
  /** bool `[batch, 1]`. */
  readonly opens: Tensor;
  readonly reduces: Tensor;
  /** 0 or 1, `[batch, 1, frames]`: the frame that REDUCE goes back to; none where it closes the root. */
  readonly reads: Tensor;
  /** bool `[batch, frames, 1]`: the frame that is kept when a node is opened; none for the root. */
  readonly writes: Tensor;
}

/**
 * A stack LSTM (Dyer et al., 2015). A push reads the state that is on top, a pop goes back to the state before. What was
 * popped is never read again but by the composition of its node, which runs along: so only the states below open nodes
 * are kept, and a step costs the same whatever lies on the stack.
 */
export class StackLstm {
  readonly #layers: readonly LstmWeights[];

  constructor(
    readonly scope: Scope,
    readonly options: StackOptions,
  ) {
    const { hidden, layers } = options;
    this.#layers = Array.from({ length: layers }, (_, layer) =>
      lstmWeights(scope.child(`stack.layer${layer}.forward`), hidden, hidden),
    );
  }

  /** Numbers in a state of the stack. */
  get width(): number {
    return (2 * this.options.layers + 1) * this.options.hidden;
  }

  /** An empty stack. */
  empty(near: Tensor, batch: Dim, frames: Dim): StackMemory {
    return {
      top: full(near.graph, "float32", [batch, this.width], 0),
      frames: full(near.graph, "float32", [batch, frames, this.width], 0),
    };
  }

  /** Vectors that are pushed as sums of the first layer's gates. `[..., hidden] -> [..., 4 * hidden]`. */
  projected(x: Tensor): Tensor {
    const { input, bias } = this.#layers[0]!;
    return linear(x, input, bias);
  }

  /** The vector of the top. `[batch, hidden]`. */
  summary(top: Tensor): Tensor {
    return this.#parts(top)[2 * (this.options.layers - 1)]!;
  }

  /** The stack behind an action. */
  step({ top, frames }: StackMemory, { sums, opens, reduces, reads, writes }: StackAction): StackMemory {
    const composed = this.scope.within("composition", (at) => {
      const { hidden } = this.options;
      return transformed(at, this.#parts(top).at(-1)!, hidden, hidden);
    });
    const pushed = add(sums, matmul(where(reduces, composed, 0), this.#layers[0]!.input));
    // The one-hot product is zero where the root closes, which is what lay below it.
    const below = squeeze(matmul(reads, frames), [1]);
    const before = where(reduces, below, top);
    return {
      top: this.#push(before, pushed, opens),
      frames: where(writes, unsqueeze(top, [1]), frames),
    };
  }

  #parts(top: Tensor): readonly Tensor[] {
    const { hidden, layers } = this.options;
    return split(top, 1, Array<number>(2 * layers + 1).fill(hidden));
  }

  #push(before: Tensor, pushed: Tensor, opens: Tensor): Tensor {
    const { hidden, dropout } = this.options;
    const parts = this.#parts(before);
    const after: Tensor[] = [];
    let sums = pushed;
    for (const [layer, { input, recurrent, bias }] of this.#layers.entries()) {
      const below = after.at(-2);
      if (below !== undefined) {
        const dropped = this.scope.within(`stack.layer${layer}`, (at) => at.dropout(below, dropout));
        sums = linear(dropped, input, bias);
      }
      const state = lstmStep(add(sums, matmul(parts[2 * layer]!, recurrent)), parts[2 * layer + 1]!, hidden);
      after.push(state.h, state.c);
    }
    return concat([...after, summed(parts.at(-1)!, after.at(-2)!, opens)], 1);
  }
}
