import { describe, expect, it } from "vitest";
import type { ParameterStore } from "../../../src/graph/parameters.js";
import { gradientError } from "../models/harness.js";
import {
  type PlainOptions,
  PlainRecurrent,
  type PlainSource,
  PlainTransformer,
  PlainWriter,
} from "./plain.js";
import { type Case, lossFeeds, lossProgram, plainSource, searchProgram, VOCAB } from "./program.js";

/** Words 4 to 6; 7 and more stand for places of the source. */
const cases: readonly Case[] = [
  { name: "three", copied: [7, 5, 7], target: [5, 7, 4, 2] },
  { name: "one", copied: [4], target: [2] },
  { name: "five", copied: [6, 8, 9, 8, 0 + 7 + 4], target: [8, 6, 9, 11, 0, 2] },
];

interface Variant {
  readonly what: string;
  readonly decoder: object;
  readonly copies: boolean;
  readonly plain: (
    store: ParameterStore,
  ) => (source: PlainSource["vectors"]) => PlainRecurrent | PlainTransformer;
}

const recurrent = (what: string, copies: boolean, plain: PlainOptions): Variant => ({
  ...{ what, copies },
  decoder: {
    RNNDecoder: {
      hidden_dim: plain.hidden,
      num_layers: plain.layers,
      attention_type: plain.attention,
      input_feeding: plain.feeds,
    },
  },
  plain: (store) => (source) => new PlainRecurrent(store, plain, source),
});

const transformer = (what: string, copies: boolean, layers: number, before: boolean): Variant => ({
  ...{ what, copies },
  decoder: {
    TransformerDecoder: {
      ...{ num_layers: layers, num_attention_heads: 2, ffnn_embed_dim: 5 },
      ...{ activation: "tanh", normalize_before: before },
    },
  },
  plain: (store) => (source) => new PlainTransformer(store, { layers, heads: 2, before }, source),
});

const variants = [
  recurrent("an LSTM", true, { hidden: 5, layers: 1, attention: "multiply", feeds: true }),
  recurrent("an LSTM with additive attention", false, {
    hidden: 5,
    layers: 2,
    attention: "concat",
    feeds: false,
  }),
  recurrent("an LSTM with products as attention", true, {
    hidden: 4,
    layers: 2,
    attention: "dot",
    feeds: true,
  }),
  transformer("a Transformer", true, 2, true),
  transformer("a Transformer that normalises sums", false, 1, false),
] as const;

const plainWriter = ({ plain, copies }: Variant, store: ParameterStore, one: Case): PlainWriter =>
  new PlainWriter(store, VOCAB, plain(store), plainSource(one, copies));

/** Without copying no place of the source is written. */
const casesFor = (copies: boolean): readonly Case[] =>
  copies ? cases : cases.map((one) => ({ ...one, target: one.target.map((id) => (id < VOCAB ? id : 4)) }));

const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

describe.each(variants)("$what", (variant) => {
  const { decoder, copies } = variant;
  const own = casesFor(copies);

  it.each(["train", "infer"] as const)(
    "gives sequences the probabilities of plain code (%s)",
    async (mode) => {
      const { target, store } = await lossProgram({ decoder, copies, mode });
      const { loss, count } = await target.run(lossFeeds(own, copies, 2));
      const wanted = own.map((one) => total(plainWriter(variant, store, one).surprisals(one.target)));
      expect(loss!.data[0]).toBeCloseTo(total(wanted), 3);
      expect(count!.data[0]).toBe(total(own.map((one) => one.target.length)));
    },
  );

  it("has the gradients of its loss", async () => {
    const { target, store } = await lossProgram({ decoder, copies, mode: "train", smoothing: 0.1 }, true);
    expect(await gradientError(target, store, lossFeeds(own, copies, 1), ["vectors"], 4e-3)).toBeLessThan(
      2e-3,
    );
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
      const wanted = plainWriter(variant, store, one).beam(beam, limit, alpha);
      expect(found[row]!.map(({ ids }) => ids)).toEqual(wanted.map(({ ids }) => ids));
      for (const [i, { score }] of wanted.entries()) expect(found[row]![i]!.score).toBeCloseTo(score, 3);
    }
  });
});

describe("a writer", () => {
  const [variant] = variants;
  const { decoder, copies } = variant;

  it("smooths labels as the formula says", async () => {
    const { target, store } = await lossProgram({ decoder, copies, smoothing: 0.2 });
    const { loss } = await target.run(lossFeeds(cases, copies));
    const wanted = cases.map((one) => {
      const writer = plainWriter(variant, store, one);
      return 0.8 * total(writer.surprisals(one.target)) + 0.2 * total(writer.spread(one.target));
    });
    expect(loss!.data[0]).toBeCloseTo(total(wanted), 3);
  });

  it("with a beam as wide as there are sequences finds all, in order", async () => {
    const one: Case = { name: "pair", copied: [7, 5], target: [] };
    const writing = { beam: 40, best: 40, lengthPenalty: 0.5, perToken: 1, more: 0 };
    const { store, find } = await searchProgram({ decoder, copies }, writing);
    const [found] = await find([one]);
    const all = plainWriter(variant, store, one).beam(1000, 3, 0.5);
    // The end at once, and four tokens or copies at two places each.
    const possible = all.filter(({ sum }) => sum > -60);
    expect(possible).toHaveLength(1 + 4 + 4 * 4);
    expect(found!.slice(0, possible.length).map(({ ids }) => ids)).toEqual(possible.map(({ ids }) => ids));
  });
});

describe.each([variants[0], variants[3]])("a writer: $what", ({ decoder, copies }) => {
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
