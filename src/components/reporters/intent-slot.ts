import { isDeepStrictEqual } from "node:util";
import { type Static, Type } from "typebox";
import { intentSlotReport, predictedLabels, type TagReader } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, IntentSlotMetricReporter as Contract, IntentSlotEvaluated } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { agreement, named, worstRows } from "./reporting.js";
import { tagReader } from "./tag-reader.js";

const METRICS = [
  "frame_accuracy",
  "intent_accuracy",
  "intent_macro_f1",
  "slot_f1",
  "slot_precision",
  "slot_recall",
  "slot_macro_f1",
  "token_accuracy",
  "bracket_f1",
  "tree_f1",
  "loss",
] as const;

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...METRICS], {
      default: "frame_accuracy",
      description: "The figure on eval by which the best epoch is chosen.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures for intents with slots: frame accuracy (all of a row right), intent accuracy, F1 of slots as conlleval counts them, bracket and tree metrics.",
  },
);

class IntentSlot extends Reporter<IntentSlotEvaluated, Static<typeof schema>> implements Contract {
  requireFit(tags: readonly string[]): void {
    slotReader(tags);
  }

  protected override report({ intent, slots, loss }: IntentSlotEvaluated): Figures {
    const reader = slotReader(slots.labels);
    return intentSlotReport({ intent, slots: { ...slots, reader }, loss });
  }

  /** The lists hold the intent, then the tags. */
  override compare({ intent, slots }: IntentSlotEvaluated): ComparedRow[] {
    const { predicted: tags, scores } = slots;
    if (tags === null || scores === null) return [];
    const reader = slotReader(slots.labels);
    const intents = predictedLabels(intent.scores, intent.labels.length);
    return slots.gold.map((gold, row) => {
      const [goldTags, predictedTags] = [named(gold, slots.labels), named(tags[row]!, slots.labels)];
      const ofIntent = intent.scores[row * intent.labels.length + intent.gold[row]!]!;
      return {
        row,
        gold: [intent.labels[intent.gold[row]!]!, ...goldTags],
        predicted: [intent.labels[intents[row]!]!, ...predictedTags],
        right:
          intent.gold[row] === intents[row] &&
          isDeepStrictEqual(reader.entities(goldTags), reader.entities(predictedTags)),
        score: Math.min(ofIntent, agreement(gold, tags[row]!, scores[row]!)),
      };
    });
  }
}

function slotReader(labels: readonly string[]): TagReader {
  const reader = tagReader(labels);
  if (reader !== null) return reader;
  const odd = labels.find((label) => tagReader([label]) === null);
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.slots",
    `"${odd}" is no tag of a slot: expected O, B-x, I-x (or E-x and S-x too); model_scheme bio or bioes gives such tags`,
  );
}

/** Figures for intents with slots. */
export const IntentSlotMetricReporter = component({
  kind: "intent_slot_metric_reporter",
  name: "IntentSlotMetricReporter",
  schema,
  create: (config) => new IntentSlot(config),
});
