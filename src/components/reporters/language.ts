import { type Static, Type } from "typebox";
import { languageReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, LanguageEvaluated } from "./contracts.js";
import { Reporter } from "./reporter.js";

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

class Language extends Reporter<LanguageEvaluated, Static<typeof schema>> {
  protected override report(evaluated: LanguageEvaluated): Figures {
    return languageReport(evaluated);
  }

  /** Running text has no rows that are right or wrong. */
  override compare(): ComparedRow[] {
    return [];
  }
}

/** Figures for language models. */
export const LanguageModelMetricReporter = component({
  kind: "language_metric_reporter",
  name: "LanguageModelMetricReporter",
  schema,
  create: (config) => new Language(config, METRICS),
});
