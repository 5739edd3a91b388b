import { describe, expect, it } from "vitest";
import { type Frame, parsingReport } from "../../src/metrics/index.js";
import { readTree, spanOf } from "../../src/text/trees.js";

const frame = (text: string): Frame => spanOf(readTree(text));

/** Three rows; nodes of gold: 3 + 2 + 4 = 9. */
const gold = [
  "[IN:EVENT [SL:CATEGORY fairs ] in [SL:PLACE Detroit ] ]",
  "[IN:ROUTE to [SL:GOAL work ] ]",
  "[IN:ROUTE to [SL:GOAL [IN:PLACE my [SL:KIND home ] ] ] ]",
].map(frame);

const report = parsingReport({
  loss: 1.5,
  rows: [
    { gold: gold[0]!, predicted: [gold[0]!, frame("[IN:EVENT fairs in Detroit ]")] },
    // The form is right, a label is not; the second tree is right.
    { gold: gold[1]!, predicted: [frame("[IN:ROUTE to [SL:START work ] ]"), gold[1]!] },
    // The innermost slot is missing.
    { gold: gold[2]!, predicted: [frame("[IN:ROUTE to [SL:GOAL [IN:PLACE my home ] ] ]"), null] },
  ],
});

describe("the figures of a parser", () => {
  it("count whole trees, among the best and among all that were found", () => {
    expect(report).toMatchObject({
      ...{ rows: 3, loss: 1.5, frame_accuracy: 1 / 3, frame_accuracy_top_k: 2 / 3, intent_accuracy: 1 },
      ...{ wrong_label_share: 1 / 3, invalid_trees: 0 },
      frame_accuracy_by_depth: { 2: { rows: 2, accuracy: 1 / 2 }, 4: { rows: 1, accuracy: 0 } },
    });
  });

  it("count nodes by brackets and by whole subtrees", () => {
    // Brackets: 3 + 1 + 3 of 8 predicted are right, of 9. Trees: 3 + 0 + 0.
    expect(report.bracket_precision).toBeCloseTo(7 / 8);
    expect(report.bracket_recall).toBeCloseTo(7 / 9);
    expect(report.bracket_f1).toBeCloseTo(14 / 17);
    expect(report.tree_precision).toBeCloseTo(3 / 8);
    expect(report.tree_recall).toBeCloseTo(3 / 9);
    expect(report.per_slot).toMatchObject({ "SL:GOAL": { precision: 1, recall: 1 / 2, support: 2 } });
    expect(report.per_intent).toMatchObject({ "IN:ROUTE": { f1: 1, support: 2 } });
    expect(report.tree_per_intent).toMatchObject({ "IN:ROUTE": { f1: 0 }, "IN:EVENT": { f1: 1 } });
    expect(report.tree_per_slot).toMatchObject({ "SL:GOAL": { precision: 0, recall: 0, support: 2 } });
  });

  it("count a tree that is none as wrong, and tell how many there are", () => {
    const invalid = parsingReport({ loss: null, rows: [{ gold: gold[1]!, predicted: [null, gold[1]!] }] });
    expect(invalid).toMatchObject({
      ...{ invalid_trees: 1, frame_accuracy: 0, frame_accuracy_top_k: 1, intent_accuracy: 0 },
      ...{ bracket_precision: 0, bracket_recall: 0, tree_f1: 0 },
    });
    expect(parsingReport({ loss: null, rows: [{ gold: gold[1]!, predicted: [] }] }).invalid_trees).toBe(1);
  });

  it("are null where nothing was parsed, and where there are no rows", () => {
    expect(parsingReport({ loss: 2, rows: null })).toMatchObject({
      loss: 2,
      rows: null,
      frame_accuracy: null,
    });
    expect(parsingReport({ loss: null, rows: [] })).toMatchObject({
      rows: 0,
      frame_accuracy: null,
      tree_f1: null,
    });
    expect(() => parsingReport({ loss: Number.NaN, rows: null })).toThrow(/loss is NaN/);
  });
});
