import { Type } from "typebox";
import { languageReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures, SelectMetric } from "../trainers/contracts.js";
import type { ComparedRow, LanguageEvaluated, MetricReporter } from "./contracts.js";
import { figuresOf, selectByFigure } from "./reporting.js";

const METRICS = ["perplexity", "bits_per_token", "loss"] as const;

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...METRICS], {
      default: "perplexity",
      description: "The figure on eval by which the best epoch is chosen; all are better when lower.",
    }),
  },
  {
    description:
      "Figures for language models: perplexity and bits a token (a character's where tokens are characters).",
  },
);

class Language implements MetricReporter<LanguageEvaluated> {
  readonly select: SelectMetric;

  constructor(metric: (typeof METRICS)[number]) {
    this.select = selectByFigure(metric, METRICS);
  }

  figures(evaluated: LanguageEvaluated): Figures {
    return figuresOf(() => languageReport(evaluated));
  }

  /** Running text has no rows that are right or wrong. */
  readonly worstRows = 0;

  compare(): ComparedRow[] {
    return [];
  }
}

/** Figures for language models. */
export const LanguageModelMetricReporter = component({
  kind: "language_metric_reporter",
  name: "LanguageModelMetricReporter",
  schema,
  create: ({ model_select_metric }) => new Language(model_select_metric),
});
