import { type Static, Type } from "typebox";
import { averageRanks, similarityReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import { SIMILARITIES } from "../similarity.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, EmbeddingEvaluated, EmbeddingMetricReporter } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { numberText, worstRows } from "./reporting.js";

const METRICS = ["spearman", "pearson", "loss"] as const;

const schema = Type.Object(
  {
    similarity: Type.Enum([...SIMILARITIES], {
      default: "cosine",
      description: "How alike two vectors are: the cosine of their angle, or their product.",
    }),
    model_select_metric: Type.Enum([...METRICS], {
      default: "spearman",
      description: "The figure on eval by which the best epoch is chosen.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures of vectors of texts whose likeness is scored: Spearman's and Pearson's correlation of their similarity with the scores.",
  },
);

class Similarity
  extends Reporter<EmbeddingEvaluated, Static<typeof schema>>
  implements EmbeddingMetricReporter
{
  readonly needsScores = true;
  readonly needsNegatives = false;

  protected override report(evaluated: EmbeddingEvaluated): Figures {
    const { loss, gold } = evaluated;
    return similarityReport({ loss, gold: gold!, predicted: this.#predicted(evaluated) });
  }

  /** A row is as near to the truth as its place among all rows is, by similarity and by score. */
  override compare(evaluated: EmbeddingEvaluated): ComparedRow[] {
    const gold = evaluated.gold!;
    const predicted = this.#predicted(evaluated);
    const [wanted, got] = [averageRanks(gold), averageRanks(predicted)];
    return Array.from(gold, (score, row) => ({
      row,
      gold: [numberText(score)],
      predicted: [numberText(predicted[row]!)],
      right: null,
      score: 1 - Math.abs(wanted[row]! - got[row]!) / Math.max(gold.length - 1, 1),
    }));
  }

  #predicted({ similarities }: EmbeddingEvaluated): Float32Array {
    return similarities[this.config.similarity];
  }
}

/** sentence-transformers' EmbeddingSimilarityEvaluator: correlations of similarities with scores. */
export const SimilarityMetricReporter = component({
  kind: "embedding_metric_reporter",
  name: "SimilarityMetricReporter",
  schema,
  create: (config) => new Similarity(config),
});
