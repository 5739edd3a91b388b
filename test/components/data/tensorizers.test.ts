import { describe, expect, it } from "vitest";
import { SkipRow, type TextTensorizer } from "../../../src/components/data/contracts.js";
import { vocabularyOf } from "../../../src/components/data/tensorizers/vocabulary-holder.js";
import { bench, folder, learn, makeTensorizer, part, rowOf } from "./support.js";

/** A row's numbers for the first field. */
const first = (tensorizer: ReturnType<typeof makeTensorizer>, values: Record<string, unknown>) =>
  Array.from(tensorizer.numberize(rowOf(values))[0]!.data);

const texts = (...list: string[]) => list.map((text) => ({ text }));

describe("TokenTensorizer", () => {
  it("gives word ids by frequency, unknown words as 0", async () => {
    const tensorizer = await learn(
      makeTensorizer("TokenTensorizer"),
      texts("Turn it up", "turn it off", "turn around"),
    );
    const [value] = tensorizer.numberize(rowOf({ text: "TURN the up" }));
    expect(value).toEqual({ data: Int32Array.of(2, 0, 4), sizes: [3] });
    expect(tensorizer.length([value!])).toBe(3);
    expect(tensorizer.fields).toEqual([{ name: "input", dtype: "int32", dims: ["tokens"], pad: 1 }]);
    expect(tensorizer.facts()).toEqual({ vocabulary: 7 });
    expect(vocabularyOf(tensorizer, "WordEmbedding").size).toBe(7);
  });

  // The vocabulary sizes that PyText's tensorizers_test.py expects of these settings, on a set of its own.
  it("limits the words of the data, and takes the words of files besides", async () => {
    const path = folder({ "words.txt": "2 3\naloha 1 2 3\nTurn 1 2 3\nhi 0 0 0\n" });
    const files = (extra: object) => ({
      vocab_files: [{ filepath: path("words.txt"), skip_header_line: true, ...extra }],
    });
    const rows = texts("turn it up", "turn it off", "turn");
    const words = async (vocab: object) =>
      vocabularyOf(await learn(makeTensorizer("TokenTensorizer", { vocab }), rows), "test").words;
    expect(await words({ size_from_data: 2 })).toEqual(["turn", "it"]);
    expect(await words({ min_counts: 3 })).toEqual(["turn"]);
    expect(await words({ size_from_data: 1, ...files({}) })).toEqual(["turn", "aloha", "Turn", "hi"]);
    expect(await words({ size_from_data: 1, ...files({ lowercase_tokens: true }) })).toEqual([
      "turn",
      "aloha",
      "hi",
    ]);
    expect(await words({ build_from_data: false, ...files({ size_limit: 2 }) })).toEqual(["aloha", "Turn"]);
  });

  it("refuses an empty vocabulary and vocabulary files with empty lines", async () => {
    const rows = texts("a b");
    await expect(
      learn(makeTensorizer("TokenTensorizer", { vocab: { min_counts: 2 } }), rows),
    ).rejects.toThrow(
      /PTX_VOCABULARY {2}inputs\.input\.vocab\n.*2 different words were seen in training, none at least 2 times/,
    );
    await expect(
      learn(makeTensorizer("TokenTensorizer", { vocab: { build_from_data: false } }), rows),
    ).rejects.toThrow("build_from_data is off and vocab_files gives no words");
    const path = folder({ "words.txt": "a\n\nb\n" });
    const vocab = { vocab_files: [{ filepath: path("words.txt") }] };
    await expect(learn(makeTensorizer("TokenTensorizer", { vocab }), rows)).rejects.toThrow(
      /words\.txt:2\n.*holds no word/,
    );
  });

  it("cuts long texts and counts them", async () => {
    const tensorizer = await learn(
      makeTensorizer("TokenTensorizer", { max_seq_len: 2 }),
      texts("a b c", "a b"),
    );
    expect(vocabularyOf(tensorizer, "test").words).toEqual(["a", "b"]);
    for (const text of ["a b c", "a b", "x y z"]) tensorizer.numberize(rowOf({ text }));
    expect(tensorizer.counts()).toEqual({ rows: 3, tokens: 6, truncated_rows: 2, unknown_tokens: 2 });
    expect(tensorizer.serve!([rowOf({ text: "A b c" }), rowOf({ text: "x" })], "tokens")).toEqual({
      tokens: { dtype: "string", dims: [2, 2], data: ["a", "b", "x", ""] },
    });
  });

  it("does not cut lists of tokens, and lower-cases them as the tokenizer does", async () => {
    const folded = await learn(makeTensorizer("TokenTensorizer"), [{ text: ["New York", "is"] }]);
    expect(first(folded, { text: ["is", "new york", "Is", "IS "] })).toEqual([3, 2, 3, 0]);
    expect(first(folded, { text: "Is IS" })).toEqual([3, 3]);
    const cased = await learn(
      makeTensorizer("TokenTensorizer", { tokenizer: { WhitespaceTokenizer: { lowercase: false } } }),
      [{ text: ["New York", "is"] }],
    );
    expect(first(cased, { text: ["is", "New York", "Is"] })).toEqual([3, 2, 0]);
  });

  describe.each(["TokenTensorizer", "CharacterTokenTensorizer", "ByteTokenTensorizer"])("%s", (name) => {
    const tokenized = (config: object, text: unknown) => {
      const found = (makeTensorizer(name, config) as TextTensorizer).tokenized(rowOf({ text }));
      const tokens = found.tokens.map(({ text: token, startUtf16, endUtf16 }) => [
        token,
        found.text.slice(startUtf16, endUtf16),
      ]);
      return { text: found.text, tokens };
    };

    it("tells where the tokens stand in the text as it was given", () => {
      expect(tokenized({}, " Turn  İT 👍 ")).toEqual({
        text: " Turn  İT 👍 ",
        tokens: [
          ["turn", "Turn"],
          ["it", "İT"],
          ["👍", "👍"],
        ],
      });
      expect(tokenized({ tokenizer: { Tokenizer: { normalize_nfc: true } } }, "Cafe\u0301 x").tokens).toEqual(
        [
          ["café", "Cafe\u0301"],
          ["x", "x"],
        ],
      );
    });

    it("joins a list of tokens by spaces, tokens with spaces in them too", () => {
      expect(tokenized({}, ["New York", "IS"])).toEqual({
        text: "New York IS",
        tokens: [
          ["new york", "New York"],
          ["is", "IS"],
        ],
      });
      expect(tokenized({}, [])).toEqual({ text: "", tokens: [] });
    });

    it("keeps the places of characters that an exported file cannot get", () => {
      expect(tokenized({}, "a\ud800b c\0")).toEqual({
        text: "a\ud800b c\0",
        tokens: [
          ["a\ufffdb", "a\ud800b"],
          ["c\ufffd", "c\0"],
        ],
      });
    });

    it("ends where max_seq_len cuts", () => {
      expect(tokenized({ max_seq_len: 1 }, "one two")).toEqual({ text: "one two", tokens: [["one", "one"]] });
    });
  });

  it.each([
    [{}, 'the column "text" is missing in this row'],
    [{ text: null }, 'the column "text" is null in this row'],
    [{ text: { a: 1 } }, 'the column "text" should hold a text, but holds {"a":1}'],
    [{ text: ["a", 1] }, 'the column "text" should hold a list of texts, but holds ["a",1]'],
    [{ text: ["a", ""] }, 'the column "text" should hold tokens that are not empty, but holds ["a",""]'],
  ])("says what is wrong with the row %j", async (values, message) => {
    const tensorizer = await learn(makeTensorizer("TokenTensorizer"), texts("a"));
    expect(() => tensorizer.numberize(rowOf(values, "train.tsv:7"))).toThrow(
      `PTX_DATA  train.tsv:7\n  ${message}`,
    );
  });

  it("writes out numbers and booleans of JSON and Parquet", async () => {
    const tensorizer = await learn(makeTensorizer("TokenTensorizer"), [
      { text: 12 },
      { text: true },
      { text: 9007199254740993n },
    ]);
    expect(vocabularyOf(tensorizer, "test").words).toEqual(["12", "true", "9007199254740993"]);
  });

  it("comes back from its saved state the same, and refuses another's", async () => {
    const tensorizer = await learn(makeTensorizer("TokenTensorizer"), texts("a b b"));
    const back = makeTensorizer("TokenTensorizer");
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    expect(first(back, { text: "a b c" })).toEqual(first(tensorizer, { text: "a b c" }));
    expect(() => back.load({ labels: [] })).toThrow(/PTX_MODEL_FILE {2}inputs\.input\n.*needs a vocabulary/);
    expect(() => back.load(null)).toThrow("PTX_MODEL_FILE");
  });

  it("is the only kind of input that has words for an embedding", () => {
    expect(() => vocabularyOf(makeTensorizer("FloatListTensorizer", { dim: 2 }), "WordEmbedding")).toThrow(
      "WordEmbedding needs an input whose numbers are ids of a vocabulary",
    );
    expect(() => vocabularyOf(undefined, "WordEmbedding")).toThrow("PTX_CONFIG_VALUE");
  });
});

