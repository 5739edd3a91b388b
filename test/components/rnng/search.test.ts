import { describe, expect, it } from "vitest";
import { treeOf } from "../../../src/text/trees.js";
import type { PlainOptions } from "./plain.js";
import { type Case, type Members, plainDefaults, plainParser, searchProgram } from "./program.js";

const text = (name: string, length: number): Case => ({ name, length, actions: [] });
const texts = [text("one", 1), text("two", 2), text("five", 5), text("nine", 9)];

const all = { buffer: true, stack: true, action: true, lastOpen: true };
const variants: Readonly<Record<string, Partial<PlainOptions>>> = {
  "sums, one layer": {},
  "LSTMs in both directions, two layers, the last open node": { composition: "blstm", layers: 2, use: all },
  "sums, two layers, no alternation": { layers: 2, alternating: false, noSlotsInUnsupported: false },
  "the buffer alone, one node at a time": {
    mostOpen: 1,
    use: { buffer: true, stack: false, action: false, lastOpen: false },
  },
};

describe.each(Object.entries(variants))("the search with %s", (_, own) => {
  const plain = { ...plainDefaults, ...own };

  it.each([1, 3])("finds what a beam of %i finds in plain code", async (beam) => {
    const { store, find } = await searchProgram(plain, beam);
    const found = await find(texts);
    for (const [row, one] of texts.entries()) {
      const wanted = plainParser(store, plain, one).beam(beam);
      expect(found[row]!.map(({ actions }) => actions)).toEqual(wanted.map(({ actions }) => actions));
      for (const [i, { score }] of wanted.entries()) expect(found[row]![i]!.score).toBeCloseTo(score, 4);
    }
  });
});

/** Two parsers of other sizes, compositions and inputs, and a third that only looks at the buffer. */
const mixed: Members["members"] = [
  plainDefaults,
  { ...plainDefaults, hidden: 3, layers: 2, composition: "blstm", use: all },
  { ...plainDefaults, use: { buffer: true, stack: false, action: false, lastOpen: false } },
];

describe.each(["logits", "probabilities"] as const)("the search of several parsers by their %s", (mean) => {
  it.each([
    ["two", mixed.slice(0, 2), 1],
    ["two in turned order", mixed.slice(0, 2).reverse(), 3],
    ["three", mixed, 3],
  ] as const)("finds what %s find in plain code", async (_, members, beam) => {
    const plain = { members, mean };
    const { store, find } = await searchProgram(plain, beam);
    const found = await find(texts);
    for (const [row, one] of texts.entries()) {
      const wanted = plainParser(store, plain, one).beam(beam);
      expect(found[row]!.map(({ actions }) => actions)).toEqual(wanted.map(({ actions }) => actions));
      for (const [i, { score }] of wanted.entries()) expect(found[row]![i]!.score).toBeCloseTo(score, 4);
    }
  });

  it("finds all trees with a beam as wide as there are trees; their probabilities add up to 1", async () => {
    const narrow = { labels: ["IN:A", "IN:UNSUPPORTED", "SL:C"], mostOpen: 2 };
    const plain = { members: mixed.slice(0, 2).map((one) => ({ ...one, ...narrow })), mean };
    const { store, find } = await searchProgram(plain, 40);
    const one = text("three", 3);
    const [found] = await find([one]);
    const every = [...plainParser(store, plain, one).all()].sort((a, b) => b.score - a.score);
    expect(found!.map(({ actions }) => actions)).toEqual(every.map(({ actions }) => actions));
    expect(found!.reduce((sum, { score }) => sum + Math.exp(score), 0)).toBeCloseTo(1, 4);
  });

  it("finds the same on both engines", async () => {
    const [ours, other] = await Promise.all(
      (["onnxruntime", "tensorflow"] as const).map(async (name) => {
        const { find } = await searchProgram({ members: mixed.slice(0, 2), mean }, 2, name);
        return find(texts.slice(0, 3));
      }),
    );
    expect(other!.map((row) => row.map(({ actions }) => actions))).toEqual(
      ours!.map((row) => row.map(({ actions }) => actions)),
    );
  });
});

describe("the search", () => {
  it("tells by token where nodes begin and end, and every parse is a whole tree", async () => {
    const { find } = await searchProgram({ ...plainDefaults, layers: 2 }, 4);
    const found = await find(texts);
    for (const [row, { length }] of texts.entries()) {
      for (const { actions, opens, closes } of found[row]!) {
        const rebuilt = opens.flatMap((labels, i) => [
          ...labels.map((label) => label + 1),
          0,
          ...Array<number>(closes[i]!).fill(1),
        ]);
        expect(rebuilt).toEqual(actions);
        const words = actions.map((id) => ["SHIFT", "REDUCE"][id] ?? plainDefaults.labels[id - 2]!);
        const tree = treeOf(
          words,
          Array.from({ length }, (_, i) => `w${i}`),
        );
        expect(tree.label).toMatch(/^IN:/u);
      }
    }
  });

  it("with a beam as wide as there are trees finds all, whose probabilities add up to 1", async () => {
    const plain = { ...plainDefaults, labels: ["IN:A", "IN:UNSUPPORTED", "SL:C"], mostOpen: 2 };
    const { store, find } = await searchProgram(plain, 40);
    const cases = [text("one", 1), text("three", 3)];
    const found = await find(cases);
    for (const [row, one] of cases.entries()) {
      const all = [...plainParser(store, plain, one).all()].sort((a, b) => b.score - a.score);
      expect(all.length).toBeLessThan(40);
      expect(found[row]!.map(({ actions }) => actions)).toEqual(all.map(({ actions }) => actions));
      expect(found[row]!.reduce((sum, { score }) => sum + Math.exp(score), 0)).toBeCloseTo(1, 4);
    }
  });

  it("does not depend on batch-mates or padding", async () => {
    const { find } = await searchProgram(plainDefaults, 2);
    const together = await find([...texts, text("none", 0)], 12);
    for (const [row, one] of texts.entries()) {
      const [alone] = await find([one]);
      expect(together[row]!.map(({ actions }) => actions)).toEqual(alone!.map(({ actions }) => actions));
      for (const [i, { score }] of alone!.entries()) expect(together[row]![i]!.score).toBeCloseTo(score, 4);
    }
    expect(together.at(-1)).toMatchObject([{ actions: [], score: 0 }]);
  });

  it("finds the same on both engines", async () => {
    const [ours, other] = await Promise.all(
      (["onnxruntime", "tensorflow"] as const).map(async (name) => {
        const { find } = await searchProgram(plainDefaults, 2, name);
        return find(texts.slice(0, 3));
      }),
    );
    expect(other!.map((row) => row.map(({ actions }) => actions))).toEqual(
      ours!.map((row) => row.map(({ actions }) => actions)),
    );
  });
});
