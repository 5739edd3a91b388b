// PyText's metrics are wrong in these situations; ours must not be.
import { describe, expect, it } from "vitest";
import { calibration } from "../../src/metrics/calibration.js";
import { classificationReport } from "../../src/metrics/classification-report.js";
import { multiLabelReport } from "../../src/metrics/multi-label-report.js";
import { topKAccuracy } from "../../src/metrics/predictions.js";
import {
  averagePrecision,
  columnCuts,
  precisionAtRecall,
  recallAtPrecision,
  rocAuc,
  scoreCuts,
} from "../../src/metrics/ranking.js";

function aucInOrder(scores: number[], gold: number[]): number | null {
  return rocAuc(columnCuts(Float32Array.from(scores), 1, 0, (row) => gold[row] === 1));
}

describe("where PyText's metrics err", () => {
  it("the area under the ROC curve is 1/2 when all scores are equal, in whatever order the rows come", () => {
    expect(aucInOrder([0.3, 0.3, 0.3, 0.3], [1, 1, 0, 0])).toBe(0.5);
    expect(aucInOrder([0.3, 0.3, 0.3, 0.3], [0, 0, 1, 1])).toBe(0.5);
    expect(aucInOrder([0.3, 0.3, 0.3, 0.3], [0, 1, 0, 1])).toBe(0.5);
  });

  it("interleaved ties give the same area from either end", () => {
    expect(aucInOrder([0.9, 0.5, 0.5, 0.1], [1, 0, 1, 0])).toBe(0.875);
    expect(aucInOrder([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])).toBe(0.875);
  });

  it("a label without positives has no average precision, recall or precision, rather than NaN or 0", () => {
    const cuts = scoreCuts(new Float32Array(), Float32Array.of(0.1, 0.7));
    expect(averagePrecision(cuts)).toBeNull();
    expect(recallAtPrecision(cuts, 0.5)).toEqual({ recall: null, threshold: null });
    expect(precisionAtRecall(cuts, 0.5)).toEqual({ precision: null, threshold: null });
  });

  it("a precision that no cut reaches has no threshold, rather than 0, which is a probability like any other", () => {
    const cuts = scoreCuts(Float32Array.of(0.2), Float32Array.of(0.9));
    expect(recallAtPrecision(cuts, 0.9)).toEqual({ recall: 0, threshold: null });
  });

  it("a Matthews correlation and an area of exactly 0 are reported as 0, not left out", () => {
    const gold = Int32Array.of(0, 0, 1, 1);
    const uncorrelated = classificationReport({
      labels: ["no", "yes"],
      gold,
      scores: Float32Array.of(0.9, 0.1, 0.1, 0.9, 0.9, 0.1, 0.1, 0.9),
      loss: 0,
    });
    expect(uncorrelated.mcc).toBe(0);
    expect(uncorrelated.loss).toBe(0);
    const reversed = classificationReport({
      labels: ["no", "yes"],
      gold,
      scores: Float32Array.of(0.1, 0.9, 0.1, 0.9, 0.9, 0.1, 0.9, 0.1),
      loss: 0,
    });
    expect(reversed.roc_auc).toBe(0);
    expect(reversed.accuracy).toBe(0);
    expect(JSON.parse(JSON.stringify(reversed))).toMatchObject({ roc_auc: 0, accuracy: 0, loss: 0 });
  });

  it("calibration errors are fractions: expected and maximum error never exceed 1", () => {
    const worst = calibration(Float32Array.of(1, 1, 1), Uint8Array.of(0, 0, 0));
    expect(worst.expected_error).toBe(1);
    expect(worst.maximum_error).toBe(1);
    expect(worst.total_error).toBe(1);
  });

  it("accuracy within k covers every rank from the first to the last", () => {
    const gold = Int32Array.of(0, 2, 1);
    const scores = Float32Array.of(0.6, 0.3, 0.1, 0.6, 0.3, 0.1, 0.6, 0.3, 0.1);
    expect(topKAccuracy(gold, scores, 3, [1, 2, 3])).toEqual([1 / 3, 2 / 3, 1]);
    expect(topKAccuracy(Int32Array.of(0), scores.subarray(0, 3), 3, [1, 2, 3])).toEqual([1, 1, 1]);
  });

  it("multi-label accuracy does not count labels that are rightly absent", () => {
    const report = multiLabelReport({
      labels: ["a", "b", "c", "d"],
      gold: Uint8Array.of(1, 0, 0, 0),
      scores: new Float32Array(4),
      loss: null,
    });
    expect(report.accuracy).toBe(0);
    expect(report.hamming_loss).toBe(0.25);
  });

  it("the mean area over labels survives a label that has none", () => {
    const report = multiLabelReport({
      labels: ["a", "never"],
      gold: Uint8Array.of(1, 0, 0, 0),
      scores: Float32Array.of(0.9, 0.1, 0.2, 0.3),
      loss: null,
    });
    expect(report.per_class.never!.roc_auc).toBeNull();
    expect(report.roc_auc).toBe(1);
  });

  it("more than two labels get a Matthews correlation and an area too", () => {
    const report = classificationReport({
      labels: ["a", "b", "c"],
      gold: Int32Array.of(0, 1, 2),
      scores: Float32Array.of(0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.8),
      loss: 0.22,
    });
    expect(report.mcc).toBe(1);
    expect(report.roc_auc).toBe(1);
  });
});
