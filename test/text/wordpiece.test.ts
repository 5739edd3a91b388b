import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OffsetTable } from "../../src/text/offsets.js";
import { bertTokenizer } from "../../src/text/pieces/bert-tokenizer.js";
import { PieceVocabulary, WordPiece } from "../../src/text/pieces/wordpiece.js";
import { anyText, OPTIONS, recordedPairs, recordedTexts, vocabulary } from "./wordpiece-texts.js";

const [UNCASED, CASED] = OPTIONS.map((options) => new WordPiece(vocabulary, options)) as [
  WordPiece,
  WordPiece,
];

const BERT = bertTokenizer(vocabulary, OPTIONS[0]!);

const piecesOf = (wordPiece: WordPiece, text: string): string[] =>
  wordPiece.tokenize(text).map(({ id }) => vocabulary.pieces[id]!);

describe("word pieces", () => {
  it.each(OPTIONS)("are those of Hugging Face's tokenizers, offsets too, with %j", (options) => {
    const wordPiece = new WordPiece(vocabulary, options);
    const same = recordedTexts.filter(
      ({ lowercase, stripAccents, splitChinese }) =>
        lowercase === options.lowercase &&
        stripAccents === options.stripAccents &&
        splitChinese === options.splitChinese,
    );
    expect(same.length).toBeGreaterThan(200);
    for (const { text, ids, offsets } of same) {
      const table = new OffsetTable(text, "code_points");
      const pieces = wordPiece.tokenize(text);
      const places = pieces.flatMap(({ startUtf16, endUtf16 }) =>
        [startUtf16, endUtf16].map((at) => table.fromUtf16(at)),
      );
      expect({ text, ids: pieces.map(({ id }) => id), offsets: places }).toEqual({ text, ids, offsets });
    }
  });

  it("are the longest ones, from the left", () => {
    expect(piecesOf(UNCASED, "Unaffable running")).toEqual(["un", "##aff", "##able", "run", "##ning"]);
    expect(piecesOf(CASED, "HEllo Hello")).toEqual(["H", "##E", "##llo", "He", "##llo"]);
  });

  it("are one unknown piece for a word that they do not make up, and for one of more than 100 characters", () => {
    expect(piecesOf(UNCASED, "unaffableq aq!")).toEqual(["[UNK]", "[UNK]", "!"]);
    expect(piecesOf(UNCASED, `${"a".repeat(100)} ${"a".repeat(101)}`)).toEqual(["a".repeat(100), "[UNK]"]);
    expect(UNCASED.tokenize(`é ${"a".repeat(101)}.`)[1]).toMatchObject({ startUtf16: 2, endUtf16: 103 });
  });

  it("lower-case character by character: no sigma is a final one", () => {
    expect(piecesOf(UNCASED, "ΟΔΟΣ")).toEqual(["ο", "##δ", "##ο", "##σ"]);
  });

  it("cover what characters decompose into, each at the whole character", () => {
    expect(UNCASED.tokenize("é한").map(({ startUtf16, endUtf16 }) => [startUtf16, endUtf16])).toEqual([
      [0, 2],
    ]);
    expect(UNCASED.tokenize("e\u0301 한국")).toEqual([
      { id: vocabulary.pieces.indexOf("e"), startUtf16: 0, endUtf16: 1 },
      { id: vocabulary.pieces.indexOf("\u1112\u1161\u11ab"), startUtf16: 3, endUtf16: 4 },
      { id: vocabulary.pieces.indexOf("##\u1100\u116e\u11a8"), startUtf16: 4, endUtf16: 5 },
    ]);
  });

  it("are never special pieces, whatever a text spells", () => {
    expect(piecesOf(CASED, "[SEP]")).not.toContain("[SEP]");
  });

  it("lie in the text in order, none outside it, none empty (property)", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...OPTIONS), (text, options) => {
        let [first, last] = [0, 0];
        for (const { startUtf16, endUtf16 } of new WordPiece(vocabulary, options).tokenize(text)) {
          expect(startUtf16).toBeGreaterThanOrEqual(first);
          expect(endUtf16).toBeGreaterThan(startUtf16);
          expect(endUtf16).toBeGreaterThanOrEqual(last);
          [first, last] = [startUtf16, endUtf16];
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 300 },
    );
  });

  it("take time by the length of the text, also of one word", () => {
    const long = "x".repeat(2 ** 20);
    expect(UNCASED.tokenize(long)).toEqual([
      { id: vocabulary.special.unknown, startUtf16: 0, endUtf16: 2 ** 20 },
    ]);
  });
});

describe("texts encoded for a model", () => {
  it("are truncated as by Hugging Face's tokenizers, one text or two", () => {
    expect(recordedPairs.length).toBeGreaterThan(100);
    for (const { texts, most, ids, segments } of recordedPairs) {
      const encoded = BERT.encode(texts, { most });
      expect({ texts, most, ids: [...encoded.ids], segments: [...encoded.typeIds] }).toEqual({
        texts,
        most,
        ids,
        segments,
      });
    }
  });

  it("tell what is kept of each, and whether that is all", () => {
    const whole = BERT.encode(["a b c", "d"]);
    expect([whole.truncated, [...whole.texts]]).toEqual([false, [-1, 0, 0, 0, -1, 1, -1]]);
    const cut = BERT.encode(["a b c", "d"], { most: 6 });
    expect([cut.truncated, [...cut.texts]]).toEqual([true, [-1, 0, 0, -1, 1, -1]]);
  });
});

describe("a vocab.txt", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vocab-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const read = async (...lines: readonly string[]): Promise<PieceVocabulary> => {
    const file = join(folder, "vocab.txt");
    await writeFile(file, lines.map((line) => `${line}\n`).join(""));
    return PieceVocabulary.read(file);
  };
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

  it("has a piece a line, whose number from 0 is its id", async () => {
    const { pieces, special: ids } = await read("x", ...special, "##y");
    expect(pieces).toEqual(["x", ...special, "##y"]);
    expect(ids).toEqual({ pad: 1, unknown: 2, start: 3, separator: 4 });
  });

  it("is refused at the line that is empty, or has a piece again", async () => {
    await expect(read(...special, "", "a")).rejects.toThrow(/PTX_VOCABULARY {2}.*vocab\.txt:5\n {2}.*empty/);
    await expect(read(...special, "a", "b", "a")).rejects.toThrow(
      /PTX_VOCABULARY {2}.*vocab\.txt:7\n {2}the piece "a" is there already \(.*vocab\.txt:5\)/,
    );
  });

  it("is refused without the special pieces", async () => {
    await expect(read("[PAD]", "[UNK]", "[CLS]", "a")).rejects.toThrow(
      /PTX_VOCABULARY {2}.*vocab\.txt\n {2}the vocabulary lacks \[SEP\]/,
    );
  });
});
