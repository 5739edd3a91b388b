/** @file What static embeddings have in common. */
import { ptxError } from "../../registry/errors.js";
import { mended } from "../../text/normalize.js";
import type { Embedded, EmbedInput } from "./contracts.js";
import type { EmbedOptions } from "./options.js";
import { refuseOptions } from "./options.js";

/** Throws `PTX_USAGE` for what vectors of words cannot do. */
export function staticOptions(options: EmbedOptions): { readonly perToken: boolean } {
  refuseOptions(options, ["layers", "maskClsSep", "batchSize", "maxTokens"], "static embeddings");
  const { pooling = "reduce_mean", maxSeqLen } = options;
  if (maxSeqLen !== undefined && maxSeqLen < 1)
    throw ptxError("PTX_USAGE", "--max-seq-len", "a text has one token at least");
  if (pooling === "none" || pooling === "reduce_mean") return { perToken: pooling === "none" };
  throw ptxError(
    "PTX_USAGE",
    "pooling",
    `static embeddings have no pooling ${pooling}`,
    "none or reduce_mean",
  );
}

/** A single text. Throws `PTX_USAGE` for a pair. */
export function requireSingle(text: EmbedInput): string {
  if (typeof text === "string") return mended(text);
  throw ptxError("PTX_USAGE", "--pairs", "static embeddings read single texts, not pairs");
}

/**
 * The mean of `count` vectors, or all of them; `add` adds the one with a number to sums. Zeros for no vectors.
 * @param unit whether to bring them to the length 1
 */
export function meanOf(
  count: number,
  dim: number,
  add: (i: number, into: Float64Array, at: number) => void,
  perToken: boolean,
  unit: boolean,
): Pick<Embedded, "vector" | "dims" | "empty"> {
  const sums = new Float64Array(perToken ? count * dim : dim);
  for (let i = 0; i < count; i++) add(i, sums, perToken ? i * dim : 0);
  if (!perToken && count > 0) for (let i = 0; i < dim; i++) sums[i]! /= count;
  if (unit) for (let at = 0; at < sums.length; at += dim) toUnitLength(sums.subarray(at, at + dim));
  return {
    vector: Float32Array.from(sums),
    dims: perToken ? [count, dim] : [dim],
    empty: count === 0 && !perToken,
  };
}

function toUnitLength(vector: Float64Array): void {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length;
}
