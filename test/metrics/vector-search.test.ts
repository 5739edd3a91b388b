/** @file Exact search among vectors, beside sorting all documents; correlations of similarities. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { MetricsError, searchVectors, similarityReport } from "../../src/metrics/index.js";

const DIM = 2;
/** Small whole numbers, so that vectors of one direction, zeros and equal scores are frequent. */
const vector = fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }));
const dot = (a: readonly number[], b: readonly number[]): number => a[0]! * b[0]! + a[1]! * b[1]!;
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) === 0 ? 0 : dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

const search = fc
  .tuple(fc.array(vector, { minLength: 1, maxLength: 4 }), fc.array(vector, { minLength: 2, maxLength: 8 }))
  .chain(([queries, documents]) => {
    const places = fc.uniqueArray(fc.nat({ max: documents.length - 1 }), { minLength: 1, maxLength: 4 });
    const all = fc.array(places, { minLength: queries.length, maxLength: queries.length });
    return fc.tuple(fc.constant(queries), fc.constant(documents), all, all);
  });

test("relevant documents have the places that sorting gives them, behind others of their score", () => {
  fc.assert(
    fc.property(
      search,
      fc.constantFrom("cosine", "dot"),
      ([queries, documents, relevant, hide], similarity) => {
        const hidden = hide.map((own, query) =>
          own.filter((document) => !relevant[query]!.includes(document)),
        );
        const found = searchVectors({
          ...{ queries: Float32Array.from(queries.flat()), documents: Float32Array.from(documents.flat()) },
          ...{ dim: DIM, relevant, hidden, similarity },
        });
        const near = similarity === "cosine" ? cosine : dot;
        for (const [i, query] of queries.entries()) {
          const right = new Set(relevant[i]);
          const order = documents
            // What is equal by formula may round apart here; there it does not, as such vectors differ by powers of 2.
            .map((document, at) => ({ at, score: Math.round(near(query, document) * 1e9) + 0 }))
            .filter(({ at }) => !hidden[i]!.includes(at))
            .sort((a, b) => b.score - a.score || Number(right.has(a.at)) - Number(right.has(b.at)));
          const ranks = order.flatMap(({ at }, place) => (right.has(at) ? [place + 1] : []));
          const { best } = found[i]!;
          expect(order.find(({ at }) => at === best)?.score).toBe(order[0]!.score);
          expect(found[i]!.ranks).toEqual(ranks);
        }
      },
    ),
  );
});

test("a vector that is not finite is an error that names it", () => {
  const bad = {
    ...{ queries: Float32Array.of(1, 2), documents: Float32Array.of(1, 2, 3, Number.NaN), dim: 2 },
    ...{ relevant: [[0]], hidden: [[]], similarity: "cosine" as const },
  };
  expect(() => searchVectors(bad)).toThrow(MetricsError);
  expect(() => searchVectors(bad)).toThrow(/document 1 holds NaN/);
});

test("correlations of similarities with scores are those of scipy 1.17.1", () => {
  // scipy.stats.pearsonr, spearmanr of these numbers.
  const gold = [0, 5, 2.5, 2.5, 4, 1];
  const predicted = [-0.1, 0.9, 0.3, 0.35, 0.95, 0.2];
  const report = similarityReport({ gold, predicted, loss: 0.5 });
  expect(report).toMatchObject({ rows: 6, loss: 0.5 });
  expect(report.pearson).toBeCloseTo(0.954553521678222, 12);
  expect(report.spearman).toBeCloseTo(0.9276336570439174, 12);
});
