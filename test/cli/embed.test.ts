import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, test } from "vitest";
import { cli, jsonLines } from "../support/cli.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const at = (name: string): string => join(folder, name);
const embed = (args: readonly string[], input?: string) =>
  cli(["embed", "vectors.txt", ...args], { cwd: folder, ...(input !== undefined && { input }) });

/** An array file as NumPy's format says it (NEP 1). */
function npy(name: string): { shape: number[]; data: number[] } {
  const bytes = readFileSync(at(name));
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x93NUMPY\x01\x00");
  const end = 10 + bytes.readUInt16LE(8);
  expect(end % 64).toBe(0);
  const header = bytes.toString("latin1", 10, end);
  expect(header).toMatch(/^\{'descr': '<(f4|i8)', 'fortran_order': False, 'shape': \([\d, ]+\), \} *\n$/);
  const shape = /\(([\d, ]*)\)/
    .exec(header)![1]!
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const data = bytes.buffer.slice(bytes.byteOffset + end, bytes.byteOffset + bytes.length);
  return {
    shape,
    data: header.includes("<f4") ? [...new Float32Array(data)] : [...new BigInt64Array(data)].map(Number),
  };
}

beforeAll(() => {
  writeFileSync(at("vectors.txt"), "good 1 2\nbad 3 5\n");
  writeFileSync(at("rows.txt"), "good bad\nbad\n\nnothing known\n");
  writeFileSync(at("rows.tsv"), "label\tsentence\n1\tgood bad\n0\tbad\n");
});

describe("embed", () => {
  test("writes .npy, and counts what has no vector", async () => {
    const { code, stderr } = await embed(["--input", "rows.txt", "--output", "out.npy"]);
    expect(code).toBe(0);
    expect(stderr.split("\n")).toEqual([
      "wrote out.npy: 4 rows, vectors of 2",
      "warning: 2 of 4 rows have nothing to pool: their vectors are zeros",
      "warning: 1 of 4 rows have tokens that the model does not know",
      "",
    ]);
    expect(npy("out.npy")).toEqual({ shape: [4, 2], data: [2, 3.5, 3, 5, 0, 0, 0, 0] });
  });

  test("writes a vector a token with offsets beside, and as lists", async () => {
    const args = ["--input", "rows.txt", "--pooling", "none", "--output"];
    expect((await embed([...args, "each.npy"])).code).toBe(0);
    expect(npy("each.npy")).toEqual({ shape: [3, 2], data: [1, 2, 3, 5, 3, 5] });
    expect(npy("each.offsets.npy")).toEqual({ shape: [5], data: [0, 2, 3, 3, 3] });
    expect((await embed([...args, "each.parquet"])).code).toBe(0);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(at("each.parquet")) });
    expect(rows.map(({ vectors }) => vectors as unknown)).toEqual([
      [
        [1, 2],
        [3, 5],
      ],
      [[3, 5]],
      [],
      [],
    ]);
  });

  test("writes .jsonl with tokens and a mark at what was cut, from any column of a table", async () => {
    const args = ["--column", "sentence", "--show-tokens", "--max-seq-len", "1"];
    const { code, stderr } = await embed(["--input", "rows.tsv", "--output", "out.jsonl", ...args]);
    expect(code).toBe(0);
    expect(stderr).toContain("warning: 1 of 2 rows have more tokens than are read");
    expect(jsonLines(readFileSync(at("out.jsonl"), "utf8"))).toEqual([
      { sentence: "good bad", tokens: ["good"], vector: [1, 2], truncated: true },
      { sentence: "bad", tokens: ["bad"], vector: [3, 5] },
    ]);
  });

  test("reads standard input, keeps other keys, and writes .parquet", async () => {
    const input = '{"id": 7, "text": "good"}\nbad good\n';
    expect((await embed(["--input", "-", "--output", "in.jsonl"], input)).code).toBe(0);
    expect(jsonLines(readFileSync(at("in.jsonl"), "utf8"))).toEqual([
      { id: 7, text: "good", vector: [1, 2] },
      { text: "bad good", vector: [2, 3.5] },
    ]);
    expect((await embed(["--input", "-", "--output", "in.parquet", "--show-tokens"], input)).code).toBe(0);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(at("in.parquet")) });
    expect(rows).toEqual([
      { text: "good", tokens: ["good"], vector: [1, 2], truncated: false },
      { text: "bad good", tokens: ["bad", "good"], vector: [2, 3.5], truncated: false },
    ]);
  });

  test("of no rows gives a file of none", async () => {
    for (const name of ["none.npy", "none.jsonl", "none.parquet"])
      expect((await embed(["--input", "-", "--output", name], "")).code).toBe(0);
    expect(npy("none.npy").shape).toEqual([0, 2]);
    expect(readFileSync(at("none.jsonl"), "utf8")).toBe("");
    expect(await parquetReadObjects({ file: await asyncBufferFromFile(at("none.parquet")) })).toEqual([]);
  });

  test.each([
    ["another kind of file", ["--output", "x.csv"], /must end in \.npy, \.jsonl, \.parquet/],
    ["tokens in .npy", ["--output", "x.npy", "--show-tokens"], /hold numbers only/],
    [
      "a pooling that is misspelt",
      ["--output", "x.npy", "--pooling", "reduce_men"],
      /did you mean "reduce_mean"/,
    ],
    ["layers that are none", ["--output", "x.npy", "--layers", "last"], /"last" names no layers/],
    ["layers of static embeddings", ["--output", "x.npy", "--layers", "-1"], /have no layers/],
    [
      "two columns without --pairs",
      ["--output", "x.npy", "--column", "a", "--column", "b"],
      /2 columns are named, and 1 is read/,
    ],
    ["a column that is not there", ["--output", "x.npy", "--column", "text", "--input", "rows.tsv"], /text/],
    [
      "pairs of static embeddings",
      ["--output", "x.npy", "--pairs", "--input", "pairs.jsonl"],
      /single texts/,
    ],
  ])("refuses %s, and leaves no file", async (_, args, message) => {
    writeFileSync(at("pairs.jsonl"), '{"text1": "good", "text2": "bad"}\n');
    const { code, stderr } = await embed(["--input", "rows.txt", ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(readdirSync(folder).filter((name) => /^x\.|part$/.test(name))).toEqual([]);
  });
});