describe("CharacterTokenTensorizer", () => {
  it("gives the ids of each token's code points, padded to the row's longest token", async () => {
    const tensorizer = await learn(makeTensorizer("CharacterTokenTensorizer", {}, "chars"), texts("aab a👍"));
    const [value] = tensorizer.numberize(rowOf({ text: "ab 👍 xa" }));
    expect(value).toEqual({ data: Int32Array.of(2, 3, 4, 1, 0, 2), sizes: [3, 2] });
    expect(tensorizer.length([value!])).toBe(3);
    expect(tensorizer.fields).toEqual([{ name: "chars", dtype: "int32", dims: ["tokens", "chars"], pad: 1 }]);
  });

  it("cuts long tokens and counts them", async () => {
    const tensorizer = await learn(
      makeTensorizer("CharacterTokenTensorizer", { max_char_length: 2, max_seq_len: 2 }),
      texts("abc"),
    );
    expect(tensorizer.numberize(rowOf({ text: "cab a b" }))[0]).toEqual({
      data: Int32Array.of(4, 2, 2, 1),
      sizes: [2, 2],
    });
    tensorizer.numberize(rowOf({ text: "xb" }));
    expect(tensorizer.counts()).toEqual({
      rows: 2,
      truncated_rows: 1,
      truncated_tokens: 1,
      characters: 5,
      unknown_characters: 1,
    });
  });

  it("gives a text without tokens no numbers", async () => {
    const tensorizer = await learn(makeTensorizer("CharacterTokenTensorizer"), texts("a"));
    expect(tensorizer.numberize(rowOf({ text: "" }))[0]).toEqual({ data: new Int32Array(0), sizes: [0, 0] });
  });

  it("takes its characters from files alone when told to", async () => {
    const path = folder({ "chars.txt": "a\nb\n" });
    const vocab = { build_from_data: false, vocab_files: [{ filepath: path("chars.txt") }] };
    const tensorizer = await learn(makeTensorizer("CharacterTokenTensorizer", { vocab }), texts("xyz"));
    expect(first(tensorizer, { text: "abx" })).toEqual([2, 3, 0]);
    expect(tensorizer.facts()).toEqual({ vocabulary: 4 });
  });

  it("comes back from its saved state", async () => {
    const tensorizer = await learn(makeTensorizer("CharacterTokenTensorizer"), texts("hello"));
    const back = makeTensorizer("CharacterTokenTensorizer");
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    expect(first(back, { text: "lo" })).toEqual(first(tensorizer, { text: "lo" }));
    expect(() => back.load({})).toThrow("PTX_MODEL_FILE");
  });
});

