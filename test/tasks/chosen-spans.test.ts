import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseSpans, type WindowSpans } from "../../src/tasks/chosen-spans.js";

const ALWAYS = { answers: 3, nullThreshold: null };
const window = (
  spans: readonly [start: number, end: number, logit: number][],
  nullLogit: number,
  logTotal: number,
): WindowSpans => ({
  spans: spans.map(([start, end]) => ({ start, end })),
  logits: spans.map(([, , logit]) => logit),
  ...{ nullLogit, logTotal },
});

describe("the best parts of a text", () => {
  it("are taken from all windows, each once, where it scores most", () => {
    const { spans, noAnswer } = chooseSpans(
      [
        window(
          [
            [0, 4, 2],
            [6, 9, 1],
          ],
          3,
          4,
        ),
        window(
          [
            [6, 9, 2.5],
            [20, 22, 0],
          ],
          -1,
          3,
        ),
      ],
      ALWAYS,
    );
    expect(spans.map(({ start, end }) => [start, end])).toEqual([
      [6, 9],
      [0, 4],
      [20, 22],
    ]);
    const total = Math.exp(4) + Math.exp(3);
    expect(spans.map(({ score }) => score)).toEqual(
      [2.5, 2, 0].map((logit) => expect.closeTo(Math.exp(logit) / total, 12) as number),
    );
    // No answer counts where it is least likely, here in the second window.
    expect(noAnswer).toBeCloseTo(-3.5, 12);
  });

  it("stand in the text's order where they are equally good, shorter ones first", () => {
    const { spans } = chooseSpans(
      [
        window(
          [
            [5, 9, 1],
            [5, 7, 1],
          ],
          0,
          3,
        ),
        window([[1, 2, 1]], 0, 3),
      ],
      ALWAYS,
    );
    expect(spans.map(({ start, end }) => [start, end])).toEqual([
      [1, 2],
      [5, 7],
      [5, 9],
    ]);
  });

  it.each([
    [null, true],
    [-2, false],
    [-1, true],
    [0, true],
  ])("are an answer, with the threshold %j: %j", (nullThreshold, has) => {
    // No answer scores 1 less.
    expect(chooseSpans([window([[0, 1, 2]], 1, 3)], { answers: 1, nullThreshold }).hasAnswer).toBe(has);
  });

  it("are none in a text without pieces", () => {
    const none = chooseSpans(
      [{ spans: [null, null], logits: [-1e30, -1e30], nullLogit: 2, logTotal: 2 }],
      ALWAYS,
    );
    expect(none).toEqual({
      spans: [],
      noAnswer: Number.POSITIVE_INFINITY,
      noAnswerScore: 1,
      hasAnswer: false,
    });
  });

  it("have probabilities that sum up to 1 where all pairs of places are spans (property)", () => {
    const side = (length: number) =>
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: length, maxLength: length });
    const sides = fc.integer({ min: 2, max: 5 }).chain((length) => fc.tuple(side(length), side(length)));
    fc.assert(
      fc.property(fc.array(sides, { minLength: 1, maxLength: 3 }), (given) => {
        // Place 0 is [CLS]; pairs of another place with it, or in the wrong order, are spans too for once, at places of their own.
        const windows = given.map(([starts, ends], w): WindowSpans => {
          const pairs = starts.flatMap((start, i) =>
            ends.flatMap((end, k) =>
              i === 0 && k === 0
                ? []
                : [[100 * w + 10 * i, 100 * w + 10 * i + k + 1, start + end] as [number, number, number]],
            ),
          );
          const total =
            Math.log(starts.reduce((sum, one) => sum + Math.exp(one), 0)) +
            Math.log(ends.reduce((sum, one) => sum + Math.exp(one), 0));
          return window(pairs, starts[0]! + ends[0]!, total);
        });
        const { spans, noAnswerScore } = chooseSpans(windows, { answers: 1000, nullThreshold: null });
        const sum = spans.reduce((all, { score }) => all + score, 0);
        const total = windows.reduce((all, { logTotal }) => all + Math.exp(logTotal), 0);
        const nulls = windows.reduce((all, { nullLogit }) => all + Math.exp(nullLogit), 0);
        expect(sum + nulls / total).toBeCloseTo(1, 9);
        expect(noAnswerScore).toBeCloseTo(
          Math.min(...windows.map(({ nullLogit }) => Math.exp(nullLogit))) / total,
          9,
        );
      }),
      { numRuns: 50 },
    );
  });
});
