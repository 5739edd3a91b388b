import { Type } from "typebox";
import { maskedLanguageReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures, SelectMetric } from "../trainers/contracts.js";
import type { ComparedRow, MaskedEvaluated, MetricReporter } from "./contracts.js";
import { figuresOf, selectByFigure } from "./reporting.js";

const METRICS = ["perplexity", "accuracy", "loss"] as const;

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...METRICS], {
      default: "perplexity",
      description: "The figure on eval by which the best epoch is chosen.",
    }),
  },
  { description: "Figures for masked language models: perplexity and accuracy of the hidden pieces." },
);

class MaskedLanguage implements MetricReporter<MaskedEvaluated> {
  readonly select: SelectMetric;
  /** Examples are parts of texts: none of them is right or wrong. */
  readonly worstRows = 0;

  constructor(metric: (typeof METRICS)[number]) {
    this.select = selectByFigure(metric, ["perplexity", "loss"]);
  }

  figures(evaluated: MaskedEvaluated): Figures {
    return figuresOf(() => maskedLanguageReport(evaluated));
  }

  compare(): ComparedRow[] {
    return [];
  }
}

/** Figures for masked language models. */
export const MaskedLMMetricReporter = component({
  kind: "masked_language_metric_reporter",
  name: "MaskedLMMetricReporter",
  schema,
  create: ({ model_select_metric }) => new MaskedLanguage(model_select_metric),
});
