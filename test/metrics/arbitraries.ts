import fc from "fast-check";

/** Scores from a grid of nine values, so that ties are common and every value is exact in float32. */
const gridScore = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8);

/** Scores of positive and of negative rows. */
export const scoredOutcomes = fc.record({
  positive: fc.array(gridScore, { maxLength: 12 }),
  negative: fc.array(gridScore, { maxLength: 12 }),
});

/** Gold and predicted label indices of some rows over 1 to 5 labels. */
export const labelledRows = fc.integer({ min: 1, max: 5 }).chain((labelCount) => {
  const label = fc.integer({ min: 0, max: labelCount - 1 });
  return fc.record({
    labelCount: fc.constant(labelCount),
    rows: fc.array(fc.tuple(label, label), { maxLength: 30 }),
  });
});

/** Gold labels and score rows that sum to 1, with ties, over 2 to 5 labels. */
export const scoredRows = fc.integer({ min: 2, max: 5 }).chain((labelCount) =>
  fc
    .array(
      fc.record({
        gold: fc.integer({ min: 0, max: labelCount - 1 }),
        weights: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: labelCount, maxLength: labelCount }),
      }),
      { maxLength: 25 },
    )
    .map((rows) => ({
      labels: names(labelCount),
      gold: Int32Array.from(rows, (row) => row.gold),
      scores: Float32Array.from(rows.flatMap(({ weights }) => normalised(weights))),
    })),
);

/** Gold label sets, independent scores and their shape, over 1 to 4 labels. */
export const multiLabelRows = fc.integer({ min: 1, max: 4 }).chain((labelCount) =>
  fc
    .array(fc.record({ gold: fc.integer({ min: 0, max: 1 }), score: gridScore }), { maxLength: 15 })
    .map((cells) => {
      const whole = cells.slice(0, cells.length - (cells.length % labelCount));
      return {
        labels: names(labelCount),
        gold: Uint8Array.from(whole, (cell) => cell.gold),
        scores: Float32Array.from(whole, (cell) => cell.score),
      };
    }),
);

/** `a`, `b`, `c`, ... */
export function names(count: number): string[] {
  return Array.from("abcdefgh").slice(0, count);
}

function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return sum === 0 ? weights.map(() => 1 / weights.length) : weights.map((weight) => weight / sum);
}

/** Every number in a nested value, and the path of each that is not finite. */
export function nonFinitePaths(value: unknown, path = "report"): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => nonFinitePaths(inner, `${path}.${key}`));
}
