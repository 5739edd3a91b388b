/** @file What may be asked of a model that gives vectors. */
import { ptxError } from "../../registry/errors.js";
import { didYouMean } from "../../registry/nearest.js";

/** How a text's states become its vector, by bert-as-service's names; "none": a vector for each piece. */
export const POOLINGS = [
  "none",
  "reduce_mean",
  "reduce_max",
  "reduce_mean_max",
  "first_token",
  "last_token",
  "cls_pooled",
] as const;
export type EmbeddingPooling = (typeof POOLINGS)[number];

/** Other names for the same. */
const ALIASES: Readonly<Record<string, EmbeddingPooling>> = {
  mean: "reduce_mean",
  max: "reduce_max",
  mean_max: "reduce_mean_max",
  cls: "first_token",
  cls_token: "first_token",
  last: "last_token",
  sep: "last_token",
  sep_token: "last_token",
  pooler: "cls_pooled",
};

/** Options of `Embedder.embed`. */
export interface EmbedOptions {
  /** Default: what the model's folder says, else "reduce_mean". */
  readonly pooling?: EmbeddingPooling;
  /** Which layers' states: -1 is the last one, 1 the first, 0 the embeddings below it. Several stand side by side. Default: [-1]. */
  readonly layers?: readonly number[];
  /** Whether the special pieces around texts ([CLS], [SEP]) are left out of the pooling; attention sees them all the same. */
  readonly maskClsSep?: boolean;
  /** Tokens of a text that are read at most, special ones included. Default: what the model's folder says, else all that it has places for. */
  readonly maxSeqLen?: number;
  /** Whether vectors are brought to the length 1. Default: what the model's folder says, else false. */
  readonly normalize?: boolean;
  /** Texts that run together at most. Default: 64. */
  readonly batchSize?: number;
  /** Tokens that run together at most, padding included. Default: 4096. */
  readonly maxTokens?: number;
}

/** The pooling of that name, bert-as-service's or a shorter one, in letters of any case. Throws `PTX_USAGE`. */
export function poolingNamed(name: string, where: string): EmbeddingPooling {
  const lower = name.toLowerCase();
  const found = POOLINGS.find((one) => one === lower) ?? ALIASES[lower];
  if (found !== undefined) return found;
  const names = [...POOLINGS, ...Object.keys(ALIASES)];
  throw ptxError(
    "PTX_USAGE",
    where,
    `there is no pooling "${name}"${didYouMean(lower, names)}`,
    names.join(", "),
  );
}

/** Numbers of layers written as "-1", "-4,-1" or "-4..-1". Throws `PTX_USAGE`. */
export function layersNamed(text: string, where: string): number[] {
  return text.split(",").flatMap((part) => {
    const match = /^(-?\d+)(?:\.\.(-?\d+))?$/.exec(part.trim());
    const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || to < from)
      throw ptxError(
        "PTX_USAGE",
        where,
        `"${text}" names no layers`,
        'for example "-2" or "-4..-1" or "1,6"',
      );
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** An option as the command line spells it. */
const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Throws `PTX_USAGE` where an option is given that this kind of model does not have. */
export function refuseOptions(
  options: EmbedOptions,
  names: readonly (keyof EmbedOptions)[],
  model: string,
): void {
  const given = names.find((name) => options[name] !== undefined && options[name] !== false);
  if (given !== undefined)
    throw ptxError("PTX_USAGE", flagOf(given), `${model} have no ${given}: leave it out`);
}
