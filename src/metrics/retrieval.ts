import { MetricsError } from "./errors.js";
import { meanOfDefined, requireLoss } from "./report-parts.js";

/** How many documents figures with a cut look at. */
export const RETRIEVAL_CUTS = [1, 3, 5, 10, 100] as const;

/** One cut as it is written in JSON. */
export type RetrievalCut = `${(typeof RETRIEVAL_CUTS)[number]}`;

/** One split's entry in metrics.json for retrieval: means over the queries, null without any. */
export type RetrievalReport = {
  readonly queries: number;
  readonly documents: number;
  readonly loss: number | null;
  /** Mean of 1 over the rank of the first relevant document. */
  readonly mrr: number | null;
  /** The same where that document is among the first k, 0 elsewhere. */
  readonly mrr_at: Readonly<Record<RetrievalCut, number | null>>;
  /** Mean average precision. */
  readonly map: number | null;
  /** The share of a query's relevant documents among the first k. */
  readonly recall_at: Readonly<Record<RetrievalCut, number | null>>;
  /** Discounted gain of the first k over the best possible one; relevance is yes or no. */
  readonly ndcg_at: Readonly<Record<RetrievalCut, number | null>>;
};

/**
 * The ranks of a query's relevant documents, rising, from 1. Documents are ranked by score, the highest first; among equal
 * scores the relevant ones come last, so that a model which tells nothing apart gains nothing.
 * @param scores one for each document
 * @param relevant the relevant documents' places in `scores`, each once
 * Throws `MetricsError` for a score that is NaN, and without a relevant document.
 */
export function relevantRanks(scores: ArrayLike<number>, relevant: Iterable<number>): number[] {
  const own = new Set(relevant);
  const wanted = [...own].map((document) => scores[document] ?? Number.NaN).sort((a, b) => b - a);
  if (wanted.length === 0) throw new MetricsError("a query has no relevant document");
  // How many others score as high as each relevant document, or higher.
  const above = new Uint32Array(wanted.length);
  for (let document = 0; document < scores.length; document++) {
    const score = scores[document]!;
    if (Number.isNaN(score))
      throw new MetricsError(`the score of document ${document} is NaN, it has no rank`);
    if (own.has(document) || score < wanted.at(-1)!) continue;
    for (let i = wanted.length - 1; i >= 0 && wanted[i]! <= score; i--) above[i]!++;
  }
  if (wanted.some(Number.isNaN)) throw new MetricsError("a relevant document is not among the scored ones");
  return wanted.map((_, i) => above[i]! + i + 1);
}

/** `1 / rank` of the first relevant document. `ranks` as `relevantRanks` gives them, here and below. */
export const reciprocalRank = (ranks: readonly number[]): number => 1 / ranks[0]!;

/** The mean of the precisions at the ranks of the relevant documents. */
export const rankedPrecision = (ranks: readonly number[]): number =>
  ranks.reduce((sum, rank, i) => sum + (i + 1) / rank, 0) / ranks.length;

/** The share of the relevant documents whose rank is `k` at most. */
export const recallAt = (ranks: readonly number[], k: number): number =>
  ranks.filter((rank) => rank <= k).length / ranks.length;

/** `sum 1 / log2(1 + rank)` over the relevant documents up to `k`, over the same for the best ranking (Järvelin and Kekäläinen, 2002). */
export function ndcgAt(ranks: readonly number[], k: number): number {
  const gain = (all: readonly number[]): number =>
    all.reduce((sum, rank) => (rank <= k ? sum + 1 / Math.log2(1 + rank) : sum), 0);
  return gain(ranks) / gain(ranks.map((_, i) => i + 1));
}

/** Means over queries, given the ranks of each one's relevant documents. Throws `MetricsError` for a loss that is not finite. */
export function retrievalReport(
  ranks: readonly (readonly number[])[],
  documents: number,
  loss: number | null,
): RetrievalReport {
  requireLoss(loss);
  const mean = (figure: (ranks: readonly number[]) => number): number | null =>
    meanOfDefined(ranks.map(figure));
  const atCuts = (figure: (ranks: readonly number[], k: number) => number) =>
    Object.fromEntries(RETRIEVAL_CUTS.map((k) => [`${k}`, mean((own) => figure(own, k))])) as Record<
      RetrievalCut,
      number | null
    >;
  return {
    queries: ranks.length,
    documents,
    loss,
    mrr: mean(reciprocalRank),
    mrr_at: atCuts((own, k) => (own[0]! <= k ? reciprocalRank(own) : 0)),
    map: mean(rankedPrecision),
    recall_at: atCuts(recallAt),
    ndcg_at: atCuts(ndcgAt),
  };
}
