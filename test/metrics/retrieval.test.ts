import fc from "fast-check";
import { expect, test } from "vitest";
import { MetricsError, relevantRanks, retrievalReport } from "../../src/metrics/index.js";

test("figures of one query are those of scikit-learn 1.9.1 (ndcg_score, average_precision_score)", () => {
  const ranks = relevantRanks([0.9, 0.8, 0.7, 0.6, 0.5, 0.1, 0.05], [1, 4, 5]);
  expect(ranks).toEqual([2, 5, 6]);
  const { ndcg_at, map, mrr, recall_at } = retrievalReport([ranks], 7, null);
  expect(ndcg_at["5"]).toBeCloseTo(0.4776237035032179, 14);
  expect(ndcg_at["10"]).toBeCloseTo(0.6447841584694203, 14);
  expect(map).toBeCloseTo(0.4666666666666667, 14);
  expect(mrr).toBe(1 / 2);
  expect(recall_at).toEqual({ "1": 0, "3": 1 / 3, "5": 2 / 3, "10": 1, "100": 1 });
});

/** Scores of few values, so that there are ties, and which documents are relevant. */
const query = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 15 })
  .map((documents) => ({
    scores: documents.map(([score]) => score),
    relevant: documents.flatMap(([, yes], i) => (yes ? [i] : [])),
  }))
  .filter(({ relevant }) => relevant.length > 0);

test("ranks are places in the whole list sorted by score, relevant documents behind others of their score", () => {
  fc.assert(
    fc.property(query, ({ scores, relevant }) => {
      const yes = (document: number): number => (relevant.includes(document) ? 1 : 0);
      const list = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || yes(a) - yes(b));
      expect(relevantRanks(scores, relevant)).toEqual(
        list.flatMap((document, place) => (yes(document) ? [place + 1] : [])),
      );
    }),
  );
});

test("the order of documents changes nothing", () => {
  fc.assert(
    fc.property(query, ({ scores, relevant }) => {
      const last = scores.length - 1;
      expect(
        relevantRanks(
          [...scores].reverse(),
          relevant.map((document) => last - document),
        ),
      ).toEqual(relevantRanks(scores, relevant));
    }),
  );
});

test("figures of several queries are their means, and a perfect ranking has 1 in all", () => {
  const { mrr, map, recall_at, ndcg_at, queries } = retrievalReport([[1, 2], [4]], 4, 0.5);
  expect({ queries, mrr, map }).toEqual({ queries: 2, mrr: 0.625, map: 0.625 });
  expect(recall_at["1"]).toBe(0.25);
  expect(ndcg_at["5"]).toBeCloseTo((1 + 1 / Math.log2(5)) / 2, 14);
  const perfect = retrievalReport([[1, 2, 3]], 9, null);
  expect([perfect.mrr, perfect.map, ...Object.values(perfect.ndcg_at)]).toEqual(Array(7).fill(1));
  expect(Object.values(retrievalReport([[2, 3], [1]], 9, null).mrr_at)).toEqual([
    0.5, 0.75, 0.75, 0.75, 0.75,
  ]);
});

test("without queries there are no figures; NaN and queries without relevant documents are errors", () => {
  expect(retrievalReport([], 0, null)).toMatchObject({ mrr: null, map: null });
  expect(() => relevantRanks([1, Number.NaN], [0])).toThrow(MetricsError);
  expect(() => relevantRanks([1, 2], [])).toThrow(/no relevant/);
  expect(() => relevantRanks([1, 2], [2])).toThrow(/not among/);
});
