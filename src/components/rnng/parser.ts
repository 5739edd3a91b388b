/** @file What a parser is made of, for learning and for searching alike. */
import type { Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { ParserRules, TokenVectors } from "../contracts.js";
import type { RecurrentOptions } from "../recurrent/layers.js";
import { lstmLayers } from "../recurrent/lstm.js";
import type { ActionSet } from "./actions.js";
import type { Composition } from "./composition.js";
import type { Ablation } from "./scorer.js";
import { StackLstm } from "./stack.js";

/** The sizes and rules of a parser. */
export interface ParserOptions {
  readonly hidden: number;
  readonly layers: number;
  readonly dropout: number;
  readonly composition: Composition;
  readonly ablation: Ablation;
  readonly rules: ParserRules;
}

/** A parser in a graph: its parameters, and what is known of the texts before any action. What ablation leaves out is null. */
export class Parser {
  readonly stack: StackLstm | null;
  /** `[batch, tokens, hidden]`: what a text says from each token to its end. Zero at padding. */
  readonly buffer: Tensor | null;
  /** bool `[batch, tokens]`. */
  readonly mask: Tensor;
  /** `[actions, hidden]`. */
  readonly embedding: Tensor | null;

  constructor(
    readonly scope: Scope,
    readonly options: ParserOptions,
    readonly actions: ActionSet,
    words: TokenVectors,
  ) {
    const { hidden, ablation } = options;
    const { use_stack, use_buffer, use_action } = ablation;
    this.mask = words.mask;
    this.stack = use_stack ? new StackLstm(scope, options) : null;
    // The stack holds tokens as the buffer's states, as in PyText.
    this.buffer =
      use_buffer || use_stack
        ? scope.within("buffer", (at) => lstmLayers(at, words, { ...this.recurrence, reverse: true }))
        : null;
    this.embedding =
      use_stack || use_action ? scope.parameter("actions", [actions.size, hidden], uniformInit(0.1)) : null;
  }

  get batch(): Dim {
    return this.mask.dim(0);
  }

  /** How the LSTMs that read a sequence are built. */
  get recurrence(): RecurrentOptions {
    const { hidden, layers, dropout } = this.options;
    return { hidden, layers, dropout, bidirectional: false };
  }
}
