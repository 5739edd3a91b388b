import { MetricsError, requireLength } from "./errors.js";
import { relevantRanks } from "./retrieval.js";

/** Vectors to be found by others: exact search, every query against every document. */
export interface VectorSearch {
  /** `[queries, dim]`, row by row, as are the documents' `[documents, dim]`. */
  readonly queries: Float32Array;
  readonly documents: Float32Array;
  readonly dim: number;
  /** The documents that are right for each query, one at least. */
  readonly relevant: readonly (readonly number[])[];
  /** Documents that are no candidates for a query, such as its own text. */
  readonly hidden: readonly (readonly number[])[];
  readonly similarity: "cosine" | "dot";
}

/** How a query's documents were ranked. */
export interface SearchResult {
  /** The ranks of the relevant documents, as `relevantRanks` gives them. */
  readonly ranks: readonly number[];
  /** The document with the highest score, the first of several. */
  readonly best: number;
}

/**
 * Ranks all documents for each query by the similarity of their vectors. The cosine with a vector of zeros is 0. Throws
 * `MetricsError` for a vector that holds no finite numbers.
 */
export function searchVectors(search: VectorSearch): SearchResult[] {
  const { dim, relevant, hidden, similarity } = search;
  requireLength("queries", search.queries, relevant.length * dim, "queries * dim");
  requireFinite("query", search.queries, dim);
  requireFinite("document", search.documents, dim);
  const [queries, documents] = [search.queries, search.documents].map((vectors) =>
    similarity === "cosine" ? unitRows(vectors, dim) : Float64Array.from(vectors),
  ) as [Float64Array, Float64Array];
  const scores = new Float64Array(documents.length / dim);
  return relevant.map((own, query) => {
    products(queries, query * dim, documents, dim, scores);
    for (const document of hidden[query]!) scores[document] = Number.NEGATIVE_INFINITY;
    let best = 0;
    for (let document = 1; document < scores.length; document++)
      if (scores[document]! > scores[best]!) best = document;
    return { ranks: relevantRanks(scores, own), best };
  });
}

/** The products of one query with all documents. */
function products(
  queries: Float64Array,
  from: number,
  documents: Float64Array,
  dim: number,
  into: Float64Array,
): void {
  for (let document = 0, at = 0; document < into.length; document++) {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += queries[from + i]! * documents[at++]!;
    into[document] = sum;
  }
}

/** Each row over its length; rows of zeros stay. */
function unitRows(vectors: Float32Array, dim: number): Float64Array {
  const unit = Float64Array.from(vectors);
  for (let start = 0; start < unit.length; start += dim) {
    let squares = 0;
    for (let i = start; i < start + dim; i++) squares += unit[i]! ** 2;
    if (squares === 0) continue;
    const length = Math.sqrt(squares);
    for (let i = start; i < start + dim; i++) unit[i]! /= length;
  }
  return unit;
}

function requireFinite(what: string, vectors: Float32Array, dim: number): void {
  const bad = vectors.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new MetricsError(`${what} ${Math.floor(bad / dim)} holds ${vectors[bad]}, expected finite numbers`);
}
