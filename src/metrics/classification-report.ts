import { type Calibration, calibration } from "./calibration.js";
import { type ConfusionMatrix, confusionMatrix, labelCounts } from "./confusion.js";
import { MetricsError, requireLabels, requireLength } from "./errors.js";
import { matthewsCorrelation } from "./matthews.js";
import {
  type Counts,
  labelFigures,
  macroAverage,
  microAverage,
  weightedAverage,
} from "./precision-recall.js";
import { accuracy, predictedLabels, topKAccuracy } from "./predictions.js";
import { binaryBrierScore, brierScore, logLoss } from "./probability.js";
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

/** Evaluated rows of a task that gives each row exactly one label. */
export type ClassificationInput = {
  /** Distinct label names in index order. */
  readonly labels: readonly string[];
  /** Gold label index of each row, `[rows]`. */
  readonly gold: Int32Array;
  /** Probability of each label, `[rows, labels]` row-major. */
  readonly scores: Float32Array;
  /** Mean loss over the rows, as the model's loss component defines it; null where none was computed. */
  readonly loss: number | null;
  /** Predicted label index of each row, `[rows]`; the most probable label when not given. */
  readonly predicted?: Int32Array;
  /** The k of `top_k_accuracy`; those of 3 and 5 that are less than the number of labels when not given. */
  readonly topKs?: readonly number[];
  /** With two labels, the one that the `binary` view is about; the second when not given. */
  readonly positiveLabel?: string;
};

/** Figures of the positive label of a two-label task. */
export type BinaryFigures = ClassFigures & {
  readonly positive_label: string;
  readonly true_positives: number;
  readonly false_positives: number;
  readonly true_negatives: number;
  readonly false_negatives: number;
  /** `TN / (TN + FP)`: recall of the other label. Null without gold negatives. */
  readonly specificity: number | null;
  /** Mean squared error of the positive label's probability, 0 to 1. */
  readonly brier: number | null;
};

/** One split's entry in metrics.json for single-label classification. Undefined figures are null, never NaN. */
export type ClassificationReport = AverageFigures & {
  readonly rows: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
  /** Area under the ROC curve: of two labels, the positive one's; of more, the mean one-versus-rest, where defined. */
  readonly roc_auc: number | null;
  /** See `matthewsCorrelation`. */
  readonly mcc: number | null;
  /** See `logLoss`; unlike `loss` it does not depend on class weights, smoothing or the choice of loss. */
  readonly log_loss: number | null;
  /** See `brierScore`. */
  readonly brier: number | null;
  /** Accuracy within the k most probable labels, for each k that was asked for. */
  readonly top_k_accuracy: Readonly<Record<string, number | null>>;
  /** Of the predicted label's probability. */
  readonly calibration: Calibration;
  /** Every label, seen or not. An object without prototype; keys that look like integers come first. */
  readonly per_class: Readonly<Record<string, ClassFigures>>;
  /** Present exactly when there are two labels. */
  readonly binary?: BinaryFigures;
  readonly confusion_matrix: ConfusionMatrix;
};

const TOP_KS = [3, 5];

/**
 * All figures of a single-label or binary split. Costs one sort of the rows a label.
 * Throws `MetricsError` where the input is inconsistent: lengths, label indices, scores that are not probabilities.
 */
export function classificationReport(input: ClassificationInput): ClassificationReport {
  const { labels, gold, scores, loss } = input;
  requireLabels(labels);
  requireLength(
    "scores",
    scores,
    gold.length * labels.length,
    `${gold.length} rows of ${labels.length} labels`,
  );
  requireScoreProbabilities(scores, labels);
  requireLoss(loss);
  const positive = positiveIndex(input);
  const predicted = input.predicted ?? predictedLabels(scores, labels.length);
  const matrix = confusionMatrix(labels, gold, predicted);
  const counts = labelCounts(matrix);
  const figures = counts.map((count, label) => ({
    ...labelFigures(count),
    ...rankingFigures(columnCuts(scores, labels.length, label, (row) => gold[row] === label)),
  }));
  const ks = input.topKs ?? TOP_KS.filter((k) => k < labels.length);
  const topK = topKAccuracy(gold, scores, labels.length, ks);
  return {
    rows: gold.length,
    loss,
    accuracy: accuracy(gold, predicted),
    ...averageFigures(macroAverage(counts), microAverage(counts), weightedAverage(counts)),
    roc_auc:
      positive === null ? meanOfDefined(figures.map(({ roc_auc }) => roc_auc)) : figures[positive]!.roc_auc,
    mcc: matthewsCorrelation(matrix),
    log_loss: logLoss(gold, scores, labels.length),
    brier: brierScore(gold, scores, labels.length),
    top_k_accuracy: Object.fromEntries(ks.map((k, index) => [`${k}`, topK[index]!])),
    calibration: confidenceCalibration(gold, predicted, scores, labels.length),
    per_class: byLabel(labels, figures),
    ...(positive !== null && {
      binary: binaryFigures(input, positive, counts[positive]!, figures[positive]!),
    }),
    confusion_matrix: matrix,
  };
}

/** Index of the positive label of a two-label task, null with any other number of labels. */
function positiveIndex({ labels, positiveLabel }: ClassificationInput): number | null {
  if (positiveLabel === undefined) return labels.length === 2 ? 1 : null;
  const known = labels.map((label) => `"${label}"`).join(", ");
  if (!labels.includes(positiveLabel)) {
    throw new MetricsError(`positiveLabel "${positiveLabel}" is none of the labels: ${known}`);
  }
  if (labels.length !== 2) {
    throw new MetricsError(`positiveLabel needs exactly two labels, there are ${labels.length}: ${known}`);
  }
  return labels.indexOf(positiveLabel);
}

function binaryFigures(
  { labels, gold, scores }: ClassificationInput,
  positive: number,
  { truePositives, falsePositives, falseNegatives }: Counts,
  figures: ClassFigures,
): BinaryFigures {
  const negatives = gold.length - truePositives - falseNegatives;
  const outcomes = Uint8Array.from(gold, (label) => (label === positive ? 1 : 0));
  const probabilities = Float32Array.from(gold, (_, row) => scores[row * 2 + positive]!);
  return {
    positive_label: labels[positive]!,
    ...figures,
    true_positives: truePositives,
    false_positives: falsePositives,
    true_negatives: negatives - falsePositives,
    false_negatives: falseNegatives,
    specificity: negatives === 0 ? null : (negatives - falsePositives) / negatives,
    brier: binaryBrierScore(outcomes, probabilities),
  };
}

function confidenceCalibration(
  gold: Int32Array,
  predicted: Int32Array,
  scores: Float32Array,
  labelCount: number,
): Calibration {
  return calibration(
    Float32Array.from(predicted, (label, row) => scores[row * labelCount + label]!),
    Uint8Array.from(predicted, (label, row) => (label === gold[row] ? 1 : 0)),
  );
}
