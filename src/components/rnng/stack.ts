/** @file The stack of a parser as vectors: what is on top, and what lay below each open node. */
import type { Dim } from "../../graph/dims.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import { add, where } from "../../graph/ops/elementwise.js";
import { matmul } from "../../graph/ops/matrix.js";
import { concat, full, split, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { type LstmSizes, SteppedLstm } from "../recurrent/stepped-lstm.js";
import { type Composer, type Composition, composerOf } from "./composition.js";

/** What a parser's stack holds between two actions. */
export interface StackMemory {
  /** `[batch, width]`: the states of the LSTM at the top, then what the composer knows of the innermost open node. */
  readonly top: Tensor;
  /** `[batch, frames, width]`: what `top` was before each open node but the root; before the root it was zero. */
  readonly frames: Tensor;
}

/** One action of every row. */
export interface StackAction {
  /** `[batch, 4 * hidden]`: what is pushed, as `projected` gives it; where a node is closed, of zeros. */
  readonly sums: Tensor;
  /** bool `[batch, 1]`: whether a node is opened, or closed. */
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
  readonly composer: Composer;
  readonly #lstm: SteppedLstm;

  constructor(scope: Scope, sizes: LstmSizes & { readonly composition: Composition }) {
    this.composer = composerOf(scope, sizes.composition, sizes.hidden);
    this.#lstm = new SteppedLstm(scope.child("stack"), sizes);
  }

  /** An empty stack. */
  empty(graph: Graph, batch: Dim, frames: Dim): StackMemory {
    const width = this.#lstm.width + this.composer.width;
    return {
      top: full(graph, "float32", [batch, width], 0),
      frames: full(graph, "float32", [batch, frames, width], 0),
    };
  }

  /** Vectors that are pushed, as the first layer's sums. `[..., hidden] -> [..., 4 * hidden]`. */
  projected(x: Tensor): Tensor {
    return this.#lstm.projected(x);
  }

  /** The vector of the top. `[batch, hidden]`. */
  summary(top: Tensor): Tensor {
    return this.#lstm.summary(this.#parts(top)[0]);
  }

  /** The stack behind an action. `back [batch, width]`: what the reader from the right knows of a node that is closed, where there is one. */
  step(
    { top, frames }: StackMemory,
    { sums, opens, reduces, reads, writes }: StackAction,
    back: Tensor | null,
  ): StackMemory {
    const composed = this.composer.vector(this.#parts(top)[1], back);
    // The one-hot product is zero where the root closes, which is what lay below it.
    const before = where(reduces, squeeze(matmul(reads, frames), [1]), top);
    const [below, parts] = this.#parts(before);
    const pushed = add(sums, this.#lstm.contribution(where(reduces, composed, 0)));
    const states = this.#lstm.step(below, pushed);
    return {
      top: concat([states, this.composer.after(parts, this.#lstm.summary(states), opens)], 1),
      frames: where(writes, unsqueeze(top, [1]), frames),
    };
  }

  /** The LSTM's states, and what the composer knows. */
  #parts(top: Tensor): readonly [Tensor, Tensor] {
    const [states, parts] = split(top, 1, [this.#lstm.width, this.composer.width]);
    return [states!, parts!];
  }
}
