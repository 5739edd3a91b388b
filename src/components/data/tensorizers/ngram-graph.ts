/** The n-gram inputs of a graph: fed as numbers, or made from strings by ONNX's string operators. */
import type { Tensor } from "../../../graph/graph.js";
import {
  add,
  cast,
  div,
  equal,
  greater,
  log,
  mul,
  not,
  sqrt,
  where,
} from "../../../graph/ops/elementwise.js";
import { encodeStrings, gather, unique } from "../../../graph/ops/lookup.js";
import { reduceSum } from "../../../graph/ops/reduction.js";
import { concat, range, reshape, unsqueeze } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { WORD_SEPARATOR } from "../../../text/ngrams.js";
import { UNK_ID, type Vocabulary } from "../../../text/vocabulary.js";
import type { InputTensors } from "../contracts.js";
import { characterRuns, tokenRuns } from "./token-runs.js";
import { idsInput } from "./vocabulary-ids.js";

/** What the tokens form needs to know of its tensorizer. */
export interface NGramGraph {
  readonly ngrams: number;
  readonly char_ngrams: { readonly min: number; readonly max: number } | null;
  readonly sublinear_tf: boolean;
  readonly vocabulary: Vocabulary;
  /** By id; null when every occurrence weighs 1. */
  readonly idf: ArrayLike<number> | null;
}

/** Inputs as numbers: ids, weights and where there is an n-gram, each `[batch, ngrams]`. */
export function ngramInputs(scope: Scope, name: string): InputTensors {
  const inputs = idsInput(scope, name, [name]);
  return { ...inputs, weights: scope.graph.input(`${name}_weights`, "float32", ["batch", name]) };
}

/** The same from the token strings `[batch, tokens]`; unknown n-grams stay in their places with weight 0 and mask false. */
export function ngramsFromTokens(strings: Tensor, options: NGramGraph): InputTensors {
  const { words, specials } = options.vocabulary;
  const wordIds = words.map((_, index) => specials.length + index);
  const orders = tokenRuns(strings, options.ngrams, WORD_SEPARATOR);
  if (options.char_ngrams !== null) orders.push(...characterRuns(strings, options.char_ngrams));
  // Looked up together, as each look-up would hold the vocabulary.
  const all = encodeStrings(concat(orders, 1), words, wordIds, UNK_ID);
  const mask = not(equal(all, UNK_ID));
  const weights =
    options.idf === null ? cast(mask, "float32") : tfidf(all, options.idf, options.sublinear_tf);
  return { ids: all, weights, mask };
}

/** How often each id stands in its row, for every place of `ids [batch, ngrams]`: row and id make one key, equal keys are counted. */
function countsInRow(ids: Tensor, vocabulary: number): Tensor {
  const row = unsqueeze(range(ids.graph, ids.dim(0)), [1]);
  const { places, counts } = unique(add(mul(row, vocabulary), ids));
  return cast(reshape(gather(counts, places), ids.shape), "float32");
}

/** Tf-idf weights of every occurrence `[batch, ngrams]`, as `tfidfWeights` gives them. */
function tfidf(ids: Tensor, idf: ArrayLike<number>, sublinear: boolean): Tensor {
  const rarity = gather(ids.graph.constant("float32", [idf.length], Array.from(idf)), ids);
  const count = countsInRow(ids, idf.length);
  const weight = sublinear ? mul(div(add(log(count), 1), count), rarity) : rarity;
  // A term's square is shared out among its occurrences: (weight * count)^2 / count each.
  const squares = reduceSum(mul(mul(weight, weight), count), [1], true);
  return div(weight, sqrt(where(greater(squares, 0), squares, 1)));
}
