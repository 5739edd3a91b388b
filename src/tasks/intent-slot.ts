import { type Static, Type } from "typebox";
import type { Labels, Predicted } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type { IntentSlotEvaluated, IntentSlotMetricReporter } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { decodeIds } from "../graph/ops/lookup.js";
import { argMax } from "../graph/ops/reduction.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { OffsetUnit } from "../text/offsets.js";
import { namedScores, requireNumbers } from "./class-scores.js";
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
    model: Slot("intent_slot_model", { default: "IntentSlotModel", description: "What is trained." }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("intent_slot_metric_reporter", {
      default: "IntentSlotMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: taskOptions.channels,
  },
  { description: "Gives each text an intent and finds the slots in it, by one model." },
);

/** The inputs that hold the truth. */
const INTENT = "intent";
const SLOTS = "slots";

class IntentSlot extends SingleModelTask<IntentSlotEvaluated> {
  protected readonly reporter: IntentSlotMetricReporter;

  constructor(name: string, config: Static<typeof schema>, context: Context) {
    super(name, context, config, "intent_slot_model");
    const reporter = context.part("intent_slot_metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
  }

  override requireFit(): void {
    this.reporter.requireFit(this.labelsOf(SLOTS));
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): IntentSlotEvaluated {
    return {
      loss,
      intent: {
        labels: this.labelsOf(INTENT),
        gold: Int32Array.from({ length: data.size }, (_, row) => data.values(this.fieldOf(INTENT), row)[0]!),
        scores: outputs.flat("scores") as Float32Array,
      },
      slots: evaluatedTags(data, this.fieldOf(SLOTS), this.labelsOf(SLOTS), outputs),
    };
  }

  override deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>> {
    const scores = outputs.scores!;
    const label = decodeIds(argMax(scores), this.labelsOf(INTENT));
    return {
      label,
      scores,
      ...deployTags(outputs, this.labelsOf(SLOTS), tokenizedBy(this.tensorizers), unit),
    };
  }

  override read(output: OutputRow, row: Row, labels: Labels): Prediction {
    const scores = output.numbers("scores");
    requireNumbers(scores, labels[INTENT]!);
    const { text, tagged } = taggedTokens(output, row, tokenizedBy(this.tensorizers), labels[SLOTS]!);
    return {
      text,
      intent: output.strings("label")[0]!,
      intent_score: Math.max(...Array.from(scores)),
      ...(output.has("tag_probabilities") && { scores: namedScores(scores, labels[INTENT]!) }),
      slots: slotsOf(text, tagged, schemeOf(this.tensorizers[SLOTS])),
      tokens: tagged,
    };
  }

  override undecided({ intent_score: score = 0, tokens = [] }: Prediction, tolerance: number): boolean {
    return score <= 0.5 + tolerance || undecidedTags(tokens as readonly TokenPrediction[], tolerance);
  }
}

/** PyText's IntentSlotTask: an intent and slots by one model. */
export const IntentSlotTask = component({
  kind: "task",
  name: "IntentSlotTask",
  schema,
  create: (config, context) => new IntentSlot("IntentSlotTask", config, context),
});
