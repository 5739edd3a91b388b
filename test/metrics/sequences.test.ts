import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  corpusBleu,
  corpusChrf,
  editDistance,
  rougeScores,
  seq2seqReport,
  tokenErrorRate,
} from "../../src/metrics/index.js";

interface Corpus {
  readonly name: string;
  readonly pairs: readonly (readonly [gold: string, predicted: string])[];
  readonly figures: Readonly<Record<string, number>>;
}

const { corpora } = JSON.parse(readFileSync(new URL("fixtures/sequences.json", import.meta.url), "utf8")) as {
  readonly corpora: readonly Corpus[];
};

describe.each(corpora)("of the corpus $name", ({ pairs, figures }) => {
  const rows = pairs.map(([gold, predicted]) => ({ gold, predicted }));

  it("BLEU is sacrebleu's", () => {
    expect(corpusBleu(rows, "13a")).toBeCloseTo(figures.bleu_13a!, 9);
    expect(corpusBleu(rows, "none")).toBeCloseTo(figures.bleu_none!, 9);
  });

  it("chrF is sacrebleu's", () => {
    expect(corpusChrf(rows)).toBeCloseTo(figures.chrf!, 9);
  });

  it("ROUGE is rouge_score's", () => {
    const { rouge1, rouge2, rougeL } = rougeScores(rows);
    expect(rouge1).toBeCloseTo(figures.rouge1!, 12);
    expect(rouge2).toBeCloseTo(figures.rouge2!, 12);
    expect(rougeL).toBeCloseTo(figures.rougeL!, 12);
  });

  it("the error rate of words is jiwer's", () => {
    const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
    const cut = rows.map(({ gold, predicted }) => ({ gold: words(gold), predicted: words(predicted) }));
    expect(tokenErrorRate(cut)).toBeCloseTo(figures.word_error_rate!, 12);
  });
});

const lists = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 });

describe("the distance of two lists", () => {
  /** By its definition, without a table. */
  const plain = (a: readonly string[], b: readonly string[]): number => {
    if (a.length === 0 || b.length === 0) return a.length + b.length;
    const [first, ...rest] = a;
    const [other, ...others] = b;
    return Math.min(
      plain(rest, others) + (first === other ? 0 : 1),
      plain(rest, b) + 1,
      plain(a, others) + 1,
    );
  };

  it("is the fewest edits", () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        expect(editDistance(a, b)).toBe(plain(a, b));
      }),
      { numRuns: 50 },
    );
  });
});

describe("the report of sequences", () => {
  const sequence = (text: string) => ({ text, tokens: text === "" ? [] : text.split(" ") });

  it("looks at the best sequence, and for exact_match_top_k at all", () => {
    const report = seq2seqReport({
      loss: 0.5,
      bleuTokenization: "none",
      rows: [
        { gold: sequence("a b"), most: 5, predicted: [sequence("a b"), sequence("b")] },
        { gold: sequence("a b c d"), most: 3, predicted: [sequence("a c"), sequence("a b c d")] },
        { gold: sequence("a"), most: 1, predicted: [] },
      ],
    });
    expect(report).toMatchObject({
      loss: 0.5,
      exact_match: 1 / 3,
      exact_match_top_k: 2 / 3,
      out_of_reach: 1 / 3,
    });
    expect(report.token_f1).toBeCloseTo((1 + 2 / 3 + 0) / 3);
    expect(report.token_error_rate).toBeCloseTo(3 / 7);
  });

  it("is empty of figures where nothing was written", () => {
    const report = seq2seqReport({ loss: null, bleuTokenization: "13a", rows: null });
    expect(new Set(Object.values(report))).toEqual(new Set([null]));
  });

  it("refuses a loss that is no number", () => {
    expect(() => seq2seqReport({ loss: Number.NaN, bleuTokenization: "13a", rows: [] })).toThrow(/loss/);
  });
});
