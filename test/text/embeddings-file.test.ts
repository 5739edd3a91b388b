import { describe, expect, it } from "vitest";
import { loadVectors, readVectors } from "../../src/text/embeddings-file.js";
import { Vocabulary, VocabularyBuilder } from "../../src/text/vocabulary.js";
import { folder } from "../components/data/support.js";

const glove = "the 0.5 -1 2e-3\ncat 1 2 3\n. . 4 5 6\nParis 7 8 9\n";
const file = (content: string | Buffer, name = "vectors.txt") => folder({ [name]: content })(name);
const read = (content: string | Buffer, words: readonly string[], options: object = {}, name?: string) =>
  readVectors(file(content, name), { words, ignoreCase: false, ...options });

describe("a file of vectors", () => {
  it.each([
    ["GloVe", glove, "v.txt"],
    ["word2vec text", `4 3\n${glove}`, "v.txt"],
    ["fastText, with spaces at the ends of lines", `4 3\n${glove.replaceAll("\n", " \n")}`, "v.vec"],
    ["GloVe with CRLF and no last end of line", glove.replaceAll("\n", "\r\n").trimEnd(), "v.txt"],
    ["packed GloVe", glove, "v.txt.gz"],
    ["tabs between columns", glove.replace("cat 1 2", "cat\t1\t2"), "v.txt"],
  ])("gives the wanted words' vectors of %s", async (_, content, name) => {
    const { dim, vectors } = await read(content, ["cat", "the", "dog", ". ."], {}, name);
    expect(dim).toBe(3);
    expect([...vectors]).toEqual([
      ["cat", Float32Array.of(1, 2, 3)],
      ["the", Float32Array.of(0.5, -1, 2e-3)],
      [". .", Float32Array.of(4, 5, 6)],
    ]);
  });

  it("tells how many words and how many of their occurrences it covers", async () => {
    const count = (word: string): number => ({ cat: 10, dog: 5, paris: 3 })[word] ?? 0;
    const { coverage } = await read(glove, ["cat", "dog", "paris"], { count, ignoreCase: true });
    expect(coverage).toEqual({
      types: 3,
      found: 1,
      foundIgnoringCase: 1,
      tokens: 18,
      foundTokens: 13,
      badLines: 0,
    });
  });

  it("looks words up ignoring case only when they are missing as written, and the first such word of the file counts", async () => {
    const content = "US 1\nus 2\nUs 3\nNato 4\nNATO 5\n";
    const exact = await read(content, ["us", "nato"], { ignoreCase: false });
    expect([...exact.vectors]).toEqual([["us", Float32Array.of(2)]]);
    const folded = await read(content, ["us", "nato", "NatO"], { ignoreCase: true });
    expect([...folded.vectors]).toEqual([
      ["us", Float32Array.of(2)],
      ["nato", Float32Array.of(4)],
      ["NatO", Float32Array.of(4)],
    ]);
  });

  it("takes the first vector of a word that stands in it twice", async () => {
    const { vectors } = await read("a 1 2\nb 3 4\na 5 6\n", ["a", "b", "zzz"]);
    expect(vectors.get("a")).toEqual(Float32Array.of(1, 2));
  });

  it("finds words that objects have as inherited names", async () => {
    const { vectors } = await read(
      "constructor 1 2\n__proto__ 3 4\n",
      ["__proto__", "constructor", "toString"],
      { ignoreCase: true },
    );
    expect([...vectors.keys()]).toEqual(["__proto__", "constructor"]);
  });

  it.each([
    ["too few numbers", "a 1 2 3\nb 1 2\n", /vectors\.txt:2\n {2}2 numbers where 3 are expected/],
    [
      "too many numbers",
      "a 1 2 3\nb 0.1 0.2 0.3 0.4\n",
      /vectors\.txt:2\n {2}4 numbers where 3 are expected/,
    ],
    [
      "a word in place of a number",
      "a 1 2 3\nb 1 x 3\n",
      /vectors\.txt:2\n {2}"x" \(number 2 of the vector\) is not a number/,
    ],
    ["two spaces", "a 1 2 3\nb 1 2  3\n", /vectors\.txt:2\n {2}4 numbers where 3 are expected/],
    ["an empty line", "a 1 2 3\n\nb 1 2 3\n", /vectors\.txt:2\n {2}an empty line/],
    ["an infinite number", "a 1 2 3\nb 1 2 Infinity\n", /"Infinity" \(number 3/],
    ["nothing", "", /the file holds no vectors/],
    ["a header only", "2 3\n", /the file holds no vectors/],
    ["words only", "a\nb\n", /vectors need one number or more/],
  ])("is refused with its line for %s", async (_, content, message) => {
    await expect(read(content, ["a", "b", "c"])).rejects.toThrow(message);
  });

  it("is refused when its vectors are of another size than asked for", async () => {
    await expect(read(glove, ["cat"], { dim: 50 })).rejects.toThrow(
      "the vectors have 3 numbers, but 50 are asked for",
    );
    await expect(read("4 3\n", ["cat"], { dim: 50 })).rejects.toThrow(
      "the vectors have 3 numbers, but 50 are asked for",
    );
  });

  it("says that a binary word2vec file must be converted", async () => {
    const binary = Buffer.concat([
      Buffer.from("2 3\n"),
      Buffer.from([0x61, 0x20, 0xff, 0xfe, 0x00, 0xc0, 0x0a]),
    ]);
    await expect(read(binary, ["a"])).rejects.toThrow("is it a binary word2vec file?");
  });

  it("counts lines that are not UTF-8 further on", async () => {
    const content = Buffer.concat([
      Buffer.from(glove),
      Buffer.from([0xe9]),
      Buffer.from(" 1 2 3\ndog 1 1 1\n"),
    ]);
    const { coverage, vectors } = await read(content, ["dog"]);
    expect([coverage.badLines, vectors.size]).toEqual([1, 1]);
  });

  it("gives a vocabulary's rows by id, with a summary for people", async () => {
    const builder = new VocabularyBuilder();
    for (const word of ["cat", "cat", "cat", "dog", "paris"]) builder.add(word);
    const vocabulary = builder.build({ minCount: 1, maxSize: 0 });
    const path = file(glove);
    const { rows, summary } = await loadVectors(path, vocabulary, 3);
    expect([...rows]).toEqual([
      [2, Float32Array.of(1, 2, 3)],
      [4, Float32Array.of(7, 8, 9)],
    ]);
    expect(summary).toEqual([
      `${path}: vectors for 2 of 3 words (1 of them ignoring case): 66.7 %, 80.0 % of their occurrences in the training rows`,
    ]);
  });

  it("says how many lines match no word, and leaves out occurrences that are not known", async () => {
    const path = file(Buffer.concat([Buffer.from(glove), Buffer.from([0xe9]), Buffer.from(" 1 2 3\n")]));
    const { summary } = await loadVectors(path, new Vocabulary(["cat", "dog"]), 3);
    expect(summary).toEqual([
      `${path}: vectors for 1 of 2 words: 50.0 %`,
      `${path}: lines that are not UTF-8 and match no word: 1`,
    ]);
  });
});
