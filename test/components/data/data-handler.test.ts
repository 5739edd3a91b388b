import { describe, expect, it } from "vitest";
import { bench, folder, makeData, makeTensorizer } from "./support.js";

const train = "label\ttext\nham\tHello there world\nspam\tbuy buy buy now\nham\thello you\n";
const test = "text\tlabel\nhello stranger\tham\n\tspam\n";

function task(files: Record<string, string> = {}, config: object = {}, on = bench()) {
  const path = folder({ "train.tsv": train, "test.tsv": test, ...files });
  const tensorizers = {
    tokens: makeTensorizer("TokenTensorizer", {}, "tokens", on),
    labels: makeTensorizer("LabelTensorizer", {}, "labels", on),
  };
  const source = { TSVDataSource: { train_filename: path("train.tsv"), test_filename: path("test.tsv") } };
  return { path, tensorizers, on, data: makeData({ source, ...config }, tensorizers, on) };
}

describe("the data handler", () => {
  it("gives padded feeds in the order of the rows asked for", async () => {
    const { data } = task();
    await data.learn();
    const split = await data.load("train");
    // Ids by count, ties by first sight: buy 3, hello 2, there, world, now, you.
    const feeds = split.batch([1, 2]);
    expect(feeds).toEqual({
      tokens: { dtype: "int32", dims: [2, 4], data: Int32Array.of(2, 2, 2, 6, 3, 7, 1, 1) },
      labels: { dtype: "int32", dims: [2], data: Int32Array.of(1, 0) },
    });
    expect([...split.lengths]).toEqual([3, 4, 2]);
  });

  it("gives a row without tokens a place of padding", async () => {
    const { data } = task();
    await data.learn();
    const split = await data.load("test");
    expect(split.batch([1]).tokens).toEqual({ dtype: "int32", dims: [1, 1], data: Int32Array.of(1) });
    expect(split.values("tokens", 1)).toEqual([]);
    expect(split.values("tokens", 0)).toEqual([3, 0]);
  });

  it("numberizes a split once", async () => {
    const { data } = task();
    await data.learn();
    expect(await data.load("train")).toBe(await data.load("train"));
  });

  it("prints what was learnt and what each split holds", async () => {
    const { data, on } = task();
    await data.learn();
    await data.load("test");
    expect(on.info).toEqual([
      "tokens: vocabulary 8",
      "labels: labels 2",
      "test: 2 rows; tokens: tokens 2, unknown tokens 1",
    ]);
  });
});
