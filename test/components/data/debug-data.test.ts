import { describe, expect, it } from "vitest";
import type { TextTensorizer } from "../../../src/components/data/contracts.js";
import { learn } from "../../../src/components/data/data-handler.js";
import { inspectData } from "../../../src/components/data/debug-data.js";
import { renderDataReport } from "../../../src/components/data/debug-data-text.js";
import { lengthReport } from "../../../src/components/data/length-report.js";
import { annotationsOf } from "../../../src/components/data/tensorizers/annotation-tensorizer.js";
import { bench, folder, makeData, makeTensorizer } from "./support.js";

const files = {
  "train.tsv":
    "label\ttext\nham\tHello there\nspam\tBuy now\nham\tbuy  NOW \nspam\tBuy now\nham\ta b c d e f\neggs\t\n",
  "eval.tsv": "label\ttext\nham\tsee you\nham\thello there\n",
  "test.tsv": "label\ttext\nspam\tHello there\nham\tnew words here\nbacon\tx\nham\t \n",
};

async function report() {
  const on = bench();
  const path = folder(files);
  const tensorizers = {
    tokens: makeTensorizer("TokenTensorizer", { max_seq_len: 5 }, "tokens", on),
    labels: makeTensorizer("LabelTensorizer", { on_unknown: "skip" }, "labels", on),
  };
  const named = (split: string) => path(`${split}.tsv`);
  const source = {
    train_filename: named("train"),
    eval_filename: named("eval"),
    test_filename: named("test"),
  };
  const data = makeData({ source: { TSVDataSource: source } }, tensorizers, on);
  await learn([data]);
  const found = await inspectData(data, { rareBelow: 2, examples: 2 });
  const bare = (text: string) => text.replaceAll(`${path("")}/`, "");
  return {
    found: JSON.parse(bare(JSON.stringify(found))) as typeof found,
    text: bare(renderDataReport(found)),
  };
}

