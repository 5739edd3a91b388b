// The eleven pairs and what PyText says of them: facebookresearch/pytext, pytext/metrics/tests/intent_slot_metrics_test.py
// (test_compare_frames, test_compute_intent_slot_metrics and the accuracies; test_compute_percent_trees_wrong_label).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareFrames,
  type Frame,
  type FramePair,
  frameAccuracy,
  frameAccuracyByDepth,
  frameFigures,
  type NodeMatch,
  rootAccuracy,
  wrongLabelShare,
} from "../../src/metrics/frames.js";
import type { Counts } from "../../src/metrics/precision-recall.js";

function node(label: string, start: number, end: number, ...children: Frame[]): Frame {
  return { label, start, end, children };
}

/** An intent over the whole text. */
function whole(label: string, ...slots: Frame[]): Frame {
  return node(label, 0, 20, ...slots);
}

type Triple = readonly [truePositives: number, falsePositives: number, falseNegatives: number];
type Expected = { readonly intents: Triple; readonly slots: Triple };
/** Precision, recall and F1 of the intents and of the slots, and of both together. */
interface ExpectedFigures {
  readonly way: NodeMatch;
  readonly from: number;
  readonly to: number;
  readonly intents: Readonly<Record<string, Triple>>;
  readonly slots: Readonly<Record<string, Triple>>;
  readonly macro: readonly [Triple, Triple];
  readonly micro: readonly [Triple, Triple];
  readonly overall: Triple;
}
interface Pair extends FramePair {
  readonly name: string;
  readonly bracket: Expected;
  readonly tree: Expected;
}

const nested = whole("intent1", node("slot1", 1, 5, node("intent2", 1, 5, node("slot2", 1, 2))));

const pairs: readonly Pair[] = [
  {
    name: "equal frames",
    predicted: whole("intent1", node("slot1", 1, 2)),
    gold: whole("intent1", node("slot1", 1, 2)),
    bracket: { intents: [1, 0, 0], slots: [1, 0, 0] },
    tree: { intents: [1, 0, 0], slots: [1, 0, 0] },
  },
  {
    name: "no slot found",
    predicted: whole("intent1"),
    gold: whole("intent1", node("slot1", 1, 2)),
    bracket: { intents: [1, 0, 0], slots: [0, 0, 1] },
    tree: { intents: [0, 1, 1], slots: [0, 0, 1] },
  },
  {
    name: "another intent and another slot",
    predicted: whole("intent1", node("slot1", 1, 2)),
    gold: whole("intent2", node("slot2", 1, 2)),
    bracket: { intents: [0, 1, 1], slots: [0, 1, 1] },
    tree: { intents: [0, 1, 1], slots: [0, 1, 1] },
  },
  {
    name: "slots that overlap",
    predicted: whole("intent1", node("slot1", 1, 3)),
    gold: whole("intent1", node("slot1", 2, 4)),
    bracket: { intents: [1, 0, 0], slots: [0, 1, 1] },
    tree: { intents: [0, 1, 1], slots: [0, 1, 1] },
  },
  {
    name: "slots apart",
    predicted: whole("intent1", node("slot1", 1, 3)),
    gold: whole("intent1", node("slot1", 6, 7)),
    bracket: { intents: [1, 0, 0], slots: [0, 1, 1] },
    tree: { intents: [0, 1, 1], slots: [0, 1, 1] },
  },
  {
    name: "one of two slots",
    predicted: whole("intent1", node("slot2", 10, 12)),
    gold: whole("intent1", node("slot1", 6, 7), node("slot2", 10, 12)),
    bracket: { intents: [1, 0, 0], slots: [1, 0, 1] },
    tree: { intents: [0, 1, 1], slots: [1, 0, 1] },
  },
  {
    name: "two slots where there is one",
    predicted: whole("intent1", node("slot1", 2, 5), node("slot2", 6, 10), node("slot3", 11, 20)),
    gold: whole("intent1", node("slot1", 1, 11), node("slot3", 11, 20)),
    bracket: { intents: [1, 0, 0], slots: [1, 2, 1] },
    tree: { intents: [0, 1, 1], slots: [1, 2, 1] },
  },
  {
    name: "a slot too many",
    predicted: whole("intent1", node("slot1", 1, 10), node("slot2", 11, 20)),
    gold: whole("intent1", node("slot1", 1, 10)),
    bracket: { intents: [1, 0, 0], slots: [1, 1, 0] },
    tree: { intents: [0, 1, 1], slots: [1, 1, 0] },
  },
  {
    name: "equal nested frames",
    predicted: nested,
    gold: nested,
    bracket: { intents: [2, 0, 0], slots: [2, 0, 0] },
    tree: { intents: [2, 0, 0], slots: [2, 0, 0] },
  },
  {
    name: "an intent in a slot that has none",
    predicted: whole(
      "intent1",
      node("slot1", 1, 5, node("intent2", 1, 5, node("slot2", 1, 2), node("slot3", 4, 5))),
    ),
    gold: whole("intent1", node("slot1", 1, 5)),
    bracket: { intents: [1, 1, 0], slots: [1, 2, 0] },
    tree: { intents: [0, 2, 1], slots: [0, 3, 1] },
  },
  {
    name: "nested frames with other ends",
    predicted: whole(
      "intent1",
      node("slot1", 1, 6, node("intent2", 1, 6, node("slot4", 4, 6), node("slot3", 1, 2))),
      node("slot2", 7, 10),
    ),
    gold: whole(
      "intent1",
      node("slot1", 1, 5, node("intent2", 1, 5, node("slot3", 1, 2), node("slot4", 4, 5))),
      node("slot2", 7, 10),
    ),
    bracket: { intents: [1, 1, 1], slots: [2, 2, 2] },
    tree: { intents: [0, 2, 2], slots: [2, 2, 2] },
  },
];

