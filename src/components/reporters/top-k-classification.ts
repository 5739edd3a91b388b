import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Decision } from "../contracts.js";
import type { Figures } from "../trainers/contracts.js";
import { Classification, checkTarget, classReporterKeys } from "./classification.js";

const METRIC = "top_k_accuracy";

const schema = Type.Object(
  {
    ...classReporterKeys([METRIC]),
    topk: Type.Integer({
      minimum: 1,
      default: 3,
      description: "How many of the likeliest labels may hold the right one: top_k_accuracy.",
    }),
  },
  {
    description:
      "Figures for one label a row, with the accuracy within the likeliest topk labels, by which the best epoch can be chosen.",
  },
);

/** Figures of classes, and how often the right one is among the likeliest. */
class TopKClassification extends Classification<Static<typeof schema>> {
  protected override get topKs(): readonly number[] {
    return [this.config.topk];
  }

  override requireFit(labels: readonly string[], decision: Decision): void {
    super.requireFit(labels, decision);
    const refuse = (key: string, message: string): never => {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `metric_reporter.${key}`,
        message,
        "use ClassificationMetricReporter",
      );
    };
    if (decision === "multi-label")
      refuse("topk", "a row may have several labels: there is no one to look for");
    if (this.config.topk >= labels.length)
      refuse(
        "topk",
        `of ${labels.length} labels the likeliest ${this.config.topk} always hold the right one`,
      );
  }

  protected override chosen(figures: Figures): number | null {
    if (this.config.model_select_metric !== METRIC) return super.chosen(figures);
    return (figures[METRIC] as Readonly<Record<string, number | null>>)[this.config.topk] ?? null;
  }
}

/** PyText's TopKClassificationMetricReporter. */
export const TopKClassificationMetricReporter = component({
  kind: "metric_reporter",
  name: "TopKClassificationMetricReporter",
  schema,
  check: checkTarget,
  create: (config, context) => new TopKClassification(config, context.log),
});
