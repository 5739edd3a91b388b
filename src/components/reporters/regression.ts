import { type Static, Type } from "typebox";
import { regressionReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures, SelectMetric } from "../trainers/contracts.js";
import type { ComparedRow, MetricReporter, RegressionEvaluated } from "./contracts.js";
import { figuresOf, numberText, selectByFigure, worstRows } from "./reporting.js";

const METRICS = ["pearson", "spearman", "mse", "mae", "loss"] as const;

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...METRICS], {
      default: "pearson",
      description: "The figure on eval by which the best epoch is chosen; errors are better when lower.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures of predicted numbers: mean squared and absolute error, Pearson's and Spearman's correlation.",
  },
);

class Regression implements MetricReporter<RegressionEvaluated> {
  readonly select: SelectMetric;

  constructor(readonly config: Static<typeof schema>) {
    this.select = selectByFigure(config.model_select_metric, ["mse", "mae", "loss"]);
  }

  get worstRows(): number {
    return this.config.worst_rows;
  }

  figures(evaluated: RegressionEvaluated): Figures {
    return figuresOf(() => regressionReport(evaluated));
  }

  compare({ gold, predicted }: RegressionEvaluated): ComparedRow[] {
    return Array.from(gold, (right, row) => ({
      row,
      gold: [numberText(right)],
      predicted: [numberText(predicted[row]!)],
      right: null,
      score: 1 / (1 + Math.abs(predicted[row]! - right)),
    }));
  }
}

/** Figures of predicted numbers. */
export const RegressionMetricReporter = component({
  kind: "regression_metric_reporter",
  name: "RegressionMetricReporter",
  schema,
  create: (config) => new Regression(config),
});