describe("byte tensorizers", () => {
  const bytes = (text: string) => [...Buffer.from(text)].map((byte) => byte + 2);

  // The rows of PyText's test_create_byte_token_tensors; bytes are two higher, as 0 and 1 are unknown and padding.
  it("give the bytes of lower-cased tokens, cut to the longest allowed", async () => {
    const tensorizer = makeTensorizer("ByteTokenTensorizer", { max_seq_len: 4, max_byte_len: 5 });
    const [value] = tensorizer.numberize(rowOf({ text: "I want some coffee today" }));
    const padded = (word: string) => [...bytes(word), 1, 1, 1, 1].slice(0, 5);
    expect(value!.sizes).toEqual([4, 5]);
    expect([...value!.data]).toEqual(["i", "want", "some", "coffe"].flatMap(padded));
    expect(tensorizer.counts()).toMatchObject({
      truncated_rows: 1,
      truncated_tokens: 1,
      unknown_characters: 0,
    });
    expect(tensorizer.facts()).toEqual({ vocabulary: 258 });
  });

  it.each(["ByteTokenTensorizer", "ByteTensorizer"])(
    "%s learns nothing and has nothing to save",
    async (name) => {
      const fresh = makeTensorizer(name);
      const learnt = await learn(makeTensorizer(name), texts("some text"));
      expect(learnt.state()).toEqual({});
      learnt.load({});
      expect(learnt.numberize(rowOf({ text: "a ü" }))).toEqual(fresh.numberize(rowOf({ text: "a ü" })));
      expect(learnt.facts()).toEqual({ vocabulary: 258 });
      expect(learnt.length(learnt.numberize(rowOf({ text: "a ü" })))).toBe(name === "ByteTensorizer" ? 4 : 2);
    },
  );

  it("give the bytes of a whole text, of any script", () => {
    const tensorizer = makeTensorizer("ByteTensorizer", { lower: false, max_seq_len: 18 });
    for (const text of ["I want some coffee", "Turn it up", "我不会说中文"])
      expect(first(tensorizer, { text })).toEqual(bytes(text));
    expect(first(tensorizer, { text: "I want some coffee!" })).toHaveLength(18);
    expect(tensorizer.counts()).toEqual({ bytes: 18 + 10 + 18 + 18, truncated_rows: 1 });
    expect(first(makeTensorizer("ByteTensorizer"), { text: "AÉ" })).toEqual(bytes("aé"));
  });
});

