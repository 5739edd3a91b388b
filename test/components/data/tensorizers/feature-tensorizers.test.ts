import { describe, expect, it } from "vitest";
import type { FieldValue } from "../../../../src/components/data/contracts.js";
import { vocabularyOf } from "../../../../src/components/data/tensorizers/vocabulary-holder.js";
import { folder, learn, makeTensorizer, part, rowOf } from "../support.js";

/** A value's numbers, and its sizes. */
const plain = ({ data, sizes }: FieldValue) => [Array.from(data, (n) => Math.round(n * 1e6) / 1e6), sizes];

describe("GazetteerTensorizer", () => {
  // The rows of PyText's train_dict_features.tsv and the numbers of its test_gazetteer_tensor. A token without features
  // has the unknown feature (0) with weight 0 where PyText writes padding.
  const rows = [
    {
      text: "Order coffee from Starbucks please",
      dict: '[{"tokenIdx": 1, "features": {"drink/beverage": 0.8, "music/song": 0.2}},{"tokenIdx": 3, "features": {"store/coffee_shop": 1.0}}]',
    },
    {
      text: "Order some fries from McDonalds please",
      dict: [
        { tokenIdx: 2, features: { "food/fries": 1 } },
        { tokenIdx: 4, features: { "store/burgers": 1 } },
      ],
    },
  ];

  it("gives ids and weights of PyText's cells", async () => {
    const tensorizer = await learn(
      makeTensorizer("GazetteerTensorizer", { dict_column: "dict" }, "dict"),
      rows,
    );
    expect(tensorizer.facts()).toEqual({ features: 5 });
    const [first, second] = rows.map((row) => tensorizer.numberize(rowOf(row)).map(plain));
    expect(first).toEqual([
      [
        [0, 1, 2, 3, 0, 1, 4, 1, 0, 1],
        [5, 2],
      ],
      [
        [0, 0, 0.8, 0.2, 0, 0, 1, 0, 0, 0],
        [5, 2],
      ],
    ]);
    expect(second).toEqual([
      [
        [0, 0, 5, 0, 6, 0],
        [6, 1],
      ],
      [
        [0, 0, 1, 0, 1, 0],
        [6, 1],
      ],
    ]);
    expect(tensorizer.fields).toEqual([
      { name: "dict", dtype: "int32", dims: ["tokens", "dict_features"], pad: 1 },
      { name: "dict_weights", dtype: "float32", dims: ["tokens", "dict_features"], pad: 0 },
    ]);
    expect(tensorizer.counts()).toMatchObject({ tokens: 11, tokens_with_features: 4, unknown_features: 0 });
  });

  it("leaves out and counts features that training did not show, and those of tokens cut off", async () => {
    const config = { dict_column: "dict", max_seq_len: 4 };
    const tensorizer = await learn(makeTensorizer("GazetteerTensorizer", config), rows);
    const dict = [
      { tokenIdx: 0, features: { new: 1 } },
      { tokenIdx: 4, features: { "music/song": 1 } },
    ];
    const [ids] = tensorizer.numberize(rowOf({ text: "a b c d e", dict }));
    expect(plain(ids!)).toEqual([
      [0, 0, 0, 0],
      [4, 1],
    ]);
    expect(tensorizer.counts()).toMatchObject({ unknown_features: 1, truncated_rows: 1 });
    expect(plain(tensorizer.numberize(rowOf({ text: "a", dict: "" }))[0]!)).toEqual([[0], [1, 1]]);
    expect(plain(tensorizer.numberize(rowOf({ text: "", dict: "[]" }))[0]!)).toEqual([[], [0, 1]]);
  });

  it.each([
    ["not json", "a JSON list"],
    [[{ tokenIdx: 5, features: { a: 1 } }], "tokenIdx from 0 to 4, as the text has 5 tokens"],
    [[{ tokenIdx: -1, features: { a: 1 } }], "tokenIdx from 0 to 4"],
    [[{ tokenIdx: 0.5, features: { a: 1 } }], 'items like {"tokenIdx": 1'],
    [[{ tokenIdx: 0, features: { a: "1" } }], 'items like {"tokenIdx": 1'],
    [[null], 'items like {"tokenIdx": 1'],
  ])("says what is wrong with the cell %j", async (dict, message) => {
    const tensorizer = await learn(makeTensorizer("GazetteerTensorizer", { dict_column: "dict" }), rows);
    expect(() => tensorizer.numberize(rowOf({ ...rows[0], dict }, "a.tsv:7"))).toThrow(
      new RegExp(`PTX_DATA {2}a\\.tsv:7\\n.*${message.replaceAll(/[{}[\]"]/g, "\\$&")}`),
    );
  });

  const file = "new york\tcity\nNew York Times\tpaper\t0.5\ncoffee\tdrink\ncoffee\tcolour\t0.25\n";

  it("finds the longest phrases of a dictionary file, cut and lower-cased as texts are", async () => {
    const path = folder({ "names.tsv": file });
    const config = { dictionary: path("names.tsv") };
    const tensorizer = await learn(makeTensorizer("GazetteerTensorizer", config), [{ text: "anything" }]);
    expect(vocabularyOf(tensorizer, "test").words).toEqual(["city", "paper", "drink", "colour"]);
    expect(tensorizer.facts()).toEqual({ features: 4, phrases: 3 });
    const numbers = (text: string | string[]) =>
      tensorizer.numberize(rowOf({ text })).map((v) => plain(v)[0]);
    expect(numbers("Read the NEW york times")).toEqual([
      [0, 0, 3, 3, 3],
      [0, 0, 0.5, 0.5, 0.5],
    ]);
    expect(numbers("coffee in new york")).toEqual([
      [4, 5, 0, 1, 2, 1, 2, 1],
      [1, 0.25, 0, 0, 1, 0, 1, 0],
    ]);
    expect(numbers(["New", "York"])).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it("comes back from its saved state without the file", async () => {
    const path = folder({ "names.tsv": file });
    const config = { dictionary: path("names.tsv") };
    const tensorizer = await learn(makeTensorizer("GazetteerTensorizer", config), []);
    const back = makeTensorizer("GazetteerTensorizer", config);
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    const row = rowOf({ text: "coffee of the new york times" });
    expect(back.numberize(row)).toEqual(tensorizer.numberize(row));
    const cells = await learn(makeTensorizer("GazetteerTensorizer", { dict_column: "dict" }), rows);
    const again = makeTensorizer("GazetteerTensorizer", { dict_column: "dict" });
    again.load(JSON.parse(JSON.stringify(cells.state())));
    expect(again.numberize(rowOf(rows[0]!))).toEqual(cells.numberize(rowOf(rows[0]!)));
    expect(() => back.load({})).toThrow("PTX_MODEL_FILE");
  });

  it.each([
    ["a", /names\.tsv:1\n.*phrase TAB feature/],
    ["a\tb\n\tc", /names\.tsv:2\n.*the phrase holds no token/],
    ["a\tb\tx", /names\.tsv:1\n.*the weight "x" is not a number/],
    ["a\tb\t1\t2", /phrase TAB feature/],
    ["a\tb\nA\tb", /names\.tsv:2\n.*"A" has the feature "b" already/],
    ["", /the dictionary is empty/],
  ])("refuses the dictionary %j", async (content, message) => {
    const path = folder({ "names.tsv": content });
    await expect(
      learn(makeTensorizer("GazetteerTensorizer", { dictionary: path("names.tsv") }), []),
    ).rejects.toThrow(message);
  });

  it("needs a file or a column, and features to learn", async () => {
    expect(() => part("tensorizer", "GazetteerTensorizer", {})).toThrow("give either dictionary");
    await expect(
      learn(makeTensorizer("GazetteerTensorizer", { dict_column: "dict" }), [{ text: "a", dict: [] }]),
    ).rejects.toThrow('no training row has a feature in "dict"');
  });
});

describe("SeqTokenTensorizer", () => {
  // PyText's train_seq_features.tsv and test_seq_tensor.
  const row = { text_seq: '["where do you wanna meet?", "MPK"]' };

  it("gives the word ids of each text, as PyText does", async () => {
    const tensorizer = await learn(makeTensorizer("SeqTokenTensorizer"), [row]);
    expect(tensorizer.facts()).toEqual({ vocabulary: 8 });
    const [ids] = tensorizer.numberize(rowOf(row));
    expect(plain(ids!)).toEqual([
      [2, 3, 4, 5, 6, 7, 1, 1, 1, 1],
      [2, 5],
    ]);
    expect(tensorizer.length([ids!])).toBe(10);
    expect(tensorizer.fields).toEqual([
      { name: "input", dtype: "int32", dims: ["utterances", "tokens"], pad: 1 },
    ]);
  });

  it("takes texts cut already, empty ones and none", async () => {
    const tensorizer = await learn(makeTensorizer("SeqTokenTensorizer"), [row]);
    const numbers = (text_seq: unknown) => plain(tensorizer.numberize(rowOf({ text_seq }))[0]!);
    expect(numbers([["Where", "you"], "", "mpk x"])).toEqual([
      [2, 4, 1, 1, 7, 0],
      [3, 2],
    ]);
    expect(numbers([])).toEqual([[], [0, 0]]);
    expect(numbers(["", ""])).toEqual([[], [2, 0]]);
    expect(tensorizer.counts()).toMatchObject({ utterances: 5, tokens: 4, unknown_tokens: 1 });
  });

  it("keeps the last texts and the first words of each, and counts what that drops", async () => {
    const tensorizer = await learn(
      makeTensorizer("SeqTokenTensorizer", { max_utterances: 2, max_seq_len: 1 }),
      [{ text_seq: ["gone", "a b", "c"] }],
    );
    expect(vocabularyOf(tensorizer, "test").words).toEqual(["a", "c"]);
    expect(plain(tensorizer.numberize(rowOf({ text_seq: ["gone", "a b", "c"] }))[0]!)).toEqual([
      [2, 3],
      [2, 1],
    ]);
    expect(tensorizer.counts()).toMatchObject({ dropped_utterances: 1, truncated_utterances: 1 });
  });

  it("says what is wrong with a cell", async () => {
    const tensorizer = await learn(makeTensorizer("SeqTokenTensorizer"), [row]);
    expect(() => tensorizer.numberize(rowOf({ text_seq: "plain text" }, "s.tsv:2"))).toThrow(
      /PTX_DATA {2}s\.tsv:2\n.*should hold a JSON list/,
    );
    expect(() => tensorizer.numberize(rowOf({ text_seq: [{}] }, "s.tsv:2"))).toThrow(/s\.tsv:2\n.*a text/);
  });

  it("comes back from its saved state", async () => {
    const tensorizer = await learn(makeTensorizer("SeqTokenTensorizer"), [row]);
    const back = makeTensorizer("SeqTokenTensorizer");
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    expect(back.numberize(rowOf(row))).toEqual(tensorizer.numberize(rowOf(row)));
    expect(() => back.load({})).toThrow("PTX_MODEL_FILE");
  });
});

describe("FloatListSeqTensorizer", () => {
  it("gives the numbers of each token, as many as the first has", async () => {
    const tensorizer = await learn(makeTensorizer("FloatListSeqTensorizer"), [
      { dense: [] },
      { dense: "[[1, 2]]" },
    ]);
    expect(tensorizer.fields).toEqual([{ name: "input", dtype: "float32", dims: ["tokens", 2], pad: 0 }]);
    expect(
      plain(
        tensorizer.numberize(
          rowOf({
            dense: [
              [0.5, 1],
              [2, -3],
            ],
          }),
        )[0]!,
      ),
    ).toEqual([
      [0.5, 1, 2, -3],
      [2, 2],
    ]);
    const back = makeTensorizer("FloatListSeqTensorizer");
    back.load(tensorizer.state());
    expect(back.facts()).toEqual({ features: 2 });
    expect(() => back.load({})).toThrow("PTX_MODEL_FILE");
  });

  it("cuts where the tokens are cut", async () => {
    const tensorizer = await learn(makeTensorizer("FloatListSeqTensorizer", { dim: 1, max_seq_len: 2 }), []);
    expect(plain(tensorizer.numberize(rowOf({ dense: [[1], [2], [3]] }))[0]!)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it.each([
    ["[1, 2]", "a list of finite numbers for each token"],
    [[[1, "2"]], "a list of finite numbers for each token"],
    [[[1, 1e39]], "a list of finite numbers for each token"],
    [[[1, 2, 3]], "2 numbers for each token"],
  ])("refuses %j", (dense, message) => {
    const tensorizer = makeTensorizer("FloatListSeqTensorizer", { dim: 2 });
    expect(() => tensorizer.numberize(rowOf({ dense }, "d.jsonl:4"))).toThrow(
      new RegExp(`d\\.jsonl:4\n.*${message}`),
    );
  });

  it("cannot know how many numbers there are before it has seen some", async () => {
    const tensorizer = await learn(makeTensorizer("FloatListSeqTensorizer"), [{ dense: [] }]);
    expect(() => tensorizer.fields).toThrow("set dim");
  });
});
