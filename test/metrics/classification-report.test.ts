import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClassificationInput, classificationReport } from "../../src/metrics/classification-report.js";
import { MetricsError } from "../../src/metrics/errors.js";
import { nonFinitePaths, scoredRows } from "./arbitraries.js";

const spam: ClassificationInput = {
  labels: ["ham", "spam"],
  gold: Int32Array.of(0, 0, 0, 1, 1),
  scores: Float32Array.of(0.75, 0.25, 1, 0, 0.25, 0.75, 0.5, 0.5, 0, 1),
  loss: 0.42,
};

describe("a classification report", () => {
  it("has the entry that metrics.json promises, figure by figure", () => {
    const report = classificationReport(spam);
    expect(report).toMatchObject({
      rows: 5,
      loss: 0.42,
      accuracy: 0.6,
      macro_precision: (2 / 3 + 1 / 2) / 2,
      macro_f1: (2 / 3 + 1 / 2) / 2,
      micro_f1: 0.6,
      confusion_matrix: {
        labels: ["ham", "spam"],
        counts: [
          [2, 1],
          [1, 1],
        ],
      },
      top_k_accuracy: {},
    });
    expect(report.per_class.spam).toEqual({
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
      support: 2,
      average_precision: (1 + 2 / 3) / 2,
      roc_auc: 5 / 6,
      recall_at_precision: {
        "0.2": { recall: 1, threshold: 0.5 },
        "0.4": { recall: 1, threshold: 0.5 },
        "0.6": { recall: 1, threshold: 0.5 },
        "0.8": { recall: 0.5, threshold: 1 },
        "0.9": { recall: 0.5, threshold: 1 },
      },
      precision_at_recall: {
        "0.2": { precision: 1, threshold: 1 },
        "0.4": { precision: 1, threshold: 1 },
        "0.6": { precision: 2 / 3, threshold: 0.5 },
        "0.8": { precision: 2 / 3, threshold: 0.5 },
        "0.9": { precision: 2 / 3, threshold: 0.5 },
      },
    });
  });

  it("looks at a two-label task from its positive label, the second when none is named", () => {
    const { binary, roc_auc, per_class } = classificationReport(spam);
    expect(binary).toEqual({
      ...per_class.spam,
      positive_label: "spam",
      true_positives: 1,
      false_positives: 1,
      true_negatives: 2,
      false_negatives: 1,
      specificity: 2 / 3,
      brier: (0.0625 + 0 + 0.5625 + 0.25 + 0) / 5,
    });
    expect(roc_auc).toBe(per_class.spam!.roc_auc);
  });

  it("takes the positive label that is named", () => {
    const { binary } = classificationReport({ ...spam, positiveLabel: "ham" });
    expect(binary).toMatchObject({
      positive_label: "ham",
      true_positives: 2,
      false_positives: 1,
      true_negatives: 1,
      false_negatives: 1,
      specificity: 0.5,
    });
  });

  it("has no specificity where there are no gold negatives", () => {
    const report = classificationReport({ ...spam, gold: Int32Array.of(1, 1, 1, 1, 1) });
    expect(report.binary!.specificity).toBeNull();
  });

  it("refuses a positive label that is unknown, or one of three labels", () => {
    expect(() => classificationReport({ ...spam, positiveLabel: "Spam" })).toThrow(
      'positiveLabel "Spam" is none of the labels: "ham", "spam"',
    );
    const three = { labels: ["a", "b", "c"], gold: new Int32Array(), scores: new Float32Array(), loss: null };
    expect(() => classificationReport({ ...three, positiveLabel: "a" })).toThrow(
      "positiveLabel needs exactly two labels, there are 3",
    );
    expect(classificationReport(three).binary).toBeUndefined();
  });

  it("judges the predictions that are given instead of the most probable labels", () => {
    const report = classificationReport({ ...spam, predicted: Int32Array.of(0, 0, 0, 1, 1) });
    expect(report.accuracy).toBe(1);
    expect(report.mcc).toBe(1);
    expect(report.roc_auc).toBe(5 / 6);
    const confidences = report.calibration.bins.filter((bin) => bin.count > 0).map((bin) => bin.confidence);
    expect(confidences).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it("bins the predicted label's probability for calibration", () => {
    const { calibration } = classificationReport(spam);
    const filled = calibration.bins.filter((bin) => bin.count > 0);
    expect(filled).toEqual([
      { lower: 0.5, upper: 0.6, count: 1, confidence: 0.5, accuracy: 0 },
      { lower: 0.7, upper: 0.8, count: 2, confidence: 0.75, accuracy: 0.5 },
      { lower: 0.9, upper: 1, count: 2, confidence: 1, accuracy: 1 },
    ]);
    expect(calibration.expected_error).toBeCloseTo((0.5 + 2 * 0.25) / 5, 12);
  });

  it("gives accuracy within 3 and 5 where there are more labels than that", () => {
    const labels = ["a", "b", "c", "d", "e", "f"];
    const scores = Float32Array.of(6, 5, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1).map((weight) => weight / 21);
    const report = classificationReport({ labels, gold: Int32Array.of(2, 4), scores, loss: null });
    expect(report.top_k_accuracy).toEqual({ 3: 0.5, 5: 1 });
  });

  it("lists every label, with null for what is undefined for a label that never occurs", () => {
    const report = classificationReport({
      labels: ["a", "b", "never"],
      gold: Int32Array.of(0, 1),
      scores: Float32Array.of(0.5, 0.25, 0.25, 0.25, 0.5, 0.25),
      loss: null,
    });
    expect(Object.keys(report.per_class)).toEqual(["a", "b", "never"]);
    expect(report.per_class.never).toMatchObject({
      precision: null,
      recall: null,
      f1: null,
      support: 0,
      average_precision: null,
      roc_auc: null,
      recall_at_precision: { "0.9": { recall: null, threshold: null } },
      precision_at_recall: { "0.9": { precision: null, threshold: null } },
    });
    expect(report.macro_f1).toBe(1);
    expect(report.roc_auc).toBe(1);
  });

  it("keeps labels named like parts of JavaScript objects, through JSON and back", () => {
    const labels = ["constructor", "__proto__", "toString", "hasOwnProperty"];
    const scores = new Float32Array(16).fill(0.1);
    for (const row of [0, 1, 2, 3]) scores[row * 4 + row] = 0.7;
    const { per_class } = classificationReport({
      labels,
      gold: Int32Array.of(0, 1, 2, 3),
      scores,
      loss: null,
    });
    expect(Object.keys(per_class)).toEqual(labels);
    const back = JSON.parse(JSON.stringify(per_class)) as typeof per_class;
    for (const label of labels) {
      const own = Object.getOwnPropertyDescriptor(back, label)!.value as { f1: number; support: number };
      expect([own.f1, own.support]).toEqual([1, 1]);
    }
    expect(per_class.valueOf).toBeUndefined();
  });

  it("is null throughout, and not NaN, without rows", () => {
    const report = classificationReport({ ...spam, gold: new Int32Array(), scores: new Float32Array() });
    expect(report).toMatchObject({
      rows: 0,
      accuracy: null,
      macro_f1: null,
      micro_f1: null,
      weighted_f1: null,
      roc_auc: null,
      mcc: null,
      log_loss: null,
      brier: null,
      calibration: { expected_error: null },
      binary: { specificity: null, brier: null, roc_auc: null },
    });
  });

  it("never holds NaN or infinity, and survives JSON unchanged", () => {
    fc.assert(
      fc.property(scoredRows, (rows) => {
        const report = classificationReport({ ...rows, loss: 0.5 });
        expect(nonFinitePaths(report)).toEqual([]);
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      }),
    );
  });

  it("does not depend on the order of the rows", () => {
    fc.assert(
      fc.property(scoredRows, ({ labels, gold, scores }) => {
        const reversed = {
          labels,
          gold: gold.toReversed(),
          scores: Float32Array.from(scores, (_, position) => {
            const row = gold.length - 1 - Math.floor(position / labels.length);
            return scores[row * labels.length + (position % labels.length)]!;
          }),
        };
        const one = classificationReport({ labels, gold, scores, loss: null });
        const other = classificationReport({ ...reversed, loss: null });
        expect(other.per_class).toEqual(one.per_class);
        expect(other.confusion_matrix).toEqual(one.confusion_matrix);
        expect(other.mcc).toBe(one.mcc);
      }),
    );
  });

  it("refuses scores that are not probabilities, naming row and label", () => {
    const scores = spam.scores.slice();
    scores[5] = 3.5;
    expect(() => classificationReport({ ...spam, scores })).toThrow(
      'score of row 2 for label "spam" is 3.5, expected a probability from 0 to 1',
    );
    scores[5] = Number.NaN;
    expect(() => classificationReport({ ...spam, scores })).toThrow(
      /row 2 .*"spam" is NaN.*training diverged/,
    );
  });

  it("refuses scores, gold labels and predictions that do not fit together", () => {
    expect(() => classificationReport({ ...spam, gold: new Int32Array(4) })).toThrow(
      "scores holds 10 values, expected 8 (4 rows of 2 labels)",
    );
    expect(() => classificationReport({ ...spam, predicted: new Int32Array(4) })).toThrow(
      "predicted holds 4 values, expected 5",
    );
    expect(() => classificationReport({ ...spam, gold: Int32Array.of(0, 0, 0, 1, 2) })).toThrow(
      "gold[4] is 2",
    );
    expect(() => classificationReport({ ...spam, labels: [] })).toThrow("labels is empty");
  });

  it.each([Number.NaN, Infinity])("refuses the loss %d, which JSON would turn into null", (loss) => {
    expect(() => classificationReport({ ...spam, loss })).toThrow(
      `loss is ${loss}, expected a finite number`,
    );
  });

  it("raises errors of one class", () => {
    try {
      classificationReport({ ...spam, labels: [] });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(MetricsError);
      expect(error).toMatchObject({ name: "MetricsError" });
    }
  });
});
