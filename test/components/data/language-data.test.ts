import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { learn as learnAll } from "../../../src/components/data/data-handler.js";
import { isLanguageHandler } from "../../../src/components/data/language-data.js";
import type { SplitData } from "../../../src/components/data/split-data.js";
import {
  END_ID,
  type RunningText,
  runningTextOf,
} from "../../../src/components/data/tensorizers/running-text-tensorizer.js";
import { bench, collect, folder, makeSource, makeTensorizer, makeTokenizer, part, rowOf } from "./support.js";

const lines = ["a b c", "", "d a", "b b b b e", "c"];
function handler(name: string, config: object, content = lines, on = bench()) {
  const text = content.map((line) => `${line}\n`).join("");
  const file = folder({ "train.txt": text, "eval.txt": text, "test.txt": text });
  const source = {
    TextDataSource: {
      train_filename: file("train.txt"),
      eval_filename: file("eval.txt"),
      test_filename: file("test.txt"),
    },
  };
  const tokens = makeTensorizer("RunningTextTensorizer", {}, "tokens", on) as RunningText;
  const { component, config: resolved } = part("data", name, { source, ...config }, on);
  return { data: component.create(resolved, on.context, { tokens }), tokens, on };
}

/** A row's words, and the word before it. */
function said(data: SplitData, tokens: RunningText, row: number): [before: string, words: string[]] {
  const word = (id: number): string => (id === END_ID ? "\n" : tokens.vocabulary.word(id));
  const [before] = data.values("tokens_before", row);
  return [word(before!), data.values("tokens", row).map(word)];
}

