import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ngrams } from "../../src/text/ngrams.js";
import { smoothIdf, tfidfWeights } from "../../src/text/tfidf.js";

describe("n-grams", () => {
  it("are all runs of 1 to n words", () => {
    expect(ngrams(["a", "b", "c"], { words: 2, characters: null })).toEqual(["a", "a b", "b", "b c", "c"]);
    expect(ngrams(["a", "b", "c"], { words: 9, characters: null })).toEqual([
      "a",
      "a b",
      "a b c",
      "b",
      "b c",
      "c",
    ]);
    expect(ngrams([], { words: 2, characters: { min: 1, max: 2 } })).toEqual([]);
  });

  it("mark the ends of words in runs of characters, and never cut a code point", () => {
    expect(ngrams(["é👍"], { words: 1, characters: { min: 2, max: 3 } })).toEqual([
      "é👍",
      " <é",
      " <é👍",
      " é👍",
      " é👍>",
      " 👍>",
    ]);
  });

  it("number as many as the closed form says", () => {
    const tokens = fc.array(fc.string({ unit: "grapheme-ascii", minLength: 1 }));
    fc.assert(
      fc.property(tokens, fc.integer({ min: 1, max: 4 }), (list, words) => {
        let expected = 0;
        for (let n = 1; n <= words; n++) expected += Math.max(0, list.length - n + 1);
        expect(ngrams(list, { words, characters: null })).toHaveLength(expected);
      }),
    );
  });
});

describe("tf-idf", () => {
  // scikit-learn 1.9.1: TfidfVectorizer(token_pattern=r"\S+").fit(docs) with the docs below,
  // transform(["the cat sat on the mat the"]).
  const docs = ["the cat sat", "the dog sat on the log", "a cat and a dog"].map((doc) => doc.split(" "));
  const terms = [...new Set(docs.flat())];
  const idf = terms.map((term) => smoothIdf(docs.length, docs.filter((doc) => doc.includes(term)).length));
  const row = "the cat sat on the mat the"
    .split(" ")
    .flatMap((term) => (terms.includes(term) ? [terms.indexOf(term)] : []));
  const byTerm = (weights: Float32Array): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const [i, id] of row.entries()) sums[terms[id]!] = (sums[terms[id]!] ?? 0) + weights[i]!;
    return sums;
  };

  it.each([
    {
      sublinear: false,
      expected: {
        cat: 0.28028793880906705,
        on: 0.3685449564704577,
        sat: 0.28028793880906705,
        the: 0.8408638164272011,
      },
    },
    {
      sublinear: true,
      expected: {
        cat: 0.3506488437907149,
        on: 0.46106109103501997,
        sat: 0.3506488437907149,
        the: 0.7358759725864588,
      },
    },
  ])("adds up by term to scikit-learn's figures, sublinear $sublinear", ({ sublinear, expected }) => {
    const sums = byTerm(tfidfWeights(row, idf, sublinear));
    expect(Object.keys(sums).sort()).toEqual(Object.keys(expected).sort());
    for (const [term, weight] of Object.entries(expected)) expect(sums[term]).toBeCloseTo(weight, 6);
  });

  it("has rows of length 1, and none for a row without terms", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1 }), fc.boolean(), (ids, sublinear) => {
        const weights = tfidfWeights(ids, [1, 1.5, 2, 2.5, 3, 9], sublinear);
        const sums = new Map<number, number>();
        for (const [i, id] of ids.entries()) sums.set(id, (sums.get(id) ?? 0) + weights[i]!);
        expect(Math.hypot(...sums.values())).toBeCloseTo(1, 5);
      }),
    );
    expect(tfidfWeights([], [1], false)).toEqual(new Float32Array(0));
  });
});
