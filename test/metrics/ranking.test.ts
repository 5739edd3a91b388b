import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  averagePrecision,
  columnCuts,
  precisionAtRecall,
  recallAtPrecision,
  rocAuc,
  scoreCuts,
} from "../../src/metrics/ranking.js";
import { scoredOutcomes } from "./arbitraries.js";

type Outcomes = { positive: number[]; negative: number[] };
const cutsOf = ({ positive, negative }: Outcomes) =>
  scoreCuts(Float32Array.from(positive), Float32Array.from(negative));

/** For every distinct score, counted afresh over all rows: what "positive where score >= threshold" yields. */
function decisions({ positive, negative }: Outcomes) {
  const thresholds = [...new Set([...positive, ...negative])].sort((a, b) => b - a);
  return thresholds.map((threshold) => {
    const hits = positive.filter((score) => score >= threshold).length;
    const alarms = negative.filter((score) => score >= threshold).length;
    return { threshold, precision: hits / (hits + alarms), recall: hits / positive.length };
  });
}

describe("score cuts", () => {
  it("count the rows at or above every distinct score", () => {
    const cuts = cutsOf({ positive: [0.9, 0.5, 0.5], negative: [0.5, 0.1, 0.1] });
    expect([...cuts.thresholds]).toEqual([0.9, 0.5, 0.1].map(Math.fround));
    expect([...cuts.truePositives]).toEqual([1, 3, 3]);
    expect([...cuts.falsePositives]).toEqual([0, 1, 3]);
    expect([cuts.positives, cuts.negatives]).toEqual([3, 3]);
  });

  it("take infinite scores, as log-probabilities may be, and hold 0 and -0 for equal", () => {
    const cuts = cutsOf({ positive: [-Infinity, 0], negative: [-0, -Infinity, Infinity] });
    expect([...cuts.thresholds]).toEqual([Infinity, 0, -Infinity]);
    expect([...cuts.truePositives]).toEqual([0, 1, 2]);
    expect([...cuts.falsePositives]).toEqual([1, 2, 3]);
  });

  it("refuse NaN on either side", () => {
    expect(() => cutsOf({ positive: [Number.NaN], negative: [] })).toThrow("a positive score is NaN");
    expect(() => cutsOf({ positive: [], negative: [1, Number.NaN] })).toThrow("a negative score is NaN");
  });

  it("leave the given arrays as they were", () => {
    const positive = Float32Array.of(0.1, 0.9, 0.5);
    scoreCuts(positive, positive);
    expect([...positive]).toEqual([0.1, 0.9, 0.5].map(Math.fround));
  });

  it("pick one column of a row-major matrix", () => {
    const cuts = columnCuts(Float32Array.of(1, 10, 2, 20, 3, 30), 2, 1, (row) => row === 1);
    expect([...cuts.thresholds]).toEqual([30, 20, 10]);
    expect([...cuts.truePositives]).toEqual([0, 1, 1]);
    expect([...cuts.falsePositives]).toEqual([1, 1, 2]);
  });
});

