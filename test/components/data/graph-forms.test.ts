import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InputForm, Tensorizer } from "../../../src/components/data/contracts.js";
import { SplitData } from "../../../src/components/data/split-data.js";
import type { VocabularyHolder } from "../../../src/components/data/tensorizers/vocabulary-holder.js";
import { Graph } from "../../../src/graph/graph.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { Scope } from "../../../src/graph/scope.js";
import { engine, numbers } from "../../graph/engines.js";
import { bench, folder, learn, makeTensorizer, rowOf } from "./support.js";

/** What a tensorizer's part of a graph gives for these rows, by role, as flat numbers with their dims. */
async function run(tensorizer: Tensorizer, rows: readonly Record<string, unknown>[], form: InputForm) {
  const graph = new Graph();
  const tensors = tensorizer.build(Scope.root(graph, "infer", new ParameterStore(1), bench().context), form);
  for (const [role, tensor] of Object.entries(tensors)) graph.output(role, tensor);
  const program = await (await engine("onnxruntime")).compile(graph);
  const made = rows.map((values, i) => rowOf(values, `rows:${i + 1}`));
  const data = new SplitData("test", { input: tensorizer });
  for (const [i, row] of made.entries()) data.push([tensorizer.numberize(row)], row.origin, i);
  const feeds = form === "ids" ? data.batch(made.map((_, i) => i)) : tensorizer.serve!(made, form);
  const values = await program.run(feeds);
  await program.release();
  return Object.fromEntries(
    Object.entries(values).map(([role, { dims, data: flat }]) => [
      role,
      { dims: [...dims], data: numbers(flat) },
    ]),
  );
}

/** What it gives from tokens, which is what it gives from whole texts. */
async function fromStrings(tensorizer: Tensorizer, list: readonly Record<string, unknown>[]) {
  const fromTokens = await run(tensorizer, list, "tokens");
  expect(await run(tensorizer, list, "text")).toEqual(fromTokens);
  return fromTokens;
}

const rows = ["the cat sat on the mat", "", "dog", "the the the cat", "unknown words only"].map((text) => ({
  text,
}));
const training = ["the cat sat", "the dog sat on the mat", "a cat and a dog and"].map((text) => ({ text }));

describe("TokenTensorizer in a graph", () => {
  it("gives the same ids and mask from strings as from numbers", async () => {
    const tensorizer = await learn(makeTensorizer("TokenTensorizer", {}, "tokens"), training);
    const ids = await run(tensorizer, rows, "ids");
    expect(ids.mask!.dims).toEqual([5, 6]);
    expect(ids.mask!.data.slice(6, 18)).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    expect(await fromStrings(tensorizer, rows)).toEqual(ids);
  });

  it("takes __PAD__ in a text for a word", async () => {
    const tensorizer = await learn(
      makeTensorizer("TokenTensorizer", { tokenizer: { Tokenizer: { lowercase: false } } }, "tokens"),
      training,
    );
    const odd = [{ text: "__PAD__ __UNKNOWN__ cat" }];
    const ids = await run(tensorizer, odd, "ids");
    expect(ids.mask!.data).toEqual([1, 1, 1]);
    expect(await fromStrings(tensorizer, odd)).toEqual(ids);
  });
});

/** The sum of weights for each id of a row: what a bag of n-grams sees, whatever the order. */
function bags(output: Awaited<ReturnType<typeof run>>): Record<number, number>[] {
  const { ids, weights, mask } = output;
  const [batch, width] = ids!.dims as [number, number];
  return Array.from({ length: batch }, (_, row) => {
    const bag: Record<number, number> = {};
    for (let i = row * width; i < (row + 1) * width; i++) {
      if (mask!.data[i]) bag[ids!.data[i]!] = (bag[ids!.data[i]!] ?? 0) + weights!.data[i]!;
      else expect(weights!.data[i]).toBe(0);
    }
    return bag;
  });
}

type Bags = ReturnType<typeof bags>;

