// Expected values: scikit-learn 1.9.1 on numpy 2.4.6 (accuracy_score, precision_recall_fscore_support with
// zero_division=0, confusion_matrix, matthews_corrcoef, roc_auc_score and average_precision_score a label, log_loss on
// float32, brier_score_loss with scale_by_half=False, top_k_accuracy_score, hamming_loss), computed on these inputs.
import { describe, expect, it } from "vitest";
import { classificationReport } from "../../src/metrics/classification-report.js";
import { multiLabelReport } from "../../src/metrics/multi-label-report.js";
import { topKAccuracy } from "../../src/metrics/predictions.js";

const SIXTEENTHS = [
  [4, 2, 6, 4, 0],
  [5, 9, 1, 1, 0],
  [1, 5, 9, 0, 1],
  [10, 1, 5, 0, 0],
  [5, 5, 5, 1, 0],
  [1, 6, 7, 2, 0],
  [4, 3, 3, 5, 1],
  [7, 6, 2, 1, 0],
  [2, 1, 12, 0, 1],
  [9, 1, 0, 6, 0],
  [0, 5, 8, 2, 1],
  [7, 4, 3, 2, 0],
  [3, 3, 8, 1, 1],
  [6, 0, 1, 8, 1],
];

describe("scikit-learn's figures for 14 rows and 5 labels, one only predicted and one never seen", () => {
  const gold = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 0, 2, 0);
  const scores = Float32Array.from(SIXTEENTHS.flat(), (sixteenth) => sixteenth / 16);
  const report = classificationReport({ labels: ["a", "b", "c", "d", "e"], gold, scores, loss: 0.8 });

  it("agrees on the confusion matrix", () => {
    expect(report.confusion_matrix).toEqual({
      labels: ["a", "b", "c", "d", "e"],
      counts: [
        [3, 0, 1, 2, 0],
        [2, 1, 1, 0, 0],
        [0, 0, 4, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ],
    });
  });

  it.each([
    ["a", 0.6, 0.5, 6 / 11, 6, 0.84375, 0.8138888888888888],
    ["b", 1, 0.25, 0.4, 4, 0.9125, 0.75],
    ["c", 2 / 3, 1, 0.8, 4, 0.9625, 0.8875],
  ])("agrees on label %s", (label, precision, recall, f1, support, area, ap) => {
    const figures = report.per_class[label]!;
    expect(figures.precision).toBeCloseTo(precision, 12);
    expect(figures.recall).toBeCloseTo(recall, 12);
    expect(figures.f1).toBeCloseTo(f1, 12);
    expect(figures.support).toBe(support);
    expect(figures.roc_auc).toBeCloseTo(area, 12);
    expect(figures.average_precision).toBeCloseTo(ap, 12);
  });

  it.each([
    ["accuracy", 0.5714285714285714],
    ["macro_precision", 0.5666666666666667],
    ["macro_recall", 0.4375],
    ["macro_f1", 0.4363636363636364],
    ["micro_precision", 0.5714285714285714],
    ["micro_recall", 0.5714285714285714],
    ["micro_f1", 0.5714285714285714],
    ["weighted_precision", 0.7333333333333333],
    ["weighted_recall", 0.5714285714285714],
    ["weighted_f1", 0.5766233766233767],
    ["mcc", 0.4186172292385786],
    ["roc_auc", (0.84375 + 0.9125 + 0.9625) / 3],
    ["brier", 0.4765625],
  ] as const)("agrees on %s", (figure, expected) => {
    expect(report[figure]).toBeCloseTo(expected, 12);
  });

  it("agrees on the log loss to float32 rounding", () => {
    expect(report.log_loss).toBeCloseTo(0.8493450880050659, 6);
  });

  it("agrees on the accuracy within 1 and 3, and within 2 but for the first row's tie", () => {
    // scikit-learn ranks the later of two equal scores first (13/14), against its own argmax.
    expect(topKAccuracy(gold, scores, 5, [1, 3])).toEqual([8 / 14, 1]);
    expect(topKAccuracy(gold.subarray(1), scores.subarray(5), 5, [2])).toEqual([1]);
    expect(report.top_k_accuracy).toEqual({ 3: 1 });
  });
});

describe("scikit-learn's figures for 8 rows and 3 independent labels", () => {
  const report = multiLabelReport({
    labels: ["a", "b", "c"],
    gold: Uint8Array.of(0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0),
    scores: Float32Array.from(
      [3, 8, 8, 1, 0, 6, 0, 2, 4, 7, 0, 5, 4, 1, 7, 7, 4, 8, 5, 8, 8, 5, 2, 1],
      (eighth) => eighth / 8,
    ),
    loss: null,
  });

  it.each([
    ["accuracy", 0.125],
    ["hamming_loss", 0.5],
    ["macro_precision", 0.4984126984126984],
    ["macro_recall", 0.7777777777777777],
    ["macro_f1", 0.5386243386243387],
    ["micro_precision", 0.4666666666666667],
    ["micro_recall", 0.6363636363636364],
    ["micro_f1", 0.5384615384615384],
    ["weighted_precision", 0.5532467532467532],
    ["weighted_recall", 0.6363636363636364],
    ["weighted_f1", 0.5099567099567099],
    ["roc_auc", 0.5361111111111111],
    ["mean_average_precision", 0.5194444444444445],
  ] as const)("agrees on %s", (figure, expected) => {
    expect(report[figure]).toBeCloseTo(expected, 12);
  });

  it("agrees on each label's area under the ROC curve", () => {
    expect(report.per_class.a!.roc_auc).toBeCloseTo(0.7083333333333334, 12);
    expect(report.per_class.b!.roc_auc).toBeCloseTo(0.5, 12);
    expect(report.per_class.c!.roc_auc).toBeCloseTo(0.4, 12);
  });
});
