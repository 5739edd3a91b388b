import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collect, folder, makeSource } from "../support.js";

const source = (name: string, content: string | Buffer, config: object = {}, file = "train.conll") =>
  makeSource(name, { train_filename: folder({ [file]: content })(file), ...config });
const conll = (content: string | Buffer, config: object = {}, file?: string) =>
  source("CoNLLDataSource", content, config, file);
const conllu = (content: string, config: object = {}) =>
  source("CoNLLUDataSource", content, config, "x.conllu");

const word = (id: string, form: string, upos = "X") =>
  [id, form, form.toLowerCase(), upos, "_", "_", "0", "root", "_", "_"].join("\t");

describe("CoNLLDataSource", () => {
  it("makes a row of each sentence, its columns lists, its place the first token's line", async () => {
    const rows = await collect(conll("EU\tB-ORG\nrejects\tO\n\n\nPeter\tB-PER\n"), "train", [
      "text",
      "slots",
    ]);
    expect(rows).toEqual([
      { values: { text: ["EU", "rejects"], slots: ["B-ORG", "O"] }, origin: "train.conll:1" },
      { values: { text: ["Peter"], slots: ["B-PER"] }, origin: "train.conll:5" },
    ]);
  });

  it("reads columns by place, between any spaces and tabs, and only those asked for", async () => {
    const content = "EU NNP  I-NP\tI-ORG \nrejects VBZ I-VP O\n \t\nPeter NNP I-NP I-PER";
    const on = conll(content, { columns: ["text", null, null, "slots"] });
    expect(await on.columns("train")).toEqual(["text", "slots"]);
    expect(await collect(on, "train", ["slots"])).toEqual([
      { values: { slots: ["I-ORG", "O"] }, origin: "train.conll:1" },
      { values: { slots: ["I-PER"] }, origin: "train.conll:4" },
    ]);
  });

  it("renames columns by column_mapping, and reads packed files", async () => {
    const on = conll("a\tX\n", { column_mapping: { slots: "ner" } }, "train.conll.gz");
    expect(await collect(on, "train", ["ner"])).toEqual([
      { values: { ner: ["X"] }, origin: "train.conll.gz:1" },
    ]);
  });

  it("passes over the lines between documents and counts them", async () => {
    const on = conll("-DOCSTART- O\n\na\tO\n-DOCSTART-\tO\nb\tO\n");
    const rows = await collect(on, "train", ["text"]);
    expect(rows.map(({ values, origin }) => [values.text, origin])).toEqual([
      [["a"], "train.conll:3"],
      [["b"], "train.conll:5"],
    ]);
    expect(on.skipped("train")).toMatchObject([{ reason: "-DOCSTART- lines", count: 2, unit: "line" }]);
    const kept = conll("-DOCSTART-\tO\n", { document_start: null });
    expect(await collect(kept, "train", ["text"])).toMatchObject([{ values: { text: ["-DOCSTART-"] } }]);
  });

  it("takes # for a token unless told that it begins comments, which stand before a sentence", async () => {
    expect(await collect(conll("#\tO\n"), "train", ["text"])).toMatchObject([{ values: { text: ["#"] } }]);
    const on = conll("# a comment\na\tO\n#\tB-x\n", { comment: "#" });
    expect(await collect(on, "train", ["text"])).toEqual([
      { values: { text: ["a", "#"] }, origin: "train.conll:2" },
    ]);
    expect(on.skipped("train")).toMatchObject([{ reason: "comments", count: 1, unit: "line" }]);
  });

  it("keeps no-break spaces inside tokens, and spaces when only tabs separate", async () => {
    const on = conll("New\u00a0York\tO\n");
    expect(await collect(on, "train", ["text"])).toMatchObject([{ values: { text: ["New\u00a0York"] } }]);
    const tabs = conll("New York\tB-x y\n", { separator: "\t" });
    expect(await collect(tabs, "train", ["text", "slots"])).toMatchObject([
      { values: { text: ["New York"], slots: ["B-x y"] } },
    ]);
  });

  it("tells the line with another number of columns, or leaves its sentence out once", async () => {
    const content = "a\tO\nb\nc\n\nd\tO\n\n\te\n";
    await expect(collect(conll(content), "train", ["text"])).rejects.toThrow(
      /PTX_DATA .*train\.conll:2\n {2}1 column where 2 are expected \(text, slots\)/,
    );
    const on = conll(content, { on_error: "skip" });
    expect(await collect(on, "train", ["text"])).toMatchObject([{ values: { text: ["d"] } }]);
    expect(on.skipped("train")).toMatchObject([{ reason: "wrong number of columns", count: 2 }]);
    await expect(
      collect(conll("a\t\tO\n", { separator: "\t", columns: ["x", "y", "z"] }), "train", ["x"]),
    ).rejects.toThrow(/train\.conll:1\n {2}a column of the line is empty/);
  });

  it("leaves out the whole sentence around a line that is not UTF-8, when told to skip", async () => {
    const bytes = Buffer.from("a\tO\nb\xff\tO\nc\tO\n\nd\tO\n\ne\xff\tO\n\nf\tO\n", "latin1");
    await expect(collect(conll(bytes), "train", ["text"])).rejects.toThrow(/train\.conll:2\n.*is not UTF-8/);
    const on = conll(bytes, { on_error: "skip" });
    const rows = await collect(on, "train", ["text"]);
    expect(rows.map(({ values }) => values.text)).toEqual([["d"], ["f"]]);
    expect(on.skipped("train")).toMatchObject([{ reason: "not UTF-8", count: 2 }]);
  });

  it("refuses columns that are not there and names given twice", async () => {
    await expect(collect(conll("a\tO\n"), "train", ["slot"])).rejects.toThrow(
      'there is no column "slot"; did you mean "slots"?',
    );
    await expect(conll("a\tO\n", { columns: ["x", "x"] }).columns("train")).rejects.toThrow(
      'two columns are called "x"',
    );
  });

  it("gives back any sentences, in blocks of any size (property)", async () => {
    const token = fc.stringMatching(/^[a-z#é-]{1,6}$/u);
    const sentences = fc.array(fc.array(fc.tuple(token, token), { minLength: 1, maxLength: 5 }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(sentences, fc.integer({ min: 1, max: 3 }), async (list, blanks) => {
        const content = list
          .map((tokens) => tokens.map((cells) => cells.join("\t")).join("\n"))
          .join("\n".repeat(blanks + 1));
        const rows = await collect(conll(content), "train", ["text", "slots"]);
        expect(rows.map(({ values }) => values)).toEqual(
          list.map((tokens) => ({ text: tokens.map(([text]) => text), slots: tokens.map(([, tag]) => tag) })),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe("CoNLLUDataSource", () => {
  // The examples of https://universaldependencies.org/format.html: vámonos al mar; Sue likes coffee and Bill tea.
  const content = [
    "# sent_id = 1",
    "# text = vámonos al mar",
    word("1-2", "vámonos", "_"),
    word("1", "vamos", "VERB"),
    word("2", "nos", "PRON"),
    word("3-4", "al", "_"),
    word("3", "a", "ADP"),
    word("4", "el", "DET"),
    word("5", "mar", "NOUN"),
    "",
    "# text = Sue likes coffee and Bill tea",
    "# sent_id = 2",
    ...["Sue", "likes", "coffee", "and", "Bill"].map((form, i) => word(String(i + 1), form)),
    word("5.1", "likes", "VERB"),
    word("6", "tea"),
    "",
    "",
  ].join("\n");

  it("gives syntactic words and the sentence's text; other lines are counted", async () => {
    const on = conllu(content);
    const rows = await collect(on, "train", ["form", "upos", "text", "sent_id"]);
    expect(rows).toEqual([
      {
        values: {
          form: ["vamos", "nos", "a", "el", "mar"],
          upos: ["VERB", "PRON", "ADP", "DET", "NOUN"],
          text: "vámonos al mar",
          sent_id: "1",
        },
        origin: "x.conllu:4",
      },
      {
        values: {
          form: ["Sue", "likes", "coffee", "and", "Bill", "tea"],
          upos: ["X", "X", "X", "X", "X", "X"],
          text: "Sue likes coffee and Bill tea",
          sent_id: "2",
        },
        origin: "x.conllu:13",
      },
    ]);
    expect(on.skipped("train")).toMatchObject([
      { reason: "multi-word tokens (their words are kept)", count: 2, unit: "line" },
      { reason: "empty nodes", count: 1, unit: "line" },
    ]);
    expect(await on.columns("train")).toHaveLength(12);
  });

  it.each([
    [`${word("1", "a")}\n${word("3", "b")}\n`, ["form"], /x\.conllu:2\n {2}the id "3" where the word 2/],
    [`${word("a", "a")}\n`, ["form"], /the id "a" where the word 1/],
    ["1 a a X _ _ 0 root _ _\n", ["form"], /1 cell between tabs where CoNLL-U has 10/],
    [`${word("1", "")}\n`, ["form"], /x\.conllu:1\n {2}a column of the line is empty: CoNLL-U writes "_"/],
    [
      `# sent_id = 7\n${word("1", "a")}\n`,
      ["text"],
      /x\.conllu:2\n {2}the sentence has no comment "# text = ..."/,
    ],
  ])("says what breaks the format: %j", async (text, columns, message) => {
    await expect(collect(conllu(text), "train", columns)).rejects.toThrow(message);
    const on = conllu(`${text}\n${word("1", "good")}\n`, { on_error: "skip" });
    const rows = await collect(on, "train", ["form"]);
    expect(rows.at(-1)!.values).toEqual({ form: ["good"] });
  });

  it("needs a sentence's text only when somebody reads it", async () => {
    expect(await collect(conllu(`${word("1", "a")}\n`), "train", ["form"])).toHaveLength(1);
  });
});

// Counts of the sets' own README and stats.xml. Tokens that stand on lines of their own.
describe.skipIf(!existsSync("../shared/data"))("the public sets (absent beside the project: skipped)", () => {
  const total = async (on: ReturnType<typeof source>, column: string) => {
    const rows = await collect(on, "train", [column]);
    return [rows.length, rows.reduce((sum, { values }) => sum + (values[column] as string[]).length, 0)];
  };

  it.each([
    ["train", 3394, 62730],
    ["dev", 1009, 15733],
    ["test", 1287, 23394],
  ])("WNUT-17 %s has %i sentences of %i tokens", async (split, sentences, tokens) => {
    const file = `../shared/data/wnut17/${split}.conll`;
    expect(
      await total(makeSource("CoNLLDataSource", { train_filename: file, separator: "\t" }), "text"),
    ).toEqual([sentences, tokens]);
  });

  it.each([
    ["train.conllu.gz", 12544, 204577],
    ["dev.conllu", 2001, 25147],
    ["test.conllu", 2077, 25094],
  ])("UD English EWT %s has %i sentences of %i words", async (split, sentences, words) => {
    const file = `../shared/data/ud_english_ewt/en_ewt-ud-${split}`;
    expect(await total(makeSource("CoNLLUDataSource", { train_filename: file }), "form")).toEqual([
      sentences,
      words,
    ]);
  });
});
