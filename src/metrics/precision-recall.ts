/** Hits and errors of one label, or of several pooled. */
export type Counts = {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
};

/** Three figures that are null together: where there is nothing to measure. */
export type PrecisionRecallF1 = {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
};

/** Figures of one label; `support` is its number of gold occurrences. */
export type LabelFigures = PrecisionRecallF1 & { readonly support: number };

const UNDEFINED: PrecisionRecallF1 = { precision: null, recall: null, f1: null };

/** True for a label that occurs in gold or in predictions. */
export function isSeen({ truePositives, falsePositives, falseNegatives }: Counts): boolean {
  return truePositives + falsePositives + falseNegatives > 0;
}

/**
 * `P = TP / (TP + FP)`, `R = TP / (TP + FN)`, `F1 = 2 TP / (2 TP + FP + FN)`.
 *
 * A label that was never seen, in gold or predictions, has no figures: null. For a seen label 0/0 counts as 0 (no
 * prediction of a label that exists is precision 0), which is what macro averages need and scikit-learn's
 * `zero_division=0` gives.
 */
export function precisionRecallF1(counts: Counts): PrecisionRecallF1 {
  if (!isSeen(counts)) return UNDEFINED;
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = counts;
  return { precision: share(tp, tp + fp), recall: share(tp, tp + fn), f1: (2 * tp) / (2 * tp + fp + fn) };
}

/** {@link precisionRecallF1} of one label, with its support. */
export function labelFigures(counts: Counts): LabelFigures {
  return { ...precisionRecallF1(counts), support: supportOf(counts) };
}

/** The sums of several labels' counts. */
export function pooledCounts(perLabel: Iterable<Counts>): Counts {
  const sum = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  for (const { truePositives, falsePositives, falseNegatives } of perLabel) {
    sum.truePositives += truePositives;
    sum.falsePositives += falsePositives;
    sum.falseNegatives += falseNegatives;
  }
  return sum;
}

/** Figures of the pooled counts of all labels. All three are accuracy where each row has one gold and one prediction. */
export function microAverage(perLabel: Iterable<Counts>): PrecisionRecallF1 {
  return precisionRecallF1(pooledCounts(perLabel));
}

/**
 * Mean over every label seen in gold or predictions. A label that was predicted but never gold contributes 0 and
 * counts in the divisor; a label seen in neither does not count. This is PyText's definition, and scikit-learn's
 * where `labels` is not given. Macro F1 is the mean of the labels' F1, not the F1 of the mean P and R.
 */
export function macroAverage(perLabel: readonly Counts[]): PrecisionRecallF1 {
  return weightedMean(perLabel, () => 1);
}

/** Mean over labels weighted by support; recall is then accuracy. Null where no label has a gold occurrence. */
export function weightedAverage(perLabel: readonly Counts[]): PrecisionRecallF1 {
  return weightedMean(perLabel, supportOf);
}

function weightedMean(perLabel: readonly Counts[], weightOf: (counts: Counts) => number): PrecisionRecallF1 {
  const sum = { precision: 0, recall: 0, f1: 0, weight: 0 };
  for (const counts of perLabel.filter(isSeen)) {
    const { precision, recall, f1 } = precisionRecallF1(counts);
    const weight = weightOf(counts);
    sum.precision += weight * precision!;
    sum.recall += weight * recall!;
    sum.f1 += weight * f1!;
    sum.weight += weight;
  }
  if (sum.weight === 0) return UNDEFINED;
  return {
    precision: sum.precision / sum.weight,
    recall: sum.recall / sum.weight,
    f1: sum.f1 / sum.weight,
  };
}

function supportOf({ truePositives, falseNegatives }: Counts): number {
  return truePositives + falseNegatives;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
