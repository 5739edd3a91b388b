import { describe, expect, it } from "vitest";
import { gradientError } from "../models/harness.js";
import { type PlainOptions, PlainWriter } from "./plain.js";
import { type Case, lossFeeds, lossProgram, plainSource, searchProgram, VOCAB } from "./program.js";

/** Words 4 to 6; 7 and more stand for places of the source. */
const cases: readonly Case[] = [
  { name: "three", copied: [7, 5, 7], target: [5, 7, 4, 2] },
  { name: "one", copied: [4], target: [2] },
  { name: "five", copied: [6, 8, 9, 8, 0 + 7 + 4], target: [8, 6, 9, 11, 0, 2] },
];

const variants = [
  { attention: "multiply", feeds: true, layers: 1, copies: true },
  { attention: "concat", feeds: false, layers: 2, copies: false },
  { attention: "dot", feeds: true, layers: 2, copies: true },
] as const;

const built = ({ attention, feeds, layers, copies }: (typeof variants)[number]) => {
  const hidden = attention === "dot" ? 4 : 5;
  const decoder = {
    RNNDecoder: { hidden_dim: hidden, num_layers: layers, attention_type: attention, input_feeding: feeds },
  };
  const plain: PlainOptions = { vocab: VOCAB, hidden, layers, attention, feeds };
  return { decoder, copies, plain };
};

/** Without copying no place of the source is written. */
const casesFor = (copies: boolean): readonly Case[] =>
  copies ? cases : cases.map((one) => ({ ...one, target: one.target.map((id) => (id < VOCAB ? id : 4)) }));

const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

describe.each(variants)("an LSTM with attention by $attention, $layers layers", (variant) => {
  const { decoder, copies, plain } = built(variant);
  const own = casesFor(copies);

  it.each(["train", "infer"] as const)(
    "gives sequences the probabilities of plain code (%s)",
    async (mode) => {
      const { target, store } = await lossProgram({ decoder, copies, mode });
      const { loss, count } = await target.run(lossFeeds(own, copies, 2));
      const wanted = own.map((one) =>
        total(new PlainWriter(store, plain, plainSource(one, copies)).surprisals(one.target)),
      );
      expect(loss!.data[0]).toBeCloseTo(total(wanted), 3);
      expect(count!.data[0]).toBe(total(own.map((one) => one.target.length)));
    },
  );

  it("has the gradients of its loss", async () => {
    const { target, store } = await lossProgram({ decoder, copies, mode: "train", smoothing: 0.1 }, true);
    expect(await gradientError(target, store, lossFeeds(own, copies, 1), ["vectors"])).toBeLessThan(2e-3);
  });

  it.each([
    { beam: 1, alpha: 0 },
    { beam: 3, alpha: 0.8 },
  ])("finds what a beam of $beam finds in plain code, the length penalty $alpha", async ({ beam, alpha }) => {
    const writing = { beam, best: beam, lengthPenalty: alpha, perToken: 2, more: 1 };
    const { store, find } = await searchProgram({ decoder, copies }, writing);
    const found = await find(own);
    for (const [row, one] of own.entries()) {
      const limit = 2 * one.copied.length + 2;
      const wanted = new PlainWriter(store, plain, plainSource(one, copies)).beam(beam, limit, alpha);
      expect(found[row]!.map(({ ids }) => ids)).toEqual(wanted.map(({ ids }) => ids));
      for (const [i, { score }] of wanted.entries()) expect(found[row]![i]!.score).toBeCloseTo(score, 3);
    }
  });
});

describe("a writer", () => {
  const { decoder, copies, plain } = built(variants[0]);

  it("smooths labels as the formula says", async () => {
    const { target, store } = await lossProgram({ decoder, copies, smoothing: 0.2 });
    const { loss } = await target.run(lossFeeds(cases, copies));
    const wanted = cases.map((one) => {
      const writer = new PlainWriter(store, plain, plainSource(one, copies));
      return 0.8 * total(writer.surprisals(one.target)) + 0.2 * total(writer.spread(one.target));
    });
    expect(loss!.data[0]).toBeCloseTo(total(wanted), 3);
  });

  it("with a beam as wide as there are sequences finds all, in order", async () => {
    const one: Case = { name: "pair", copied: [7, 5], target: [] };
    const writing = { beam: 40, best: 40, lengthPenalty: 0.5, perToken: 1, more: 0 };
    const { store, find } = await searchProgram({ decoder, copies }, writing);
    const [found] = await find([one]);
    const all = new PlainWriter(store, plain, plainSource(one, copies)).beam(1000, 3, 0.5);
    // The end at once, and four tokens or copies at two places each.
    const possible = all.filter(({ sum }) => sum > -60);
    expect(possible).toHaveLength(1 + 4 + 4 * 4);
    expect(found!.slice(0, possible.length).map(({ ids }) => ids)).toEqual(possible.map(({ ids }) => ids));
  });

  it("does not depend on batch-mates or padding", async () => {
    const writing = { beam: 2, best: 2, lengthPenalty: 0.25, perToken: 2, more: 2 };
    const { find } = await searchProgram({ decoder, copies }, writing);
    const together = await find([...cases, { name: "none", copied: [], target: [] }], 9);
    for (const [row, one] of cases.entries()) {
      const [alone] = await find([one]);
      expect(together[row]!.map(({ ids }) => ids)).toEqual(alone!.map(({ ids }) => ids));
      for (const [i, { score }] of alone!.entries()) expect(together[row]![i]!.score).toBeCloseTo(score, 4);
    }
    expect(together.at(-1)!.every(({ ids }) => ids.every((id) => id < VOCAB))).toBe(true);
  });

  it("finds the same on both engines", async () => {
    const writing = { beam: 2, best: 2, lengthPenalty: 0.25, perToken: 1, more: 1 };
    const [ours, other] = await Promise.all(
      (["onnxruntime", "tensorflow"] as const).map(async (engine) => {
        const { find } = await searchProgram({ decoder, copies, engine }, writing);
        return find(cases.slice(0, 2));
      }),
    );
    expect(other!.map((row) => row.map(({ ids }) => ids))).toEqual(
      ours!.map((row) => row.map(({ ids }) => ids)),
    );
  });
});
