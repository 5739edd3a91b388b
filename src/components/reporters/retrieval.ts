import { type Static, Type } from "typebox";
import { retrievalReport, type SearchResult, searchVectors } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import { SIMILARITIES } from "../similarity.js";
import type { Figures } from "../trainers/contracts.js";
import type {
  ComparedRow,
  EmbeddingEvaluated,
  EmbeddingMetricReporter,
  EmbeddingTexts,
} from "./contracts.js";
import { Reporter } from "./reporter.js";
import { worstRows } from "./reporting.js";

/** The figures to choose by; behind a colon the cut. */
const METRICS = ["mrr", "map", "recall_at:1", "recall_at:10", "ndcg_at:10", "mrr_at:10", "loss"] as const;

const schema = Type.Object(
  {
    similarity: Type.Enum([...SIMILARITIES], {
      default: "cosine",
      description:
        "What documents are ranked by: the cosine of their vector and the query's, or the product.",
    }),
    model_select_metric: Type.Enum([...METRICS], {
      default: "mrr_at:10",
      description:
        "The figure on eval by which the best epoch is chosen. Training passes have no such figures: without eval rows the last epoch is taken.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures of search: each different anchor is a query, all different positives of the split are the documents, and those of its rows are right (MRR, MAP, recall and nDCG). Exact, and equal scores count against the model.",
  },
);

/** A split as queries and documents; both number different texts. */
interface Searched {
  readonly results: readonly SearchResult[];
  readonly documents: number;
  /** The query and the document of each row. */
  readonly queryOf: readonly number[];
  readonly documentOf: readonly number[];
  /** The first row of each document. */
  readonly rowOf: readonly number[];
}

class Retrieval
  extends Reporter<EmbeddingEvaluated, Static<typeof schema>>
  implements EmbeddingMetricReporter
{
  readonly needsScores = false;
  readonly needsNegatives = false;

  protected override report({ loss, texts }: EmbeddingEvaluated): Figures {
    if (texts === null) return { loss };
    const { results, documents } = this.#search(texts);
    return retrievalReport(
      results.map(({ ranks }) => ranks),
      documents,
      loss,
    );
  }

  protected override chosen(figures: Figures): number | null {
    const [figure, cut] = this.config.model_select_metric.split(":") as [string, string?];
    if (cut === undefined) return null;
    return (figures[figure] as Record<string, number | null> | undefined)?.[cut] ?? null;
  }

  /** A row is right where the best document is one of its query's; rows are named by their place in the data. */
  override compare({ texts }: EmbeddingEvaluated): ComparedRow[] {
    if (texts === null) return [];
    const { results, queryOf, documentOf, rowOf } = this.#search(texts);
    const origin = (document: number): string => texts.origin(rowOf[document]!);
    return queryOf.map((query, row) => {
      const { ranks, best } = results[query]!;
      return {
        row,
        gold: [origin(documentOf[row]!)],
        predicted: [origin(best)],
        right: ranks[0] === 1,
        score: 1 / ranks[0]!,
      };
    });
  }

  #search({ anchors, positives, anchorIds, positiveIds, dim }: EmbeddingTexts): Searched {
    const [queries, documents] = [different(anchorIds), different(positiveIds)];
    const relevant = queries.rowOf.map(() => new Set<number>());
    for (const [row, query] of queries.numbers.entries()) relevant[query]!.add(documents.numbers[row]!);
    const own = new Map(documents.rowOf.map((row, document) => [positiveIds[row]!, document]));
    const results = searchVectors({
      queries: rowsOf(anchors, queries.rowOf, dim),
      documents: rowsOf(positives, documents.rowOf, dim),
      dim,
      relevant: relevant.map((set) => [...set]),
      hidden: queries.rowOf.map((row, query) => {
        const itself = own.get(anchorIds[row]!);
        return itself === undefined || relevant[query]!.has(itself) ? [] : [itself];
      }),
      similarity: this.config.similarity,
    });
    return {
      results,
      documents: documents.rowOf.length,
      queryOf: queries.numbers,
      documentOf: documents.numbers,
      rowOf: documents.rowOf,
    };
  }
}

/** Numbers for different texts in the order of their first rows: each row's, and each one's first row. */
function different(ids: Int32Array): { readonly numbers: number[]; readonly rowOf: number[] } {
  const known = new Map<number, number>();
  const rowOf: number[] = [];
  const numbers = Array.from(ids, (id, row) => {
    const number = known.get(id) ?? known.size;
    if (number === known.size) {
      known.set(id, number);
      rowOf.push(row);
    }
    return number;
  });
  return { numbers, rowOf };
}

function rowsOf(vectors: Float32Array, rows: readonly number[], dim: number): Float32Array {
  const chosen = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) chosen.set(vectors.subarray(row * dim, (row + 1) * dim), i * dim);
  return chosen;
}

/** sentence-transformers' InformationRetrievalEvaluator over the rows of a split. */
export const RetrievalMetricReporter = component({
  kind: "embedding_metric_reporter",
  name: "RetrievalMetricReporter",
  schema,
  create: (config) => new Retrieval(config),
});