describe("the data report", () => {
  it("counts rows, empty texts, repeated rows and rows left out", async () => {
    const { found } = await report();
    expect(found.splits).toMatchObject([
      { split: "train", files: ["train.tsv"], rows: 6, emptyTexts: 1, duplicates: 1, leftOut: [] },
      { split: "eval", rows: 2, emptyTexts: 0, duplicates: 0 },
      {
        split: "test",
        rows: 3,
        emptyTexts: 1,
        duplicates: 0,
        leftOut: [{ count: 1, examples: ["test.tsv:4"] }],
      },
    ]);
  });

  it("counts unknown words and truncated rows for each split", async () => {
    const { found } = await report();
    expect(found.splits.map(({ counts }) => counts.tokens)).toEqual([
      { rows: 6, tokens: 13, truncated_rows: 1, unknown_tokens: 0 },
      { rows: 2, tokens: 4, truncated_rows: 0, unknown_tokens: 2 },
      { rows: 3, tokens: 5, truncated_rows: 0, unknown_tokens: 3 },
    ]);
  });

  it("counts labels in every split and names the rare ones", async () => {
    const { found } = await report();
    const [labels] = found.labels;
    expect(labels!.input).toBe("labels");
    expect(labels!.labels).toEqual([
      { label: "ham", rows: { train: 3, eval: 2, test: 2 } },
      { label: "spam", rows: { train: 2, eval: 0, test: 1 } },
      { label: "eggs", rows: { train: 1, eval: 0, test: 0 } },
    ]);
    expect(labels!.rareLabels).toEqual(["spam", "eggs"]);
  });

  it("finds rows of one split that stand in another, letter by letter or but for case and space; empty texts do not count", async () => {
    const { found } = await report();
    expect(found.overlaps).toEqual([
      {
        split: "eval",
        other: "train",
        exact: 0,
        folded: 1,
        examples: [{ at: "eval.tsv:3", alsoAt: "train.tsv:2" }],
      },
      {
        split: "test",
        other: "train",
        exact: 1,
        folded: 1,
        examples: [{ at: "test.tsv:2", alsoAt: "train.tsv:2" }],
      },
      {
        split: "test",
        other: "eval",
        exact: 0,
        folded: 1,
        examples: [{ at: "test.tsv:2", alsoAt: "eval.tsv:3" }],
      },
    ]);
  });

  it("finds texts with more than one label and where each label was first given", async () => {
    const { found } = await report();
    expect(found.conflicts).toEqual({
      texts: 2,
      rows: 6,
      examples: [
        {
          text: "hello there",
          labels: [
            { label: "ham", at: "train.tsv:2" },
            { label: "spam", at: "test.tsv:2" },
          ],
        },
        {
          text: "buy now",
          labels: [
            { label: "spam", at: "train.tsv:3" },
            { label: "ham", at: "train.tsv:4" },
          ],
        },
      ],
    });
  });

  it("reads as a page of text, findings first", async () => {
    const { text } = await report();
    expect(text).toBe(`Findings
  eval rows that stand in train too: 1 of 2 (50.0 %), 0 letter by letter: eval.tsv:3 = train.tsv:2
  test rows that stand in train too: 1 of 3 (33.3 %), 1 letter by letter: test.tsv:2 = train.tsv:2
  test rows that stand in eval too: 1 of 3 (33.3 %), 0 letter by letter: test.tsv:2 = eval.tsv:3
  texts with more than one label: 2, in 6 rows:
    "hello there": ham (train.tsv:2), spam (test.tsv:2)
    "buy now": spam (train.tsv:3), ham (train.tsv:4)
  train rows without text: 1 of 6 (16.7 %)
  train rows that repeat an earlier row's text: 1 of 6 (16.7 %)
  train rows longer than max_seq_len of tokens, which lose their ends: 1 of 6 (16.7 %)
  test rows without text: 1 of 3 (33.3 %)
  test rows left out: 1: unknown label (inputs.labels) (test.tsv:4)
  labels with few or no rows in a split: spam, eggs

Splits
  train: 6 rows (train.tsv)
    tokens: 13 tokens, 0.0 % unknown
  eval: 2 rows (eval.tsv)
    tokens: 4 tokens, 50.0 % unknown
  test: 3 rows (test.tsv)
    tokens: 5 tokens, 60.0 % unknown

Labels
  label  train  eval  test
  ham        3     2     2
  spam       2     0     1
  eggs       1     0     0

Lengths
  train: mean 2.3, min 1, median 2, 90 % 5, 99 % 5, max 5
      1  ########## 1
      2  ######################################## 4
    3-4   0
    5-8  ########## 1
  eval: mean 2.0, min 2, median 2, 90 % 2, 99 % 2, max 2
    2  ######################################## 2
  test: mean 2.0, min 1, median 2, 90 % 3, 99 % 3, max 3
      1  ######################################## 1
      2  ######################################## 1
    3-4  ######################################## 1
`);
  });

  it("knows labels of rows that have several", async () => {
    const path = folder({ "t.tsv": 'label\ttext\n["a","b"]\tone\n["a"]\tONE\n[]\ttwo\n' });
    const tensorizers = {
      tokens: makeTensorizer("TokenTensorizer"),
      labels: makeTensorizer("LabelListTensorizer", {}, "labels"),
    };
    const data = makeData({ source: { TSVDataSource: { train_filename: path("t.tsv") } } }, tensorizers);
    await learn([data]);
    const { labels, conflicts, overlaps } = await inspectData(data, { rareBelow: 0, examples: 1 });
    expect(labels[0]!.labels).toEqual([
      { label: "a", rows: { train: 2 } },
      { label: "b", rows: { train: 1 } },
    ]);
    expect(conflicts.examples[0]!.labels.map(({ label }) => label)).toEqual(["a, b", "a"]);
    expect(overlaps).toEqual([]);
  });
});

