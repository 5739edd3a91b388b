import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeWords } from "../../../../src/components/data/tensorizers/wordpiece-words-graph.js";
import type { Program } from "../../../../src/engine/engine.js";
import { Graph } from "../../../../src/graph/graph.js";
import { optimize } from "../../../../src/graph/passes.js";
import { mended } from "../../../../src/text/normalize.js";
import { bertTokenizer } from "../../../../src/text/pieces/bert-tokenizer.js";
import { WordPiece } from "../../../../src/text/pieces/wordpiece.js";
import { type EngineName, engine, engineNames, numbers } from "../../../graph/engines.js";
import { anyText, OPTIONS, vocabulary } from "../../../text/wordpiece-texts.js";

type Words = readonly string[];

/** What a row of words becomes, without padding. */
interface Row {
  readonly ids: readonly number[];
  readonly first: readonly number[];
}

async function compile(name: EngineName, wordPiece: WordPiece, most: number): Promise<Program> {
  const graph = new Graph();
  const { ids, first, isWord } = encodeWords(
    graph.input("words", "string", ["batch", "tokens"]),
    wordPiece,
    most,
  );
  for (const [role, tensor] of Object.entries({ ids, first, isWord })) graph.output(role, tensor);
  optimize(graph);
  return (await engine(name)).compile(graph);
}

async function encodedBy(program: Program, rows: readonly Words[]): Promise<Row[]> {
  const tokens = Math.max(1, ...rows.map(({ length }) => length));
  const data = rows.flatMap((words) => [...words, ...Array<string>(tokens - words.length).fill("")]);
  const { ids, first, isWord } = await program.run({
    words: { dtype: "string", dims: [rows.length, tokens], data },
  });
  const width = ids!.dims[1]!;
  expect([ids!.dims[0], first!.dims, isWord!.dims]).toEqual([
    rows.length,
    [rows.length, tokens],
    [rows.length, tokens],
  ]);
  const part = (x: typeof ids, row: number, size: number): number[] =>
    numbers(x!.data).slice(row * size, (row + 1) * size);
  return rows.map((words, row) => {
    const own = part(ids, row, width);
    const size = own.indexOf(vocabulary.special.separator) + 1;
    expect(own.slice(size)).toEqual(Array(width - size).fill(vocabulary.special.pad));
    const filler = Array<number>(tokens - words.length).fill(0);
    expect(part(isWord, row, tokens)).toEqual([...words.map(() => 1), ...filler]);
    const places = part(first, row, tokens);
    expect(places.slice(words.length)).toEqual(filler);
    return { ids: own.slice(0, size), first: places.slice(0, words.length) };
  });
}

function encodedHere(wordPiece: WordPiece, rows: readonly Words[], most: number): Row[] {
  const tokenizer = bertTokenizer(wordPiece.vocabulary, wordPiece.options);
  return rows.map((words) => {
    const { ids, first } = tokenizer.encodeWords(words, most);
    return { ids: [...ids], first: [...first] };
  });
}

/** Words as tokenizers give them, and as no tokenizer does. */
const word = fc
  .oneof(
    {
      weight: 2,
      arbitrary: fc.constantFrom("unaffable", "running", "the", "qqq", " ", "a b", "\u200b", "!?"),
    },
    { weight: 1, arbitrary: anyText },
  )
  .map((text) => mended(text))
  .filter((text) => text !== "");

describe.each(engineNames)("word pieces of words in the graph (%s)", (name) => {
  const runs = name === "onnxruntime" ? 120 : 12;

  it.each([8, 11, 30, 512])(
    "are those of the program: at most %s pieces of at most 6 words",
    async (most) => {
      for (const options of OPTIONS) {
        const wordPiece = new WordPiece(vocabulary, options);
        const program = await compile(name, wordPiece, most);
        const rows = fc.array(fc.array(word, { maxLength: 6 }), { minLength: 1, maxLength: 5 });
        await fc.assert(
          fc.asyncProperty(rows, async (batch) => {
            expect(await encodedBy(program, batch)).toEqual(encodedHere(wordPiece, batch, most));
          }),
          { numRuns: Math.ceil(runs / OPTIONS.length) },
        );
        await program.release();
      }
    },
  );

  it("are none in an empty batch, and the special ones alone for rows without words", async () => {
    const program = await compile(name, new WordPiece(vocabulary, OPTIONS[0]!), 12);
    const { start, separator } = vocabulary.special;
    expect(await encodedBy(program, [])).toEqual([]);
    expect(await encodedBy(program, [[], []])).toEqual(Array(2).fill({ ids: [start, separator], first: [] }));
    await program.release();
  });
});

describe("word pieces of words in the graph", () => {
  it("take memory by the number of characters, not by the longest word times the number of words", async () => {
    const wordPiece = new WordPiece(vocabulary, OPTIONS[0]!);
    const program = await compile("onnxruntime", wordPiece, 512);
    const words = [
      "unaffable",
      "x".repeat(300_000),
      ..."running the hello".split(" "),
      ...Array(300).fill("un"),
    ];
    const rows = [words, ["un"]];
    expect(await encodedBy(program, rows)).toEqual(encodedHere(wordPiece, rows, 512));
    await program.release();
  });
});