describe("LanguageModelData", () => {
  it("gives every token once, in streams that batches follow piece by piece", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom("a", "b", "c", "d")), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 5 }),
        async (text, streams, bptt) => {
          fc.pre(text.flat().length > 0);
          const content = text.map((line) => line.join(" "));
          const { data, tokens } = handler("LanguageModelData", { batch_size: streams, bptt }, content);
          await learnAll([data]);
          const rows = await data.load("train");
          const batches = data.batcher.train(rows.lengths, 1, 0);
          const width = batches[0]!.length;
          const joined = Array.from({ length: width }, (_, stream) =>
            batches.flatMap((batch) => {
              expect(batch.length).toBe(width);
              return said(rows, tokens, batch[stream]!)[1];
            }),
          );
          expect(joined.flat()).toEqual(text.flatMap((line) => [...line, "\n"]));
          const sizes = joined.map(({ length }) => length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          for (const batch of batches.slice(0, -1))
            for (const row of batch) expect(rows.values("tokens", row).length).toBe(bptt);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("tells each row the token before it, across pieces, streams and lines", async () => {
    const { data, tokens } = handler("LanguageModelData", { batch_size: 3, bptt: 2 });
    await learnAll([data]);
    const rows = await data.load("train");
    expect(data.batcher.train(rows.lengths, 1, 0).map((batch) => [...batch])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]);
    const all = Array.from({ length: rows.size }, (_, row) => said(rows, tokens, row));
    expect(all).toEqual([
      ["\n", ["a", "b"]],
      ["d", ["a", "\n"]],
      ["b", ["b", "e"]],
      ["b", ["c", "\n"]],
      ["\n", ["b", "b"]],
      ["e", ["\n", "c"]],
      ["\n", ["\n", "d"]],
      ["b", ["b"]],
      ["c", ["\n"]],
    ]);
  });

  it("cuts eval and test into streams and pieces of their own, the same rows in every pass", async () => {
    const config = { batch_size: 3, bptt: 2, eval_batch_size: 2, test_batch_size: 1, eval_bptt: 5 };
    const { data } = handler("LanguageModelData", config);
    await learnAll([data]);
    const rows = {
      train: await data.load("train"),
      eval: await data.load("eval"),
      test: await data.load("test"),
    };
    expect([...rows.eval.lengths]).toEqual([5, 5, 3, 3]);
    expect([...rows.test.lengths]).toEqual([5, 5, 5, 1]);
    expect(data.batcher.eval(rows.test.lengths, "test").map((batch) => [...batch])).toEqual([
      [0],
      [1],
      [2],
      [3],
    ]);
    expect(data.batcher.train(rows.train.lengths, 1, 4)).toEqual(
      data.batcher.train(rows.train.lengths, 2, 0),
    );
  });

  it("gives as many streams as there are tokens where there are fewer than asked for", async () => {
    const { data } = handler("LanguageModelData", { batch_size: 50 }, ["a", "b"]);
    await learnAll([data]);
    const rows = await data.load("train");
    expect(data.batcher.train(rows.lengths, 1, 0).map((batch) => [...batch])).toEqual([[0, 1, 2, 3]]);
  });

  it("prints how many tokens there are and how many places are padded", async () => {
    const { data, on } = handler("LanguageModelData", { batch_size: 3, bptt: 2 });
    await learnAll([data]);
    await data.load("train");
    expect(on.info.at(-1)).toBe(
      "train: 16 tokens, ends of lines included, in 3 streams and 3 batches; 2 places padded",
    );
  });

  it("gives the lines in which rows begin as their examples", async () => {
    const { data } = handler("LanguageModelData", { batch_size: 3, bptt: 2 });
    await learnAll([data]);
    const rows = await data.load("train");
    const examples = await data.examples(rows, [8, 0, 3, 4]);
    expect(examples.map(({ values }) => values.text)).toEqual(["c", "a b c", "a b c", "b b b b e"]);
    expect(rows.origin(4)).toMatch(/train\.txt:4$/);
  });

  it("says whether a state goes on from batch to batch", () => {
    const carries = (config: object): boolean => {
      const { data } = handler("LanguageModelData", config);
      return isLanguageHandler(data) && data.carriesState;
    };
    expect([carries({}), carries({ carry_state: false })]).toEqual([true, false]);
  });

  it("refuses another tensorizer, and inputs that it cannot fill", () => {
    const on = bench();
    const { component, config } = part("data", "LanguageModelData", { source: { TextDataSource: {} } }, on);
    const tokens = makeTensorizer("TokenTensorizer", {}, "tokens", on);
    expect(() => component.create(config, on.context, { tokens })).toThrow(
      /LanguageModelData needs tokens that know what stands before them.*RunningTextTensorizer/s,
    );
    const text = makeTensorizer("RunningTextTensorizer", {}, "tokens", on);
    expect(() => component.create(config, on.context, { tokens: text, chars: tokens })).toThrow(
      /has the one input "tokens", so "chars" cannot be filled/,
    );
  });
});

