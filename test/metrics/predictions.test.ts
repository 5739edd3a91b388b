import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accuracy,
  hammingLoss,
  predictedLabels,
  subsetAccuracy,
  thresholdedLabels,
  topKAccuracy,
} from "../../src/metrics/predictions.js";
import { multiLabelRows, scoredRows } from "./arbitraries.js";

describe("predicted labels", () => {
  it("are the most probable of each row, the first of equals", () => {
    const scores = Float32Array.of(0.2, 0.8, 0.1, 0.4, 0.3, 0.4, -3, -2, -Infinity);
    expect([...predictedLabels(scores, 3)]).toEqual([1, 0, 1]);
  });

  it("refuse NaN, naming row and label", () => {
    expect(() => predictedLabels(Float32Array.of(0, 1, 0.5, Number.NaN), 2)).toThrow(
      "scores[1, 1] is NaN, it has no rank",
    );
  });

  it("refuse scores that are no whole number of rows", () => {
    expect(() => predictedLabels(new Float32Array(5), 2)).toThrow(
      "5 values are not a whole number of rows of 2 labels each",
    );
  });

  it.each([0, -1, 1.5, Number.NaN])("refuse %d labels", (labelCount) => {
    expect(() => predictedLabels(new Float32Array(0), labelCount)).toThrow(/labelCount is .*at least 1/);
  });
});

describe("accuracy", () => {
  it("is the share of hits, and null without rows", () => {
    expect(accuracy(Int32Array.of(0, 1, 2, 1), Int32Array.of(0, 1, 1, 1))).toBe(0.75);
    expect(accuracy(new Int32Array(), new Int32Array())).toBeNull();
  });

  it("refuses arrays of different lengths", () => {
    expect(() => accuracy(Int32Array.of(1, 2), Int32Array.of(1))).toThrow(
      "predicted holds 1 values, expected 2 (one for each gold label)",
    );
  });
});

describe("accuracy within k", () => {
  it("equals sorting each row and looking for the gold label in the first k", () => {
    fc.assert(
      fc.property(scoredRows, ({ labels, gold, scores }) => {
        fc.pre(gold.length > 0);
        const ks = labels.map((_, index) => index + 1);
        const expected = ks.map((k) => {
          const hits = [...gold].filter((label, row) => {
            const order = labels.map((_, index) => index);
            const at = (index: number) => scores[row * labels.length + index]!;
            order.sort((a, b) => at(b) - at(a) || a - b);
            return order.slice(0, k).includes(label);
          });
          return hits.length / gold.length;
        });
        expect(topKAccuracy(gold, scores, labels.length, ks)).toEqual(expected);
      }),
    );
  });

  it("is plain accuracy for k = 1, grows with k, and is 1 at the number of labels", () => {
    fc.assert(
      fc.property(scoredRows, ({ labels, gold, scores }) => {
        fc.pre(gold.length > 0);
        const ks = labels.map((_, index) => index + 1);
        const shares = topKAccuracy(gold, scores, labels.length, ks) as number[];
        expect(shares[0]).toBe(accuracy(gold, predictedLabels(scores, labels.length)));
        expect(shares).toEqual([...shares].sort((a, b) => a - b));
        expect(shares.at(-1)).toBe(1);
      }),
    );
  });

  it("is null without rows", () => {
    expect(topKAccuracy(new Int32Array(), new Float32Array(), 4, [1, 2])).toEqual([null, null]);
  });

  it.each([0, 4, 1.5])("refuses k = %d among three labels", (k) => {
    expect(() => topKAccuracy(Int32Array.of(0), new Float32Array(3), 3, [k])).toThrow(
      `k is ${k}, expected an integer from 1 to 3, the number of labels`,
    );
  });

  it("refuses gold labels out of range, missing gold labels and NaN", () => {
    expect(() => topKAccuracy(Int32Array.of(3), new Float32Array(3), 3, [1])).toThrow(
      "gold[0] is 3, expected a label index from 0 to 2",
    );
    expect(() => topKAccuracy(new Int32Array(), new Float32Array(3), 3, [1])).toThrow("gold holds 0 values");
    expect(() => topKAccuracy(Int32Array.of(0), Float32Array.of(0, 1, Number.NaN), 3, [1])).toThrow(
      "scores[0, 2] is NaN",
    );
  });
});

describe("thresholded labels", () => {
  it("hold the labels that reach the threshold, 0.5 when none is given", () => {
    expect([...thresholdedLabels(Float32Array.of(0.5, 0.49, 0.51, 0), 2)]).toEqual([1, 0, 1, 0]);
    expect([...thresholdedLabels(Float32Array.of(0.5, 0.49, 0.51, 0), 2, 0.505)]).toEqual([0, 0, 1, 0]);
  });

  it("take one threshold for each label", () => {
    expect([...thresholdedLabels(Float32Array.of(0.5, 0.5, 0.9, 0.1), 2, [0.75, 0.25])]).toEqual([
      0, 1, 1, 0,
    ]);
  });

  it("refuse NaN and a wrong number of thresholds", () => {
    expect(() => thresholdedLabels(Float32Array.of(0, 0, Number.NaN, 0), 2)).toThrow("scores[1, 0] is NaN");
    expect(() => thresholdedLabels(new Float32Array(4), 2, [0.5])).toThrow(
      "thresholds holds 1 values, expected 2 (one for each label)",
    );
    expect(() => thresholdedLabels(new Float32Array(4), 2, [0.5, Number.NaN])).toThrow(
      "thresholds[1] is NaN",
    );
  });
});

describe("multi-label agreement", () => {
  it("counts rows that are wholly right and single decisions that are wrong", () => {
    const gold = Uint8Array.of(1, 0, 1, 1, 0, 0);
    const predicted = Uint8Array.of(1, 0, 1, 0, 0, 0);
    expect(subsetAccuracy(gold, predicted, 3)).toBe(0.5);
    expect(hammingLoss(gold, predicted)).toBe(1 / 6);
  });

  it("equals comparing the rows as text", () => {
    fc.assert(
      fc.property(multiLabelRows, ({ labels, gold, scores }) => {
        fc.pre(gold.length > 0);
        const predicted = thresholdedLabels(scores, labels.length);
        const rows = gold.length / labels.length;
        const text = (bits: Uint8Array, row: number) =>
          bits.subarray(row * labels.length, (row + 1) * labels.length).join("");
        const exact = Array.from({ length: rows }, (_, row) => text(gold, row) === text(predicted, row));
        expect(subsetAccuracy(gold, predicted, labels.length)).toBe(exact.filter(Boolean).length / rows);
      }),
    );
  });

  it("is null without rows and refuses arrays of different lengths", () => {
    expect(subsetAccuracy(new Uint8Array(), new Uint8Array(), 2)).toBeNull();
    expect(hammingLoss(new Uint8Array(), new Uint8Array())).toBeNull();
    expect(() => subsetAccuracy(new Uint8Array(2), new Uint8Array(4), 2)).toThrow("predicted holds 4 values");
    expect(() => hammingLoss(new Uint8Array(2), new Uint8Array(4))).toThrow("predicted holds 4 values");
  });
});