describe("a report on intents and slots", () => {
  const splits = {
    train: {
      "seq.in": "play the kinks\nplay queen\nplay Queen\nwhat is it\n",
      "seq.out": "O I-artist I-artist\nO B-artist\nO O\nO O O\n",
      label: "play\nplay\nplay\nask\n",
    },
    eval: { "seq.in": "play queen songs\n", "seq.out": "O B-artist B-kind\n", label: "play\n" },
    test: {
      "seq.in": "what is it\nplay rock songs\nis it\n",
      "seq.out": "O O O\nO B-genre B-kind\nO I-artist\n",
      label: "play\nask\nask\n",
    },
  };

  async function inspected(config: object) {
    const files = Object.entries(splits).flatMap(([split, columns]) =>
      Object.entries(columns).map(([column, content]) => [`${split}-${column}`, content] as const),
    );
    const path = folder(Object.fromEntries(files));
    const named = (split: string) => ({
      text: path(`${split}-seq.in`),
      slots: path(`${split}-seq.out`),
      label: path(`${split}-label`),
    });
    const source = { train: named("train"), eval: named("eval"), test: named("test") };
    const tensorizers = {
      tokens: makeTensorizer("TokenTensorizer", {}, "tokens"),
      intent: makeTensorizer("LabelTensorizer", {}, "intent"),
      slots: makeTensorizer("SlotLabelTensorizer", { format: "tags", ...config }, "slots"),
    };
    const data = makeData({ source: { ParallelFilesDataSource: source } }, tensorizers);
    await learn([data]);
    const report = await inspectData(data, { rareBelow: 2, examples: 9 });
    return { report, text: renderDataReport(report).replaceAll(path(""), "") };
  }

  it("counts the tags of tokens, entities of each label and what stands outside", async () => {
    const { report } = await inspected({ on_unknown: "missed" });
    expect(report.labels).toMatchObject([
      {
        input: "intent",
        labels: [
          { label: "play", rows: { train: 3, eval: 1, test: 1 } },
          { label: "ask", rows: { train: 1, eval: 0, test: 2 } },
        ],
        rareLabels: ["ask"],
      },
    ]);
    expect(report.tags).toEqual([
      {
        input: "slots",
        tags: [
          { tag: "O", tokens: { train: 7, eval: 1, test: 5 } },
          { tag: "B-artist", tokens: { train: 2, eval: 1, test: 1 } },
          { tag: "I-artist", tokens: { train: 1, eval: 0, test: 0 } },
          { tag: "B-__UNKNOWN__", tokens: { train: 0, eval: 1, test: 2 } },
          { tag: "I-__UNKNOWN__", tokens: { train: 0, eval: 0, test: 0 } },
        ],
        labels: [
          { label: "artist", entities: { train: 2, eval: 1, test: 1 } },
          { label: "__UNKNOWN__", entities: { train: 0, eval: 1, test: 2 } },
        ],
        outside: { train: 7, eval: 1, test: 5 },
        rareLabels: [],
        missing: [
          { label: "kind", found: { eval: 1, test: 1 } },
          { label: "genre", found: { test: 1 } },
        ],
      },
    ]);
  });

  it("finds equal texts whose intents or tags differ", async () => {
    const { report } = await inspected({ on_unknown: "missed" });
    expect(report.conflicts.examples).toMatchObject([
      {
        text: "play queen",
        labels: [{ label: "intent play; slots O B-artist" }, { label: "intent play; slots O O" }],
      },
      {
        text: "what is it",
        labels: [{ label: "intent ask; slots O O O" }, { label: "intent play; slots O O O" }],
      },
    ]);
  });

  it("reads as a page of text", async () => {
    const { text } = await inspected({ on_unknown: "missed" });
    for (const line of [
      "labels of intent with few or no rows in a split: ask",
      "train slots: rows whose tags break their scheme: 1",
      "train slots: I- tags without a B- before them: 1",
      "slots: training has no kind: 1 in eval, 1 in test",
      "slots: training has no genre: 1 in test",
      "Labels of intent",
      "Tags of slots\n  tokens outside of entities (O): train 70.0 %, eval 33.3 %, test 62.5 %",
      "  entities     train  eval  test\n  artist           2     1     1",
      "  tokens         train  eval  test\n  O                  7     1     5",
    ])
      expect(text).toContain(line);
  });

  it("knows labels that are given but that training does not have", async () => {
    const { report, text } = await inspected({ labels: ["artist", "genre", "kind"] });
    expect(report.tags[0]!.missing).toEqual([
      { label: "genre", found: { test: 1 } },
      { label: "kind", found: { eval: 1, test: 1 } },
    ]);
    expect(text).toContain("slots: training has no genre: 1 in test");
  });

  it("knows tags that stand for themselves", async () => {
    const plain = { label_scheme: "none", model_scheme: "none", on_unknown: "missed" };
    const { report } = await inspected(plain);
    expect(report.tags[0]).toMatchObject({
      labels: [],
      missing: [{ label: "B-kind" }, { label: "B-genre" }],
    });
  });
});

