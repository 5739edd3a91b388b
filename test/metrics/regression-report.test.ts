import fc from "fast-check";
import { expect, test } from "vitest";
import { averageRanks, MetricsError, pearson, regressionReport, spearman } from "../../src/metrics/index.js";

const gold = [1, 2, 2, 3.5, 4, 4, 4, 7.25, -1, 0];
const predicted = [2, 1, 3, 3, 5, 4.5, 4.5, 6, 0, 0];

test("Pearson and Spearman with ties are those of scipy 1.17.1 (stats.pearsonr, stats.spearmanr)", () => {
  const report = regressionReport({ gold, predicted, loss: 0.5 });
  expect(report.pearson).toBeCloseTo(0.9323044428069296, 14);
  expect(report.spearman).toBeCloseTo(0.9596458403436596, 14);
});

test("squared and absolute errors are those computed by hand", () => {
  const { mse, mae, rows, loss } = regressionReport({ gold: [0, 1, 2], predicted: [1, 1, 4], loss: null });
  expect({ mse, mae, rows, loss }).toEqual({ mse: 5 / 3, mae: 1, rows: 3, loss: null });
});

const numbers = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 12 });

test("the rank of a value is the mean over all orders that sort it: below it all smaller ones, half of the other equal ones", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const expected = values.map((value) => {
        const smaller = values.filter((other) => other < value).length;
        const equal = values.filter((other) => other === value).length;
        return smaller + (equal + 1) / 2;
      });
      expect([...averageRanks(values)]).toEqual(expected);
    }),
  );
});

test("without ties Spearman is 1 - 6 sum d^2 / (n (n^2 - 1))", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.infiniteStream(fc.nat()), (size, random) => {
      const y = [...Array(size).keys()];
      for (let i = size - 1; i > 0; i--) {
        const j = Number(random.next().value) % (i + 1);
        [y[i], y[j]] = [y[j]!, y[i]!];
      }
      const squares = y.reduce((sum, rank, i) => sum + (rank - i) ** 2, 0);
      expect(spearman([...y.keys()], y)).toBeCloseTo(1 - (6 * squares) / (size * (size * size - 1)), 12);
    }),
  );
});

test("correlations do not change with scale and place, and turn with the sign", () => {
  fc.assert(
    fc.property(numbers, (x) => {
      const y = x.map((value, i) => value * 0.5 + ((i * 7) % 5));
      const own = pearson(x, y);
      const moved = pearson(
        x.map((value) => 3 * value + 2),
        y,
      );
      if (own === null) expect(moved).toBeNull();
      else {
        expect(moved).toBeCloseTo(own, 10);
        expect(
          pearson(
            x.map((value) => -value),
            y,
          ),
        ).toBeCloseTo(-own, 10);
      }
    }),
  );
});

test("where one side is the same everywhere, or there are no two rows, there is no correlation", () => {
  expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
  expect(spearman([1, 2, 3], [2, 2, 2])).toBeNull();
  expect(regressionReport({ gold: [], predicted: [], loss: null })).toMatchObject({
    mse: null,
    pearson: null,
  });
  expect(pearson([1], [1])).toBeNull();
});

test("a number that is not finite is an error", () => {
  expect(() => regressionReport({ gold: [1], predicted: [Number.NaN], loss: null })).toThrow(MetricsError);
  expect(() => regressionReport({ gold: [1], predicted: [1, 2], loss: null })).toThrow(/as many as gold/);
  expect(() => pearson([1, Number.POSITIVE_INFINITY], [1, 2])).toThrow(/pair 1/);
});
