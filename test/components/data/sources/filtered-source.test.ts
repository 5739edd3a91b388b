/** @file Rows that a pattern names are left out of every split, and told. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { learn } from "../../../../src/components/data/data-handler.js";
import { bench, collect, folder, makeData, makeSource, makeTensorizer } from "../support.js";

const filtered = (file: string, exclude: object) => ({
  FilteredDataSource: {
    source: { JSONLDataSource: { train_filename: file, test_filename: file } },
    exclude,
  },
});
const made = (file: string, exclude: object) => {
  const [[name, config]] = Object.entries(filtered(file, exclude)) as [[string, object]];
  return makeSource(name, config);
};

test("exactly the rows whose column holds a match are left out, in their order and unchanged", async () => {
  const word = fc.constantFrom("ab", "b", "ba", "c", "");
  const rows = fc.array(fc.record({ text: word, label: word }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(rows, async (written) => {
      const path = folder({ "rows.jsonl": written.map((row) => `${JSON.stringify(row)}\n`).join("") });
      const source = made(path("rows.jsonl"), { label: "^b|^$", text: "c" });
      const kept = written.flatMap((row, i) =>
        row.label.startsWith("b") || row.label === "" || row.text === "c"
          ? []
          : [{ text: row.text, origin: `rows.jsonl:${i + 1}` }],
      );
      const read = await collect(source, "train", ["text"]);
      expect(read.map(({ values, origin }) => ({ text: values.text, origin }))).toEqual(kept);
      const left = source.skipped("train");
      expect(left.reduce((sum, { count }) => sum + count, 0)).toBe(written.length - kept.length);
      expect(left.map(({ reason }) => reason).sort()).toEqual(["label matches ^b|^$", "text matches c"]);
    }),
    { numRuns: 40 },
  );
});

test("what a pattern takes is printed for each split, also if it is nothing", async () => {
  const on = bench();
  const path = folder({
    "rows.jsonl": '{"text":"hello","label":"a"}\n{"text":"you","label":"none"}\n',
    "more.jsonl": '{"text":"you","label":"a"}\n',
  });
  const tensorizers = {
    tokens: makeTensorizer("TokenTensorizer", {}, "tokens", on),
    labels: makeTensorizer("LabelTensorizer", { labels: ["a", "b"] }, "labels", on),
  };
  const data = makeData({ source: filtered(path("rows.jsonl"), { label: "^none$" }) }, tensorizers, on);
  data.testOn(path("more.jsonl"));
  await learn([data]);
  expect([(await data.load("train")).size, (await data.load("test")).size]).toEqual([1, 1]);
  expect(on.warnings).toEqual([]);
  expect(on.info.filter((line) => line.includes("passed over"))).toEqual([
    `train: 1 row passed over: label matches ^none$ (${path("rows.jsonl")}:2)`,
    "test: 0 rows passed over: label matches ^none$",
  ]);
});

test("a pattern that is none, a column that is not there and a cell without text are told", async () => {
  const path = folder({ "rows.tsv": "text\tlabel\nhello\ta\n", "rows.jsonl": '{"text":["a"]}\n' });
  expect(() => made(path("rows.jsonl"), { text: "(" })).toThrow(/exclude\.text[\s\S]*Unterminated group/);
  expect(() => made(path("rows.jsonl"), {})).toThrow(/exclude/);
  const table = makeSource("FilteredDataSource", {
    source: { TSVDataSource: { train_filename: path("rows.tsv") } },
    exclude: { lable: "a" },
  });
  await expect(table.columns("train")).rejects.toThrow(/no column "lable"; did you mean "label"\?/);
  await expect(collect(made(path("rows.jsonl"), { text: "a" }), "train", ["text"])).rejects.toThrow(
    /rows\.jsonl:1[\s\S]*should hold a text/,
  );
});