/** The same n-grams, whose weights differ by float32's roundings of an idf and of a product, however large they are. */
function expectSameBags(found: Bags, expected: Bags): void {
  expect(found.map(Object.keys)).toEqual(expected.map(Object.keys));
  for (const [row, bag] of expected.entries())
    for (const [id, weight] of Object.entries(bag))
      expect(found[row]![Number(id)]! / weight).toBeCloseTo(1, 6);
}

describe("NGramTensorizer in a graph", () => {
  const configs = [
    { ngrams: 1 },
    { ngrams: 3 },
    { ngrams: 2, weighting: "tfidf" },
    { ngrams: 2, weighting: "tfidf", sublinear_tf: true, vocab: { min_counts: 2 } },
  ];

  it.each(configs)(
    "gives the same n-grams and weights from strings as from numbers with %j",
    async (config) => {
      const tensorizer = await learn(makeTensorizer("NGramTensorizer", config, "ngrams"), training);
      expectSameBags(bags(await fromStrings(tensorizer, rows)), bags(await run(tensorizer, rows, "ids")));
    },
  );

  it("does so for any words (property)", async () => {
    const word = fc.constantFrom("a", "b", "c", "d", "e");
    const text = fc.array(word, { maxLength: 7 }).map((words) => ({ text: words.join(" ") }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (list, size) => {
          const config = { ngrams: size, weighting: "tfidf" };
          const tensorizer = await learn(makeTensorizer("NGramTensorizer", config, "ngrams"), [
            { text: "a b c a b" },
            { text: "b d" },
          ]);
          expectSameBags(bags(await fromStrings(tensorizer, list)), bags(await run(tensorizer, list, "ids")));
        },
      ),
      { numRuns: 20 },
    );
  });

  const agree = async (
    config: object,
    list: readonly { text: unknown }[],
    learnt: readonly { text: unknown }[],
  ) => {
    const tensorizer = await learn(makeTensorizer("NGramTensorizer", config, "ngrams"), learnt as never);
    const expected = bags(await run(tensorizer, list, "ids"));
    const isText = list.every(({ text }) => typeof text === "string");
    const found = bags(await (isText ? fromStrings(tensorizer, list) : run(tensorizer, list, "tokens")));
    expectSameBags(found, expected);
    return expected;
  };

  it.each([
    { char_ngrams: { min: 2, max: 3 } },
    { ngrams: 1, char_ngrams: { min: 1, max: 1 } },
    { char_ngrams: { min: 3, max: 5 }, weighting: "tfidf", sublinear_tf: true, vocab: { min_counts: 2 } },
  ])("gives the same characters' n-grams from strings as from numbers with %j", async (config) => {
    const [, none, dog] = await agree(config, rows, training);
    expect(Object.keys(none!)).toEqual([]);
    expect(Object.keys(dog!).length).toBeGreaterThan(1);
  });

  it("takes no n-grams of characters across tokens, whatever is in them", async () => {
    const learnt = [{ text: ["a><b", "<", ">", "a", "b", "><", " ", " a", "  "] }];
    const list = [{ text: ["a", "b"] }, { text: ["a>", "<b", " "] }, { text: ["> <"] }, { text: [] }];
    const [ab] = await agree({ ngrams: 1, char_ngrams: { min: 1, max: 6 } }, list, learnt);
    // Each of two tokens of one character: the word, three runs of one, two of two, one of three.
    expect(Object.values(ab!).reduce((sum, weight) => sum + weight)).toBe(2 * 7);
  });

  it("takes no run of words that the text's end cuts short for characters", async () => {
    const learnt = [{ text: [" a"] }, { text: "a" }];
    const config = { weighting: "tfidf", char_ngrams: { min: 1, max: 1 } };
    await agree(config, [{ text: [" "] }, { text: [" a"] }, { text: [" ", " a", "a"] }], learnt);
  });

  it("reads a long token among many, in memory for their characters", async () => {
    const text = `${"é".repeat(4000)} ${"goal ".repeat(600)}`;
    await agree({ char_ngrams: { min: 2, max: 4 } }, [{ text }, { text: "" }], training);
  });

  it("does so for any characters (property)", async () => {
    const token = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 5 }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
      fc.string({
        unit: fc.constantFrom("a", "<", ">", " ", "e\u0301", "\ud800", "\0", "😀"),
        minLength: 1,
        maxLength: 6,
      }),
    );
    const lists = fc.array(fc.record({ text: fc.array(token, { maxLength: 5 }) }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        lists,
        lists,
        fc.integer({ min: 1, max: 3 }),
        fc.nat(3),
        async (learnt, list, min, more) => {
          const config = { weighting: "tfidf", char_ngrams: { min, max: min + more } };
          await agree(config, [...list, ...learnt.slice(0, 2)], [...learnt, { text: "a" }]);
        },
      ),
      { numRuns: 8 },
    );
  });

  it.each([
    ["tokens", [0, 3]],
    ["text", [0]],
  ] as const)("gives nothing for no rows, as %s", async (form, dims) => {
    const config = { char_ngrams: { min: 2, max: 3 } };
    const tensorizer = await learn(makeTensorizer("NGramTensorizer", config, "ngrams"), training);
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    graph.output("ids", tensorizer.build(scope, form).ids!);
    const program = await (await engine("onnxruntime")).compile(graph);
    const { ids } = await program.run({ [form]: { dtype: "string", dims: [...dims], data: [] } });
    await program.release();
    expect(ids!.dims[0]).toBe(0);
  });
});

