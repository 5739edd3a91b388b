import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutTexts } from "../../../../src/components/data/tensorizers/text-graph.js";
import type { Program } from "../../../../src/engine/engine.js";
import { Graph } from "../../../../src/graph/graph.js";
import {
  CharacterCutter,
  type CharacterRules,
  EACH_CHARACTER,
  runsBetween,
  wordsAndPunctuation,
} from "../../../../src/text/character-cutter.js";
import { OffsetTable, type OffsetUnit } from "../../../../src/text/offsets.js";
import { type EngineName, engine, engineNames, numbers } from "../../../graph/engines.js";

interface Cut {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

async function compile(
  name: EngineName,
  cutter: CharacterCutter,
  unit: OffsetUnit,
  most: number | null = null,
): Promise<Program> {
  const graph = new Graph();
  const { tokens, places } = cutTexts(graph.input("text", "string", ["batch"]), cutter, most);
  for (const [output, tensor] of Object.entries({ tokens, ...places(unit) })) graph.output(output, tensor);
  return (await engine(name)).compile(graph);
}

async function cutBy(program: Program, texts: readonly string[]): Promise<Cut[][]> {
  const results = await program.run({ text: { dtype: "string", dims: [texts.length], data: texts } });
  const [tokens, starts, ends] = [
    results.tokens!,
    numbers(results.starts!.data),
    numbers(results.ends!.data),
  ];
  const width = tokens.dims[1]!;
  expect(tokens.dims[0]).toBe(texts.length);
  expect(width).toBeGreaterThanOrEqual(1);
  return texts.map((_, row) => {
    const cuts: Cut[] = [];
    for (let i = row * width; i < (row + 1) * width; i++) {
      const text = (tokens.data as readonly string[])[i]!;
      if (text === "") expect([starts[i], ends[i]]).toEqual([-1, -1]);
      else cuts.push({ text, start: starts[i]!, end: ends[i]! });
    }
    return cuts;
  });
}

function cutHere(cutter: CharacterCutter, text: string, unit: OffsetUnit): Cut[] {
  const table = new OffsetTable(text, unit);
  return cutter.tokenize(text).map(({ text: token, startUtf16, endUtf16 }) => ({
    text: token,
    start: table.fromUtf16(startUtf16)!,
    end: table.fromUtf16(endUtf16)!,
  }));
}

const rules: Readonly<Record<string, CharacterRules>> = {
  "words and runs of punctuation": wordsAndPunctuation({ punctuation: "runs", splitHan: true }),
  "words and single punctuation": wordsAndPunctuation({ punctuation: "each", splitHan: false }),
  "white space": runsBetween("\\s"),
  "commas and letters": runsBetween("[,\\p{Lu}\\]^-]"),
  "each character": EACH_CHARACTER,
};

/** What a session can be given: strings without NUL and halves of surrogate pairs, for which U+FFFD stands. */
const fit = (text: string): string => text.replace(/[\0\p{Cs}]/gu, "\ufffd");

const texts = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc
      .array(
        fc.constantFrom(
          ..."aZé_5!.- \u00a0\n中々\u0301ΣİẞΑ",
          "\u{20000}",
          "👍🏽",
          "\ud83d",
          "\udc4d",
          "❤️",
          "\0",
          "\u0001",
          "\uffff",
          "\ufeff",
          "अभिषेक",
          "שלום",
          "e\u0301",
          "中\u0301a",
          "].^-\\",
          "ǅ",
          "𐐀",
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join("")),
  )
  .map(fit);

describe.each(engineNames)("texts cut in the graph (%s)", (name) => {
  describe.each(Object.entries(rules))("at %s", (_, rule) => {
    it.each(["utf16", "code_points", "utf8_bytes"] as const)(
      "are cut as by the program, token by token, places in %s",
      async (unit) => {
        for (const lowercase of [true, false]) {
          const cutter = new CharacterCutter(rule, { lowercase, nfc: false });
          const program = await compile(name, cutter, unit);
          await fc.assert(
            fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 4 }), async (batch) => {
              const expected = batch.map((text) => cutHere(cutter, text, unit));
              expect(await cutBy(program, batch)).toEqual(expected);
            }),
            { numRuns: name === "onnxruntime" ? 150 : 20 },
          );
          await program.release();
        }
      },
    );
  });

  it("are none in an empty batch, in empty texts and in blank ones", async () => {
    const cutter = new CharacterCutter(rules["white space"]!, { lowercase: true, nfc: false });
    const program = await compile(name, cutter, "utf16");
    expect(await cutBy(program, [])).toEqual([]);
    expect(await cutBy(program, ["", " \t\n", ""])).toEqual([[], [], []]);
    expect(await cutBy(program, ["", "A"])).toEqual([[], [{ text: "a", start: 0, end: 1 }]]);
    await program.release();
  });
});

describe("the first tokens of texts", () => {
  it.each([1, 2, 5])("are kept, %s of them at most", async (most) => {
    const cutter = new CharacterCutter(rules["white space"]!, { lowercase: true, nfc: false });
    const program = await compile("onnxruntime", cutter, "utf16", most);
    for (const batch of [["a b c"], ["", "x  yy z"], ["q"], [""]]) {
      const expected = batch.map((text) => cutHere(cutter, text, "utf16").slice(0, most));
      expect(await cutBy(program, batch)).toEqual(expected);
    }
    await program.release();
  });
});

describe("kinds of characters that follow each other by any rule", () => {
  /** Three kinds and others: 16 pairs of which each begins a token or does not. */
  const pairs = fc.array(fc.boolean(), { minLength: 16, maxLength: 16 });

  it("are cut as by the program, or refused where they take turns", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        pairs,
        fc.string({ unit: fc.constantFrom(..."abc -"), maxLength: 12 }),
        async (cells, text) => {
          const begins = (before: number, at: number): boolean => cells[4 * (before - 1) + at - 1]!;
          const cutter = new CharacterCutter(
            { outside: "\\s", kinds: ["a", "b", "c"], begins },
            { lowercase: false, nfc: false },
          );
          let program: Program;
          try {
            program = await compile("onnxruntime", cutter, "utf16");
          } catch (error) {
            refused += 1;
            expect(String(error)).toContain("take turns");
            return;
          }
          expect(await cutBy(program, [text, "ab"])).toEqual(
            [text, "ab"].map((one) => cutHere(cutter, one, "utf16")),
          );
          await program.release();
        },
      ),
      { numRuns: 60 },
    );
    expect(refused).toBeLessThan(60);
  });
});

describe("a text of a megabyte", () => {
  it.each([
    ["of one token", "x".repeat(2 ** 20)],
    ["of many", "Ab, ".repeat(2 ** 18)],
    ["of none", " ".repeat(2 ** 20)],
  ])("%s is cut as by the program", async (_, text) => {
    const cutter = new CharacterCutter(rules["words and runs of punctuation"]!, {
      lowercase: true,
      nfc: false,
    });
    const program = await compile("onnxruntime", cutter, "utf8_bytes");
    const [got] = await cutBy(program, [text]);
    const expected = cutHere(cutter, text, "utf8_bytes");
    expect(got!.length).toBe(expected.length);
    expect(got!.every((cut, i) => JSON.stringify(cut) === JSON.stringify(expected[i]))).toBe(true);
    await program.release();
  });
});
