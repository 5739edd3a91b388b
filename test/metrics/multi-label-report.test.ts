import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classificationReport } from "../../src/metrics/classification-report.js";
import { type MultiLabelInput, multiLabelReport } from "../../src/metrics/multi-label-report.js";
import { multiLabelRows, nonFinitePaths } from "./arbitraries.js";

const topics: MultiLabelInput = {
  labels: ["sport", "money", "art"],
  gold: Uint8Array.of(1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0),
  scores: Float32Array.of(0.75, 0.25, 0, 0.5, 0.25, 0, 0.25, 0.5, 0, 0, 0.75, 0),
  loss: 0.3,
};

describe("a multi-label report", () => {
  it("has averages, agreement and ranking figures", () => {
    expect(multiLabelReport(topics)).toMatchObject({
      rows: 4,
      loss: 0.3,
      accuracy: 0.5,
      hamming_loss: 2 / 12,
      micro_precision: 3 / 4,
      micro_recall: 3 / 4,
      micro_f1: 3 / 4,
      macro_f1: (1 + 0.5) / 2,
      weighted_f1: 0.75,
      roc_auc: (1 + 0.625) / 2,
      brier: (0.0625 * 2 + 0.25 + 0.5625 + 0.0625 + 0.25 + 0.0625) / 12,
    });
  });

  it("has each label's figures, null where undefined for a label that never occurs", () => {
    const { per_class } = multiLabelReport(topics);
    expect(Object.keys(per_class)).toEqual(["sport", "money", "art"]);
    expect(per_class.sport).toMatchObject({
      precision: 1,
      recall: 1,
      f1: 1,
      support: 2,
      roc_auc: 1,
      average_precision: 1,
    });
    expect(per_class.money).toMatchObject({
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
      support: 2,
      roc_auc: 0.625,
    });
    expect(per_class.art).toMatchObject({
      precision: null,
      recall: null,
      f1: null,
      support: 0,
      roc_auc: null,
      average_precision: null,
    });
  });

  it("compares all probabilities with how often the label was there, for calibration", () => {
    const { calibration } = multiLabelReport(topics);
    expect(calibration.bins.filter((bin) => bin.count > 0)).toEqual([
      { lower: 0, upper: 0.1, count: 5, confidence: 0, accuracy: 0 },
      { lower: 0.2, upper: 0.3, count: 3, confidence: 0.25, accuracy: 1 / 3 },
      { lower: 0.5, upper: 0.6, count: 2, confidence: 0.5, accuracy: 0.5 },
      { lower: 0.7, upper: 0.8, count: 2, confidence: 0.75, accuracy: 1 },
    ]);
  });

  it("takes other thresholds, which change decisions but not rankings", () => {
    const strict = multiLabelReport({ ...topics, thresholds: 0.75 });
    expect(strict.per_class.sport).toMatchObject({ precision: 1, recall: 0.5, roc_auc: 1 });
    const perLabel = multiLabelReport({ ...topics, thresholds: [0.5, 0.75, 1] });
    expect(perLabel.per_class.sport!.recall).toBe(1);
    expect(perLabel.per_class.money).toMatchObject({ precision: 1, recall: 0.5 });
  });

  it("ranks as the single-label report does where each row has one label", () => {
    const scores = Float32Array.of(0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0.5, 0.5, 0, 0, 0.25, 0.75);
    const labels = ["a", "b", "c"];
    const single = classificationReport({ labels, gold: Int32Array.of(0, 1, 1, 2), scores, loss: null });
    const multi = multiLabelReport({
      labels,
      gold: Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1),
      scores,
      loss: null,
    });
    expect(multi.roc_auc).toBe(single.roc_auc);
    for (const label of labels) {
      expect(multi.per_class[label]!.average_precision).toBe(single.per_class[label]!.average_precision);
      expect(multi.per_class[label]!.recall_at_precision).toEqual(
        single.per_class[label]!.recall_at_precision,
      );
    }
  });

  it("never holds NaN or infinity, and survives JSON unchanged", () => {
    fc.assert(
      fc.property(multiLabelRows, (rows) => {
        const report = multiLabelReport({ ...rows, loss: null });
        expect(nonFinitePaths(report)).toEqual([]);
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      }),
    );
  });

  it("is null throughout without rows", () => {
    const report = multiLabelReport({
      labels: ["a"],
      gold: new Uint8Array(),
      scores: new Float32Array(),
      loss: null,
    });
    expect(report).toMatchObject({
      rows: 0,
      accuracy: null,
      hamming_loss: null,
      macro_f1: null,
      micro_f1: null,
      roc_auc: null,
      mean_average_precision: null,
      brier: null,
    });
  });

  it("keeps labels named like parts of JavaScript objects", () => {
    const { per_class } = multiLabelReport({
      labels: ["__proto__", "constructor"],
      gold: Uint8Array.of(1, 0),
      scores: Float32Array.of(1, 0),
      loss: null,
    });
    expect(Object.keys(per_class)).toEqual(["__proto__", "constructor"]);
    expect(Object.values(per_class).map(({ support }) => support)).toEqual([1, 0]);
  });

  it("refuses what does not fit together", () => {
    expect(() => multiLabelReport({ ...topics, scores: new Float32Array(9) })).toThrow(
      "scores holds 9 values, expected 12 (4 rows of 3 labels)",
    );
    expect(() => multiLabelReport({ ...topics, gold: new Uint8Array(11) })).toThrow(
      "not a whole number of rows",
    );
    expect(() => multiLabelReport({ ...topics, gold: new Uint8Array(12).fill(2) })).toThrow("gold[0] is 2");
    expect(() => multiLabelReport({ ...topics, scores: new Float32Array(12).fill(2) })).toThrow(
      'score of row 0 for label "sport" is 2, expected a probability',
    );
    expect(() => multiLabelReport({ ...topics, loss: Number.NaN })).toThrow("loss is NaN");
    expect(() => multiLabelReport({ ...topics, labels: ["a", "a", "b"] })).toThrow(
      'label "a" is listed twice',
    );
    expect(() => multiLabelReport({ ...topics, thresholds: [0.5] })).toThrow("thresholds holds 1 values");
  });
});
