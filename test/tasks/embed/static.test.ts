/** @file Static embeddings: model2vec's own test models and vectors (model2vec-rs, tests/fixtures), and word vectors by hand. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../../../src/graph/safetensors.js";
import { loadEncoder } from "../../../src/library.js";
import type { Embedded } from "../../../src/tasks/embed/contracts.js";
import type { EmbedOptions } from "../../../src/tasks/embed/options.js";
import { workplace } from "../../support/toy.js";

const FIXTURES = "../shared/data/model2vec_fixtures";
const folder = workplace();

async function vectors(
  path: string,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<Embedded[]> {
  const results: Embedded[] = [];
  for await (const chunk of (await loadEncoder(path)).embed(texts, options)) results.push(...chunk);
  return results;
}

const numbersIn = (file: string): number[] =>
  (JSON.parse(readFileSync(join(FIXTURES, file), "utf8")) as number[][])[0]!;
const LONG = Array.from({ length: 1000 }, () => "hello").join(" ");

describe.skipIf(!existsSync(FIXTURES))(`model2vec's models (${FIXTURES})`, () => {
  it.each([
    ["test-model-float32", "hello world", "embeddings_short.json", 5],
    ["test-model-float32", LONG, "embeddings_long.json", 5],
    ["test-model-vocab-quantized", LONG, "embeddings_vocab_quantized.json", 5],
  ])("%s gives its own vectors", async (model, text, file, digits) => {
    const [{ vector } = expect.unreachable()] = await vectors(join(FIXTURES, model), [text]);
    expect([...vector]).toEqual(numbersIn(file).map((x) => expect.closeTo(x, digits) as unknown));
  });

  it("says which texts were cut, which is at 512 pieces unless told otherwise", async () => {
    const model = join(FIXTURES, "test-model-float32");
    const counts = async (options: EmbedOptions): Promise<unknown[]> =>
      (await vectors(model, ["hello", LONG], options)).map(({ truncated, tokens }) => [
        truncated,
        tokens.length,
      ]);
    expect(await counts({})).toEqual([
      [false, 1],
      [true, 512],
    ]);
    expect(await counts({ maxSeqLen: 1000 })).toEqual([
      [false, 1],
      [false, 1000],
    ]);
  });
});

const TOKENIZER = {
  version: "1.0",
  ...{
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    post_processor: null,
    decoder: null,
  },
  pre_tokenizer: { type: "Whitespace" },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: { "[UNK]": 0, a: 1, b: 2, c: 3 },
  },
};

describe("a model2vec folder", () => {
  const write = async (name: string, config: object, tensors: Parameters<typeof writeSafetensors>[1]) => {
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(TOKENIZER));
    writeFileSync(join(folder, "config.json"), JSON.stringify({ model_type: "model2vec", ...config }));
    await writeSafetensors(join(folder, "model.safetensors"), tensors);
    return name;
  };
  const table = (dtype: "float32" | "int8" | "float16", data: number[]) => ({
    dtype,
    dims: [data.length / 2, 2],
    data:
      dtype === "int8"
        ? Int8Array.from(data)
        : dtype === "float16"
          ? Uint16Array.from(data)
          : Float32Array.from(data),
  });
  const ROWS = [9, 9, 1, 2, 3, 4, 5, 6];

  it("averages the rows of known pieces; unknown ones are dropped and counted", async () => {
    await write("plain", { normalize: false }, { embeddings: table("float32", ROWS) });
    const results = await vectors(folder, ["a b zz", "zz", ""]);
    expect(results.map(({ vector, unknown, empty }) => [[...vector], unknown, empty])).toEqual([
      [[2, 3], 1, false],
      [[0, 0], 1, true],
      [[0, 0], 0, true],
    ]);
    const [each] = await vectors(folder, ["a c"], { pooling: "none" });
    expect([each!.dims, [...each!.vector], each!.tokens]).toEqual([
      [2, 2],
      [1, 2, 5, 6],
      ["a", "c"],
    ]);
  });

  it("follows mapping and weights, divides by the number of pieces, and normalises if config.json says so", async () => {
    const tensors = {
      embeddings: table("int8", [3, 4, 0, 2]),
      mapping: { dtype: "int32", dims: [4], data: Int32Array.of(0, 0, 1, 1) },
      weights: { dtype: "float64", dims: [4], data: Float64Array.of(1, 0.5, 2, 1) },
    } as const;
    await write("quantised", { normalize: false }, tensors);
    // (0.5 * [3, 4] + 2 * [0, 2]) / 2
    expect([...(await vectors(folder, ["a b"]))[0]!.vector]).toEqual([0.75, 3]);
    await write("quantised", { normalize: true }, tensors);
    const [unit] = await vectors(folder, ["a"]);
    expect([...unit!.vector]).toEqual([0.6, 0.8].map((x) => expect.closeTo(x, 6) as unknown));
  });

  it("reads half precision", async () => {
    await write("half", {}, { embeddings: table("float16", [0, 0, 0x3c00, 0xc000, 0, 0, 0, 0]) });
    expect([...(await vectors(folder, ["a"]))[0]!.vector]).toEqual([1, -2]);
  });

  it.each([
    ["rows", { embeddings: table("float32", [1, 2]) }, /1 rows, the tokenizer 4 pieces/],
    ["a table", { other: table("float32", ROWS) }, /no table "embeddings"/],
    [
      "a row that is mapped to",
      {
        embeddings: table("float32", ROWS),
        mapping: { dtype: "int32", dims: [4], data: Int32Array.of(0, 0, 4, 1) } as const,
      },
      /sends piece 2 to row 4, and there are 4/,
    ],
  ])("that lacks %s is refused", async (_, tensors, message) => {
    await write("bad", {}, tensors);
    await expect(loadEncoder(folder)).rejects.toThrow(message);
  });

  it.each([
    [{ layers: [-1] }, /no layers/],
    [{ pooling: "reduce_max" }, /no pooling reduce_max/],
    [{ maskClsSep: true }, /no maskClsSep/],
  ] as const)("refuses %j", async (options, message) => {
    await write("plain", {}, { embeddings: table("float32", ROWS) });
    await expect((await loadEncoder(folder)).dim(options)).rejects.toThrow(message);
  });
});

describe("word vectors", () => {
  const GLOVE = "the 1 2\nCat 3 4\n. 5 6\nnew york 7 8\n";
  it.each([
    ["glove.txt", GLOVE],
    ["word2vec.vec", `4 2\n${GLOVE}`],
    ["glove.txt.gz", gzipSync(GLOVE)],
  ])(
    "of %s are averaged over known words; case is ignored where a word is not there as written",
    async (name, content) => {
      const file = join(folder, name);
      writeFileSync(file, content);
      const results = await vectors(file, ["the cat.", "The", "dog the", "dog", ""]);
      expect(
        results.map(({ vector, tokens, unknown, empty }) => [[...vector], tokens.length, unknown, empty]),
      ).toEqual([
        [[3, 4], 3, 0, false],
        [[1, 2], 1, 0, false],
        [[1, 2], 1, 1, false],
        [[0, 0], 0, 1, true],
        [[0, 0], 0, 0, true],
      ]);
      expect(await (await loadEncoder(file)).dim()).toBe(2);
    },
  );

  it("are not taken from a file of anything else", async () => {
    writeFileSync(join(folder, "poem.txt"), "Shall I compare thee\nto a summer's day\n");
    await expect(loadEncoder(join(folder, "poem.txt"))).rejects.toThrow(/no file of word vectors/);
    await expect(loadEncoder(join(folder, "none.txt"))).rejects.toThrow(/no such file or folder/);
  });
});
