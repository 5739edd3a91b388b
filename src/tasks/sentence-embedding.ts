import { type Static, Type } from "typebox";
import type { Predicted, Range, SentenceForm } from "../components/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type { EmbeddingEvaluated, EmbeddingMetricReporter } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { requireNumbers } from "./class-scores.js";
import { embeddingTexts, similarities } from "./embedding-figures.js";
import { requireNumberTarget, requireWithin } from "./number-target.js";
import type { OutputRow, Prediction } from "./prediction.js";
import { shortNumbers } from "./short-numbers.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";

const schema = Type.Object(
  {
    data: taskOptions.data,
    model: Slot("sentence_embedding_model", {
      default: "SentenceEmbeddingModel",
      description: "What is trained.",
    }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("embedding_metric_reporter", {
      default: "RetrievalMetricReporter",
      description:
        "Which figures are computed: RetrievalMetricReporter finds positives, SimilarityMetricReporter compares with scores.",
    }),
    channels: taskOptions.channels,
  },
  {
    description: "Gives each text a vector, near those of texts that mean the same (sentence-transformers).",
  },
);

/** The inputs: the text, the one that it is compared with in training, and the scores. */
const [TOKENS, POSITIVE, LABELS] = ["tokens", "positive", "labels"];

/** A task that gives texts vectors. */
class SentenceEmbedding extends SingleModelTask<EmbeddingEvaluated> {
  protected readonly reporter: EmbeddingMetricReporter;
  readonly sentence: SentenceForm;
  readonly #range: Range | null;

  constructor(config: Static<typeof schema>, context: Context) {
    super("SentenceEmbeddingTask", context, config, "sentence_embedding_model");
    const { component: reporter, config: options } = context.part(
      "embedding_metric_reporter",
      config.metric_reporter,
    );
    this.reporter = reporter.create(options, context);
    const { component: model, config: modelOptions } = context.part("sentence_embedding_model", config.model);
    this.#range = model.range(modelOptions, context);
    this.sentence = model.form(modelOptions);
    const { columns } = this.tensorizers[TOKENS]!;
    if (columns.length !== 1)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `model.inputs.${TOKENS}.columns`,
        `a vector is of one text, got ${JSON.stringify(columns)}`,
        'name one column, such as ["text"]; the other text is inputs.positive',
      );
    this.#requireScores(reporter.name);
  }

  /** Throws where the reporter needs scores and there are none, or could only ignore them. */
  #requireScores(reporter: string): void {
    if (this.reporter.needsNegatives)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "metric_reporter",
        `${reporter} compares with negatives, which this task does not evaluate`,
        "use RetrievalMetricReporter or SimilarityMetricReporter",
      );
    const scored = Object.hasOwn(this.tensorizers, LABELS);
    if (scored === this.reporter.needsScores) return;
    throw scored
      ? ptxError(
          "PTX_CONFIG_VALUE",
          "metric_reporter",
          `${reporter} takes the second text of every row for right, whatever its score`,
          "use SimilarityMetricReporter, or leave model.inputs.labels out",
        )
      : ptxError(
          "PTX_CONFIG_MISSING",
          `model.inputs.${LABELS}`,
          `${reporter} compares with scores`,
          'give inputs.labels {"NumericLabelTensorizer": {"column": ...}}, or use RetrievalMetricReporter',
        );
  }

  override requireFit(): void {
    const target = this.tensorizers[LABELS];
    if (target === undefined) return;
    const numbers = requireNumberTarget(target, LABELS, this.name);
    requireWithin(numbers, this.#range, "model.loss", "give the loss the range of the data");
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): EmbeddingEvaluated {
    return {
      loss,
      gold: Object.hasOwn(this.tensorizers, LABELS)
        ? Float32Array.from({ length: data.size }, (_, row) => data.values(this.fieldOf(LABELS), row)[0]!)
        : null,
      similarities: similarities(outputs),
      negatives: null,
      texts: embeddingTexts(data, outputs, this.fieldOf(TOKENS), this.fieldOf(POSITIVE)),
    };
  }

  override deploy({ embedding }: Predicted["outputs"]): Readonly<Record<string, Tensor>> {
    return { embedding: embedding! };
  }

  override read(output: OutputRow): Prediction {
    const embedding = shortNumbers(output.numbers("embedding"));
    requireNumbers(
      embedding,
      embedding.map((_, i) => `embedding ${i}`),
    );
    return { embedding };
  }

  /** Vectors are no decisions. */
  override undecided(): boolean {
    return false;
  }
}

/** Vectors of texts, as sentence-transformers trains them. */
export const SentenceEmbeddingTask = component({
  kind: "task",
  name: "SentenceEmbeddingTask",
  schema,
  create: (config, context) => new SentenceEmbedding(config, context),
});
