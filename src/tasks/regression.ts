import { type Static, Type } from "typebox";
import type { Predicted, Range } from "../components/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type { MetricReporter, RegressionEvaluated } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { requireNumbers } from "./class-scores.js";
import { requireNumberTarget, requireWithin } from "./number-target.js";
import { requirePair } from "./pair-inputs.js";
import type { OutputRow, Prediction } from "./prediction.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";

/** The schema of a task that gives rows numbers. */
const regressionSchema = (model: string, models: string, description: string) =>
  Type.Object(
    {
      data: taskOptions.data,
      model: Slot("regression_model", { default: model, description: models }),
      trainer: taskOptions.trainer,
      metric_reporter: Slot("regression_metric_reporter", {
        default: "RegressionMetricReporter",
        description: "Which figures are computed.",
      }),
      channels: taskOptions.channels,
    },
    { description },
  );

type Config = Static<ReturnType<typeof regressionSchema>>;

/** The input that holds the truth. */
const TARGET = "labels";

/** A task that gives rows numbers. */
class Regression extends SingleModelTask<RegressionEvaluated> {
  protected readonly reporter: MetricReporter<RegressionEvaluated>;
  readonly #range: Range | null;

  constructor(name: string, config: Config, context: Context) {
    super(name, context, config, "regression_model");
    const { component: reporter, config: options } = context.part(
      "regression_metric_reporter",
      config.metric_reporter,
    );
    this.reporter = reporter.create(options, context);
    const { component: model, config: modelOptions } = context.part("regression_model", config.model);
    this.#range = model.range(modelOptions, context);
  }

  override requireFit(): void {
    const target = requireNumberTarget(this.tensorizers[TARGET], TARGET, this.name);
    requireWithin(target, this.#range, "model", "give the model the range of the data");
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): RegressionEvaluated {
    const gold = Float32Array.from(
      { length: data.size },
      (_, row) => data.values(this.fieldOf(TARGET), row)[0]!,
    );
    return { loss, gold, predicted: outputs.flat("scores") as Float32Array };
  }

  override deploy({ scores }: Predicted["outputs"]): Readonly<Record<string, Tensor>> {
    return { score: scores! };
  }

  override read(output: OutputRow): Prediction {
    const score = output.numbers("score");
    requireNumbers(score, ["score"]);
    return { score: score[0]! };
  }

  /** Numbers are no decisions. */
  override undecided(): boolean {
    return false;
  }
}

/** A task of pairs of texts: its model reads two columns. */
function ofPairs(name: string, config: Config, context: Context): Regression {
  const task = new Regression(name, config, context);
  requirePair(task.tensorizers);
  return task;
}

/** PyText's DocumentRegressionTask: a text to a number. */
export const DocumentRegressionTask = component({
  kind: "task",
  name: "DocumentRegressionTask",
  schema: regressionSchema(
    "DocRegressionModel",
    "What is trained.",
    "Gives each text a number, such as a grade.",
  ),
  create: (config, context) => new Regression("DocumentRegressionTask", config, context),
});

/** PyText's PairwiseRegressionTask: two texts to a number (similarity). */
export const PairwiseRegressionTask = component({
  kind: "task",
  name: "PairwiseRegressionTask",
  schema: regressionSchema(
    "PairwiseRegressionModel",
    "What is trained: PairwiseRegressionModel decodes both texts' vectors and their relations, PairwiseCosineRegressionModel takes their cosine, BertPairwiseRegressionModel too, on a pretrained encoder.",
    "Gives each pair of texts a number, such as how alike they are.",
  ),
  create: (config, context) => ofPairs("PairwiseRegressionTask", config, context),
});

/** PyText's BertPairRegressionTask: two texts to a number (similarity), on a pretrained encoder. */
export const BertPairRegressionTask = component({
  kind: "task",
  name: "BertPairRegressionTask",
  schema: regressionSchema(
    "NewBertRegressionModel",
    "What is trained: NewBertRegressionModel reads both texts together, BertPairwiseRegressionModel each alone.",
    "Gives each pair of texts a number, such as how alike they are, on a pretrained encoder.",
  ),
  create: (config, context) => ofPairs("BertPairRegressionTask", config, context),
});
