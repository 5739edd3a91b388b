// Inputs and expected values: facebookresearch/pytext at 08754b48, pytext/metrics/tests/{basic_metrics,
// multilabel_metrics,calibration_metrics}_test.py and metric_reporters/tests/classification_metric_reporter_test.py.
import { describe, expect, it } from "vitest";
import { calibration } from "../../src/metrics/calibration.js";
import { classificationReport } from "../../src/metrics/classification-report.js";
import { confusionMatrix, labelCounts } from "../../src/metrics/confusion.js";
import { matthewsCorrelation } from "../../src/metrics/matthews.js";
import { multiLabelReport } from "../../src/metrics/multi-label-report.js";
import { labelFigures, macroAverage } from "../../src/metrics/precision-recall.js";
import { accuracy, predictedLabels, topKAccuracy } from "../../src/metrics/predictions.js";
import {
  averagePrecision,
  columnCuts,
  precisionAtRecall,
  recallAtPrecision,
  rocAuc,
} from "../../src/metrics/ranking.js";

describe("PyText's three-label case", () => {
  const scores = Float32Array.of(-0.5, -0.7, -0.8, -0.9, -0.2, -0.9, -0.7, -0.4, -0.9, -0.8, -0.9, -0.3);
  const gold = Int32Array.of(0, 0, 1, 1);
  const predicted = predictedLabels(scores, 3);
  const counts = labelCounts(confusionMatrix(["label1", "label2", "label3"], gold, predicted));

  it("picks the same labels and gets accuracy 0.5", () => {
    expect([...predicted]).toEqual([0, 1, 1, 2]);
    expect(accuracy(gold, predicted)).toBe(0.5);
  });

  it("gives each label the same counts, precision, recall and F1", () => {
    expect(counts).toEqual([
      { truePositives: 1, falsePositives: 0, falseNegatives: 1 },
      { truePositives: 1, falsePositives: 1, falseNegatives: 1 },
      { truePositives: 0, falsePositives: 1, falseNegatives: 0 },
    ]);
    expect(counts.map(labelFigures)).toEqual([
      { precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
      { precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      { precision: 0, recall: 0, f1: 0, support: 0 },
    ]);
  });

  it("divides the macro averages by all three labels, the one that was only predicted included", () => {
    const macro = macroAverage(counts);
    expect(macro.precision).toBeCloseTo(0.5, 12);
    expect(macro.recall).toBeCloseTo(1 / 3, 12);
    expect(macro.f1).toBeCloseTo(7 / 18, 12);
  });
});

describe("PyText's two-label case", () => {
  const scores = Float32Array.of(-0.6, -0.4, -0.7, -0.8, -0.6, -0.2, -0.5, -0.8, -0.6, -0.8);
  const gold = Int32Array.of(0, 0, 1, 1, 0);
  const [first, second] = [0, 1].map((label) => columnCuts(scores, 2, label, (row) => gold[row] === label));

  it("gives average precisions 8/15 and 0.7", () => {
    expect(averagePrecision(first!)).toBeCloseTo(8 / 15, 12);
    expect(averagePrecision(second!)).toBeCloseTo(0.7, 12);
  });

  it("gives areas under the ROC curve 1/6 and 4/6", () => {
    expect(rocAuc(first!)).toBeCloseTo(1 / 6, 12);
    expect(rocAuc(second!)).toBeCloseTo(4 / 6, 12);
  });

  it.each([
    [0.9, 0, null, 0.5, -0.2],
    [0.8, 0, null, 0.5, -0.2],
    [0.6, 1, -0.7, 0.5, -0.2],
    [0.4, 1, -0.7, 1, -0.8],
    [0.2, 1, -0.7, 1, -0.8],
  ])(
    "gives the recalls at precision %d, with null for PyText's threshold 0 where no cut gets there",
    (...row) => {
      const [precision, recall1, threshold1, recall2, threshold2] = row;
      expect(recallAtPrecision(first!, precision)).toEqual({
        recall: recall1,
        threshold: float32(threshold1),
      });
      expect(recallAtPrecision(second!, precision)).toEqual({
        recall: recall2,
        threshold: float32(threshold2),
      });
    },
  );

  it.each([
    [0.9, 0.6, -0.7, 0.4, -0.8],
    [0.8, 0.6, -0.7, 0.4, -0.8],
    [0.6, 0.6, -0.7, 0.4, -0.8],
    [0.4, 0.6, -0.7, 1, -0.2],
    [0.2, 0.6, -0.7, 1, -0.2],
  ])("gives the precisions at recall %d", (recall, precision1, threshold1, precision2, threshold2) => {
    expect(precisionAtRecall(first!, recall)).toEqual({
      precision: precision1,
      threshold: float32(threshold1),
    });
    expect(precisionAtRecall(second!, recall)).toEqual({
      precision: precision2,
      threshold: float32(threshold2),
    });
  });

  it("gives the Matthews correlation 1/6", () => {
    const matrix = confusionMatrix(["label1", "label2"], gold, predictedLabels(scores, 2));
    expect(matthewsCorrelation(matrix)).toBeCloseTo(1 / 6, 12);
  });

  it("gives 1/6 for both overall figures in a report whose positive label is, as PyText's, the first", () => {
    const report = classificationReport({
      labels: ["label1", "label2"],
      gold,
      scores: scores.map(Math.exp),
      loss: 5,
      positiveLabel: "label1",
    });
    expect(report.mcc).toBeCloseTo(1 / 6, 12);
    expect(report.roc_auc).toBeCloseTo(1 / 6, 12);
  });
});

describe("PyText's multi-label case", () => {
  it("gives areas 1, 0.25 and 0 under the labels' ROC curves, and their mean", () => {
    const logs = Float32Array.of(-0.5, -0.7, -0.8, -0.9, -0.2, -0.9, -0.7, -0.4, -0.7, -0.8, -0.9, -0.3);
    const report = multiLabelReport({
      labels: ["label1", "label2", "label3"],
      gold: Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0),
      scores: logs.map(Math.exp),
      loss: 5,
    });
    expect(Object.values(report.per_class).map((figures) => figures.roc_auc)).toEqual([1, 0.25, 0]);
    expect(report.roc_auc).toBeCloseTo(1.25 / 3, 12);
  });
});

describe("PyText's calibration case", () => {
  const confidences = Float32Array.of(0.84, 0.98, 0.97, 0.76, 0.59, 0.62, 0.4, 0.33, 0.54, 0.37);
  const correct = Uint8Array.of(1, 1, 1, 0, 0, 0, 1, 1, 1, 0);
  const result = calibration(confidences, correct);

  it("puts the predictions into the same bins", () => {
    expect(result.bins.map((bin) => bin.count)).toEqual([0, 0, 0, 2, 1, 2, 1, 1, 1, 2]);
  });

  it("gives the bins the same confidence and accuracy, with null for PyText's -1 in empty bins", () => {
    const expected = [null, null, null, 0.35, 0.4, 0.565, 0.62, 0.76, 0.84, 0.975];
    for (const [index, bin] of result.bins.entries()) {
      if (expected[index] === null) expect(bin.confidence).toBeNull();
      else expect(bin.confidence).toBeCloseTo(expected[index]!, 6);
    }
    expect(result.bins.map((bin) => bin.accuracy)).toEqual([null, null, null, 0.5, 1, 0.5, 0, 0, 1, 1]);
  });

  it("gives the same errors, as fractions where PyText has 26.2, 76 and 238 percent", () => {
    expect(result.expected_error).toBeCloseTo(0.262, 6);
    expect(result.maximum_error).toBeCloseTo(0.76, 6);
    expect(result.total_error).toBeCloseTo(2.38, 6);
  });
});

describe("PyText's top-k case", () => {
  // PyText lists the three best labels of each row; here the scores put them into that order.
  function scoresOf(rankings: readonly (readonly number[])[]): Float32Array {
    return Float32Array.from(
      rankings.flatMap((best) => [0, 1, 2, 3].map((label) => [0.5, 0.3, 0.2][best.indexOf(label)] ?? 0)),
    );
  }

  it("is 0 when no gold label is among the three best", () => {
    const scores = scoresOf([
      [0, 1, 2],
      [0, 2, 3],
    ]);
    expect(topKAccuracy(Int32Array.of(3, 1), scores, 4, [3])).toEqual([0]);
  });

  it("is 2/3 when two of three are", () => {
    const scores = scoresOf([
      [0, 1, 2],
      [0, 2, 3],
      [1, 2, 3],
    ]);
    expect(topKAccuracy(Int32Array.of(0, 2, 0), scores, 4, [3])).toEqual([2 / 3]);
  });
});

function float32(value: number | null): number | null {
  return value === null ? null : Math.fround(value);
}
