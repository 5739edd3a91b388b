import fc from "fast-check";
import { expect, test } from "vitest";
import { MetricsError, pairwiseRankingReport } from "../../src/metrics/index.js";

const near = fc.constantFrom(-1, -0.5, 0, 0.25, 1);

test("figures are counts over the rows, and as near is not nearer", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(near, near), { maxLength: 20 }), (rows) => {
      const report = pairwiseRankingReport({
        right: rows.map(([right]) => right),
        wrong: rows.map(([, wrong]) => wrong),
        loss: 0.5,
      });
      const wins = rows.filter(([right, wrong]) => right > wrong).length;
      const mean = rows.reduce((sum, [right, wrong]) => sum + right - wrong, 0) / rows.length;
      expect(report.accuracy).toBe(rows.length === 0 ? null : wins / rows.length);
      if (rows.length === 0) expect(report.average_score_difference).toBeNull();
      else expect(report.average_score_difference).toBeCloseTo(mean, 12);
    }),
  );
});

test("a score that is not finite, or lacks its other, is an error", () => {
  expect(() => pairwiseRankingReport({ right: [Number.NaN], wrong: [0], loss: null })).toThrow(MetricsError);
  expect(() => pairwiseRankingReport({ right: [1, 2], wrong: [0], loss: null })).toThrow(MetricsError);
});
