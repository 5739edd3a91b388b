import { type Static, Type } from "typebox";
import type { Labels, Predicted } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type { TaggingMetricReporter, TagsEvaluated } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { OffsetUnit } from "../text/offsets.js";
import type { OutputRow, Prediction, TokenPrediction } from "./prediction.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";
import {
  deployTags,
  evaluatedTags,
  schemeOf,
  slotsOf,
  taggedTokens,
  tokenizedBy,
  undecidedTags,
} from "./tags.js";

const schema = Type.Object(
  {
    data: taskOptions.data,
    model: Slot("tagging_model", { default: "WordTaggingModel", description: "What is trained." }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("tagging_metric_reporter", {
      default: "SequenceTaggingMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: taskOptions.channels,
  },
  { description: "Gives each token of a text a tag: entities, parts of speech." },
);

/** The input that holds the truth. */
const TARGET = "labels";

class WordTagging extends SingleModelTask<TagsEvaluated> {
  protected readonly reporter: TaggingMetricReporter;

  constructor(name: string, config: Static<typeof schema>, context: Context) {
    super(name, context, config, "tagging_model");
    const reporter = context.part("tagging_metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
  }

  override requireFit(): void {
    this.reporter.requireFit(this.labelsOf(TARGET));
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): TagsEvaluated {
    return { ...evaluatedTags(data, this.fieldOf(TARGET), this.labelsOf(TARGET), outputs), loss };
  }

  override deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>> {
    return deployTags(outputs, this.labelsOf(TARGET), tokenizedBy(this.tensorizers), unit);
  }

  override read(output: OutputRow, row: Row, labels: Labels): Prediction {
    const { text, tagged } = taggedTokens(output, row, tokenizedBy(this.tensorizers), labels[TARGET]!);
    const scheme = schemeOf(this.tensorizers[TARGET]);
    return { text, ...(scheme !== "none" && { slots: slotsOf(text, tagged, scheme) }), tokens: tagged };
  }

  override undecided({ tokens = [] }: Prediction, tolerance: number): boolean {
    return undecidedTags(tokens as readonly TokenPrediction[], tolerance);
  }
}

/** PyText's WordTaggingTask: a tag for each token. */
export const WordTaggingTask = component({
  kind: "task",
  name: "WordTaggingTask",
  schema,
  create: (config, context) => new WordTagging("WordTaggingTask", config, context),
});
