import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InputForm, Tensorizer } from "../../../../src/components/data/contracts.js";
import { SplitData } from "../../../../src/components/data/split-data.js";
import { Graph } from "../../../../src/graph/graph.js";
import { ParameterStore } from "../../../../src/graph/parameters.js";
import { optimize } from "../../../../src/graph/passes.js";
import { Scope } from "../../../../src/graph/scope.js";
import { type EngineName, engine, engineNames, numbers } from "../../../graph/engines.js";
import { vocabulary } from "../../../text/wordpiece-texts.js";
import { bench, learn, makeTensorizer, rowOf } from "../support.js";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pieces-"));
  file = join(folder, "vocab.txt");
  await writeFile(file, `${vocabulary.pieces.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const make = async (config: object = {}): Promise<Tensorizer> =>
  learn(makeTensorizer("BERTTensorizer", { vocab_file: file, ...config }, "pieces"), []);

/** What its part of a graph gives for these rows, by role. */
async function run(name: EngineName, tensorizer: Tensorizer, rows: readonly object[], form: InputForm) {
  const graph = new Graph();
  const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
  for (const [role, tensor] of Object.entries(tensorizer.build(scope, form))) graph.output(role, tensor);
  optimize(graph);
  const program = await (await engine(name)).compile(graph);
  const made = rows.map((values) => rowOf(values as Record<string, unknown>));
  const data = new SplitData("test", { input: tensorizer });
  for (const [i, row] of made.entries()) data.push([tensorizer.numberize(row)], row.origin, i);
  const feeds = form === "ids" ? data.batch(made.map((_, i) => i)) : tensorizer.serve!(made, "text");
  const results = await program.run(feeds);
  await program.release();
  return Object.fromEntries(
    Object.entries(results).map(([role, { dims, data: flat }]) => [
      role,
      { dims: [...dims], data: numbers(flat) },
    ]),
  );
}

const piece = (text: string): number => vocabulary.pieces.indexOf(text);
const [PAD, CLS, SEP] = ["[PAD]", "[CLS]", "[SEP]"].map(piece) as [number, number, number];

describe.each(engineNames)("BERTTensorizer in a graph (%s)", (name) => {
  const rows = ["Unaffable!", "", "\0\ud83d running \u{1d15e}", "x".repeat(300)].map((text) => ({ text }));

  it("gives the same ids, mask and segments from whole texts as from its own numbers", async () => {
    const tensorizer = await make();
    const ids = await run(name, tensorizer, rows, "ids");
    expect(ids.ids!.dims).toEqual([4, 6]);
    expect(ids.ids!.data.slice(0, 12)).toEqual([
      ...[CLS, ...["un", "##aff", "##able", "!"].map(piece), SEP],
      ...[CLS, SEP, PAD, PAD, PAD, PAD],
    ]);
    expect(ids.mask!.data.slice(0, 12)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(ids.segments!.data).toEqual(Array(24).fill(0));
    expect(await run(name, tensorizer, rows, "text")).toEqual(ids);
  });

  it("gives pairs of texts, the second one's segment being 1", async () => {
    const tensorizer = await make({ columns: ["question", "answer"], max_seq_len: 8 });
    const pairs = [
      { question: "the quick", answer: "hello" },
      { question: "a b c d e", answer: "f g h" },
    ];
    const ids = await run(name, tensorizer, pairs, "ids");
    expect(ids.segments!.data).toEqual([...[0, 0, 0, 0, 1, 1, 0, 0], ...[0, 0, 0, 0, 0, 1, 1, 1]]);
    expect(ids.ids!.data.slice(8)).toEqual([
      CLS,
      ...["a", "b", "c"].map(piece),
      SEP,
      ...["f", "g"].map(piece),
      SEP,
    ]);
    expect(await run(name, tensorizer, pairs, "text")).toEqual(ids);
  });
});

describe("BERTTensorizer", () => {
  it("takes whole texts by the names of their columns", async () => {
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    (await make({ columns: ["question", "answer"] })).build(scope, "text");
    expect(graph.inputs.map((input) => `${input.name} ${input}`)).toEqual([
      "question string[batch]",
      "answer string[batch]",
    ]);
  });

  it("refuses tokens", async () => {
    const scope = Scope.root(new Graph(), "infer", new ParameterStore(1), bench().context);
    const tensorizer = await make();
    expect(() => tensorizer.build(scope, "tokens")).toThrow(
      /PTX_EXPORT {2}inputs\.pieces\n {2}word pieces are cut from whole texts, which tokens are not/,
    );
  });

  it("counts pieces, unknown ones and truncated rows", async () => {
    const tensorizer = await make({ max_seq_len: 4 });
    for (const text of ["the quick hello", "qqq", "the"]) tensorizer.numberize(rowOf({ text }));
    expect(tensorizer.counts()).toEqual({ rows: 3, pieces: 4, unknown_pieces: 1, truncated_rows: 1 });
    expect(tensorizer.facts()).toEqual({ vocabulary: vocabulary.pieces.length });
  });

  it("follows its options", async () => {
    const ids = async (config: object, text: string): Promise<number[]> => {
      const [value] = (await make(config)).numberize(rowOf({ text }));
      return [...value!.data].slice(1, -1);
    };
    expect(await ids({}, "É")).toEqual([piece("e")]);
    expect(await ids({ strip_accents: false }, "É")).toEqual([piece("é")]);
    expect(await ids({ lowercase: false }, "HE")).toEqual([piece("H"), piece("##E")]);
    expect(await ids({ tokenize_chinese_chars: true }, "日本")).toEqual([piece("日"), piece("本")]);
    expect(await ids({ tokenize_chinese_chars: false }, "日本")).toEqual([piece("日"), piece("##本")]);
    expect(await ids({ max_seq_len: null }, "a ".repeat(400))).toHaveLength(400);
  });

  it("is restored from its state, without the file", async () => {
    const tensorizer = await make();
    const restored = makeTensorizer("BERTTensorizer", { vocab_file: file }, "pieces");
    restored.load(JSON.parse(JSON.stringify(tensorizer.state())));
    const row = rowOf({ text: "Unaffable running" });
    expect(restored.numberize(row)).toEqual(tensorizer.numberize(row));
    expect(restored.fields).toEqual([{ name: "pieces", dtype: "int32", dims: ["pieces"], pad: PAD }]);
    expect(() => restored.load({ pieces: [1] })).toThrow(/PTX_MODEL_FILE {2}inputs\.pieces\n/);
  });

  it("says which column a row lacks, and which file is missing", async () => {
    const tensorizer = await make({ columns: ["question", "answer"] });
    expect(() => tensorizer.numberize(rowOf({ question: "a" }, "rows.tsv:3"))).toThrow(
      /PTX_DATA {2}rows\.tsv:3\n {2}the column "answer" is missing/,
    );
    expect(() => makeTensorizer("BERTTensorizer", { vocab_file: `${file}.old` }, "pieces")).toThrow(
      /vocab_file[\s\S]*does not exist/,
    );
    expect(() => makeTensorizer("BERTTensorizer", {}, "pieces")).toThrow(
      /PTX_CONFIG_MISSING[\s\S]*name a tokenizer, or a vocab_file/,
    );
    expect(() => makeTensorizer("BERTTensorizer", { vocab_file: file, tokenizer: folder }, "pieces")).toThrow(
      /PTX_CONFIG_VALUE[\s\S]*vocab_file[\s\S]*leave out one of them/,
    );
    expect(() => makeTensorizer("BERTTensorizer", { tokenizer: folder, lowercase: false }, "pieces")).toThrow(
      /lowercase belongs to vocab_file/,
    );
  });

  it("reads a folder of a tokenizer as well, and restores it without the folder", async () => {
    const fromFolder = await learn(makeTensorizer("BERTTensorizer", { tokenizer: folder }, "pieces"), []);
    const row = rowOf({ text: "Unaffable [SEP] running" });
    const expected = (await make()).numberize(row);
    expect(fromFolder.numberize(row)).toEqual(expected);
    const restored = makeTensorizer("BERTTensorizer", { tokenizer: folder }, "pieces");
    restored.load(JSON.parse(JSON.stringify(fromFolder.state())));
    expect(restored.numberize(row)).toEqual(expected);
  });
});