function triple({ truePositives, falsePositives, falseNegatives }: Counts): Triple {
  return [truePositives, falsePositives, falseNegatives];
}

describe("PyText's pairs of frames", () => {
  const ways = ["bracket", "tree"] as const;

  it.each(pairs.flatMap((pair) => ways.map((way) => [pair.name, way, pair] as const)))(
    "%s: %s counts are the same",
    (_, way, pair) => {
      const counts = compareFrames(pair, way);
      expect({ intents: triple(counts.intents), slots: triple(counts.slots) }).toEqual(pair[way]);
    },
  );

  it("give the same accuracies of frames, of outermost intents, and by depth", () => {
    expect(frameAccuracy(pairs)).toBeCloseTo(2 / 11, 12);
    expect(rootAccuracy(pairs)).toBeCloseTo(10 / 11, 12);
    expect(frameAccuracyByDepth(pairs)).toEqual({
      "2": { rows: 9, accuracy: 1 / 9 },
      "4": { rows: 2, accuracy: 1 / 2 },
    });
  });

  it.each<ExpectedFigures>([
    {
      way: "bracket",
      from: 1,
      to: 2,
      intents: { intent1: [1, 1, 1] },
      slots: { slot1: [0, 0, 0] },
      macro: [
        [1, 1, 1],
        [0, 0, 0],
      ],
      micro: [
        [1, 1, 1],
        [0, 0, 0],
      ],
      overall: [1, 1 / 2, 2 / 3],
    },
    {
      way: "tree",
      from: 1,
      to: 2,
      intents: { intent1: [0, 0, 0] },
      slots: { slot1: [0, 0, 0] },
      macro: [
        [0, 0, 0],
        [0, 0, 0],
      ],
      micro: [
        [0, 0, 0],
        [0, 0, 0],
      ],
      overall: [0, 0, 0],
    },
    {
      way: "bracket",
      from: 7,
      to: 11,
      intents: { intent1: [1, 1, 1], intent2: [1 / 3, 1 / 2, 0.4] },
      slots: {
        slot1: [0.75, 0.75, 0.75],
        slot2: [0.5, 1, 2 / 3],
        slot3: [0.5, 1, 2 / 3],
        slot4: [0, 0, 0],
      },
      macro: [
        [2 / 3, 0.75, 0.7],
        [0.4375, 0.6875, 25 / 48],
      ],
      micro: [
        [5 / 7, 5 / 6, 10 / 13],
        [6 / 11, 6 / 8, 12 / 19],
      ],
      overall: [11 / 18, 11 / 14, 22 / 32],
    },
    {
      way: "tree",
      from: 7,
      to: 11,
      intents: { intent1: [0.25, 0.25, 0.25], intent2: [1 / 3, 1 / 2, 0.4] },
      slots: {
        slot1: [0.5, 0.5, 0.5],
        slot2: [0.5, 1, 2 / 3],
        slot3: [0.5, 1, 2 / 3],
        slot4: [0, 0, 0],
      },
      macro: [
        [7 / 24, 0.375, 0.325],
        [0.375, 0.625, 11 / 24],
      ],
      micro: [
        [2 / 7, 2 / 6, 4 / 13],
        [5 / 11, 5 / 8, 10 / 19],
      ],
      overall: [7 / 18, 7 / 14, 14 / 32],
    },
  ])("$from to $to give the same $way precision, recall and F1", (expected) => {
    const { intents, slots, overall } = frameFigures(pairs.slice(expected.from, expected.to), expected.way);
    for (const [index, figures] of [intents, slots].entries()) {
      expectFigures(figures.macro, expected.macro[index]!);
      expectFigures(figures.micro, expected.micro[index]!);
      const perLabel = index === 0 ? expected.intents : expected.slots;
      expect(Object.keys(figures.perLabel)).toEqual(Object.keys(perLabel));
      for (const [label, values] of Object.entries(perLabel)) expectFigures(figures.perLabel[label]!, values);
    }
    expectFigures(overall, expected.overall);
  });

  it("have the wrong label in three of its five other cases that are trees", () => {
    const right = whole("intent1", node("slot1", 1, 2));
    const two = (first: string, second: string) => whole("intent1", node(first, 1, 2), node(second, 4, 5));
    const others: readonly FramePair[] = [
      { predicted: right, gold: right },
      { predicted: right, gold: whole("intent1", node("slot2", 1, 2)) },
      { predicted: right, gold: whole("intent2", node("slot1", 1, 2)) },
      { predicted: two("slot1", "slot2"), gold: two("slot2", "slot1") },
      { predicted: right, gold: two("slot1", "slot2") },
    ];
    expect(wrongLabelShare(others)).toBe(3 / 5);
  });
});

