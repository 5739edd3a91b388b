/** What writes a sequence: the same layers for all steps of a given sequence at once, and for one step at a time. */
import type { Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { ParserRules, TokenVectors } from "../contracts.js";
import type { Copied } from "./token-head.js";

/** What a decoder says of steps. */
export interface Decoded {
  /** `[rows, steps, size]`, or of one step `[rows, size]`. */
  readonly states: Tensor;
  /** How much each step looks at each token of the source, `[rows, steps, tokens]` or `[rows, tokens]`. */
  readonly attention: Tensor;
}

/** One step of a decoder. */
export interface DecoderStep extends Decoded {
  /** What it remembers behind the step, as `start` has it. */
  readonly memory: readonly Tensor[];
}

/** A decoder over sources that have been read, `rows` of them. */
export interface SequenceDecoder {
  /** All steps of given sequences. `vectors [rows, steps, dim]`: of the token before each step. */
  taught(vectors: Tensor): Decoded;
  /**
   * All places of sequences at once, each of which sees all others; absent: it can only write token by token.
   * `vectors [rows, steps, dim]`: of the token at each place; `mask [rows, steps]`.
   */
  together?(vectors: Tensor, mask: Tensor): Decoded;
  /** What it remembers before the first step, `[rows, ...]` each. @param steps how many there will be at most */
  start(steps: Dim): readonly Tensor[];
  /** `vector [rows, dim]`; `place` int64 scalar: the number of the step, from 0. */
  step(memory: readonly Tensor[], vector: Tensor, place: Tensor): DecoderStep;
}

/** Which sequences may be written, for `rows` sources. */
export interface Grammar {
  /** What it remembers before the first token, int32 `[rows, width]`. */
  start(): Tensor;
  /** bool `[rows, choices]`: the tokens that may follow, the end among them. */
  allowed(memory: Tensor): Tensor;
  /** What it remembers behind tokens, int32 `[rows]`; -1 where nothing is written. */
  after(memory: Tensor, ids: Tensor): Tensor;
}

/** The length that sequences need at most: `perToken * (tokens of the source) + more`. */
export interface LongestSequence {
  readonly perToken: number;
  readonly more: number;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    sequence_decoder: {
      /** @param source what has been read, `[rows, tokens, dim]`. @param input the size of the vectors of tokens that are written */
      build(scope: Scope, config: Config, source: TokenVectors, input: number): SequenceDecoder;
    };
    sequence_grammar: {
      /** Which trees there are. */
      rules(config: Config): ParserRules;
      longest(config: Config): LongestSequence;
      /** @param names the tokens of the vocabulary */
      build(config: Config, names: readonly string[], copied: Copied): Grammar;
    };
  }
}