describe("LabelTensorizer", () => {
  const labelled = (...labels: string[]) => labels.map((label) => ({ label }));

  it("numbers labels by frequency, white space around them left out", async () => {
    const tensorizer = await learn(makeTensorizer("LabelTensorizer"), labelled("spam", " ham", "ham "));
    expect(tensorizer.labels).toEqual(["ham", "spam"]);
    expect(tensorizer.numberize(rowOf({ label: "spam" }))).toEqual([{ data: Int32Array.of(1), sizes: [] }]);
    expect([tensorizer.role, tensorizer.length([]), tensorizer.facts(), tensorizer.counts()]).toEqual([
      "target",
      1,
      { labels: 2 },
      {},
    ]);
  });

  it("keeps rows whose label training lacks, as a label that is never right, when told to", async () => {
    const tensorizer = await learn(
      makeTensorizer("LabelTensorizer", { on_unknown: "missed" }),
      labelled("ham", "spam"),
    );
    expect(tensorizer.labels).toEqual(["ham", "spam", "__UNKNOWN__"]);
    expect(tensorizer.labelCounts!()).toEqual([1, 1, 0]);
    for (const label of ["eggs", "bacon", "eggs"]) expect(first(tensorizer, { label })).toEqual([2]);
    expect(tensorizer.counts()).toEqual({
      unknown_labels: 3,
      "unknown_label:eggs": 2,
      "unknown_label:bacon": 1,
    });
    const back = makeTensorizer("LabelTensorizer", { on_unknown: "missed" });
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    expect([first(back, { label: "eggs" }), first(back, { label: "spam" })]).toEqual([[2], [1]]);
    const list = await learn(
      makeTensorizer("LabelListTensorizer", { on_unknown: "missed", separator: "," }),
      [{ label: "a,b" }],
    );
    expect(first(list, { label: "b,c" })).toEqual([0, 1, 1]);
  });

  it("refuses a training row that would have such a label, and a label of that name", async () => {
    const missed = (config: object) => makeTensorizer("LabelTensorizer", { on_unknown: "missed", ...config });
    await expect(learn(missed({ labels: ["a", "b"] }), labelled("a", "c"))).rejects.toThrow(
      'the training rows hold the label "c", which is not among the given ones',
    );
    await expect(learn(missed({}), labelled("a", "__UNKNOWN__"))).rejects.toThrow("has a meaning here");
  });

  it("takes labels in the order of the config or of a file", async () => {
    const rows = labelled("b", "b");
    const given = await learn(makeTensorizer("LabelTensorizer", { labels: ["a", "b", "c"] }), rows);
    const path = folder({ "labels.txt": "c\nb\n" });
    const filed = await learn(makeTensorizer("LabelTensorizer", { label_file: path("labels.txt") }), rows);
    expect([given.labels, filed.labels]).toEqual([
      ["a", "b", "c"],
      ["c", "b"],
    ]);
    expect([given.labelCounts!(), filed.labelCounts!()]).toEqual([
      [0, 2, 0],
      [0, 2],
    ]);
  });

  it("refuses labels both in the config and in a file, and files with empty or repeated labels", async () => {
    const path = folder({ "labels.txt": "a\nb\na\n", "gaps.txt": "a\n\n" });
    expect(() =>
      part("tensorizer", "LabelTensorizer", { labels: ["a", "b"], label_file: path("labels.txt") }),
    ).toThrow(/PTX_CONFIG_VALUE .*label_file\n.*both given/);
    await expect(
      learn(makeTensorizer("LabelTensorizer", { label_file: path("labels.txt") }), []),
    ).rejects.toThrow(/labels\.txt:3\n.*"a" stands in the file twice/);
    await expect(
      learn(makeTensorizer("LabelTensorizer", { label_file: path("gaps.txt") }), []),
    ).rejects.toThrow(/gaps\.txt:2\n/);
  });

  it("needs two labels or more", async () => {
    await expect(learn(makeTensorizer("LabelTensorizer"), labelled("ham"))).rejects.toThrow(
      '"ham" is the only label',
    );
    await expect(learn(makeTensorizer("LabelTensorizer"), [])).rejects.toThrow("there is no label");
  });

  it("names the nearest label for an unknown one, or asks to leave the row out", async () => {
    const rows = labelled("spam", "ham");
    const strict = await learn(makeTensorizer("LabelTensorizer"), rows);
    expect(() => strict.numberize(rowOf({ label: "spma" }, "test.tsv:9"))).toThrow(
      /PTX_DATA {2}test\.tsv:9\n.*"spma" is not one of.*did you mean "spam"\? {2}known: spam, ham/,
    );
    const lenient = await learn(makeTensorizer("LabelTensorizer", { on_unknown: "skip" }), rows);
    expect(() => lenient.numberize(rowOf({ label: "spma" }))).toThrow(SkipRow);
    expect(() => lenient.numberize(rowOf({ label: " " }))).toThrow("should hold a label");
  });

  it("does not take inherited names for labels", async () => {
    const tensorizer = await learn(makeTensorizer("LabelTensorizer"), labelled("a", "b"));
    expect(() => tensorizer.numberize(rowOf({ label: "constructor" }))).toThrow("PTX_DATA");
  });

  it("comes back from its saved state", () => {
    const tensorizer = makeTensorizer("LabelTensorizer");
    tensorizer.load({ labels: ["x", "y"], counts: [3, 0] });
    expect(first(tensorizer, { label: "y" })).toEqual([1]);
    expect(tensorizer.state()).toEqual({ labels: ["x", "y"], counts: [3, 0] });
    for (const state of [undefined, {}, { labels: [1], counts: [1] }, { labels: ["x"], counts: [] }])
      expect(() => tensorizer.load(state)).toThrow("PTX_MODEL_FILE");
  });
});

