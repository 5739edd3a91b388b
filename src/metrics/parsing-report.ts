import {
  type Frame,
  type FramePair,
  frameAccuracy,
  frameAccuracyByDepth,
  frameFigures,
  rootAccuracy,
  sameFrames,
  wrongLabelShare,
} from "./frames.js";
import type { LabelFigures } from "./precision-recall.js";
import { requireLoss } from "./report-parts.js";

/** A row of a parser: the frame that it has, and those that were found, the best first; null is one that is no tree. */
export type ParsedRow = {
  readonly gold: Frame;
  readonly predicted: readonly (Frame | null)[];
};

/** What figures of a parser are computed from. */
export type ParsingInput = {
  /** Mean loss, as the model's loss defines it; null where none was computed. */
  readonly loss: number | null;
  /** Null where nothing was parsed, only a loss computed. */
  readonly rows: readonly ParsedRow[] | null;
};

/** Shares from 0 to 1; null where there is nothing to measure. */
type Shares = {
  /** Share of rows whose best tree is right in all: exact match. */
  readonly frame_accuracy: number | null;
  /** The same of the best one among all trees that were found. */
  readonly frame_accuracy_top_k: number | null;
  /** Share of rows whose root is right. */
  readonly intent_accuracy: number | null;
  /** PyText's bracket metrics: right is a node with label, start and end of gold's. */
  readonly bracket_precision: number | null;
  readonly bracket_recall: number | null;
  readonly bracket_f1: number | null;
  /** PyText's tree metrics: right is a node all of whose subtree is gold's. */
  readonly tree_precision: number | null;
  readonly tree_recall: number | null;
  readonly tree_f1: number | null;
  /** Mean bracket F1 of the intents, and of the slots, that occur. */
  readonly intent_macro_f1: number | null;
  readonly slot_macro_f1: number | null;
  /** Share of rows whose tree has the right form and a wrong label. */
  readonly wrong_label_share: number | null;
};

type Tables = {
  /** How many rows' best tree is none. */
  readonly invalid_trees: number;
  readonly frame_accuracy_by_depth: ReturnType<typeof frameAccuracyByDepth>;
  /** By brackets. */
  readonly per_intent: Readonly<Record<string, LabelFigures>>;
  readonly per_slot: Readonly<Record<string, LabelFigures>>;
  /** By whole subtrees. */
  readonly tree_per_intent: Readonly<Record<string, LabelFigures>>;
  readonly tree_per_slot: Readonly<Record<string, LabelFigures>>;
};

/** One split's entry in metrics.json for semantic parsing. */
export type ParsingReport = Shares &
  Partial<Tables> & { readonly rows: number | null; readonly loss: number | null };

const NOTHING: Shares = {
  frame_accuracy: null,
  frame_accuracy_top_k: null,
  intent_accuracy: null,
  bracket_precision: null,
  bracket_recall: null,
  bracket_f1: null,
  tree_precision: null,
  tree_recall: null,
  tree_f1: null,
  intent_macro_f1: null,
  slot_macro_f1: null,
  wrong_label_share: null,
};

/** What stands for a tree that is none, as in PyText: it is wrong, and one wrong intent in the figures of nodes. */
const INVALID: Frame = { label: "IN:INVALID_TREE", start: 0, end: 0, children: [] };

/** All figures of a parser's split. Throws `MetricsError` for a loss that is no number. */
export function parsingReport({ loss, rows }: ParsingInput): ParsingReport {
  requireLoss(loss);
  if (rows === null) return { rows: null, loss, ...NOTHING };
  const pairs = rows.map(({ gold, predicted: [best] }): FramePair => ({ gold, predicted: best ?? INVALID }));
  const [bracket, tree] = [frameFigures(pairs, "bracket"), frameFigures(pairs, "tree")];
  const found = rows.filter(({ gold, predicted }) =>
    predicted.some((one) => one !== null && sameFrames(gold, one)),
  );
  return {
    rows: rows.length,
    loss,
    frame_accuracy: frameAccuracy(pairs),
    frame_accuracy_top_k: rows.length === 0 ? null : found.length / rows.length,
    intent_accuracy: rootAccuracy(pairs),
    bracket_precision: bracket.overall.precision,
    bracket_recall: bracket.overall.recall,
    bracket_f1: bracket.overall.f1,
    tree_precision: tree.overall.precision,
    tree_recall: tree.overall.recall,
    tree_f1: tree.overall.f1,
    intent_macro_f1: bracket.intents.macro.f1,
    slot_macro_f1: bracket.slots.macro.f1,
    wrong_label_share: wrongLabelShare(pairs),
    invalid_trees: pairs.filter(({ predicted }) => predicted === INVALID).length,
    frame_accuracy_by_depth: frameAccuracyByDepth(pairs),
    per_intent: bracket.intents.perLabel,
    per_slot: bracket.slots.perLabel,
    tree_per_intent: tree.intents.perLabel,
    tree_per_slot: tree.slots.perLabel,
  };
}
