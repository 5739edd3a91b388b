import type { Calibration } from "./calibration.js";
import { confusionMatrix, labelCounts } from "./confusion.js";
import type { Entity, TagReader } from "./entities.js";
import { entityFigures } from "./entities.js";
import { requireLabels, requireLength } from "./errors.js";
import {
  type Frame,
  type FramePair,
  frameAccuracy,
  frameAccuracyByDepth,
  frameFigures,
  wrongLabelShare,
} from "./frames.js";
import { type Confusion, frequentConfusions } from "./frequent-confusions.js";
import { type LabelFigures, labelFigures, macroAverage } from "./precision-recall.js";
import { accuracy, predictedLabels } from "./predictions.js";
import { byLabel, requireLoss, requireScoreProbabilities } from "./report-parts.js";
import { entityRows, tokenCount, tokenFigures } from "./tagging-report.js";

/** Evaluated rows of a task that gives each row one intent and each token one slot tag. */
export type IntentSlotInput = {
  readonly intent: {
    /** Distinct names in index order. */
    readonly labels: readonly string[];
    /** Gold index of each row, `[rows]`. */
    readonly gold: Int32Array;
    /** Probability of each intent, `[rows, intents]` row-major. */
    readonly scores: Float32Array;
  };
  readonly slots: {
    /** Distinct tag names in index order. */
    readonly labels: readonly string[];
    readonly reader: TagReader;
    /** Tag indices of each row's tokens, `[rows][tokens]`. */
    readonly gold: readonly ArrayLike<number>[];
    /** Null where no tags were predicted, only a loss computed. */
    readonly predicted: readonly ArrayLike<number>[] | null;
    /** Probabilities of the predicted tags, `[rows][tokens]`; null where there are none. */
    readonly scores: readonly ArrayLike<number>[] | null;
  };
  /** Mean loss, as the model's loss defines it; null where none was computed. */
  readonly loss: number | null;
};

/** The figures that need predicted tags; null without. */
type SlotDependent = {
  /** Share of rows whose intent and slots are all right. */
  readonly frame_accuracy: number | null;
  readonly slot_precision: number | null;
  readonly slot_recall: number | null;
  readonly slot_f1: number | null;
  /** Mean F1 of the slot types that occur. */
  readonly slot_macro_f1: number | null;
  /** Share of tokens whose tag is right. */
  readonly token_accuracy: number | null;
  /** PyText's bracket metrics of intents and slots together: right is a node with label, start and end of gold's. */
  readonly bracket_precision: number | null;
  readonly bracket_recall: number | null;
  readonly bracket_f1: number | null;
  /** PyText's tree metrics: right is a node all of whose subtree is gold's, so an intent only with all of its slots. */
  readonly tree_precision: number | null;
  readonly tree_recall: number | null;
  readonly tree_f1: number | null;
  /** Share of rows whose slots lie where gold's lie while some name, of a slot or the intent, is wrong. */
  readonly wrong_label_share: number | null;
};

/** What is there beside the flat figures where tags were predicted. */
type SlotTables = {
  readonly per_slot: Readonly<Record<string, LabelFigures>>;
  /** Frame accuracy of the rows without slots (depth 1) and with slots (2). */
  readonly frame_accuracy_by_depth: ReturnType<typeof frameAccuracyByDepth>;
  /** Of the predicted tags' probabilities. */
  readonly tag_calibration: Calibration | null;
};

/** One split's entry in metrics.json for joint models. Undefined figures are null, never NaN. */
export type IntentSlotReport = SlotDependent &
  Partial<SlotTables> & {
    readonly rows: number;
    readonly tokens: number;
    readonly loss: number | null;
    readonly intent_accuracy: number | null;
    /** Mean F1 of the intents that occur. */
    readonly intent_macro_f1: number | null;
    readonly per_intent: Readonly<Record<string, LabelFigures>>;
    /** The most frequent errors. */
    readonly confusions: {
      readonly intents: readonly Confusion[];
      readonly slots?: readonly Confusion[];
      readonly tags?: readonly Confusion[];
    };
  };

