import { type Static, Type } from "typebox";
import { taggingReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, TaggingMetricReporter, TagsEvaluated } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { agreement, named, worstRows } from "./reporting.js";
import { tagReader } from "./tag-reader.js";

/** Figures of single tokens and of whole rows, whatever the tags are. */
const OF_TAGS = ["token_accuracy", "sentence_accuracy", "tag_macro_f1", "loss"] as const;
/** Figures of entities, for tags that are read as entities. */
const OF_ENTITIES = ["entity_f1", "entity_precision", "entity_recall", "entity_macro_f1"] as const;

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...OF_ENTITIES, ...OF_TAGS], {
      default: "entity_f1",
      description:
        "The figure on eval by which the best epoch is chosen; entity_* need tags such as B-x and I-x, others need token_accuracy or the like.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures for taggers: precision, recall and F1 of entities as conlleval and seqeval count them, accuracy of tokens and sentences, confusions.",
  },
);

class Tagging extends Reporter<TagsEvaluated, Static<typeof schema>> implements TaggingMetricReporter {
  requireFit(labels: readonly string[]): void {
    const metric = this.config.model_select_metric;
    if (!(OF_ENTITIES as readonly string[]).includes(metric) || tagReader(labels) !== null) return;
    const odd = labels.find((label) => tagReader([label]) === null);
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "metric_reporter.model_select_metric",
      `there is no "${metric}" for these tags: "${odd}" is none of O, B-x, I-x, E-x, S-x; choose token_accuracy, sentence_accuracy or tag_macro_f1`,
    );
  }

  protected override report(evaluated: TagsEvaluated): Figures {
    return taggingReport({ ...evaluated, reader: tagReader(evaluated.labels) });
  }

  override compare({ labels, gold, predicted, scores }: TagsEvaluated): ComparedRow[] {
    if (predicted === null || scores === null) return [];
    return gold.map((tags, row) => ({
      row,
      gold: named(tags, labels),
      predicted: named(predicted[row]!, labels),
      right: Array.from(tags).every((tag, token) => tag === predicted[row]![token]),
      score: agreement(tags, predicted[row]!, scores[row]!),
    }));
  }
}

/** Figures for taggers. */
export const SequenceTaggingMetricReporter = component({
  kind: "tagging_metric_reporter",
  name: "SequenceTaggingMetricReporter",
  schema,
  create: (config) => new Tagging(config),
});
