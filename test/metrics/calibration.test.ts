import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibration } from "../../src/metrics/calibration.js";

const judged = fc.array(
  fc.record({
    confidence: fc.float({ min: 0, max: 1, noNaN: true }),
    correct: fc.integer({ min: 0, max: 1 }),
  }),
  { maxLength: 40 },
);
const arrays = (predictions: readonly { confidence: number; correct: number }[]) =>
  [
    Float32Array.from(predictions, ({ confidence }) => confidence),
    Uint8Array.from(predictions, ({ correct }) => correct),
  ] as const;

describe("calibration", () => {
  it("puts every prediction into the bin whose bounds enclose it", () => {
    fc.assert(
      fc.property(judged, fc.integer({ min: 1, max: 30 }), (predictions, binCount) => {
        const [confidences, correct] = arrays(predictions);
        const { bins } = calibration(confidences, correct, binCount);
        expect(bins).toHaveLength(binCount);
        for (const [index, bin] of bins.entries()) {
          const inside = (p: number) =>
            p >= bin.lower && (p < bin.upper || (index === binCount - 1 && p === 1));
          expect(bin.count).toBe(confidences.filter(inside).length);
        }
      }),
    );
  });

  it("bins a confidence that lies exactly on a bound upwards, whatever its rounding", () => {
    for (const binCount of [2, 4, 8, 16, 32]) {
      for (let bin = 0; bin < binCount; bin++) {
        const { bins } = calibration(Float32Array.of(bin / binCount), Uint8Array.of(1), binCount);
        expect(bins.findIndex(({ count }) => count === 1)).toBe(bin);
      }
    }
  });

  it("keeps to the bounds where confidence times bins rounds across one", () => {
    for (let binCount = 1; binCount <= 200; binCount++) {
      for (let bin = 1; bin < binCount; bin++) {
        const confidence = Math.fround(bin / binCount);
        const { bins } = calibration(Float32Array.of(confidence), Uint8Array.of(1), binCount);
        const found = bins.find(({ count }) => count === 1)!;
        expect(found.lower <= confidence && confidence < found.upper).toBe(true);
      }
    }
  });

  it("has errors that equal their definitions over the bins", () => {
    fc.assert(
      fc.property(judged, (predictions) => {
        fc.pre(predictions.length > 0);
        const [confidences, correct] = arrays(predictions);
        const bins = Array.from({ length: 10 }, (_, bin) =>
          predictions.filter(
            ({ confidence }) =>
              confidence >= bin / 10 && (confidence < (bin + 1) / 10 || (bin === 9 && confidence === 1)),
          ),
        ).filter((bin) => bin.length > 0);
        const gaps = bins.map((bin) => {
          const mean = (of: (p: { confidence: number; correct: number }) => number) =>
            bin.map(of).reduce((a, b) => a + b, 0) / bin.length;
          return Math.abs(mean((p) => p.correct) - mean((p) => p.confidence));
        });
        const result = calibration(confidences, correct);
        expect(result.expected_error).toBeCloseTo(
          gaps.reduce((sum, gap, index) => sum + (gap * bins[index]!.length) / predictions.length, 0),
          9,
        );
        expect(result.maximum_error).toBeCloseTo(Math.max(...gaps), 9);
        expect(result.total_error).toBeCloseTo(
          gaps.reduce((a, b) => a + b, 0),
          9,
        );
      }),
    );
  });

  it("has no error when confidence is accuracy", () => {
    const result = calibration(Float32Array.of(0.75, 0.75, 0.75, 0.75), Uint8Array.of(1, 1, 1, 0));
    expect(result).toMatchObject({ expected_error: 0, maximum_error: 0, total_error: 0 });
  });

  it("is null without predictions, with its bins empty", () => {
    const result = calibration(new Float32Array(), new Uint8Array(), 2);
    expect(result).toEqual({
      expected_error: null,
      maximum_error: null,
      total_error: null,
      bins: [
        { lower: 0, upper: 0.5, count: 0, confidence: null, accuracy: null },
        { lower: 0.5, upper: 1, count: 0, confidence: null, accuracy: null },
      ],
    });
  });

  it("takes a probability that rounding put just outside 0 and 1", () => {
    const { bins } = calibration(Float32Array.of(1.000001, -0.000001), Uint8Array.of(1, 0), 2);
    expect(bins.map(({ count }) => count)).toEqual([1, 1]);
  });

  it.each([-0.1, 1.1, Number.NaN, Infinity])("refuses the confidence %d", (confidence) => {
    expect(() => calibration(Float32Array.of(0.5, confidence), Uint8Array.of(1, 1))).toThrow(
      /^confidences\[1\] is .*expected a probability from 0 to 1/,
    );
  });

  it("refuses a bad number of bins, of outcomes, and outcomes other than 0 and 1", () => {
    expect(() => calibration(new Float32Array(1), new Uint8Array(1), 0)).toThrow("binCount is 0");
    expect(() => calibration(new Float32Array(1), new Uint8Array(1), 2.5)).toThrow("binCount is 2.5");
    expect(() => calibration(new Float32Array(1), new Uint8Array(2))).toThrow("correct holds 2 values");
    expect(() => calibration(new Float32Array(1), Uint8Array.of(3))).toThrow("correct[0] is 3");
  });
});
