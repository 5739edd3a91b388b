/** The contract of what turns texts into vectors. */
import type { EmbedOptions } from "./options.js";

/** A text, or two that are read together. */
export type EmbedInput = string | readonly [string, string];

/** A text as numbers. */
export interface Embedded {
  /** `[dim]`; with the pooling "none" `[tokens, dim]`, row by row. */
  readonly vector: Float32Array;
  readonly dims: readonly number[];
  /** What the model read of the text: pieces with the special ones, or words. */
  readonly tokens: readonly string[];
  /** Whether the text had more tokens than the model was given. */
  readonly truncated: boolean;
  /** How many of its tokens the vocabulary lacks. */
  readonly unknown: number;
  /** Whether there was nothing to pool; the vector then is all zeros. */
  readonly empty: boolean;
}

/** A model that gives vectors. */
export interface Embedder {
  /** What a row of data must have: one column, or the two of a pair. */
  readonly columns: readonly string[];
  /** The size of its vectors, of each token's with the pooling "none". Throws `PTX_USAGE` for options that it does not have, or that contradict each other. */
  dim(options?: EmbedOptions): Promise<number>;
  /**
   * Vectors of texts in their order, some at a time. Inside, texts of like length run together; a vector does not depend on
   * which. Throws `PTX_USAGE` as `dim` does.
   */
  embed(
    texts: Iterable<EmbedInput> | AsyncIterable<EmbedInput>,
    options?: EmbedOptions,
  ): AsyncGenerator<readonly Embedded[]>;
  release(): Promise<void>;
}
