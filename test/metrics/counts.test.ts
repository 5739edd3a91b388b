import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confusionMatrix, labelCounts, margins, multiLabelCounts } from "../../src/metrics/confusion.js";
import {
  isSeen,
  labelFigures,
  macroAverage,
  microAverage,
  precisionRecallF1,
  weightedAverage,
} from "../../src/metrics/precision-recall.js";
import { accuracy } from "../../src/metrics/predictions.js";
import { labelledRows, multiLabelRows, names } from "./arbitraries.js";

const columns = (rows: readonly (readonly [number, number])[]) => ({
  gold: Int32Array.from(rows, ([gold]) => gold),
  predicted: Int32Array.from(rows, ([, predicted]) => predicted),
});

describe("a confusion matrix", () => {
  it("has gold labels as rows and predicted labels as columns", () => {
    const matrix = confusionMatrix(["ham", "spam"], Int32Array.of(0, 0, 0, 1), Int32Array.of(0, 1, 1, 1));
    expect(matrix).toEqual({
      labels: ["ham", "spam"],
      counts: [
        [1, 2],
        [0, 1],
      ],
    });
    expect(margins(matrix)).toEqual({ gold: [3, 1], predicted: [1, 3], hits: [1, 1] });
  });

  it("holds every pair of gold and predicted label as often as it occurs", () => {
    fc.assert(
      fc.property(labelledRows, ({ labelCount, rows }) => {
        const { gold, predicted } = columns(rows);
        const { counts } = confusionMatrix(names(labelCount), gold, predicted);
        for (let i = 0; i < labelCount; i++) {
          for (let j = 0; j < labelCount; j++) {
            expect(counts[i]![j]).toBe(rows.filter(([g, p]) => g === i && p === j).length);
          }
        }
      }),
    );
  });

  it("gives each label the counts that going through the rows gives", () => {
    fc.assert(
      fc.property(labelledRows, ({ labelCount, rows }) => {
        const { gold, predicted } = columns(rows);
        const counts = labelCounts(confusionMatrix(names(labelCount), gold, predicted));
        for (const [label, count] of counts.entries()) {
          expect(count).toEqual({
            truePositives: rows.filter(([g, p]) => g === label && p === label).length,
            falsePositives: rows.filter(([g, p]) => g !== label && p === label).length,
            falseNegatives: rows.filter(([g, p]) => g === label && p !== label).length,
          });
        }
      }),
    );
  });

  it("refuses label indices out of range, saying where", () => {
    expect(() => confusionMatrix(["a", "b"], Int32Array.of(0, 2), Int32Array.of(0, 0))).toThrow(
      "gold[1] is 2, expected a label index from 0 to 1",
    );
    expect(() => confusionMatrix(["a", "b"], Int32Array.of(0), Int32Array.of(-1))).toThrow(
      "predicted[0] is -1, expected a label index from 0 to 1",
    );
  });

  it("refuses a different number of predictions, no labels, and the same label twice", () => {
    expect(() => confusionMatrix(["a"], Int32Array.of(0), new Int32Array())).toThrow(
      "predicted holds 0 values",
    );
    expect(() => confusionMatrix([], new Int32Array(), new Int32Array())).toThrow("labels is empty");
    expect(() => confusionMatrix(["a", "b", "a"], new Int32Array(), new Int32Array())).toThrow(
      'label "a" is listed twice',
    );
  });
});

describe("multi-label counts", () => {
  it("equal going through the rows label by label", () => {
    fc.assert(
      fc.property(multiLabelRows, ({ labels, gold, scores }) => {
        const predicted = Uint8Array.from(scores, (score) => (score > 0.5 ? 1 : 0));
        const counts = multiLabelCounts(gold, predicted, labels.length);
        expect(counts).toHaveLength(labels.length);
        for (const [label, count] of counts.entries()) {
          const cells = [...gold.keys()].filter((position) => position % labels.length === label);
          const number = (g: number, p: number) =>
            cells.filter((position) => gold[position] === g && predicted[position] === p).length;
          expect(count).toEqual({
            truePositives: number(1, 1),
            falsePositives: number(0, 1),
            falseNegatives: number(1, 0),
          });
        }
      }),
    );
  });

  it("refuse values other than 0 and 1, arrays of different lengths and broken rows", () => {
    expect(() => multiLabelCounts(Uint8Array.of(0, 2), Uint8Array.of(0, 1), 2)).toThrow(
      "gold[1] is 2, expected 0 or 1",
    );
    expect(() => multiLabelCounts(Uint8Array.of(0, 1), Uint8Array.of(7, 1), 2)).toThrow("predicted[0] is 7");
    expect(() => multiLabelCounts(new Uint8Array(2), new Uint8Array(4), 2)).toThrow(
      "predicted holds 4 values",
    );
    expect(() => multiLabelCounts(new Uint8Array(3), new Uint8Array(3), 2)).toThrow(
      "not a whole number of rows",
    );
  });
});

