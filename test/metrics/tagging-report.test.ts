import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibration } from "../../src/metrics/calibration.js";
import type { TagReader } from "../../src/metrics/entities.js";
import { type TaggingInput, taggingReport } from "../../src/metrics/tagging-report.js";
import { names, nonFinitePaths } from "./arbitraries.js";

/** Every `x` is an entity of one token, for figures that can be counted by hand. */
const reader: TagReader = {
  types: ["x"],
  entities: (tags) =>
    tags.flatMap((tag, start) => (tag === "x" ? [{ label: "x", start, end: start + 1 }] : [])),
};

function input(given: Partial<TaggingInput> = {}): TaggingInput {
  return {
    labels: ["o", "x", "y"],
    gold: [[0, 1, 2], [], [1]],
    predicted: [[0, 1, 1], [], [1]],
    scores: [[0.9, 0.8, 0.6], [], [1]],
    reader: null,
    loss: 0.5,
    ...given,
  };
}

/** Gold and predicted tags of some rows, with scores, over 1 to 4 tags. */
const tagged = fc.integer({ min: 1, max: 4 }).chain((labelCount) => {
  const tag = fc.nat(labelCount - 1);
  const score = fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8);
  return fc.record({
    labels: fc.constant(names(labelCount)),
    rows: fc.array(fc.array(fc.tuple(tag, tag, score), { maxLength: 5 }), { maxLength: 6 }),
  });
});

type Rows = readonly (readonly (readonly [gold: number, predicted: number, score: number])[])[];

function inputOf(labels: readonly string[], rows: Rows): TaggingInput {
  return {
    labels,
    gold: rows.map((row) => row.map(([gold]) => gold)),
    predicted: rows.map((row) => Int32Array.from(row, ([, predicted]) => predicted)),
    scores: rows.map((row) => Float32Array.from(row, ([, , score]) => score)),
    reader: null,
    loss: null,
  };
}

describe("a tagger's report", () => {
  it("counts tokens, rows and tags", () => {
    const report = taggingReport(input());
    expect(report).toMatchObject({
      rows: 3,
      tokens: 4,
      loss: 0.5,
      token_accuracy: 3 / 4,
      sentence_accuracy: 2 / 3,
      per_tag: {
        o: { precision: 1, recall: 1, f1: 1, support: 1 },
        x: { precision: 2 / 3, recall: 1, f1: 4 / 5, support: 2 },
        y: { precision: 0, recall: 0, f1: 0, support: 1 },
      },
      confusions: { tags: [{ gold: "y", predicted: "x", count: 1 }] },
    });
    expect(report.tag_macro_f1).toBeCloseTo((1 + 4 / 5 + 0) / 3, 12);
  });

  it("has figures of entities where tags are read as entities, and no sign of them elsewhere", () => {
    const report = taggingReport(input({ reader }));
    expect(report).toMatchObject({
      entity_precision: 2 / 3,
      entity_recall: 1,
      entity_f1: 4 / 5,
      entity_macro_f1: 4 / 5,
      per_entity: { x: { support: 2 } },
      confusions: { entities: [{ gold: null, predicted: "x", count: 1 }] },
    });
    const without = taggingReport(input());
    expect(Object.keys(without).filter((key) => key.includes("entit"))).toEqual([]);
    expect(Object.keys(without.confusions!)).toEqual(["tags"]);
  });

  it("where only a loss was computed has that, its figures null and no tables", () => {
    expect(taggingReport(input({ predicted: null, scores: null, reader }))).toEqual({
      rows: 3,
      tokens: 4,
      loss: 0.5,
      token_accuracy: null,
      sentence_accuracy: null,
      tag_macro_f1: null,
      entity_precision: null,
      entity_recall: null,
      entity_f1: null,
      entity_macro_f1: null,
    });
  });

  it("has the accuracies of counting token by token and row by row, and the tokens' calibration", () => {
    fc.assert(
      fc.property(tagged, ({ labels, rows }) => {
        const report = taggingReport(inputOf(labels, rows));
        const tokens = rows.flat();
        const right = tokens.filter(([gold, predicted]) => gold === predicted).length;
        const rightRows = rows.filter((row) => row.every(([gold, predicted]) => gold === predicted)).length;
        expect(report.token_accuracy).toBe(tokens.length === 0 ? null : right / tokens.length);
        expect(report.sentence_accuracy).toBe(rows.length === 0 ? null : rightRows / rows.length);
        expect(report.tokens).toBe(tokens.length);
        expect(report.calibration).toEqual(
          calibration(
            Float32Array.from(tokens, ([, , score]) => score),
            Uint8Array.from(tokens, ([gold, predicted]) => (gold === predicted ? 1 : 0)),
          ),
        );
        for (const [label, name] of labels.entries()) {
          expect(report.per_tag![name]!.support).toBe(tokens.filter(([gold]) => gold === label).length);
        }
        expect(nonFinitePaths(report)).toEqual([]);
      }),
    );
  });

  it("does not change with the order of rows", () => {
    fc.assert(
      fc.property(tagged, ({ labels, rows }) => {
        const { calibration: bins, ...report } = taggingReport(inputOf(labels, rows));
        const { calibration: other, ...turned } = taggingReport(inputOf(labels, [...rows].reverse()));
        expect(turned).toEqual(report);
        expect(other!.expected_error ?? 0).toBeCloseTo(bins!.expected_error ?? 0, 12);
      }),
    );
  });

  it("refuses lists of other lengths, ids that are no tag's, scores that are no probabilities", () => {
    expect(() => taggingReport(input({ predicted: [[0, 1, 1], []] }))).toThrow(
      "predicted holds 2 values, expected 3",
    );
    expect(() => taggingReport(input({ predicted: [[0, 1], [], [1]] }))).toThrow(
      "predicted[0] holds 2 values, expected 3 (one for each token of gold)",
    );
    expect(() => taggingReport(input({ gold: [[0, 1, 3], [], [1]] }))).toThrow("gold[2] is 3");
    expect(() => taggingReport(input({ scores: [[0.9, Number.NaN, 0.6], [], [1]] }))).toThrow(
      "the score of row 0, token 1 is NaN, expected a probability from 0 to 1 (NaN means that training diverged",
    );
    expect(() => taggingReport(input({ loss: Number.POSITIVE_INFINITY }))).toThrow("loss is Infinity");
  });
});
