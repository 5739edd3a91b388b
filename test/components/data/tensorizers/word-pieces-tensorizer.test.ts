import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PieceTensorizer, TextTensorizer } from "../../../../src/components/data/contracts.js";
import {
  loadTokenizerBeside,
  sharedTokenizer,
  tokenizerFile,
} from "../../../../src/exporters/tokenizer-file.js";
import { Graph } from "../../../../src/graph/graph.js";
import { ParameterStore } from "../../../../src/graph/parameters.js";
import { Scope } from "../../../../src/graph/scope.js";
import type { ModelTask } from "../../../../src/tasks/task.js";
import { bertTokenizer } from "../../../../src/text/pieces/bert-tokenizer.js";
import { engine, numbers } from "../../../graph/engines.js";
import { OPTIONS, vocabulary } from "../../../text/wordpiece-texts.js";
import { bench, learn, makeTensorizer, rowOf } from "../support.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "words-"));
  await writeFile(join(folder, "vocab.txt"), `${vocabulary.pieces.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const make = async (config: object = {}) =>
  (await learn(
    makeTensorizer("WordPiecesTensorizer", { tokenizer: folder, ...config }, "pieces"),
    [],
  )) as PieceTensorizer & TextTensorizer;
const piece = (text: string): number => vocabulary.pieces.indexOf(text);
const BERT = bertTokenizer(vocabulary, OPTIONS[0]!);

describe("WordPiecesTensorizer", () => {
  it("tells where each word begins among the pieces", async () => {
    const [ids, first] = (await make()).numberize(rowOf({ text: ["Unaffable", "\u200b", "running!"] }));
    expect([...ids!.data]).toEqual(
      ["[CLS]", "un", "##aff", "##able", "[UNK]", "run", "##ning", "!", "[SEP]"].map(piece),
    );
    expect([...first!.data]).toEqual([1, 4, 5]);
  });

  it("keeps every word where there are too many pieces, and counts the row", async () => {
    const tensorizer = await make({ max_pieces: 6, max_seq_len: 4 });
    const row = rowOf({ text: "unaffable the running quick hello" });
    const [ids, first] = tensorizer.numberize(row);
    expect([...ids!.data]).toEqual(["[CLS]", "un", "the", "run", "quick", "[SEP]"].map(piece));
    expect([...first!.data]).toEqual([1, 2, 3, 4]);
    expect(tensorizer.tokenized(row).tokens.length).toBe(4);
    expect(tensorizer.counts()).toMatchObject({ truncated_rows: 1, rows_with_shortened_words: 1 });
  });

  it("refuses limits under which words would have no piece", async () => {
    await expect(make({ max_pieces: 5, max_seq_len: 4 })).rejects.toThrow(/PTX_CONFIG_VALUE.*max_pieces/);
  });

  it("gives masks of pieces and of words in a graph", async () => {
    const tensorizer = await make();
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    for (const [role, tensor] of Object.entries(tensorizer.build(scope, "ids"))) graph.output(role, tensor);
    const program = await (await engine("onnxruntime")).compile(graph);
    const ids = [2, 5, 6, 3, 2, 3, 0, 0].map((_, i) => (i < 6 ? piece("the") : piece("[PAD]")));
    const results = await program.run({
      pieces: { dtype: "int32", dims: [2, 4], data: Int32Array.from(ids) },
      pieces_first: { dtype: "int32", dims: [2, 2], data: Int32Array.from([1, 2, 1, -1]) },
    });
    const of = (role: string): number[] => numbers(results[role]!.data);
    expect(of("mask")).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
    expect(of("first")).toEqual([1, 2, 1, 0]);
    expect(of("word_mask")).toEqual([1, 1, 1, 0]);
    await program.release();
  });

  it.each(["text", "tokens"] as const)("reads %s in a graph as in the program", async (form) => {
    const config = { max_pieces: 9, max_seq_len: 6, word_tokenizer: { Tokenizer: { lowercase: false } } };
    const tensorizer = await make(config);
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    for (const [role, tensor] of Object.entries(tensorizer.build(scope, form))) graph.output(role, tensor);
    const program = await (await engine("onnxruntime")).compile(graph);
    const texts = ["Unaffable, the running", "", "\u200b qqq unaffable unaffable un un un un", "the"];
    const rows = texts.map((text) => rowOf({ text }));
    const results = await program.run(tensorizer.serve!(rows, form));
    const of = (role: string, row: number): number[] => {
      const { dims, data } = results[role]!;
      return numbers(data).slice(row * dims[1]!, (row + 1) * dims[1]!);
    };
    for (const [i, row] of rows.entries()) {
      const [ids, first] = tensorizer.numberize(row).map(({ data }) => [...(data as Int32Array)]);
      const inside = of("mask", i).map((bit, at) => (bit === 1 ? of("ids", i)[at] : null));
      expect(inside.filter((id) => id !== null)).toEqual(ids);
      expect(of("first", i).filter((_, at) => of("word_mask", i)[at] === 1)).toEqual(first);
    }
    await program.release();
  });

  it("calls its input of tokens as text_input says", async () => {
    const tensorizer = await make({ text_input: "words" });
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
    tensorizer.build(scope, "tokens");
    expect(graph.inputs.map(({ name }) => name)).toEqual(["words"]);
    expect(Object.keys(tensorizer.serve!([rowOf({ text: "the" })], "tokens"))).toEqual(["words"]);
  });

  it("is restored by the tokenizer that stands beside a model file", async () => {
    const part = (input: PieceTensorizer) => ({ tensorizers: { pieces: input } }) as unknown as ModelTask;
    const learnt = await make();
    const model = join(folder, "model.onnx");
    const fresh = makeTensorizer("WordPiecesTensorizer", { tokenizer: folder }, "pieces") as PieceTensorizer;
    expect(await loadTokenizerBeside(model, part(fresh))).toBe(false);
    await writeFile(tokenizerFile(model), sharedTokenizer(part(learnt))!);
    expect(await loadTokenizerBeside(model, part(fresh))).toBe(true);
    const row = rowOf({ text: "unaffable [SEP]" });
    expect(fresh.numberize(row)).toEqual(learnt.numberize(row));
  });
});

describe("words encoded for a model", () => {
  it("begin where they say, whatever is cut off (property)", () => {
    const word = fc.constantFrom("unaffable", "running", "the", "qqq", "hello", "x!x", "中文");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.integer({ min: 3, max: 30 }), (words, most) => {
        const got = BERT.encodeWords(words, most);
        expect(got.ids.length).toBeLessThanOrEqual(most);
        expect(got.first.length).toBe(Math.min(words.length, most - 2));
        const all = words.flatMap((one) => BERT.cutter.tokenizeWord(one)).length;
        expect(got.truncated).toBe(all > most - 2);
        for (const [at, place] of got.first.entries()) {
          expect(got.words[place]).toBe(at);
          expect(got.words[place - 1]).not.toBe(at);
          const own = BERT.cutter.tokenizeWord(words[at]!).map(({ id }) => id);
          const kept = [...got.ids].filter((_, i) => got.words[i] === at);
          expect(kept).toEqual(own.slice(0, kept.length));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("of a long text come in windows that overlap and leave nothing out (property)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 0, max: 1 }),
        (count, room, overlap) => {
          const text = Array.from({ length: count }, (_, i) => "abcdefgh"[i % 8]).join(" ");
          const windows = BERT.windows(["the", text], room + 4, overlap);
          const places = windows.map(({ texts, startsUtf16 }) =>
            [...startsUtf16].filter((_, i) => texts[i] === 1),
          );
          const joined = places.flatMap((own, i) => (i === 0 ? own : own.slice(overlap)));
          expect(joined).toEqual(Array.from({ length: count }, (_, i) => 2 * i));
          expect(Math.max(...places.map(({ length }) => length))).toBeLessThanOrEqual(room);
        },
      ),
      { numRuns: 100 },
    );
  });
});