describe("precision, recall and F1", () => {
  const unseen = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };

  it("follow their definitions", () => {
    const counts = { truePositives: 3, falsePositives: 1, falseNegatives: 2 };
    expect(labelFigures(counts)).toEqual({ precision: 0.75, recall: 0.6, f1: 6 / 9, support: 5 });
  });

  it("are null for a label that occurs in neither gold nor predictions", () => {
    expect(isSeen(unseen)).toBe(false);
    expect(labelFigures(unseen)).toEqual({ precision: null, recall: null, f1: null, support: 0 });
  });

  it("are 0 for a gold label that is never predicted and for a predicted label that is never gold", () => {
    expect(precisionRecallF1({ ...unseen, falseNegatives: 4 })).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(precisionRecallF1({ ...unseen, falsePositives: 4 })).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  it("have F1 as the harmonic mean of precision and recall", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.nat(99), fc.nat(99), (truePositives, fp, fn) => {
        const { precision, recall, f1 } = precisionRecallF1({
          truePositives,
          falsePositives: fp,
          falseNegatives: fn,
        });
        expect(f1).toBeCloseTo(2 / (1 / precision! + 1 / recall!), 12);
      }),
    );
  });
});

describe("averages over labels", () => {
  it("have the macro average over the labels that occur in gold or predictions, and only those", () => {
    fc.assert(
      fc.property(labelledRows, ({ labelCount, rows }) => {
        fc.pre(rows.length > 0);
        const { gold, predicted } = columns(rows);
        const counts = labelCounts(confusionMatrix(names(labelCount), gold, predicted));
        const seen = [...new Set(rows.flat())];
        const mean = (figure: (label: number) => number) =>
          seen.map(figure).reduce((a, b) => a + b, 0) / seen.length;
        const macro = macroAverage(counts);
        expect(macro.precision).toBeCloseTo(
          mean((label) => precisionRecallF1(counts[label]!).precision!),
          12,
        );
        expect(macro.recall).toBeCloseTo(
          mean((label) => precisionRecallF1(counts[label]!).recall!),
          12,
        );
        expect(macro.f1).toBeCloseTo(
          mean((label) => precisionRecallF1(counts[label]!).f1!),
          12,
        );
      }),
    );
  });

  it("do not change when labels that never occur are added to the label list", () => {
    const rows = columns([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
    const two = labelCounts(confusionMatrix(names(2), rows.gold, rows.predicted));
    const eight = labelCounts(confusionMatrix(names(8), rows.gold, rows.predicted));
    expect(macroAverage(eight)).toEqual(macroAverage(two));
    expect(weightedAverage(eight)).toEqual(weightedAverage(two));
    expect(microAverage(eight)).toEqual(microAverage(two));
  });

  it("have micro precision, recall and F1, and weighted recall, equal to accuracy when each row has one label", () => {
    fc.assert(
      fc.property(labelledRows, ({ labelCount, rows }) => {
        fc.pre(rows.length > 0);
        const { gold, predicted } = columns(rows);
        const counts = labelCounts(confusionMatrix(names(labelCount), gold, predicted));
        const share = accuracy(gold, predicted)!;
        expect(microAverage(counts)).toEqual({ precision: share, recall: share, f1: share });
        expect(weightedAverage(counts).recall).toBeCloseTo(share, 12);
      }),
    );
  });

  it("weigh labels by support", () => {
    const counts = [
      { truePositives: 3, falsePositives: 0, falseNegatives: 0 },
      { truePositives: 0, falsePositives: 5, falseNegatives: 1 },
    ];
    expect(weightedAverage(counts)).toEqual({ precision: 0.75, recall: 0.75, f1: 0.75 });
  });

  it("are null where there is nothing to average", () => {
    const none = { precision: null, recall: null, f1: null };
    expect([macroAverage([]), microAverage([]), weightedAverage([])]).toEqual([none, none, none]);
    const onlyPredicted = [{ truePositives: 0, falsePositives: 2, falseNegatives: 0 }];
    expect(weightedAverage(onlyPredicted)).toEqual(none);
    expect(macroAverage(onlyPredicted)).toEqual({ precision: 0, recall: 0, f1: 0 });
  });
});