function expectFigures(
  figures: { readonly precision: number | null; readonly recall: number | null; readonly f1: number | null },
  [precision, recall, f1]: Triple,
): void {
  expect(figures.precision).toBeCloseTo(precision, 12);
  expect(figures.recall).toBeCloseTo(recall, 12);
  expect(figures.f1).toBeCloseTo(f1, 12);
}

/** Small frames over few labels and places, so that parts of them agree often. */
const frame = fc.letrec<{ node: Frame }>((tie) => ({
  node: fc.record({
    label: fc.constantFrom("a", "b"),
    start: fc.nat(1),
    end: fc.integer({ min: 2, max: 3 }),
    children: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant([] as Frame[]),
      fc.array(tie("node"), { maxLength: 2 }),
    ),
  }),
})).node;
const framePairs = fc.array(fc.record({ gold: frame, predicted: frame }), { maxLength: 5 });

/** All nodes with their depth. */
function nodes(of: Frame, depth = 0): { readonly node: Frame; readonly depth: number }[] {
  return [{ node: of, depth }, ...of.children.flatMap((child) => nodes(child, depth + 1))];
}

function sameBracket(a: Frame, b: Frame): boolean {
  return a.label === b.label && a.start === b.start && a.end === b.end;
}

/** Whether the children of one can be paired off with equal children of the other. */
function sameTree(a: Frame, b: Frame): boolean {
  if (!sameBracket(a, b) || a.children.length !== b.children.length) return false;
  const left = [...b.children];
  return a.children.every((child) => {
    const at = left.findIndex((other) => sameTree(child, other));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

describe("any frames", () => {
  it.each([
    ["bracket", sameBracket],
    ["tree", sameTree],
  ] as const)("have the %s counts of pairing equal nodes off one by one", (way, same) => {
    fc.assert(
      fc.property(frame, frame, (gold, predicted) => {
        const counts = compareFrames({ gold, predicted }, way);
        for (const [parity, found] of [counts.intents, counts.slots].entries()) {
          const [have, said] = [gold, predicted].map((one) =>
            nodes(one)
              .filter(({ depth }) => depth % 2 === parity)
              .map((entry) => entry.node),
          );
          const left = [...have!];
          let hits = 0;
          for (const one of said!) {
            const at = left.findIndex((other) => same(one, other));
            if (at < 0) continue;
            left.splice(at, 1);
            hits++;
          }
          expect(triple(found)).toEqual([hits, said!.length - hits, have!.length - hits]);
        }
      }),
    );
  });

  it("are accurate exactly where their trees are the same", () => {
    fc.assert(
      fc.property(framePairs, (given) => {
        const right = given.filter(({ gold, predicted }) => sameTree(gold, predicted)).length;
        expect(frameAccuracy(given)).toBe(given.length === 0 ? null : right / given.length);
      }),
    );
  });

  it("have no figure that changes when the order of rows or of children does", () => {
    const turned = (of: Frame): Frame => ({ ...of, children: of.children.map(turned).reverse() });
    fc.assert(
      fc.property(framePairs, (given) => {
        const other = given.map(({ gold, predicted }) => ({ gold: turned(gold), predicted })).reverse();
        expect(frameAccuracy(other)).toBe(frameAccuracy(given));
        expect(frameAccuracyByDepth(other)).toEqual(frameAccuracyByDepth(given));
        expect(wrongLabelShare(other)).toBe(wrongLabelShare(given));
        for (const way of ["bracket", "tree"] as const) {
          expect(frameFigures(other, way)).toEqual(frameFigures(given, way));
        }
      }),
    );
  });

  it("that are predicted as they are have figures of 1", () => {
    fc.assert(
      fc.property(frame, (gold) => {
        const { intents, overall } = frameFigures([{ gold, predicted: gold }], "tree");
        expect([intents.micro.f1, intents.macro.f1, overall.precision, overall.recall]).toEqual([1, 1, 1, 1]);
        expect(frameAccuracy([{ gold, predicted: gold }])).toBe(1);
        expect(wrongLabelShare([{ gold, predicted: gold }])).toBe(0);
      }),
    );
  });

  it("are told apart by labels that hold brackets and quotes", () => {
    const gold = whole('a" 0 20(', node("b", 1, 2));
    expect(frameAccuracy([{ gold, predicted: whole("a", node('" 0 20(b', 1, 2)) }])).toBe(0);
    expect(frameAccuracy([{ gold, predicted: gold }])).toBe(1);
  });
});

it("without rows there is no figure", () => {
  expect([frameAccuracy([]), rootAccuracy([]), wrongLabelShare([])]).toEqual([null, null, null]);
  expect(frameAccuracyByDepth([])).toEqual({});
  const none = { precision: null, recall: null, f1: null };
  expect(frameFigures([], "tree")).toEqual({
    intents: { micro: none, macro: none, perLabel: {} },
    slots: { micro: none, macro: none, perLabel: {} },
    overall: none,
  });
});