describe("LanguageModelLineData", () => {
  it("gives each line for itself, its end included, in any order", async () => {
    const { data, tokens } = handler("LanguageModelLineData", {
      batcher: { Batcher: { train_batch_size: 2 } },
    });
    await learnAll([data]);
    const rows = await data.load("train");
    const all = Array.from({ length: rows.size }, (_, row) => said(rows, tokens, row));
    expect(all).toEqual(
      lines.map((line) => ["\n", [...line.split(" ").filter((word) => word !== ""), "\n"]]),
    );
    expect(isLanguageHandler(data) && data.carriesState).toBe(false);
    const order = data.batcher.train(rows.lengths, 1, 0).flatMap((batch) => [...batch]);
    expect(order.toSorted()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("RunningTextTensorizer", () => {
  it("gives a text without an end, with the end of a line before it", async () => {
    const text = makeTensorizer("RunningTextTensorizer", {}, "tokens") as RunningText;
    text.observe(rowOf({ text: "b a b" }));
    await text.finish();
    expect(text.vocabulary.size).toBe(5);
    const [ids, before] = text.numberize(rowOf({ text: "a zzz b" }));
    expect([...ids!.data]).toEqual([4, 0, 3]);
    expect([...before!.data]).toEqual([END_ID]);
    expect(text.counts()).toEqual({ rows: 1, tokens: 3, unknown_tokens: 1 });
    expect(text.tokenized(rowOf({ text: "a  b" })).tokens.map(({ startUtf16 }) => startUtf16)).toEqual([
      0, 3,
    ]);
  });

  it("keeps its vocabulary, and refuses one without an end of line", async () => {
    const text = makeTensorizer("RunningTextTensorizer", {}, "tokens") as RunningText;
    text.observe(rowOf({ text: "b a b" }));
    await text.finish();
    const other = makeTensorizer("RunningTextTensorizer", {}, "tokens") as RunningText;
    other.load(JSON.parse(JSON.stringify(text.state())));
    expect(other.vocabulary.toJSON()).toEqual(text.vocabulary.toJSON());
    const plain = { vocabulary: { specials: ["__UNKNOWN__", "__PAD__"], words: ["a"] } };
    expect(() => other.load(plain)).toThrow(/PTX_MODEL_FILE/);
    expect(() => runningTextOf(undefined, "LMLSTM")).toThrow(/RunningTextTensorizer/);
  });

  it("does not take a text that spells the end of a line for one", async () => {
    const text = makeTensorizer("RunningTextTensorizer", {}, "tokens") as RunningText;
    text.observe(rowOf({ text: "a" }));
    await text.finish();
    const [ids] = text.numberize(rowOf({ text: "__END_OF_LINE__" }));
    expect([...ids!.data]).toEqual([0]);
  });
});

describe("CharacterTokenizer", () => {
  it("makes every code point a token, white space too, with its place", () => {
    const tokens = makeTokenizer("CharacterTokenizer", { lowercase: true }).tokenize("A 😀\té");
    expect(tokens.map(({ text }) => text)).toEqual(["a", " ", "😀", "\t", "é"]);
    expect(tokens.map(({ startUtf16, endUtf16 }) => [startUtf16, endUtf16])).toEqual([
      [0, 1],
      [1, 2],
      [2, 4],
      [4, 5],
      [5, 6],
    ]);
  });

  it("covers every text without gaps", () => {
    const tokenizer = makeTokenizer("CharacterTokenizer", { lowercase: false });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const tokens = tokenizer.tokenize(text);
        expect(tokens.map((token) => token.text).join("")).toBe(text);
        for (const [i, token] of tokens.entries())
          expect(token.startUtf16).toBe(tokens[i - 1]?.endUtf16 ?? 0);
      }),
    );
  });
});

describe("TextDataSource", () => {
  it("makes every line a row, empty ones too", async () => {
    const file = folder({ "a.txt.gz": "one\n\n two \r\nthree" });
    const source = makeSource("TextDataSource", { train_filename: file("a.txt.gz") });
    expect(await collect(source, "train", ["text"])).toEqual([
      { values: { text: "one" }, origin: "a.txt.gz:1" },
      { values: { text: "" }, origin: "a.txt.gz:2" },
      { values: { text: " two " }, origin: "a.txt.gz:3" },
      { values: { text: "three" }, origin: "a.txt.gz:4" },
    ]);
  });

  it("stops at a line that is not UTF-8, or leaves it out on request", async () => {
    const bytes = Buffer.concat([Buffer.from("good\n"), Buffer.from([0xff, 0x0a]), Buffer.from("too\n")]);
    const file = folder({ "a.txt": bytes });
    const strict = makeSource("TextDataSource", { train_filename: file("a.txt") });
    await expect(collect(strict, "train", ["text"])).rejects.toThrow(/a\.txt:2/);
    const lenient = makeSource("TextDataSource", { train_filename: file("a.txt"), on_error: "skip" });
    expect((await collect(lenient, "train", ["text"])).map(({ values }) => values.text)).toEqual([
      "good",
      "too",
    ]);
    expect(lenient.skipped("train")[0]).toMatchObject({ reason: "not UTF-8", count: 1 });
  });
});