const WITHOUT_TAGS: SlotDependent = {
  frame_accuracy: null,
  slot_precision: null,
  slot_recall: null,
  slot_f1: null,
  slot_macro_f1: null,
  token_accuracy: null,
  bracket_precision: null,
  bracket_recall: null,
  bracket_f1: null,
  tree_precision: null,
  tree_recall: null,
  tree_f1: null,
  wrong_label_share: null,
};

/** All figures of a joint model's split. Throws `MetricsError` where the input is inconsistent. */
export function intentSlotReport({ intent, slots, loss }: IntentSlotInput): IntentSlotReport {
  const { labels, gold, scores } = intent;
  requireLabels(labels);
  requireLength(
    "scores",
    scores,
    gold.length * labels.length,
    `${gold.length} rows of ${labels.length} intents`,
  );
  requireLength("slots.gold", slots.gold, gold.length, "the tags of each row");
  requireScoreProbabilities(scores, labels);
  requireLoss(loss);
  const predicted = predictedLabels(scores, labels.length);
  const matrix = confusionMatrix(labels, gold, predicted);
  const counts = labelCounts(matrix);
  const tagged = slots.predicted && slotFigures(intent, predicted, slots, slots.predicted);
  return {
    rows: gold.length,
    tokens: tokenCount(slots.gold),
    loss,
    intent_accuracy: accuracy(gold, predicted),
    intent_macro_f1: macroAverage(counts).f1,
    ...(tagged?.figures ?? WITHOUT_TAGS),
    per_intent: byLabel(labels, counts.map(labelFigures)),
    ...tagged?.tables,
    confusions: { intents: frequentConfusions(matrix), ...tagged?.confusions },
  };
}

function slotFigures(
  intent: IntentSlotInput["intent"],
  predictedIntents: Int32Array,
  { labels, reader, gold, scores }: IntentSlotInput["slots"],
  predicted: readonly ArrayLike<number>[],
): {
  figures: SlotDependent;
  tables: SlotTables;
  confusions: { slots: readonly Confusion[]; tags: readonly Confusion[] };
} {
  const tags = tokenFigures(labels, gold, predicted, scores);
  const [goldSlots, predictedSlots] = [
    entityRows(labels, gold, reader),
    entityRows(labels, predicted, reader),
  ];
  const { micro, macro, perType, confusions } = entityFigures(reader.types, goldSlots, predictedSlots);
  const frame = (label: number, row: number, slots: readonly Entity[]): Frame => ({
    label: intent.labels[label]!,
    start: 0,
    end: gold[row]!.length,
    children: slots.map((slot) => ({ ...slot, children: [] })),
  });
  const pairs = goldSlots.map(
    (slots, row): FramePair => ({
      gold: frame(intent.gold[row]!, row, slots),
      predicted: frame(predictedIntents[row]!, row, predictedSlots[row]!),
    }),
  );
  const [bracket, tree] = [frameFigures(pairs, "bracket").overall, frameFigures(pairs, "tree").overall];
  return {
    figures: {
      frame_accuracy: frameAccuracy(pairs),
      slot_precision: micro.precision,
      slot_recall: micro.recall,
      slot_f1: micro.f1,
      slot_macro_f1: macro.f1,
      token_accuracy: tags.tokenAccuracy,
      bracket_precision: bracket.precision,
      bracket_recall: bracket.recall,
      bracket_f1: bracket.f1,
      tree_precision: tree.precision,
      tree_recall: tree.recall,
      tree_f1: tree.f1,
      wrong_label_share: wrongLabelShare(pairs),
    },
    tables: {
      per_slot: perType,
      frame_accuracy_by_depth: frameAccuracyByDepth(pairs),
      tag_calibration: tags.calibration,
    },
    confusions: { slots: confusions, tags: tags.confusions },
  };
}
