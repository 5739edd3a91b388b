import { type Static, Type } from "typebox";
import { regressionReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, RegressionEvaluated } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { numberText, worstRows } from "./reporting.js";

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

class Regression extends Reporter<RegressionEvaluated, Static<typeof schema>> {
  protected override report(evaluated: RegressionEvaluated): Figures {
    return regressionReport(evaluated);
  }

  override compare({ gold, predicted }: RegressionEvaluated): ComparedRow[] {
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
  create: (config) => new Regression(config, ["mse", "mae", "loss"]),
});