describe("LabelListTensorizer", () => {
  const rows = [{ label: '["a", "b"]' }, { label: ["b"] }, { label: "[]" }];

  it("gives a 1 for every label that holds, from JSON text or lists", async () => {
    const tensorizer = await learn(makeTensorizer("LabelListTensorizer"), rows);
    expect([tensorizer.labels, tensorizer.labelCounts!()]).toEqual([
      ["b", "a"],
      [2, 1],
    ]);
    expect(tensorizer.fields).toEqual([{ name: "input", dtype: "float32", dims: [2], pad: 0 }]);
    expect(tensorizer.numberize(rowOf({ label: ["a", "b"] }))).toEqual([
      { data: Float32Array.of(1, 1), sizes: [2] },
    ]);
    expect(first(tensorizer, { label: "[]" })).toEqual([0, 0]);
    expect([tensorizer.length([]), tensorizer.facts(), tensorizer.counts()]).toEqual([1, { labels: 2 }, {}]);
  });

  it("reads labels between separators", async () => {
    const tensorizer = await learn(makeTensorizer("LabelListTensorizer", { separator: "|" }), [
      { label: "a | b" },
      { label: "" },
    ]);
    expect(first(tensorizer, { label: "b" })).toEqual([0, 1]);
    expect(first(tensorizer, { label: " " })).toEqual([0, 0]);
    expect(() => tensorizer.numberize(rowOf({ label: "a||b" }))).toThrow(
      "labels that are texts and not empty",
    );
  });

  it.each([["a,b"], ["{}"], [3], ["[1]"]])("says that %j is no list of labels", async (label) => {
    const tensorizer = await learn(makeTensorizer("LabelListTensorizer"), rows);
    expect(() => tensorizer.numberize(rowOf({ label }))).toThrow(
      /PTX_DATA {2}rows\.tsv:1\n.*column "label" should hold/,
    );
  });

  it("names the nearest label for an unknown one, and comes back from its saved state", async () => {
    const tensorizer = makeTensorizer("LabelListTensorizer");
    tensorizer.load(
      JSON.parse(JSON.stringify((await learn(makeTensorizer("LabelListTensorizer"), rows)).state())),
    );
    expect(() => tensorizer.numberize(rowOf({ label: ["A"] }))).toThrow('did you mean "a"?');
    expect(() => tensorizer.load({})).toThrow("PTX_MODEL_FILE");
  });
});

