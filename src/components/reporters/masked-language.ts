import { type Static, Type } from "typebox";
import { maskedLanguageReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, MaskedEvaluated } from "./contracts.js";
import { Reporter } from "./reporter.js";

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

class MaskedLanguage extends Reporter<MaskedEvaluated, Static<typeof schema>> {
  protected override report(evaluated: MaskedEvaluated): Figures {
    return maskedLanguageReport(evaluated);
  }

  /** Examples are parts of texts: none of them is right or wrong. */
  override compare(): ComparedRow[] {
    return [];
  }
}

/** Figures for masked language models. */
export const MaskedLMMetricReporter = component({
  kind: "masked_language_metric_reporter",
  name: "MaskedLMMetricReporter",
  schema,
  create: (config) => new MaskedLanguage(config, ["perplexity", "loss"]),
});
