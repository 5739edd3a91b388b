import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTexts, rolesOfPieces } from "../../../../src/components/data/tensorizers/wordpiece-graph.js";
import type { Program } from "../../../../src/engine/engine.js";
import { Graph } from "../../../../src/graph/graph.js";
import { optimize } from "../../../../src/graph/passes.js";
import { mended } from "../../../../src/text/normalize.js";
import { OffsetTable, type OffsetUnit } from "../../../../src/text/offsets.js";
import { bertTokenizer } from "../../../../src/text/pieces/bert-tokenizer.js";
import { WordPiece } from "../../../../src/text/pieces/wordpiece.js";
import { type EngineName, engine, engineNames, numbers } from "../../../graph/engines.js";
import { anyText, OPTIONS, recordedPairs, recordedTexts, vocabulary } from "../../../text/wordpiece-texts.js";

type Texts = readonly string[];

/** What a row of texts becomes, padding and all. */
interface Row {
  readonly ids: readonly number[];
  readonly mask: readonly number[];
  readonly segments: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

async function compile(
  name: EngineName,
  wordPiece: WordPiece,
  { texts = 1, most = null, unit = "utf16" }: { texts?: number; most?: number | null; unit?: OffsetUnit },
): Promise<Program> {
  const graph = new Graph();
  const input = (text: number) => graph.input(`text${text}`, "string", ["batch"]);
  const encoded = encodeTexts(texts === 1 ? [input(0)] : [input(0), input(1)], wordPiece, most);
  const roles = {
    ids: encoded.ids,
    ...rolesOfPieces(encoded.ids, wordPiece.vocabulary),
    ...encoded.places(unit),
  };
  for (const [role, tensor] of Object.entries(roles)) graph.output(role, tensor);
  optimize(graph);
  return (await engine(name)).compile(graph);
}

async function encodedBy(program: Program, rows: readonly Texts[], texts: number): Promise<Row[]> {
  const feeds = Array.from({ length: texts }, (_, text) => [
    `text${text}`,
    { dtype: "string", dims: [rows.length], data: rows.map((row) => mended(row[text]!)) } as const,
  ]);
  const results = await program.run(Object.fromEntries(feeds));
  const [count, width] = results.ids!.dims as [number, number];
  expect(count).toBe(rows.length);
  return rows.map((_, row) => {
    const of = (role: string): number[] => numbers(results[role]!.data).slice(row * width, (row + 1) * width);
    return {
      ids: of("ids"),
      mask: of("mask"),
      segments: of("segments"),
      starts: of("starts"),
      ends: of("ends"),
    };
  });
}

function encodedHere(
  wordPiece: WordPiece,
  rows: readonly Texts[],
  most: number | null,
  unit: OffsetUnit,
): Row[] {
  const { vocabulary: of, options } = wordPiece;
  const tokenizer = bertTokenizer(of, options);
  const encodings = rows.map((texts) => tokenizer.encode(texts.map(mended), { most }));
  const width = Math.max(...encodings.map(({ ids }) => ids.length));
  return encodings.map(({ ids, typeIds, texts, startsUtf16, endsUtf16 }, row) => {
    const padded = (values: ArrayLike<number>, filler: number): number[] => [
      ...Array.from(values),
      ...Array<number>(width - values.length).fill(filler),
    ];
    const table = rows[row]!.map((text) => new OffsetTable(mended(text), unit));
    const places = (at: Int32Array): number[] =>
      padded(
        Array.from(at, (place, i) => (texts[i] === -1 ? -1 : table[texts[i]!]!.fromUtf16(place)!)),
        -1,
      );
    return {
      ids: padded(ids, of.special.pad),
      mask: padded(Array<number>(ids.length).fill(1), 0),
      segments: padded(typeIds, 0),
      starts: places(startsUtf16),
      ends: places(endsUtf16),
    };
  });
}

const rowsOf = (texts: number): fc.Arbitrary<Texts[]> =>
  fc.array(fc.array(anyText, { minLength: texts, maxLength: texts }), { minLength: 1, maxLength: 5 });

describe.each(engineNames)("word pieces in the graph (%s)", (name) => {
  const runs = name === "onnxruntime" ? 400 : 15;

  it.each([
    [1, null, "utf16"],
    [1, 6, "code_points"],
    [2, null, "utf8_bytes"],
    [2, 7, "utf16"],
    [2, 3, "code_points"],
  ] as const)(
    "are those of the program: %s texts, at most %s pieces, places in %s",
    async (texts, most, unit) => {
      for (const options of OPTIONS) {
        const wordPiece = new WordPiece(vocabulary, options);
        const program = await compile(name, wordPiece, { texts, most, unit });
        await fc.assert(
          fc.asyncProperty(rowsOf(texts), async (rows) => {
            expect(await encodedBy(program, rows, texts)).toEqual(encodedHere(wordPiece, rows, most, unit));
          }),
          { numRuns: Math.ceil(runs / OPTIONS.length) },
        );
        await program.release();
      }
    },
  );

  it("are none in an empty batch, and the special ones alone for texts without any", async () => {
    const wordPiece = new WordPiece(vocabulary, OPTIONS[0]!);
    const { start, separator, pad } = vocabulary.special;
    const one = await compile(name, wordPiece, {});
    expect(await encodedBy(one, [], 1)).toEqual([]);
    const blank = (await encodedBy(one, [[""], [" \t"], ["\u200b\u0301"]], 1)).map(({ ids }) => ids);
    expect(blank).toEqual(Array(3).fill([start, separator]));
    await one.release();
    const two = await compile(name, wordPiece, { texts: 2, most: 3 });
    expect(await encodedBy(two, [], 2)).toEqual([]);
    expect(
      (
        await encodedBy(
          two,
          [
            ["", "a"],
            ["b", ""],
          ],
          2,
        )
      ).map(({ ids }) => ids),
    ).toEqual(Array(2).fill([start, separator, separator]));
    expect(await encodedBy(two, [["", ""]], 2)).toMatchObject([{ mask: [1, 1, 1], segments: [0, 0, 1] }]);
    expect(pad).toBe(0);
    await two.release();
  });
});

describe("word pieces in the graph", () => {
  it.each(OPTIONS)("are those of Hugging Face's tokenizers, offsets too, with %j", async (options) => {
    const recorded = recordedTexts.filter(({ text, ...rest }) =>
      Object.entries(options).every(([key, value]) => rest[key as keyof typeof rest] === value),
    );
    const program = await compile("onnxruntime", new WordPiece(vocabulary, options), { unit: "code_points" });
    const got = await encodedBy(
      program,
      recorded.map(({ text }) => [text]),
      1,
    );
    for (const [i, { text, ids, offsets }] of recorded.entries()) {
      const inside = got[i]!.mask.reduce((sum, bit) => sum + bit, 0) - 1;
      const places = got[i]!.starts.slice(1, inside).flatMap((start, at) => [start, got[i]!.ends[at + 1]!]);
      expect({ text, ids: got[i]!.ids.slice(1, inside), offsets: places }).toEqual({ text, ids, offsets });
    }
    await program.release();
  });

  it("are truncated as by Hugging Face's tokenizers, one text or two", async () => {
    for (const most of new Set(recordedPairs.map((pair) => pair.most))) {
      for (const count of [1, 2]) {
        const pairs = recordedPairs.filter(
          ({ texts, most: limit }) => texts.length === count && limit === most,
        );
        if (pairs.length === 0) continue;
        const program = await compile("onnxruntime", new WordPiece(vocabulary, OPTIONS[0]!), {
          texts: count,
          most,
        });
        for (const { texts, ids, segments } of pairs)
          expect(await encodedBy(program, [texts], count)).toMatchObject([{ ids, segments }]);
        await program.release();
      }
    }
  });

  it("do not depend on the other texts of the batch", async () => {
    const wordPiece = new WordPiece(vocabulary, OPTIONS[0]!);
    const program = await compile("onnxruntime", wordPiece, {});
    const texts: Texts[] = [["un"], ["able"], ["x".repeat(200)], ["running, un"], [""], ["able"]];
    const together = await encodedBy(program, texts, 1);
    for (const [i, text] of texts.entries()) {
      const [alone] = await encodedBy(program, [text], 1);
      expect(together[i]!.ids.slice(0, alone!.ids.length)).toEqual(alone!.ids);
    }
    await program.release();
  });

  it.each([
    ["of one word", "x".repeat(2 ** 20)],
    ["of short words", "Unaffable, ".repeat(2 ** 17)],
    ["of words of 100 characters", `${"b".repeat(100)} `.repeat(2 ** 13)],
    ["of characters that become three", "\u{1d160}".repeat(2 ** 18)],
    ["of white space", " ".repeat(2 ** 20)],
  ])("a text of a megabyte %s is cut as by the program", async (_, text) => {
    const wordPiece = new WordPiece(vocabulary, OPTIONS[0]!);
    const program = await compile("onnxruntime", wordPiece, {});
    const [got] = await encodedBy(program, [[text]], 1);
    const [expected] = encodedHere(wordPiece, [[text]], null, "utf16");
    for (const role of ["ids", "starts", "ends"] as const) {
      expect(got![role].length).toBe(expected![role].length);
      expect(got![role].every((value, i) => value === expected![role][i])).toBe(true);
    }
    await program.release();
  });
});