describe("FloatListTensorizer", () => {
  const rows = [{ dense: "[1, 10]" }, { dense: [2, 10] }, { dense: Float32Array.of(6, 10) }];

  it("gives the numbers as they are", async () => {
    const tensorizer = await learn(makeTensorizer("FloatListTensorizer"), rows);
    expect(tensorizer.fields).toEqual([{ name: "input", dtype: "float32", dims: [2], pad: 0 }]);
    expect(first(tensorizer, { dense: "[0.5, -3]" })).toEqual([0.5, -3]);
    expect([tensorizer.length([]), tensorizer.facts(), tensorizer.counts()]).toEqual([
      1,
      { features: 2 },
      {},
    ]);
  });

  it("normalises by the training rows' mean and standard deviation; a constant number becomes 0", async () => {
    const tensorizer = await learn(makeTensorizer("FloatListTensorizer", { normalize: true }), rows);
    const deviation = Math.sqrt((4 + 1 + 9) / 3); // mean 3
    expect(first(tensorizer, { dense: "[6, 10]" })).toEqual([Math.fround(3 / deviation), 0]);
    expect(tensorizer.serve!([rowOf({ dense: "[6, 10]" })], "tokens")).toEqual({
      input: { dtype: "float32", dims: [1, 2], data: Float32Array.of(6, 10) },
    });
    const back = makeTensorizer("FloatListTensorizer", { normalize: true });
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    expect(first(back, { dense: [1, 11] })).toEqual(first(tensorizer, { dense: [1, 11] }));
    for (const state of [{}, { dim: 2 }, { dim: 2, statistics: { mean: [1], deviation: [1, 1] } }]) {
      expect(() => back.load(state)).toThrow("PTX_MODEL_FILE");
    }
  });

  it("reads numbers between separators", async () => {
    const tensorizer = await learn(makeTensorizer("FloatListTensorizer", { separator: ",", dim: 2 }), [
      { dense: "1, 2e3" },
    ]);
    expect(first(tensorizer, { dense: "0,-0.25" })).toEqual([0, -0.25]);
  });

  it.each([
    ["[1]", "2 numbers"],
    ["[1, 2, 3]", "2 numbers"],
    ['[1, "x"]', "finite numbers"],
    ["[1, null]", "finite numbers"],
    ["[1, true]", "finite numbers"],
    ['[1, ""]', "finite numbers"],
    ["[1, 1e39]", "finite numbers"],
    ["1 2", "a JSON list"],
  ])("says that %s does not hold %s", async (dense, needed) => {
    const tensorizer = await learn(makeTensorizer("FloatListTensorizer"), rows);
    expect(() => tensorizer.numberize(rowOf({ dense }))).toThrow(`the column "dense" should hold ${needed}`);
  });

  it("does not know its size before it has seen a row", () => {
    expect(() => makeTensorizer("FloatListTensorizer").fields).toThrow("set dim");
  });
});

