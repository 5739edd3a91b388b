import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binaryBrierScore, brierScore, isDistribution, logLoss } from "../../src/metrics/probability.js";
import { scoredRows } from "./arbitraries.js";

describe("log loss", () => {
  it("is the mean negative logarithm of the gold label's probability", () => {
    const scores = Float32Array.of(0.5, 0.5, 0.25, 0.75);
    expect(logLoss(Int32Array.of(0, 0), scores, 2)).toBeCloseTo((Math.LN2 + 2 * Math.LN2) / 2, 12);
  });

  it("is the logarithm of the number of labels for uniform scores", () => {
    expect(logLoss(Int32Array.of(3), new Float32Array(8).fill(1 / 8), 8)).toBeCloseTo(Math.log(8), 12);
  });

  it("is finite for a probability of 0, and 0, not -0, for a certain hit", () => {
    expect(logLoss(Int32Array.of(1), Float32Array.of(1, 0), 2)).toBeCloseTo(23 * Math.LN2, 12);
    expect(logLoss(Int32Array.of(0), Float32Array.of(1, 0), 2)).toBe(0);
    expect(logLoss(Int32Array.of(0), Float32Array.of(1.0000001, 0), 2)).toBe(0);
  });

  it("is null without rows and where a row does not sum to 1", () => {
    expect(logLoss(new Int32Array(), new Float32Array(), 2)).toBeNull();
    expect(logLoss(Int32Array.of(0, 0), Float32Array.of(0.5, 0.5, 0.9, 0.8), 2)).toBeNull();
  });

  it("refuses gold labels that are out of range or do not fit the scores", () => {
    expect(() => logLoss(Int32Array.of(2), Float32Array.of(1, 0), 2)).toThrow("gold[0] is 2");
    expect(() => logLoss(Int32Array.of(0, 1), Float32Array.of(1, 0), 2)).toThrow("gold holds 2 values");
  });
});

describe("a distribution", () => {
  it("sums to 1 in every row, up to float32 rounding", () => {
    expect(isDistribution(Float32Array.of(0.3, 0.7, 0.5, 0.5001), 2)).toBe(true);
    expect(isDistribution(Float32Array.of(0.3, 0.7, 0.5, 0.6), 2)).toBe(false);
    expect(isDistribution(Float32Array.of(0.3, Number.NaN), 2)).toBe(false);
  });
});

describe("Brier's score", () => {
  it("is the mean squared distance to the one-hot gold label", () => {
    fc.assert(
      fc.property(scoredRows, ({ labels, gold, scores }) => {
        const distances = [...gold].map((label, row) =>
          labels
            .map((_, index) => (scores[row * labels.length + index]! - Number(index === label)) ** 2)
            .reduce((a, b) => a + b, 0),
        );
        const result = brierScore(gold, scores, labels.length);
        if (gold.length === 0) expect(result).toBeNull();
        else expect(result).toBeCloseTo(distances.reduce((a, b) => a + b, 0) / gold.length, 9);
      }),
    );
  });

  it("is twice the one-sided form for two labels, and 2 at worst", () => {
    const scores = Float32Array.of(0.25, 0.75, 0.5, 0.5);
    expect(brierScore(Int32Array.of(1, 0), scores, 2)).toBe(0.3125);
    expect(binaryBrierScore(Uint8Array.of(1, 0), Float32Array.of(0.75, 0.5))).toBe(0.15625);
    expect(brierScore(Int32Array.of(1), Float32Array.of(1, 0), 2)).toBe(2);
  });

  it("is null for no outcomes and refuses outcomes other than 0 and 1 or without probability", () => {
    expect(binaryBrierScore(new Uint8Array(), new Float32Array())).toBeNull();
    expect(() => binaryBrierScore(Uint8Array.of(2), Float32Array.of(0.5))).toThrow("outcomes[0] is 2");
    expect(() => binaryBrierScore(Uint8Array.of(1), new Float32Array())).toThrow(
      "probabilities holds 0 values, expected 1 (one for each outcome)",
    );
    expect(() => brierScore(Int32Array.of(5), Float32Array.of(1, 0), 2)).toThrow("gold[0] is 5");
  });
});
