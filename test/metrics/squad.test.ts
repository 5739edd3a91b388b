// Expected values: fixtures/squad.json, recorded by bench/peers/record_squad.py from transformers 4.46.3, which carries the formulas of SQuAD 2.0's script.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type AnsweredQuestion,
  answerScores,
  normalizedAnswer,
  type SquadReport,
  squadReport,
} from "../../src/metrics/index.js";

const recorded = JSON.parse(readFileSync(new URL("fixtures/squad.json", import.meta.url), "utf8")) as {
  readonly normalized: readonly (readonly [text: string, wanted: string])[];
  readonly pairs: readonly (readonly [right: string, predicted: string, exact: number, f1: number])[];
  readonly sets: readonly {
    readonly threshold: number;
    readonly questions: readonly AnsweredQuestion[];
    readonly figures: Readonly<Record<string, number>>;
  }[];
};

describe("an answer beside the right ones", () => {
  it.each([
    ["The Norman's", "normans"],
    ["a  cat, an owl & the dog", "cat owl dog"],
    ["there, Anna", "there anna"],
    ["the", ""],
  ])("%j is compared as %j", (answer, wanted) => expect(normalizedAnswer(answer)).toBe(wanted));

  it.each([
    ["Paris", ["the city of Paris", "in Paris"], 0, 2 / 3],
    ["the Eiffel Tower", ["Eiffel Tower"], 1, 1],
    ["red red fox", ["red fox fox"], 0, 2 / 3],
    ["dog", ["cat"], 0, 0],
    ["", [], 1, 1],
    ["dog", [], 0, 0],
    ["", ["cat"], 0, 0],
    ["", ["the"], 1, 1],
  ])("%j for %j: exact %d, F1 %d", (answer, right, exact, f1) =>
    expect(answerScores(answer, right)).toEqual({ exact, f1 }),
  );

  it("is compared as SQuAD's script does it", () => {
    for (const [text, wanted] of recorded.normalized)
      expect([text, normalizedAnswer(text)]).toEqual([text, wanted]);
    for (const [right, predicted, exact, f1] of recorded.pairs) {
      // Of a right answer nothing may be left to compare: then it is as if there were none.
      const own = answerScores(predicted, [right]);
      expect([right, predicted, own.exact, own.f1]).toEqual([
        right,
        predicted,
        exact,
        expect.closeTo(f1, 12),
      ]);
    }
  });
});

describe("figures of a split", () => {
  it("are those of SQuAD's script, with and without answers, and at the best thresholds", () => {
    for (const { threshold, questions, figures } of recorded.sets) {
      const got = squadReport({ loss: null, questions, nullThreshold: threshold }) as unknown as Record<
        string,
        number
      >;
      const wanted: Record<string, number | undefined> = {
        exact_match: figures.exact,
        f1: figures.f1,
        has_answer_exact_match: figures.HasAns_exact,
        has_answer_f1: figures.HasAns_f1,
        no_answer_accuracy: figures.NoAns_exact,
      };
      const none = questions.some(({ right }) => right.length === 0);
      if (none) Object.assign(wanted, { best_exact_match: figures.best_exact, best_f1: figures.best_f1 });
      for (const [name, percent] of Object.entries(wanted)) {
        if (none || name === "exact_match" || name === "f1")
          expect([name, got[name]! * 100]).toEqual([name, expect.closeTo(percent!, 9)]);
        else expect(name in got).toBe(false);
      }
      if (!none) continue;
      expect(got.best_exact_match_threshold ?? 0).toBe(figures.best_exact_thresh);
      expect(got.best_f1_threshold ?? 0).toBe(figures.best_f1_thresh);
    }
  });

  it("answer questions of one score together, as a threshold does", () => {
    const question = (right: string[], noAnswer: number) => ({ right, answer: "x", noAnswer });
    const questions = [question(["x"], 0), question([], 0), question([], 0)];
    const report = squadReport({ loss: null, questions, nullThreshold: 0 });
    // Answering only the first of the three would be right three times, but no threshold does it.
    expect(report).toMatchObject({ best_f1: 2 / 3, best_f1_threshold: null, f1: 1 / 3 });
  });

  it("are null in training, and without questions with answers", () => {
    const training: SquadReport = { loss: 1, questions: null, exact_match: null, f1: null };
    expect(squadReport({ loss: 1, questions: null, nullThreshold: null })).toEqual(training);
    const questions = [{ right: [], answer: "", noAnswer: Number.POSITIVE_INFINITY }];
    expect(squadReport({ loss: 1, questions, nullThreshold: null })).toMatchObject({
      ...{ exact_match: 1, has_answer_f1: null, no_answer_accuracy: 1, best_f1: 1 },
    });
    const broken = [{ right: [], answer: "a", noAnswer: Number.NaN }];
    expect(() => squadReport({ loss: 1, questions: broken, nullThreshold: null })).toThrow(/no number/);
  });
});