describe("a report on trees", () => {
  it("counts the rows whose trees hold a label", async () => {
    const rows = [
      { text: "wake me at nine", tree: "[IN:ALARM wake me [SL:TIME at [IN:HOUR [SL:TIME nine ] ] ] ]" },
      { text: "wake me", tree: "[IN:ALARM wake me ]" },
    ];
    const path = folder({ "t.jsonl": rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
    const tokens = makeTensorizer("TokenTensorizer", {}, "tokens");
    const actions = makeTensorizer("AnnotationNumberizer", { column: "tree" }, "actions");
    annotationsOf(actions, "test").lookIn(tokens as TextTensorizer);
    const source = { JSONLDataSource: { train_filename: path("t.jsonl") } };
    const data = makeData({ source }, { tokens, actions });
    await learn([data]);
    const { labels, tags } = await inspectData(data, { rareBelow: 2, examples: 1 });
    expect(tags).toEqual([]);
    expect(labels).toEqual([
      {
        input: "actions",
        labels: [
          { label: "IN:ALARM", rows: { train: 2 } },
          { label: "SL:TIME", rows: { train: 1 } },
          { label: "IN:HOUR", rows: { train: 1 } },
        ],
        rareLabels: ["SL:TIME", "IN:HOUR"],
        missing: [],
      },
    ]);
  });
});

describe("a report without labels, on a split with big integers and long texts", () => {
  it("tells equal rows from unequal ones by all their input columns", async () => {
    const long = "word ".repeat(40);
    const rows = [
      { text: long, id: 1 },
      { text: long, id: 2 },
      { text: `${long} `, id: 1 },
      { text: long, id: 1 },
    ];
    const path = folder({ "t.jsonl": rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
    const tensorizers = {
      tokens: makeTensorizer("TokenTensorizer", {}, "tokens"),
      ids: makeTensorizer("TokenTensorizer", { column: "id", axis: "ids" }, "ids"),
    };
    const data = makeData({ source: { JSONLDataSource: { train_filename: path("t.jsonl") } } }, tensorizers);
    await learn([data]);
    const report = await inspectData(data, { rareBelow: 1, examples: 1 });
    expect(report.splits[0]).toMatchObject({ rows: 4, duplicates: 1, emptyTexts: 0 });
    expect(report).toMatchObject({
      labels: [],
      tags: [],
      conflicts: { texts: 0, rows: 0, examples: [] },
    });
    const text = renderDataReport(report);
    expect(text).toContain("Labels: none");
    expect(text).toContain("ids: 4 tokens, 0.0 % unknown");
  });
});

describe("the length report", () => {
  it("gives nearest-rank percentiles and bins that double", () => {
    const report = lengthReport(Int32Array.from({ length: 100 }, (_, i) => i + 1));
    expect(report).toMatchObject({ mean: 50.5, min: 1, median: 50, p90: 90, p99: 99, max: 100 });
    expect(report.histogram).toEqual([
      { from: 1, to: 1, rows: 1 },
      { from: 2, to: 2, rows: 1 },
      { from: 3, to: 4, rows: 2 },
      { from: 5, to: 8, rows: 4 },
      { from: 9, to: 16, rows: 8 },
      { from: 17, to: 32, rows: 16 },
      { from: 33, to: 64, rows: 32 },
      { from: 65, to: 128, rows: 36 },
    ]);
  });
});