describe("FloatListTensorizer in a graph", () => {
  it.each([true, false])(
    "gives the same values from raw numbers as from its own, normalize %s",
    async (normalize) => {
      const dense = [
        [1, 10],
        [2, 10],
        [6, 11],
      ].map((list) => ({ dense: list }));
      const tensorizer = await learn(makeTensorizer("FloatListTensorizer", { normalize }, "dense"), dense);
      const ids = await run(tensorizer, dense, "ids");
      const tokens = await fromStrings(tensorizer, dense);
      expect(tokens.values!.dims).toEqual([3, 2]);
      for (const [i, value] of ids.values!.data.entries())
        expect(tokens.values!.data[i]).toBeCloseTo(value, 5);
    },
  );
});

describe("CharacterTokenTensorizer in a graph", () => {
  const agree = async (config: object, list: readonly { text: unknown }[], learnt = training) => {
    const tensorizer = await learn(makeTensorizer("CharacterTokenTensorizer", config, "chars"), learnt);
    const ids = await run(tensorizer, list, "ids");
    // Tokens may hold what no text is cut into: white space, say.
    const isText = list.every(({ text }) => typeof text === "string");
    expect(await (isText ? fromStrings(tensorizer, list) : run(tensorizer, list, "tokens"))).toEqual(ids);
    return ids;
  };

  it("gives the same ids and mask from strings as from numbers", async () => {
    const { ids, mask } = await agree({}, rows);
    expect(ids!.dims).toEqual([5, 6, 7]);
    expect(mask!.data.slice(6 * 7 * 2, 6 * 7 * 2 + 8)).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it("keeps max_char_length characters, and pads to the longest token when all are shorter", async () => {
    expect((await agree({ max_char_length: 3 }, rows)).ids!.dims).toEqual([5, 6, 3]);
    expect((await agree({ max_char_length: 1000 }, rows)).ids!.dims).toEqual([5, 6, 7]);
  });

  it("takes code points for characters: emoji, combining marks, what white space tokens hold", async () => {
    const list = [{ text: ["👩‍🚀", "e\u0301", "é", "\ufe0f", " a\n"] }, { text: "日本語 \ud83d\0" }];
    const { ids, mask } = await agree({}, list, [{ text: "👩🚀 e\u0301 日\ufffd" }]);
    expect(ids!.dims).toEqual([2, 5, 3]);
    expect(mask!.data).toEqual([
      ...[1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 1, 1],
      ...[1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    expect(ids!.data.slice(15, 20)).toEqual([expect.any(Number), 0, 0, 7, 7]);
  });

  it("gives one place of padding for texts without tokens", async () => {
    const { ids, mask } = await agree({}, [{ text: "" }, { text: " " }]);
    expect([ids, mask]).toEqual([
      { dims: [2, 1, 1], data: [1, 1] },
      { dims: [2, 1, 1], data: [0, 0] },
    ]);
  });

  it("does so for any tokens (property)", async () => {
    const token = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
      fc.string({ unit: fc.constantFrom("a", "e\u0301", "\ud800", "\0", "😀"), minLength: 1, maxLength: 9 }),
    );
    const texts = fc.array(fc.record({ text: fc.array(token, { maxLength: 5 }) }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(texts, texts, fc.integer({ min: 1, max: 8 }), async (learnt, list, most) => {
        await agree({ max_char_length: most }, [...list, ...learnt.slice(0, 1)], [
          ...learnt,
          { text: "a" },
        ] as never);
      }),
      { numRuns: 60 },
    );
  });

  it("says when more characters are kept than a file can cut off", async () => {
    await expect(agree({ max_char_length: 1001 }, rows)).rejects.toThrow(
      /PTX_EXPORT {2}inputs\.chars\n.*\n.*set max_char_length to 1000 or less/,
    );
  });
});

describe("bytes in a graph", () => {
  const agree = async (name: string, config: object, list: readonly { text: unknown }[]) => {
    const tensorizer = makeTensorizer(name, config, "bytes");
    const ids = await run(tensorizer, list, "ids");
    const isText = list.every(({ text }) => typeof text === "string");
    expect(await (isText ? fromStrings(tensorizer, list) : run(tensorizer, list, "tokens"))).toEqual(ids);
    return ids;
  };
  const bytes = (text: string): number[] => Array.from(new TextEncoder().encode(text), (byte) => byte + 2);

  it.each([
    ["ByteTokenTensorizer", [5, 6, 7]],
    ["ByteTensorizer", [5, 22]],
  ])("%s gives the same ids and mask from strings as from numbers", async (name, dims) => {
    const { ids, mask } = await agree(name, {}, rows);
    expect([ids!.dims, mask!.dims]).toEqual([dims, dims]);
    const lengths = rows.map(
      ({ text }) => (name === "ByteTensorizer" ? text : text.replaceAll(" ", "")).length,
    );
    expect(mask!.data.reduce((sum, bit) => sum + bit, 0)).toBe(lengths.reduce((sum, length) => sum + length));
  });

  it("gives characters of one byte to four, U+FFFD for halves of pairs and NUL, lower-cased one by one", async () => {
    const text = "aÉ日😀\ud83d\0 ΟΔΟΣ İ Ⱥ";
    const lower = "aé日😀\ufffd\ufffd οδοσ i ⱥ";
    expect((await agree("ByteTensorizer", {}, [{ text }])).ids!.data).toEqual(bytes(lower));
    const whole = await agree("ByteTensorizer", { lower: false }, [{ text }]);
    expect(whole.ids!.data).toEqual(bytes(text.replace("\0", "\ufffd")));
    expect((await agree("ByteTokenTensorizer", {}, [{ text: "日😀" }])).ids!.data).toEqual(bytes("日😀"));
  });

  it("cuts characters in two where the limit stands inside", async () => {
    const { ids } = await agree("ByteTensorizer", { max_seq_len: 4 }, [{ text: "日本" }, { text: "a" }]);
    expect(ids!.data).toEqual([...bytes("日本").slice(0, 4), ...bytes("a"), 1, 1, 1]);
    const most = { max_byte_len: 2 };
    expect((await agree("ByteTokenTensorizer", most, [{ text: "日 a" }])).ids!.data).toEqual([
      ...bytes("日").slice(0, 2),
      ...bytes("a"),
      1,
    ]);
  });

  it("reads long strings, and gives one place of padding for texts without any", async () => {
    await agree("ByteTensorizer", {}, [{ text: "日é😀a".repeat(1000) }, { text: "" }]);
    await agree("ByteTokenTensorizer", { max_byte_len: 5000 }, [{ text: "é".repeat(4000) }]);
    expect((await agree("ByteTensorizer", {}, [{ text: "" }])).mask).toEqual({ dims: [1, 1], data: [0] });
    expect((await agree("ByteTokenTensorizer", {}, [{ text: " " }])).mask).toEqual({
      dims: [1, 1, 1],
      data: [0],
    });
  });

  it("does so for any texts and tokens (property)", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.string({
        unit: fc.constantFrom("a", "É", "e\u0301", "\ud800", "\0", "😀", "İ", " "),
        maxLength: 12,
      }),
    );
    const token = text.filter((one) => one !== "");
    const list = <T>(of: fc.Arbitrary<T>) =>
      fc.array(fc.record({ text: of }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        list(text),
        list(fc.array(token, { maxLength: 4 })),
        fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }),
        fc.boolean(),
        async (texts, tokens, most, lower) => {
          await agree("ByteTensorizer", { max_seq_len: most, lower }, texts);
          await agree("ByteTokenTensorizer", { max_byte_len: most ?? 20 }, tokens);
        },
      ),
      { numRuns: 5 },
    );
  });

  it.each([
    ["ByteTokenTensorizer", "tokens", [0, 3]],
    ["ByteTokenTensorizer", "text", [0]],
    ["ByteTensorizer", "text", [0]],
  ] as const)("%s gives nothing for no rows, as %s", async (name, form, dims) => {
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    graph.output("ids", makeTensorizer(name, {}, "bytes").build(scope, form).ids!);
    const program = await (await engine("onnxruntime")).compile(graph);
    const { ids } = await program.run({ [form]: { dtype: "string", dims: [...dims], data: [] } });
    await program.release();
    expect(ids!.dims).toEqual(name === "ByteTensorizer" ? [0, 1] : [0, form === "tokens" ? 3 : 1, 1]);
  });
});

describe("string inputs of a graph", () => {
  it.each(["words first", "bytes first"])("are not tokens and whole texts at once: %s", async (order) => {
    const words = await learn(makeTensorizer("TokenTensorizer", { text_input: "text" }, "tokens"), training);
    const both = [words, makeTensorizer("ByteTensorizer", {}, "bytes")];
    if (order === "bytes first") both.reverse();
    const scope = Scope.root(new Graph(), "infer", new ParameterStore(1), bench().context);
    both[0]!.build(scope, "tokens");
    expect(() => both[1]!.build(scope, "tokens")).toThrow(
      /PTX_EXPORT {2}inputs {2}"text"\n.*tokens and whole texts\n.*text_input of another name/,
    );
  });
});

describe("inputs of numbers in a graph", () => {
  it.each([
    [
      "LabelTensorizer",
      [{ label: "a" }, { label: "b" }, { label: "a" }],
      { ids: { dims: [3], data: [0, 1, 0] } },
    ],
    [
      "LabelListTensorizer",
      [{ label: ["a"] }, { label: ["b", "a"] }],
      { values: { dims: [2, 2], data: [1, 0, 1, 1] } },
    ],
  ])("%s gives the target, which has no tokens form", async (name, list, expected) => {
    const tensorizer = await learn(makeTensorizer(name, {}, "labels"), list);
    expect(await run(tensorizer, list, "ids")).toEqual(expected);
    await expect(run(tensorizer, list, "tokens")).rejects.toThrow("a target cannot be built from strings");
  });

  it("shares the token strings between inputs of one axis", async () => {
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    (await learn(makeTensorizer("TokenTensorizer", {}, "tokens"), training)).build(scope, "tokens");
    (await learn(makeTensorizer("NGramTensorizer", {}, "ngrams"), training)).build(scope, "tokens");
    expect(graph.inputs.map(String)).toEqual(["string[batch,tokens]"]);
  });
});

describe("CapitalizationTensorizer in a graph", () => {
  const make = (config: object = {}) => makeTensorizer("CapitalizationTensorizer", config, "capitals");

  it("sees capitals of a text, and gives the same classes from strings as from numbers", async () => {
    const tensorizer = await learn(make(), []);
    const texts = [{ text: "The NATO met in 2024 at 5pm, eBay" }, { text: "" }, { text: ["日本", "..."] }];
    const ids = await run(tensorizer, texts, "ids");
    expect(ids.ids!.data.slice(0, 8)).toEqual([3, 4, 2, 2, 6, 2, 7, 5]);
    expect(ids.ids!.data.slice(8, 16)).toEqual(Array(8).fill(1));
    expect(ids.ids!.data.slice(16)).toEqual([9, 8, 1, 1, 1, 1, 1, 1]);
    expect(await fromStrings(tensorizer, texts)).toEqual(ids);
  });

  it("does so for any characters, newer than the engine's tables too (property)", async () => {
    const tensorizer = await learn(make(), []);
    const newer = ["\u1c89", "\u088f", "\u{10d40}", "\ua7cd", "A\ua7cb"];
    const token = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 4 }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
      fc.constantFrom(...newer),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { minLength: 1, maxLength: 40 }), async (text) => {
        expect(await run(tensorizer, [{ text }], "tokens")).toEqual(await run(tensorizer, [{ text }], "ids"));
      }),
      { numRuns: 15 },
    );
  });

  it("refuses a tokenizer that lower-cases", () => {
    expect(() => make({ tokenizer: "WordPunctTokenizer" })).toThrow(
      /tokenizer[\s\S]*this WordPunctTokenizer lower-cases the text, which leaves no capitals/,
    );
    expect(make({ tokenizer: { WordPunctTokenizer: { lowercase: false } } }).facts()).toEqual({ classes: 8 });
  });

  it("stands beside lower-cased words of the same axis, each with a string input of its own", async () => {
    const words = await learn(makeTensorizer("TokenTensorizer", {}, "tokens"), [{ text: "the cat" }]);
    const capitals = make();
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    graph.output("words", words.build(scope, "tokens").ids!);
    graph.output("capitals", capitals.build(scope, "tokens").ids!);
    const program = await (await engine("onnxruntime")).compile(graph);
    const texts = [rowOf({ text: "The CAT" })];
    const results = await program.run({
      ...words.serve!(texts, "tokens"),
      ...capitals.serve!(texts, "tokens"),
    });
    await program.release();
    expect(numbers(results.words!.data)).toEqual([2, 3]);
    expect(numbers(results.capitals!.data)).toEqual([3, 4]);
  });

  it("cannot share the string input of words that are cut otherwise", async () => {
    const words = await learn(makeTensorizer("TokenTensorizer", {}, "tokens"), [{ text: "the cat" }]);
    const scope = Scope.root(new Graph(), "infer", new ParameterStore(1), bench().context);
    words.build(scope, "tokens");
    expect(() => make({ text_input: null }).build(scope, "tokens")).toThrow(
      /PTX_EXPORT .*"tokens"\n.*cut the texts of "tokens" in different ways[\s\S]*give one of them a text_input/,
    );
    makeTensorizer("CharacterTokenTensorizer", {}, "chars").build(scope, "tokens");
  });
});

