/**
 * A task of your own: a label where the model is sure, and "unsure" where it is not. The exported file is as cautious.
 *
 *   pytext-ts train my-config.json --include examples/cautious-task.ts
 *     --set 'task={"CautiousTask": {"threshold": 0.6, "data": {"source": {"TSVDataSource": {
 *       "train_filename": "train.tsv", "eval_filename": "eval.tsv", "test_filename": "test.tsv"}}}}}'
 */
import type { OutputRow, Predicted, Prediction, Static } from "pytext-ts";
import { type Context, component, DocumentClassification, ops, Slot, Type, taskOptions } from "pytext-ts";

const schema = Type.Object(
  {
    ...taskOptions,
    model: Slot("model", { default: "DocModel", description: "What is trained." }),
    metric_reporter: Slot("metric_reporter", {
      default: "ClassificationMetricReporter",
      description: "Which figures are computed; they are those of all labels, sure or not.",
    }),
    threshold: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: "The least score of a label.",
    }),
  },
  { description: "Gives each text a label, where it is sure." },
);

class Cautious extends DocumentClassification {
  readonly #threshold: number;

  constructor(config: Static<typeof schema>, context: Context) {
    super("CautiousTask", config, context);
    this.#threshold = config.threshold;
  }

  override deploy({ scores }: Predicted["outputs"]) {
    const best = ops.decodeIds(ops.argMax(scores!), this.labelsOf("labels"));
    const score = ops.reduceMax(scores!, [1]);
    const unsure = best.graph.constant("string", [1], ["unsure"]);
    return { label: ops.where(ops.greaterOrEqual(score, this.#threshold), best, unsure), score };
  }

  override read(output: OutputRow): Prediction {
    return { label: output.strings("label")[0]!, score: output.numbers("score")[0]! };
  }

  override undecided({ score = 0 }: Prediction, tolerance: number): boolean {
    return Math.abs(score - this.#threshold) <= tolerance;
  }
}

/** Labels for texts, where they are sure. */
export const CautiousTask = component({
  kind: "task",
  name: "CautiousTask",
  schema,
  create: (config, context) => new Cautious(config, context),
});
