import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldSpec, FieldValue, Row, Tensorizer } from "../../../src/components/data/contracts.js";
import { learn } from "../../../src/components/data/data-handler.js";
import { SplitData } from "../../../src/components/data/split-data.js";
import { bench, collect, folder, makeData, makeTensorizer, rowOf } from "./support.js";

const train = "label\ttext\nham\tHello there world\nspam\tbuy buy buy now\nham\thello you\n";
const test = "text\tlabel\nhello stranger\tham\n\tspam\n";

function task(files: Record<string, string> = {}, config: object = {}, labels: object = {}) {
  const on = bench();
  const path = folder({ "train.tsv": train, "test.tsv": test, ...files });
  const tensorizers = {
    tokens: makeTensorizer("TokenTensorizer", {}, "tokens", on),
    labels: makeTensorizer("LabelTensorizer", labels, "labels", on),
  };
  const source = {
    TSVDataSource: { train_filename: path("train.tsv"), test_filename: path("test.tsv"), on_error: "skip" },
  };
  return { path, tensorizers, on, data: makeData({ source, ...config }, tensorizers, on) };
}

describe("the data handler", () => {
  it("gives padded feeds in the order of the rows asked for", async () => {
    const { data } = task();
    await learn([data]);
    const split = await data.load("train");
    // Ids by count, ties by first sight: buy 3, hello 2, there, world, now, you.
    expect(split.batch([1, 2])).toEqual({
      tokens: { dtype: "int32", dims: [2, 4], data: Int32Array.of(2, 2, 2, 6, 3, 7, 1, 1) },
      labels: { dtype: "int32", dims: [2], data: Int32Array.of(1, 0) },
    });
    expect([...split.lengths]).toEqual([3, 4, 2]);
    expect([split.size, split.origin(2).replace(/.*\//, "")]).toEqual([3, "train.tsv:4"]);
  });

  it("gives a row without tokens a place of padding", async () => {
    const { data } = task();
    await learn([data]);
    const split = await data.load("test");
    expect(split.batch([1]).tokens).toEqual({ dtype: "int32", dims: [1, 1], data: Int32Array.of(1) });
    expect([split.values("tokens", 1), split.values("tokens", 0)]).toEqual([[], [3, 0]]);
    expect(() => split.values("words", 0)).toThrow('there is no field called "words"');
  });

  it("numberizes a split once", async () => {
    const { data } = task();
    await learn([data]);
    expect(await data.load("train")).toBe(await data.load("train"));
  });

  it("counts each split by itself, even when splits are loaded at once", async () => {
    const { data } = task();
    await learn([data]);
    const [first, second] = await Promise.all([data.load("train"), data.load("test")]);
    expect(first.account.counts.tokens).toEqual({ rows: 3, tokens: 9, truncated_rows: 0, unknown_tokens: 0 });
    expect(second.account.counts.tokens).toEqual({
      rows: 2,
      tokens: 2,
      truncated_rows: 0,
      unknown_tokens: 1,
    });
  });

  it("can load a split after another one failed", async () => {
    const { data } = task({ "test.tsv": "label\ttext\neggs\tx\n" });
    await learn([data]);
    await expect(data.load("test")).rejects.toThrow('"eggs" is not one of the labels');
    expect((await data.load("train")).size).toBe(3);
  });

  it("lists the splits there are and the columns that are read", () => {
    const { data } = task();
    expect(data.splits).toEqual(["train", "test"]);
    expect([data.columns(), data.textColumns()]).toEqual([["text", "label"], ["text"]]);
  });

  it("prints what was learnt and what each split holds", async () => {
    const { data, on } = task();
    await learn([data]);
    await data.load("train");
    await data.load("test");
    expect(on.info).toEqual([
      "tokens: vocabulary 8",
      "labels: labels 2",
      "train: 3 rows; tokens: tokens 9",
      "test: 2 rows; tokens: tokens 2, unknown tokens 1",
    ]);
    expect(on.warnings).toEqual([]);
  });

  it("prints how many rows were left out, and where", async () => {
    const rows = Array.from({ length: 7 }, () => "too\tmany\tcells\n").join("");
    const { data, on } = task(
      { "test.tsv": `label\ttext\n${rows}eggs\twhat\nham\thello\n` },
      {},
      { on_unknown: "skip" },
    );
    await learn([data]);
    expect((await data.load("test")).size).toBe(1);
    expect(on.warnings.map((line) => line.replaceAll(/\/\S*\//g, ""))).toEqual([
      "test: 7 rows left out: wrong number of columns (test.tsv:2, test.tsv:3, test.tsv:4, test.tsv:5, test.tsv:6, ...)",
      "test: 1 row left out: unknown label (inputs.labels) (test.tsv:9)",
    ]);
  });

  it("prints labels that training lacks as the data have them", async () => {
    const { data, on } = task({ "test.tsv": "label\ttext\nGET_EGGS\twhat\n" }, {}, { on_unknown: "missed" });
    await learn([data]);
    await data.load("test");
    expect(on.info.at(-1)).toContain("unknown labels 1, unknown label:GET_EGGS 1");
  });

  it("finds the rows behind row numbers again, also behind rows that were left out", async () => {
    const { data, path } = task(
      { "test.tsv": "label\ttext\neggs\ta\nbad\nham\tb\nspam\tc\n" },
      {},
      { on_unknown: "skip" },
    );
    await learn([data]);
    const split = await data.load("test");
    const examples = await data.examples(split, [1, 0]);
    expect(examples.map(({ values }) => ({ ...values }))).toEqual([
      { text: "c", label: "spam" },
      { text: "b", label: "ham" },
    ]);
    writeFileSync(path("test.tsv"), "label\ttext\n");
    await expect(data.examples(split, [0])).rejects.toThrow("the file has changed since its rows were read");
  });

  it("names every file with its size and SHA-256", async () => {
    const { data, path } = task();
    expect(await data.fingerprints()).toEqual(
      (["train", "test"] as const).map((split) => {
        const bytes = readFileSync(path(`${split}.tsv`));
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        return { split, file: path(`${split}.tsv`), bytes: bytes.length, sha256 };
      }),
    );
  });

  it("checks the columns of every split before it reads the first row", async () => {
    const { data } = task({ "test.tsv": "txt\tlabel\nhello\tham\n" });
    await expect(learn([data])).rejects.toThrow(
      /test\.tsv\n {2}there is no column "text"; did you mean "txt"\?/,
    );
  });

  it("refuses a data set without rows, or a split that is not there", async () => {
    await expect(learn([task({ "train.tsv": "label\ttext\n" }).data])).rejects.toThrow(
      /train\.tsv\n {2}there are no train rows/,
    );
    const { data } = task({ "test.tsv": "label\ttext\n" });
    await learn([data]);
    await expect(data.load("test")).rejects.toThrow(/test\.tsv\n {2}there are no test rows/);
    await expect(data.load("eval")).rejects.toThrow("set eval_filename");
    const path = folder({ "test.tsv": test });
    const lone = makeData({ source: { TSVDataSource: { test_filename: path("test.tsv") } } }, {});
    await expect(learn([lone])).rejects.toThrow("set train_filename");
  });
});

describe("held-out rows", () => {
  const many = `label\ttext\n${Array.from({ length: 1000 }, (_, i) => `${i % 2 ? "a" : "b"}\tword${i}\n`).join("")}`;

  it("part the training rows in two, the same way in every run", async () => {
    const { data } = task({ "train.tsv": many }, { eval_fraction: 0.2 });
    const [kept, held] = [
      await collect(data.source, "train", ["text"]),
      await collect(data.source, "eval", ["text"]),
    ];
    expect(kept.length + held.length).toBe(1000);
    expect(new Set([...kept, ...held].map(({ origin }) => origin)).size).toBe(1000);
    expect(held.length).toBeGreaterThan(160);
    expect(held.length).toBeLessThan(240);
    const again = task({ "train.tsv": many }, { eval_fraction: 0.2 });
    expect(await collect(again.data.source, "eval", ["text"])).toEqual(held);
    const other = task({ "train.tsv": many }, { eval_fraction: 0.2, eval_seed: 1 });
    expect(await collect(other.data.source, "eval", ["text"])).not.toEqual(held);
  });

  it("are no part of the vocabulary, and are found again as examples", async () => {
    const { data, tensorizers } = task({ "train.tsv": many }, { eval_fraction: 0.2 });
    await learn([data]);
    const [kept, held] = [await data.load("train"), await data.load("eval")];
    expect(tensorizers.tokens.facts()).toEqual({ vocabulary: kept.size + 2 });
    expect(held.values("tokens", 3)).toEqual([0]);
    expect((await data.examples(held, [3]))[0]!.origin).toBe(held.origin(3));
    expect(data.splits).toEqual(["train", "eval", "test"]);
    expect(await data.source.columns("eval")).toEqual(["label", "text"]);
    expect(await collect(data.source, "test", ["text"])).toHaveLength(2);
    expect([data.source.files("eval"), data.source.skipped("eval")]).toEqual([
      data.source.files("train"),
      [],
    ]);
  });

  it("leave the test rows to the source, also those of another file", async () => {
    const { data, path } = task({ "other.tsv": "text\tlabel\nhello\tham\n" }, { eval_fraction: 0.2 });
    data.testOn(path("other.tsv"));
    expect(await collect(data.source, "test", ["text"])).toMatchObject([{ values: { text: "hello" } }]);
  });

  it("are refused when the source has eval rows of its own", () => {
    const path = folder({ "train.tsv": many });
    const source = { TSVDataSource: { train_filename: path("train.tsv"), eval_filename: path("train.tsv") } };
    expect(() => makeData({ source, eval_fraction: 0.1 }, {})).toThrow(
      /PTX_CONFIG_VALUE {2}data\.eval_fraction/,
    );
  });
});

/** A tensorizer that gives what its rows hold. */
function echo(fields: readonly FieldSpec[]): Tensorizer {
  return {
    columns: [],
    role: "input",
    fields,
    observe: () => {},
    finish: async () => {},
    numberize: (row: Row) => row.values.given as FieldValue[],
    length: ([value]) => value!.sizes[0] ?? 1,
    build: () => ({}),
    state: () => null,
    load: () => {},
    facts: () => ({}),
    counts: () => ({}),
  };
}

describe("the columnar store", () => {
  it("puts every number of ragged rows of any rank into its place, and padding everywhere else", () => {
    const shapes = [[], ["a"], ["a", "b"], ["a", 2, "b"], [3]] as const;
    const rowSizes = fc.array(fc.tuple(fc.nat(4), fc.nat(3)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes),
        rowSizes,
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        (dims, sizes, order) => {
          const spec: FieldSpec = { name: "x", dtype: "float32", dims, pad: -1 };
          const split = new SplitData("train", { x: echo([spec]) });
          const sizesOf = (row: number) =>
            dims.map((dim) => (dim === "a" ? sizes[row]![0] : dim === "b" ? sizes[row]![1] : dim));
          const length = (row: number) => sizesOf(row).reduce<number>((product, size) => product * size, 1);
          for (const row of sizes.keys()) {
            const data = Float32Array.from({ length: length(row) }, (_, i) => row * 1000 + i);
            split.push([[{ data, sizes: sizesOf(row) }]], `rows:${row + 1}`, row);
          }
          const rows = order.map((number) => number % sizes.length);
          const { dims: shape, data } = split.batch(rows).x!;
          const largest = (pick: 0 | 1) => Math.max(1, ...rows.map((row) => sizes[row]![pick]));
          expect(shape).toEqual([
            5,
            ...dims.map((dim) => (dim === "a" ? largest(0) : dim === "b" ? largest(1) : dim)),
          ]);
          for (let flat = 0; flat < data.length; flat++) {
            const place: number[] = [];
            let rest = flat;
            for (const size of [...shape].reverse()) {
              place.unshift(rest % size);
              rest = Math.floor(rest / size);
            }
            const [b, ...at] = place;
            const row = rows[b!]!;
            const own = sizesOf(row);
            const inside = at.every((index, axis) => index < own[axis]!);
            const position = at.reduce((sum, index, axis) => sum * own[axis]! + index, 0);
            expect(data[flat]).toBe(inside ? row * 1000 + position : -1);
          }
        },
      ),
    );
  });

  it("pads fields that share an axis alike and refuses rows in which they disagree", () => {
    const split = new SplitData("train", {
      a: echo([{ name: "a", dtype: "int32", dims: ["tokens"], pad: 0 }]),
      b: echo([{ name: "b", dtype: "int32", dims: ["tokens"], pad: 9 }]),
    });
    const value = (...data: number[]): FieldValue => ({ data: Int32Array.from(data), sizes: [data.length] });
    split.push([[value(1, 2)], [value(3, 4)]], "rows:1", 0);
    split.push([[value(5)], [value(6)]], "rows:2", 1);
    expect(split.batch([1, 0])).toMatchObject({
      a: { data: Int32Array.of(5, 0, 1, 2) },
      b: { data: Int32Array.of(6, 9, 3, 4) },
    });
    expect(() => split.push([[value(1)], [value(1, 2)]], "rows:3", 2)).toThrow(
      /PTX_DATA {2}rows:3\n.*"a" \(1\) and "b" \(2\) disagree on the size of the axis "tokens"/,
    );
  });

  it("refuses values that do not have the shape that their field promises", () => {
    const split = new SplitData("train", {
      a: echo([{ name: "a", dtype: "int32", dims: ["n", 2], pad: 0 }]),
    });
    for (const sizes of [[1], [1, 3], [2, 2]]) {
      expect(() => split.push([[{ data: new Int32Array(2), sizes }]], "rows:1", 0)).toThrow(
        /PTX_DATA {2}rows:1\n.*shape \[n, 2\]/,
      );
    }
  });

  it("holds many rows", () => {
    const split = new SplitData("train", { a: echo([{ name: "a", dtype: "float32", dims: ["n"], pad: 0 }]) });
    const rows = 20_000;
    for (let row = 0; row < rows; row++) {
      const data = Float32Array.from({ length: row % 7 }, (_, i) => row + i / 8);
      split.push([[{ data, sizes: [data.length] }]], `big.tsv:${row + 2}`, row * 2);
    }
    expect([
      split.size,
      split.lengths.length,
      split.lengths.reduce((sum, length) => sum + length, 0),
    ]).toEqual([
      rows,
      rows,
      Array.from({ length: rows }, (_, row) => Math.max(1, row % 7)).reduce((sum, length) => sum + length, 0),
    ]);
    for (const row of [0, 1, 1023, 1024, 12_345, 19_999]) {
      expect(split.values("a", row)).toEqual(Array.from({ length: row % 7 }, (_, i) => row + i / 8));
      expect([split.origin(row), split.sourceRow(row)]).toEqual([`big.tsv:${row + 2}`, row * 2]);
    }
  });

  it("tells the lengths of rows that were added after they were asked for", () => {
    const split = new SplitData("train", { a: echo([{ name: "a", dtype: "int32", dims: ["n"], pad: 0 }]) });
    split.push([[{ data: new Int32Array(3), sizes: [3] }]], "rows:1", 0);
    expect([...split.lengths]).toEqual([3]);
    split.push([[{ data: new Int32Array(5), sizes: [5] }]], "rows:2", 1);
    expect([...split.lengths]).toEqual([3, 5]);
  });

  it("uses its memory again, so that a batch holds until the next", () => {
    const split = new SplitData("train", { a: echo([{ name: "a", dtype: "int32", dims: [], pad: 0 }]) });
    for (const n of [7, 8]) split.push([[{ data: Int32Array.of(n), sizes: [] }]], `rows:${n}`, n);
    const first = split.batch([0]).a!.data;
    const second = split.batch([1]).a!.data;
    expect([first[0], second[0]]).toEqual([8, 8]);
  });

  it("keeps origins of every form", () => {
    const split = new SplitData("train", { a: echo([{ name: "a", dtype: "int32", dims: [], pad: 0 }]) });
    const origins = ["f.tsv:1", "g:row 12", "stdin", "x:007", "x:0", "", `big:${"9".repeat(30)}`, "f.tsv:2"];
    for (const [i, origin] of origins.entries())
      split.push([[{ data: Int32Array.of(0), sizes: [] }]], origin, i);
    expect(origins.map((_, row) => split.origin(row))).toEqual(origins);
    expect(rowOf({}).origin).toBe("rows.tsv:1");
  });
});