describe("SeqTokenTensorizer in a graph", () => {
  it("gives the same ids and mask from strings as from numbers", async () => {
    const tensorizer = await learn(makeTensorizer("SeqTokenTensorizer", {}, "tokens"), [
      { text_seq: ["where do you", "mpk"] },
    ]);
    const dialogues = [
      { text_seq: ["Where", "", "mpk you x"] },
      { text_seq: [] },
      { text_seq: '["do you"]' },
      { text_seq: ["", ""] },
    ];
    const ids = await run(tensorizer, dialogues, "ids");
    expect(ids.mask!.dims).toEqual([4, 3, 3]);
    expect(ids.mask!.data.slice(0, 9)).toEqual([1, 0, 0, 0, 0, 0, 1, 1, 1]);
    expect(ids.mask!.data.slice(9)).toEqual([...Array(9).fill(0), 1, 1, ...Array(16).fill(0)]);
    expect(await fromStrings(tensorizer, dialogues)).toEqual(ids);
  });

  it("keeps the last texts of a row, cut in the graph, too", async () => {
    const tensorizer = await learn(makeTensorizer("SeqTokenTensorizer", { max_utterances: 2 }, "tokens"), [
      { text_seq: ["a b", "c"] },
    ]);
    const list = [{ text_seq: ["a", "b c", "c a b"] }, { text_seq: ["b"] }, { text_seq: [] }];
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    graph.output("ids", tensorizer.build(scope, "text").ids!);
    const program = await (await engine("onnxruntime")).compile(graph);
    // All of a row's texts, as another program would give them.
    const data = ["a", "b c", "c a b", "b", "", "", "", "", ""];
    const { ids } = await program.run({ text_seq: { dtype: "string", dims: [3, 3], data } });
    await program.release();
    const [a, b, c] = ["a", "b", "c"].map((word) =>
      (tensorizer as unknown as VocabularyHolder).vocabulary.id(word),
    );
    expect(ids!.dims).toEqual([3, 2, 3]);
    expect(numbers(ids!.data)).toEqual([b, c, 1, c, a, b, b, 1, 1, ...Array(9).fill(1)]);
    expect((await run(tensorizer, list, "text")).mask!.data.slice(0, 12)).toEqual([
      1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    ]);
  });
});

