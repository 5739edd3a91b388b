import { type Static, Type } from "typebox";
import type { Predicted } from "../components/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type { EmbeddingEvaluated, EmbeddingMetricReporter } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { requireNumbers } from "./class-scores.js";
import { embeddingTexts, similarities } from "./embedding-figures.js";
import type { OutputRow, Prediction } from "./prediction.js";
import { shortNumbers } from "./short-numbers.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";

const NAME = "QueryDocumentPairwiseRankingTask";

const schema = Type.Object(
  {
    data: taskOptions.data,
    model: Slot("ranking_model", {
      default: "QueryDocPairwiseRankingModel",
      description: "What is trained.",
    }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("embedding_metric_reporter", {
      default: "PairwiseRankingMetricReporter",
      description:
        "Which figures are computed: PairwiseRankingMetricReporter compares both responses of a row, RetrievalMetricReporter looks for the right one among those of all rows.",
    }),
    channels: taskOptions.channels,
  },
  {
    description:
      "Ranks responses to a query: gives a query and a response a score, from vectors that each has by itself.",
  },
);

/** The inputs: what responses are ranked for, the right response, and the wrong one. */
const [QUERY, POSITIVE, NEGATIVE] = ["query", "pos_response", "neg_response"];
/** What deployed graphs call the vectors. */
const VECTORS = { query: "query_embedding", response: "response_embedding" } as const;

/** A task that ranks responses. */
class PairwiseRanking extends SingleModelTask<EmbeddingEvaluated> {
  protected readonly reporter: EmbeddingMetricReporter;
  readonly #similarity: "cosine" | "dot";
  readonly #exportsVectors: boolean;

  constructor(config: Static<typeof schema>, context: Context) {
    super(NAME, context, config, "ranking_model");
    const { component: reporter, config: options } = context.part(
      "embedding_metric_reporter",
      config.metric_reporter,
    );
    this.reporter = reporter.create(options, context);
    const { component: model, config: modelOptions } = context.part("ranking_model", config.model);
    this.#similarity = model.similarity(modelOptions);
    this.#exportsVectors = model.exportsEmbeddings(modelOptions);
    this.#requireFit(reporter.name);
  }

  #requireFit(reporter: string): void {
    if (this.reporter.needsScores)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "metric_reporter",
        `${reporter} compares with scores, and rows of responses have none`,
        "use PairwiseRankingMetricReporter or RetrievalMetricReporter",
      );
    if (this.reporter.needsNegatives && !Object.hasOwn(this.tensorizers, NEGATIVE!))
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "metric_reporter",
        `${reporter} compares with a wrong response in each row, and there is none`,
        "name its column as model.inputs.neg_response, or use RetrievalMetricReporter",
      );
    for (const name of [QUERY!, POSITIVE!]) {
      const { columns } = this.tensorizers[name]!;
      if (columns.length === 1) continue;
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `model.inputs.${name}.columns`,
        `each text has a column of its own here, got ${JSON.stringify(columns)}`,
        'name one, such as ["query"]',
      );
    }
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): EmbeddingEvaluated {
    return {
      loss,
      gold: null,
      similarities: similarities(outputs),
      negatives: Object.hasOwn(this.tensorizers, NEGATIVE!) ? similarities(outputs, "negative_") : null,
      texts: embeddingTexts(data, outputs, this.fieldOf(QUERY!), this.fieldOf(POSITIVE!)),
    };
  }

  override deploy(outputs: Predicted["outputs"]): Readonly<Record<string, Tensor>> {
    const score = outputs[this.#similarity]!;
    if (!this.#exportsVectors) return { score };
    return {
      score,
      [VECTORS.query]: outputs.embedding!,
      [VECTORS.response]: outputs.positive_embedding!,
    };
  }

  override read(output: OutputRow): Prediction {
    const score = output.numbers("score");
    requireNumbers(score, ["score"]);
    if (!output.has(VECTORS.query)) return { score: score[0]! };
    const [query, response] = [VECTORS.query, VECTORS.response].map((name) => {
      const vector = shortNumbers(output.numbers(name));
      requireNumbers(
        vector,
        vector.map((_, i) => `${name} ${i}`),
      );
      return vector;
    });
    return { score: score[0]!, embeddings: { query: query!, response: response! } };
  }

  /** Numbers are no decisions. */
  override undecided(): boolean {
    return false;
  }
}

/** PyText's QueryDocumentPairwiseRankingTask; with MultipleNegativesRankingLoss dense retrieval. */
export const QueryDocumentPairwiseRankingTask = component({
  kind: "task",
  name: NAME,
  schema,
  create: (config, context) => new PairwiseRanking(config, context),
});
