import { type Static, Type } from "typebox";
import { pairwiseRankingReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import { SIMILARITIES } from "../similarity.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, EmbeddingEvaluated, EmbeddingMetricReporter } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { numberText, worstRows } from "./reporting.js";

const METRICS = ["accuracy", "average_score_difference", "loss"] as const;

const schema = Type.Object(
  {
    similarity: Type.Enum([...SIMILARITIES], {
      default: "cosine",
      description: "How near a response is to the query: the cosine of their vectors, or their product.",
    }),
    model_select_metric: Type.Enum([...METRICS], {
      default: "accuracy",
      description: "The figure on eval by which the best epoch is chosen.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures of ranking by pairs: how often the right response is nearer to the query than the wrong one of its row, and by how much.",
  },
);

class PairwiseRanking
  extends Reporter<EmbeddingEvaluated, Static<typeof schema>>
  implements EmbeddingMetricReporter
{
  readonly needsScores = false;
  readonly needsNegatives = true;

  protected override report(evaluated: EmbeddingEvaluated): Figures {
    return pairwiseRankingReport({ loss: evaluated.loss, ...this.#scores(evaluated) });
  }

  /** A row is right where the right response is nearer; differences of 2, the most that cosines have, count as surely so. */
  override compare(evaluated: EmbeddingEvaluated): ComparedRow[] {
    const { right, wrong } = this.#scores(evaluated);
    return Array.from(right, (near, row) => {
      const difference = near - wrong[row]!;
      return {
        row,
        gold: [numberText(near)],
        predicted: [numberText(wrong[row]!)],
        right: difference > 0,
        score: Math.min(1, Math.max(0, (difference + 2) / 4)),
      };
    });
  }

  #scores({ similarities, negatives }: EmbeddingEvaluated): { right: Float32Array; wrong: Float32Array } {
    const { similarity } = this.config;
    return { right: similarities[similarity], wrong: negatives![similarity] };
  }
}

/** PyText's PairwiseRankingMetricReporter. */
export const PairwiseRankingMetricReporter = component({
  kind: "embedding_metric_reporter",
  name: "PairwiseRankingMetricReporter",
  schema,
  create: (config) => new PairwiseRanking(config),
});