describe("the area under the ROC curve", () => {
  it("is the share of positive-negative pairs in the right order, half for each tie", () => {
    fc.assert(
      fc.property(scoredOutcomes, (outcomes) => {
        const pairs = outcomes.positive.flatMap((p) =>
          outcomes.negative.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)),
        );
        const expected = pairs.length === 0 ? null : pairs.reduce<number>((a, b) => a + b, 0) / pairs.length;
        expect(rocAuc(cutsOf(outcomes))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("becomes its complement when positives and negatives change places", () => {
    fc.assert(
      fc.property(scoredOutcomes, ({ positive, negative }) => {
        fc.pre(positive.length > 0 && negative.length > 0);
        const swapped = rocAuc(cutsOf({ positive: negative, negative: positive }))!;
        expect(rocAuc(cutsOf({ positive, negative }))).toBeCloseTo(1 - swapped, 12);
      }),
    );
  });

  it("is unchanged by any increasing map of the scores", () => {
    fc.assert(
      fc.property(scoredOutcomes, ({ positive, negative }) => {
        const map = (score: number) => score ** 3 * 64 - 5;
        const mapped = cutsOf({ positive: positive.map(map), negative: negative.map(map) });
        expect(rocAuc(mapped)).toBe(rocAuc(cutsOf({ positive, negative })));
      }),
    );
  });

  it("is null without positives or without negatives", () => {
    expect(rocAuc(cutsOf({ positive: [], negative: [0.3] }))).toBeNull();
    expect(rocAuc(cutsOf({ positive: [0.3], negative: [] }))).toBeNull();
    expect(rocAuc(cutsOf({ positive: [], negative: [] }))).toBeNull();
  });
});

describe("average precision", () => {
  it("is the sum over distinct scores of precision times gained recall", () => {
    fc.assert(
      fc.property(scoredOutcomes, (outcomes) => {
        fc.pre(outcomes.positive.length > 0);
        const steps = decisions(outcomes);
        const expected = steps
          .map(({ precision, recall }, index) => precision * (recall - (steps[index - 1]?.recall ?? 0)))
          .reduce((a, b) => a + b, 0);
        expect(averagePrecision(cutsOf(outcomes))).toBeCloseTo(expected, 12);
      }),
      { numRuns: 300 },
    );
  });

  it("is the base rate when all scores are equal, and 1 for a perfect ranking", () => {
    expect(averagePrecision(cutsOf({ positive: [0.5], negative: [0.5, 0.5, 0.5] }))).toBe(0.25);
    expect(averagePrecision(cutsOf({ positive: [0.9, 0.8], negative: [0.7, 0.1] }))).toBe(1);
  });
});

describe("operating points", () => {
  const level = fc.constantFrom(0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 1);

  it("give the highest recall among all decisions that are precise enough", () => {
    fc.assert(
      fc.property(scoredOutcomes, level, (outcomes, precision) => {
        fc.pre(outcomes.positive.length > 0);
        const allowed = decisions(outcomes).filter((decision) => decision.precision >= precision);
        const recall = Math.max(0, ...allowed.map((decision) => decision.recall));
        expect(recallAtPrecision(cutsOf(outcomes), precision).recall).toBe(recall);
      }),
      { numRuns: 300 },
    );
  });

  it("give the highest precision among all decisions that recall enough", () => {
    fc.assert(
      fc.property(scoredOutcomes, level, (outcomes, recall) => {
        fc.pre(outcomes.positive.length > 0);
        const allowed = decisions(outcomes).filter((decision) => decision.recall >= recall);
        const precision = Math.max(...allowed.map((decision) => decision.precision));
        expect(precisionAtRecall(cutsOf(outcomes), recall).precision).toBe(precision);
      }),
      { numRuns: 300 },
    );
  });

  it("come with a threshold that, applied to the rows, gives what was promised", () => {
    fc.assert(
      fc.property(scoredOutcomes, level, (outcomes, wanted) => {
        fc.pre(outcomes.positive.length > 0);
        const at = (threshold: number) => decisions(outcomes).find((step) => step.threshold === threshold)!;
        const recalled = recallAtPrecision(cutsOf(outcomes), wanted);
        if (recalled.threshold !== null) {
          expect(at(recalled.threshold).recall).toBe(recalled.recall);
          expect(at(recalled.threshold).precision).toBeGreaterThanOrEqual(wanted);
        } else expect(recalled.recall).toBe(0);
        const precise = precisionAtRecall(cutsOf(outcomes), wanted);
        expect(at(precise.threshold!).precision).toBe(precise.precision);
        expect(at(precise.threshold!).recall).toBeGreaterThanOrEqual(wanted);
      }),
    );
  });

  it("prefer the threshold that recalls more of two with the same precision", () => {
    const cuts = cutsOf({ positive: [0.9, 0.8], negative: [0.1] });
    expect(precisionAtRecall(cuts, 0.5)).toEqual({ precision: 1, threshold: Math.fround(0.8) });
  });

  it("prefer the more precise of two thresholds with the same recall", () => {
    const cuts = cutsOf({ positive: [0.9], negative: [0.8] });
    expect(recallAtPrecision(cuts, 0.5)).toEqual({ recall: 1, threshold: Math.fround(0.9) });
  });
});
