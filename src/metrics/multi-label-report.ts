import { type Calibration, calibration } from "./calibration.js";
import { multiLabelCounts } from "./confusion.js";
import { requireLabels, requireLength } from "./errors.js";
import { labelFigures, macroAverage, microAverage, weightedAverage } from "./precision-recall.js";
import { hammingLoss, rowCount, subsetAccuracy, thresholdedLabels } from "./predictions.js";
import { binaryBrierScore } from "./probability.js";
import { columnCuts } from "./ranking.js";
import {
  type AverageFigures,
  averageFigures,
  byLabel,
  type ClassFigures,
  meanOfDefined,
  rankingFigures,
  requireLoss,
  requireScoreProbabilities,
} from "./report-parts.js";

/** Evaluated rows of a task that gives each row any number of labels. */
export type MultiLabelInput = {
  /** Distinct label names in index order. */
  readonly labels: readonly string[];
  /** 1 where the row has the label, else 0: `[rows, labels]` row-major. */
  readonly gold: Uint8Array;
  /** Probability of each label on its own, `[rows, labels]` row-major. */
  readonly scores: Float32Array;
  /** Mean loss over the rows, as the model's loss component defines it; null where none was computed. */
  readonly loss: number | null;
  /** A label is predicted where its score is at least this: one number, or one for each label. 0.5 when not given. */
  readonly thresholds?: number | readonly number[];
};

/** One split's entry in metrics.json for multi-label classification. Undefined figures are null, never NaN. */
export type MultiLabelReport = AverageFigures & {
  readonly rows: number;
  readonly loss: number | null;
  /** Subset accuracy: share of rows with exactly the gold labels. (PyText's "accuracy" counted true negatives.) */
  readonly accuracy: number | null;
  /** Share of single label decisions that are wrong. */
  readonly hamming_loss: number | null;
  /** Mean of the labels' areas under the ROC curve, over labels that have one. */
  readonly roc_auc: number | null;
  /** Mean of the labels' average precisions, over labels that have one. */
  readonly mean_average_precision: number | null;
  /** Mean squared error of all probabilities, 0 to 1. */
  readonly brier: number | null;
  /** Of all probabilities, rows and labels pooled, against how often the label was there. */
  readonly calibration: Calibration;
  /** Every label, seen or not. An object without prototype; keys that look like integers come first. */
  readonly per_class: Readonly<Record<string, ClassFigures>>;
};

/**
 * All figures of a multi-label split. Costs one sort of the rows a label.
 * Throws `MetricsError` where the input is inconsistent: lengths, gold values, scores that are not probabilities.
 */
export function multiLabelReport(input: MultiLabelInput): MultiLabelReport {
  const { labels, gold, scores, loss, thresholds } = input;
  requireLabels(labels);
  const rows = rowCount(gold, labels.length);
  requireLength("scores", scores, gold.length, `${rows} rows of ${labels.length} labels`);
  requireScoreProbabilities(scores, labels);
  requireLoss(loss);
  const predicted = thresholdedLabels(scores, labels.length, thresholds);
  const counts = multiLabelCounts(gold, predicted, labels.length);
  const figures = counts.map((count, label) => ({
    ...labelFigures(count),
    ...rankingFigures(
      columnCuts(scores, labels.length, label, (row) => gold[row * labels.length + label] === 1),
    ),
  }));
  return {
    rows,
    loss,
    accuracy: subsetAccuracy(gold, predicted, labels.length),
    hamming_loss: hammingLoss(gold, predicted),
    ...averageFigures(macroAverage(counts), microAverage(counts), weightedAverage(counts)),
    roc_auc: meanOfDefined(figures.map(({ roc_auc }) => roc_auc)),
    mean_average_precision: meanOfDefined(figures.map(({ average_precision }) => average_precision)),
    brier: binaryBrierScore(gold, scores),
    calibration: calibration(scores, gold),
    per_class: byLabel(labels, figures),
  };
}
