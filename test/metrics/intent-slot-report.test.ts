import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityFigures, type TagReader } from "../../src/metrics/entities.js";
import { type IntentSlotInput, intentSlotReport } from "../../src/metrics/intent-slot-report.js";
import { nonFinitePaths } from "./arbitraries.js";

const INTENTS = ["book", "play", "stop"];
const TAGS = ["o", "x", "y"];

/** Every `x` and every `y` is a slot of one token. */
const reader: TagReader = {
  types: ["x", "y"],
  entities: (tags) =>
    tags.flatMap((label, start) => (label === "o" ? [] : [{ label, start, end: start + 1 }])),
};

interface Row {
  readonly intents: readonly [gold: number, predicted: number];
  readonly tags: readonly (readonly [gold: number, predicted: number])[];
}

function inputOf(rows: readonly Row[]): IntentSlotInput {
  return {
    intent: {
      labels: INTENTS,
      gold: Int32Array.from(rows, ({ intents }) => intents[0]),
      scores: Float32Array.from(
        rows.flatMap(({ intents }) => INTENTS.map((_, intent) => (intent === intents[1] ? 0.5 : 0.25))),
      ),
    },
    slots: {
      labels: TAGS,
      reader,
      gold: rows.map(({ tags }) => tags.map(([gold]) => gold)),
      predicted: rows.map(({ tags }) => tags.map(([, predicted]) => predicted)),
      scores: rows.map(({ tags }) => tags.map(() => 0.75)),
    },
    loss: 0.5,
  };
}

const id = fc.nat(2);
const anyRows = fc.array(
  fc.record({ intents: fc.tuple(id, id), tags: fc.array(fc.tuple(id, id), { maxLength: 3 }) }),
  { maxLength: 8 },
);

/** Four rows: all right; a slot of the wrong type; a wrong intent; a slot invented. */
const rows: readonly Row[] = [
  {
    intents: [0, 0],
    tags: [
      [0, 0],
      [1, 1],
    ],
  },
  { intents: [1, 1], tags: [[1, 2]] },
  { intents: [2, 0], tags: [[0, 0]] },
  {
    intents: [1, 1],
    tags: [
      [2, 2],
      [0, 1],
    ],
  },
];

describe("a joint model's report", () => {
  it("counts frames, intents, slots and tokens", () => {
    const report = intentSlotReport(inputOf(rows));
    expect(report).toMatchObject({
      rows: 4,
      tokens: 6,
      loss: 0.5,
      frame_accuracy: 1 / 4,
      intent_accuracy: 3 / 4,
      slot_precision: 2 / 4,
      slot_recall: 2 / 3,
      slot_f1: 4 / 7,
      token_accuracy: 4 / 6,
      // Right: three intents and two slots of eight predicted and seven in gold.
      bracket_precision: 5 / 8,
      bracket_recall: 5 / 7,
      // Right: the first row's intent with its slot, and the last row's first slot.
      tree_precision: 3 / 8,
      tree_recall: 3 / 7,
      // The second and the third row.
      wrong_label_share: 2 / 4,
      frame_accuracy_by_depth: { "1": { rows: 1, accuracy: 0 }, "2": { rows: 3, accuracy: 1 / 3 } },
      per_intent: { book: { precision: 1 / 2, recall: 1, support: 1 }, stop: { recall: 0, support: 1 } },
      per_slot: { x: { precision: 1 / 2, recall: 1 / 2, support: 2 }, y: { recall: 1, support: 1 } },
      confusions: {
        intents: [{ gold: "stop", predicted: "book", count: 1 }],
        slots: [
          { gold: "x", predicted: "y", count: 1 },
          { gold: null, predicted: "x", count: 1 },
        ],
        tags: [
          { gold: "o", predicted: "x", count: 1 },
          { gold: "x", predicted: "y", count: 1 },
        ],
      },
    });
  });

  it("where tags were not predicted has the figures of intents, the others null, and no tables of slots", () => {
    const given = inputOf(rows);
    const report = intentSlotReport({ ...given, slots: { ...given.slots, predicted: null, scores: null } });
    expect(report).toMatchObject({ rows: 4, tokens: 6, loss: 0.5, intent_accuracy: 3 / 4 });
    const full = intentSlotReport(given);
    for (const [key, value] of Object.entries(full)) {
      const known = ["rows", "tokens", "loss", "intent_accuracy", "intent_macro_f1"].includes(key);
      if (typeof value === "number" && !known) expect(report, key).toHaveProperty(key, null);
    }
    expect(report).not.toHaveProperty("per_slot");
    expect(Object.keys(report.confusions)).toEqual(["intents"]);
  });

  it("has the figures of the definitions: rows all right, labels equal, sets of slots", () => {
    fc.assert(
      fc.property(anyRows, (given) => {
        const report = intentSlotReport(inputOf(given));
        const share = (holds: (row: Row) => boolean) =>
          given.length === 0 ? null : given.filter(holds).length / given.length;
        const intentRight = ({ intents: [gold, predicted] }: Row) => gold === predicted;
        // Slots of one token: they are all right exactly where the tags are.
        const slotsRight = ({ tags }: Row) => tags.every(([gold, predicted]) => gold === predicted);
        expect(report.intent_accuracy).toBe(share(intentRight));
        expect(report.frame_accuracy).toBe(share((row) => intentRight(row) && slotsRight(row)));
        const side = (at: 0 | 1) =>
          given.map(({ tags }) => reader.entities(tags.map((tag) => TAGS[tag[at]]!)));
        const { micro } = entityFigures(reader.types, side(0), side(1));
        expect([report.slot_precision, report.slot_recall, report.slot_f1]).toEqual([
          micro.precision,
          micro.recall,
          micro.f1,
        ]);
        expect(nonFinitePaths(report)).toEqual([]);
      }),
    );
  });

  it("has bracket metrics that pool intents and slots, and tree metrics that are never above them", () => {
    fc.assert(
      fc.property(anyRows, (given) => {
        const report = intentSlotReport(inputOf(given));
        const intents = given.filter(({ intents: [gold, predicted] }) => gold === predicted).length;
        const count = (holds: (tag: readonly [number, number]) => boolean) =>
          given.reduce((sum, { tags }) => sum + tags.filter(holds).length, 0);
        const hits = intents + count(([gold, predicted]) => gold > 0 && gold === predicted);
        const said = given.length + count(([, predicted]) => predicted > 0);
        expect(report.bracket_precision).toBe(said === 0 ? null : hits / said);
        expect(report.tree_f1 ?? 0).toBeLessThanOrEqual(report.bracket_f1 ?? 0);
      }),
    );
  });

  it("refuses scores that are no probabilities and lists of other lengths", () => {
    const given = inputOf(rows);
    const broken = { ...given.intent, scores: given.intent.scores.map(() => Number.NaN) };
    expect(() => intentSlotReport({ ...given, intent: broken })).toThrow(
      'score of row 0 for label "book" is NaN',
    );
    const short = { ...given.intent, scores: given.intent.scores.subarray(1) };
    expect(() => intentSlotReport({ ...given, intent: short })).toThrow("4 rows of 3 intents");
    expect(() => intentSlotReport({ ...given, slots: { ...given.slots, gold: [] } })).toThrow(
      "slots.gold holds 0 values, expected 4",
    );
  });
});