describe("NGramTensorizer", () => {
  it("gives the ids of known n-grams with weight 1 for each occurrence", async () => {
    const tensorizer = await learn(makeTensorizer("NGramTensorizer", {}, "ngrams"), texts("a b a b", "b"));
    expect(vocabularyOf(tensorizer, "test").words).toEqual(["b", "a", "a b", "b a"]);
    expect(tensorizer.numberize(rowOf({ text: "b a x a b" }))).toEqual([
      { data: Int32Array.of(2, 5, 3, 3, 4, 2), sizes: [6] },
      { data: new Float32Array(6).fill(1), sizes: [6] },
    ]);
    expect(tensorizer.counts()).toEqual({ rows: 1, truncated_rows: 0, ngrams: 9, unknown_ngrams: 3 });
    expect(tensorizer.fields.map(({ name, dims, pad }) => [name, dims, pad])).toEqual([
      ["ngrams", ["ngrams"], 1],
      ["ngrams_weights", ["ngrams"], 0],
    ]);
    expect(tensorizer.facts()).toEqual({ vocabulary: 6 });
  });

  // scikit-learn 1.9.1: TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2)), fitted and applied to these texts.
  it("weighs n-grams as scikit-learn's TfidfVectorizer does", async () => {
    const tensorizer = await learn(
      makeTensorizer("NGramTensorizer", { weighting: "tfidf" }),
      texts("the cat sat", "the dog sat on the log", "a cat and a dog"),
    );
    const [ids, weights] = tensorizer.numberize(rowOf({ text: "the cat sat on the mat the cat" }));
    const vocabulary = vocabularyOf(tensorizer, "test");
    const sums: Record<string, number> = {};
    for (const [i, id] of ids!.data.entries())
      sums[vocabulary.word(id)] = (sums[vocabulary.word(id)] ?? 0) + weights!.data[i]!;
    const expected = {
      cat: 0.3791084550072568,
      "cat sat": 0.24924102985289104,
      on: 0.24924102985289104,
      "on the": 0.24924102985289104,
      sat: 0.1895542275036284,
      "sat on": 0.24924102985289104,
      the: 0.5686626825108853,
      "the cat": 0.4984820597057821,
    };
    expect(Object.keys(sums).sort()).toEqual(Object.keys(expected));
    for (const [gram, weight] of Object.entries(expected)) expect(sums[gram]).toBeCloseTo(weight, 6);
  });

  it("takes runs of characters besides, apart from words of the same spelling", async () => {
    const config = { ngrams: 1, char_ngrams: { min: 2, max: 2 } };
    const tensorizer = await learn(makeTensorizer("NGramTensorizer", config), texts("ab"));
    expect(vocabularyOf(tensorizer, "test").words).toEqual(["ab", " <a", " ab", " b>"]);
  });

  it("gives an n-gram of a file that no training row holds the idf of a term never seen", async () => {
    const path = folder({ "grams.txt": "rare\n" });
    const config = {
      ngrams: 1,
      weighting: "tfidf",
      vocab: { vocab_files: [{ filepath: path("grams.txt") }] },
    };
    const tensorizer = await learn(makeTensorizer("NGramTensorizer", config), texts("a", "a b", "a"));
    const [, weights] = tensorizer.numberize(rowOf({ text: "a rare" }));
    const [seen, unseen] = [Math.log(4 / 4) + 1, Math.log(4 / 1) + 1];
    expect(weights!.data[0]).toBeCloseTo(seen / Math.hypot(seen, unseen), 6);
    expect(weights!.data[1]).toBeCloseTo(unseen / Math.hypot(seen, unseen), 6);
  });

  it("cuts long texts before it forms n-grams", async () => {
    const tensorizer = await learn(makeTensorizer("NGramTensorizer", { max_seq_len: 2 }), texts("a b c"));
    expect(vocabularyOf(tensorizer, "test").words).toEqual(["a", "a b", "b"]);
    tensorizer.numberize(rowOf({ text: "a b c" }));
    expect(tensorizer.counts()).toMatchObject({ truncated_rows: 1, ngrams: 3, unknown_ngrams: 0 });
    expect(tensorizer.length(tensorizer.numberize(rowOf({ text: "b a" })))).toBe(2);
  });

  it("refuses settings that do not go together", () => {
    expect(() => part("tensorizer", "NGramTensorizer", { char_ngrams: { min: 4, max: 3 } })).toThrow(
      "max (3) must be at least min (4)",
    );
    expect(() => part("tensorizer", "NGramTensorizer", { sublinear_tf: true })).toThrow(
      "sublinear_tf has no effect",
    );
  });

  it("comes back from its saved state with its idf weights", async () => {
    const config = { weighting: "tfidf", sublinear_tf: true };
    const tensorizer = await learn(makeTensorizer("NGramTensorizer", config), texts("a b a", "b c"));
    const back = makeTensorizer("NGramTensorizer", config);
    back.load(JSON.parse(JSON.stringify(tensorizer.state())));
    const row = rowOf({ text: "a a b c c c" });
    expect(back.numberize(row)).toEqual(tensorizer.numberize(row));
    for (const state of [{}, { ...(tensorizer.state() as object), idf: [1] }])
      expect(() => back.load(state)).toThrow("PTX_MODEL_FILE");
  });
});

describe("every tensorizer", () => {
  it("describes each of its config keys", () => {
    const { context } = bench();
    for (const { name, schema } of context.registry.all()) {
      expect((schema as { description?: string }).description, name).toMatch(/\w/);
      for (const [key, property] of Object.entries(schema.properties)) {
        expect((property as { description?: string }).description, `${name}.${key}`).toMatch(/\w/);
      }
    }
  });
});
