import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confusionMatrix } from "../../src/metrics/confusion.js";
import { matthewsCorrelation } from "../../src/metrics/matthews.js";
import { labelledRows, names } from "./arbitraries.js";

const matrixOf = (labelCount: number, rows: readonly (readonly [number, number])[]) =>
  confusionMatrix(
    names(labelCount),
    Int32Array.from(rows, ([gold]) => gold),
    Int32Array.from(rows, ([, predicted]) => predicted),
  );

/**
 * Definition of R_K: the covariances of gold and predicted indicator variables summed over labels, over the geometric
 * mean of the two summed variances. For two labels it is Pearson's correlation of the indicators of either label.
 */
function correlationOfIndicators(labelCount: number, rows: readonly (readonly [number, number])[]): number {
  const covariance = (x: number[], y: number[]) => {
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    return mean(x.map((value, row) => (value - mean(x)) * (y[row]! - mean(y))));
  };
  let both = 0;
  let goldAlone = 0;
  let predictedAlone = 0;
  for (let label = 0; label < labelCount; label++) {
    const gold = rows.map(([g]) => Number(g === label));
    const predicted = rows.map(([, p]) => Number(p === label));
    both += covariance(gold, predicted);
    goldAlone += covariance(gold, gold);
    predictedAlone += covariance(predicted, predicted);
  }
  return both / Math.sqrt(goldAlone * predictedAlone);
}

describe("the Matthews correlation", () => {
  it("is the correlation of gold and predicted indicator variables, for any number of labels", () => {
    fc.assert(
      fc.property(labelledRows, ({ labelCount, rows }) => {
        const varied = [0, 1].every((side) => new Set(rows.map((row) => row[side])).size > 1);
        const result = matthewsCorrelation(matrixOf(labelCount, rows));
        if (varied) expect(result).toBeCloseTo(correlationOfIndicators(labelCount, rows), 9);
        else expect(result).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it("is Matthews' formula for two labels", () => {
    const count = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(count, count, count, count, (tp, fp, fn, tn) => {
        const matrix = {
          labels: ["no", "yes"],
          counts: [
            [tn, fp],
            [fn, tp],
          ],
        };
        const formula = (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
        expect(matthewsCorrelation(matrix)).toBeCloseTo(formula, 12);
      }),
    );
  });

  it("is exactly 1 when every row is right and exactly -1 when both of two labels are always swapped", () => {
    const right = matrixOf(3, [
      [0, 0],
      [1, 1],
      [2, 2],
      [2, 2],
    ]);
    const swapped = matrixOf(2, [
      [0, 1],
      [1, 0],
      [1, 0],
    ]);
    expect(matthewsCorrelation(right)).toBe(1);
    expect(matthewsCorrelation(swapped)).toBe(-1);
  });

  it("is null when only one label is predicted, when gold has only one, and without rows", () => {
    const constantPredictions = matrixOf(2, [
      [0, 0],
      [1, 0],
    ]);
    const constantGold = matrixOf(2, [
      [1, 0],
      [1, 1],
    ]);
    expect(matthewsCorrelation(constantPredictions)).toBeNull();
    expect(matthewsCorrelation(constantGold)).toBeNull();
    expect(matthewsCorrelation(matrixOf(3, []))).toBeNull();
  });
});