describe("GazetteerTensorizer in a graph", () => {
  /** Each token's features by id, padding left out. */
  function features({ ids, weights, mask, token_mask }: Awaited<ReturnType<typeof run>>) {
    const width = ids!.dims[2]!;
    return token_mask!.data.map((isToken, token) => {
      if (!isToken) return null;
      const places = Array.from({ length: width }, (_, i) => token * width + i);
      const held = places.filter((place) => mask!.data[place]);
      return Object.fromEntries(held.map((place) => [ids!.data[place]!, weights!.data[place]!]));
    });
  }

  async function both(tensorizer: Tensorizer, list: readonly Record<string, unknown>[]) {
    return [
      features(await run(tensorizer, list, "ids")),
      features(await fromStrings(tensorizer, list)),
    ] as const;
  }

  it("finds the phrases of a file in the strings alone, as the tensorizer does", async () => {
    const path = folder({
      "d.tsv": "new york\tcity\nnew york times\tpaper\t0.5\nyork\tcity\nyork\tname\t2\n",
    });
    const tensorizer = await learn(
      makeTensorizer("GazetteerTensorizer", { dictionary: path("d.tsv") }, "dict"),
      [],
    );
    const texts = ["in New York Times new york york", "", "new york", "new"].map((text) => ({ text }));
    const [ids, tokens] = await both(tensorizer, texts);
    expect(ids.slice(0, 7)).toEqual([
      {},
      { 3: 0.5 },
      { 3: 0.5 },
      { 3: 0.5 },
      { 2: 1 },
      { 2: 1 },
      { 2: 1, 4: 2 },
    ]);
    expect(tokens).toEqual(ids);
    // The exported file needs nothing that only training knew.
    const fresh = makeTensorizer("GazetteerTensorizer", { dictionary: path("d.tsv") }, "dict");
    expect(fresh.serve!([rowOf(texts[0]!)], "tokens")).toEqual(
      tensorizer.serve!([rowOf(texts[0]!)], "tokens"),
    );
  });

  it("does so for any phrases and texts (property)", async () => {
    const words = (min: number, max: number) =>
      fc
        .array(fc.constantFrom("a", "b", "c"), { minLength: min, maxLength: max })
        .map((list) => list.join(" "));
    const dictionary = fc.uniqueArray(words(1, 4), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        dictionary,
        fc.array(words(0, 9), { minLength: 1, maxLength: 4 }),
        async (phrases, texts) => {
          const path = folder({
            "d.tsv": phrases.map((phrase, i) => `${phrase}\tf${i % 3}\t${i + 1}\n`).join(""),
          });
          const config = { dictionary: path("d.tsv") };
          const tensorizer = await learn(makeTensorizer("GazetteerTensorizer", config, "dict"), []);
          const [ids, tokens] = await both(
            tensorizer,
            texts.map((text) => ({ text })),
          );
          expect(tokens).toEqual(ids);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("takes features that others found as names and weights, unknown ones without effect", async () => {
    const dict = [{ tokenIdx: 1, features: { city: 0.5, team: 0.25 } }];
    const tensorizer = await learn(makeTensorizer("GazetteerTensorizer", { dict_column: "dict" }, "dict"), [
      { text: "a b", dict },
    ]);
    const [ids, tokens] = await both(tensorizer, [
      { text: "x y z", dict: [...dict, { tokenIdx: 2, features: { new: 1, team: 1 } }] },
      { text: "", dict: "" },
    ]);
    expect(ids).toEqual([{}, { 2: 0.5, 3: 0.25 }, { 3: 1 }, null, null, null]);
    expect(tokens).toEqual(ids);
  });
});
