/** @file What writes a sequence for a source that has been read: how well it would have written a given one, and what it writes by itself. */
import { addDims, mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, less, mul, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { concat, expand, full, reshape, slice, unsqueeze } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { UNK_ID } from "../../text/vocabulary.js";
import type { Loss, TokenVectors } from "../contracts.js";
import { BEGIN_OF_TARGET } from "../data/tensorizers/target-tokens-tensorizer.js";
import { rowLengths } from "../masking.js";
import type { Grammar, LongestSequence, SequenceDecoder } from "./contracts.js";
import { type SearchOptions, type Sequences, search } from "./search.js";
import { type Copied, TokenHead } from "./token-head.js";

/** What a writer is made of. */
export interface WriterOptions {
  /** Tokens of the vocabulary. */
  readonly vocab: number;
  /** Numbers of a written token's vector. */
  readonly dim: number;
  /** Of written tokens' vectors, and of what the decoder gives. */
  readonly dropout: number;
  /** Share of the target that is spread evenly over the vocabulary. */
  readonly smoothing: number;
  /** The decoder over sources; asked for again, it has the same parameters. */
  readonly decoder: (scope: Scope, sources: TokenVectors) => SequenceDecoder;
  /** What may be written for sources; null: anything. */
  readonly grammar: ((sources: Copied) => Grammar) | null;
}

/** How a writer searches, and how long sequences are at most. */
export type WritingOptions = Pick<SearchOptions, "beam" | "best" | "lengthPenalty"> & LongestSequence;

/** First values of the vectors of written tokens, at most. */
const VECTOR_RANGE = 0.25;

/** The vectors of tokens that are written: `target_embedding.weight [vocab, dim]`. */
export const targetVectors = (scope: Scope, vocab: number, dim: number): Tensor =>
  scope.child("target_embedding").parameter("weight", [vocab, dim], uniformInit(VECTOR_RANGE));

/** Parameters: `target_embedding.weight [vocab, dim]`, `head.*` (see `TokenHead`) and those of the decoder. */
export class Writer {
  readonly #embedding: Tensor;

  constructor(
    readonly scope: Scope,
    readonly source: TokenVectors,
    readonly copied: Copied | null,
    readonly options: WriterOptions,
  ) {
    const { vocab, dim } = options;
    this.#embedding = targetVectors(scope, vocab, dim);
  }

  /** The loss where the right tokens stand before each step. `ids [batch, steps]` as `TargetTokens` numbers them. */
  loss({ ids, mask }: Copied): Loss {
    const { scope, source, options } = this;
    const { vocab, dropout, smoothing } = options;
    const first = full(ids.graph, "int32", [ids.dim(0), 1], BEGIN_OF_TARGET);
    const before = slice(concat([first, ids], 1), 1, 0, ids.dim(1));
    // A copied token that the vocabulary lacks is read as the unknown one.
    const known = where(less(before, vocab), before, UNK_ID);
    const vectors = scope.child("written").dropout(gather(this.#embedding, known), dropout);
    const decoder = options.decoder(scope, source);
    const { states, attention } = scope.within("decoder", () => decoder.taught(vectors));
    const given = { states: scope.child("decoded").dropout(states, dropout), attention };
    return this.#head(this.copied).loss(given, vectors, ids, mask, smoothing);
  }

  /** The likeliest sequences. */
  search({ perToken, more, ...options }: WritingOptions): Sequences {
    const { scope, source, copied } = this;
    const { vectors, mask } = source;
    const repeated = (x: Tensor): Tensor => eachRepeated(x, options.beam);
    const decoder = this.options.decoder(scope, { vectors: repeated(vectors), mask: repeated(mask) });
    const sources = copied && { ids: repeated(copied.ids), mask: repeated(copied.mask) };
    const grammar = (sources && this.options.grammar?.(sources)) ?? null;
    // The end takes a step, too.
    const steps = addDims(mulDims(mask.dim(1), perToken), more + 1);
    const limits = add(mul(rowLengths(mask), perToken), more + 1);
    return search(
      { decoder, head: this.#head(sources), embedding: this.#embedding, grammar },
      { ...options, batch: mask.dim(0), steps, limits },
    );
  }

  #head(copied: Copied | null): TokenHead {
    return new TokenHead(this.scope.child("head"), this.options.vocab, copied);
  }
}

/** Each row `count` times, one behind the other. `[batch, ...] -> [batch * count, ...]`. */
export function eachRepeated(x: Tensor, count: number): Tensor {
  if (count === 1) return x;
  const [batch, ...rest] = x.shape;
  return reshape(expand(unsqueeze(x, [1]), [batch!, count, ...rest]), [mulDims(batch!, count), ...rest]);
}
