import { expect, test } from "vitest";
import type { Row } from "../../../src/components/data/contracts.js";
import { learn } from "../../../src/components/data/data-handler.js";
import { bench, collect, folder, makeData, makeTensorizer } from "./support.js";

const rows = (count: number): string =>
  `label\ttext\n${Array.from({ length: count }, (_, i) => `${i % 2 ? "a" : "b"}\tword${i}\n`).join("")}`;

function data(config: object) {
  const on = bench();
  const path = folder({ "train.tsv": rows(2000), "test.tsv": rows(50), "other.tsv": rows(7) });
  const source = { TSVDataSource: { train_filename: path("train.tsv"), test_filename: path("test.tsv") } };
  const tensorizers = { tokens: makeTensorizer("TokenTensorizer", {}, "tokens", on) };
  return { path, tensorizers, made: makeData({ source, ...config }, tensorizers, on) };
}

const words = (list: readonly Row[]): string[] => list.map(({ values }) => values.text as string);
const train = async (config: object) => words(await collect(data(config).made.source, "train", ["text"]));

test("a share of the training rows is the same in every run, and part of every larger share", async () => {
  const [tenth, half, whole] = [
    await train({ train_fraction: 0.1 }),
    await train({ train_fraction: 0.5 }),
    await train({}),
  ];
  expect(whole).toHaveLength(2000);
  // Each row is drawn by itself: 200 rows with a standard deviation of 13, 1000 with one of 22.
  expect(Math.abs(tenth.length - 200)).toBeLessThan(55);
  expect(Math.abs(half.length - 1000)).toBeLessThan(90);
  expect(half).toEqual(expect.arrayContaining(tenth));
  expect(await train({ train_fraction: 0.1 })).toEqual(tenth);
  expect(await train({ train_fraction: 0.1, train_seed: 1 })).not.toEqual(tenth);
});

test("other rows are all there, also held-out ones and those of another file", async () => {
  const { made, path } = data({ train_fraction: 0.1, eval_fraction: 0.2 });
  const held = words(await collect(made.source, "eval", ["text"]));
  const unshared = words(await collect(data({ eval_fraction: 0.2 }).made.source, "eval", ["text"]));
  expect(held).toEqual(unshared);
  const kept = words(await collect(made.source, "train", ["text"]));
  expect(kept.some((word) => held.includes(word))).toBe(false);
  expect(await collect(made.source, "test", ["text"])).toHaveLength(50);
  made.testOn(path("other.tsv"));
  expect(await collect(made.source, "test", ["text"])).toHaveLength(7);
});

test("rows that are not used are in no vocabulary, and used ones are found again", async () => {
  const { made, tensorizers } = data({ train_fraction: 0.1 });
  await learn([made]);
  const split = await made.load("train");
  expect(tensorizers.tokens.facts()).toEqual({ vocabulary: split.size + 2 });
  expect((await made.examples(split, [5]))[0]!.origin).toBe(split.origin(5));
});

test.each([
  [{ train_fraction: 0.000001 }, "train"],
  [{ eval_fraction: 0.000001 }, "eval"],
] as const)("%j of 2000 rows leaves no %s rows, which is said", async (config, split) => {
  const { made } = data(config);
  await expect(collect(made.source, split, ["text"])).rejects.toThrow("leaves none of 2000 rows");
});
