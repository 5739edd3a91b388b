import { MetricsError, requireProbabilities } from "./errors.js";
import type { LabelFigures, PrecisionRecallF1 } from "./precision-recall.js";
import {
  averagePrecision,
  type PrecisionPoint,
  precisionAtRecall,
  type RecallPoint,
  recallAtPrecision,
  rocAuc,
  type ScoreCuts,
} from "./ranking.js";

/** Precisions at which reports give the recall, and recalls at which they give the precision. */
export const OPERATING_POINTS = [0.2, 0.4, 0.6, 0.8, 0.9] as const;

/** A level of {@link OPERATING_POINTS} as it is written in JSON. */
export type OperatingPoint = `${(typeof OPERATING_POINTS)[number]}`;

/** How well the scores of one label rank its rows above the others. */
export type RankingFigures = {
  readonly average_precision: number | null;
  readonly roc_auc: number | null;
  readonly recall_at_precision: Readonly<Record<OperatingPoint, RecallPoint>>;
  readonly precision_at_recall: Readonly<Record<OperatingPoint, PrecisionPoint>>;
};

/** Everything that a report says of one label. */
export type ClassFigures = LabelFigures & RankingFigures;

/** The averages over labels that every classification report carries. */
export type AverageFigures = {
  readonly macro_precision: number | null;
  readonly macro_recall: number | null;
  readonly macro_f1: number | null;
  readonly micro_precision: number | null;
  readonly micro_recall: number | null;
  readonly micro_f1: number | null;
  readonly weighted_precision: number | null;
  readonly weighted_recall: number | null;
  readonly weighted_f1: number | null;
};

/** All ranking figures of one label from its cuts. */
export function rankingFigures(cuts: ScoreCuts): RankingFigures {
  return {
    average_precision: averagePrecision(cuts),
    roc_auc: rocAuc(cuts),
    recall_at_precision: atOperatingPoints((precision) => recallAtPrecision(cuts, precision)),
    precision_at_recall: atOperatingPoints((recall) => precisionAtRecall(cuts, recall)),
  };
}

function atOperatingPoints<T>(figureAt: (level: number) => T): Record<OperatingPoint, T> {
  return Object.fromEntries(OPERATING_POINTS.map((level) => [`${level}`, figureAt(level)])) as Record<
    OperatingPoint,
    T
  >;
}

/** Names the three averages as reports do. */
export function averageFigures(
  macro: PrecisionRecallF1,
  micro: PrecisionRecallF1,
  weighted: PrecisionRecallF1,
): AverageFigures {
  return {
    macro_precision: macro.precision,
    macro_recall: macro.recall,
    macro_f1: macro.f1,
    micro_precision: micro.precision,
    micro_recall: micro.recall,
    micro_f1: micro.f1,
    weighted_precision: weighted.precision,
    weighted_recall: weighted.recall,
    weighted_f1: weighted.f1,
  };
}

/**
 * An object with one key a label. It has no prototype, so that labels such as `constructor` and `__proto__` are
 * keys like any other, and a label that is not there reads as undefined.
 */
export function byLabel<T>(labels: readonly string[], values: readonly T[]): Record<string, T> {
  const record = Object.create(null) as Record<string, T>;
  for (const [index, label] of labels.entries()) record[label] = values[index]!;
  return record;
}

/** Mean of the values that are defined; null when none is. */
export function meanOfDefined(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : defined.reduce((a, b) => a + b, 0) / defined.length;
}

/** Throws unless `scores [rows, labels]` are probabilities; the message names row and label. */
export function requireScoreProbabilities(scores: Float32Array, labels: readonly string[]): void {
  requireProbabilities(scores, (position) => {
    const row = Math.floor(position / labels.length);
    return `score of row ${row} for label "${labels[position % labels.length]}"`;
  });
}

/** Throws for a loss that is NaN or infinite: JSON would turn it into a silent null. */
export function requireLoss(loss: number | null): void {
  if (loss !== null && !Number.isFinite(loss)) {
    throw new MetricsError(`loss is ${loss}, expected a finite number, or null where none was computed`);
  }
}
