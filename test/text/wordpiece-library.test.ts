/** @file Word pieces beside those of Hugging Face's library in JavaScript, and where the two part. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeTexts } from "../../src/components/data/tensorizers/wordpiece-graph.js";
import type { Program } from "../../src/engine/engine.js";
import { Graph } from "../../src/graph/graph.js";
import { optimize } from "../../src/graph/passes.js";
import { mended } from "../../src/text/normalize.js";
import { bertTokenizer } from "../../src/text/pieces/bert-tokenizer.js";
import { PieceVocabulary, WordPiece } from "../../src/text/pieces/wordpiece.js";
import { type BasicOptions, basicCharacter } from "../../src/text/pieces/wordpiece-characters.js";
import { engine, numbers } from "../graph/engines.js";
import { anyText, OPTIONS, recordedTexts, vocabulary } from "./wordpiece-texts.js";

const shared = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const uncased = `${shared}tokenizers/bert-base-uncased/vocab.txt`;
const parity = `${shared}tokenizer_parity/bert_base_uncased_massive.jsonl`;

function libraryFor({ pieces }: PieceVocabulary, options: BasicOptions): Tokenizer {
  const special = (id: string) => ({ id, ids: [pieces.indexOf(id)], tokens: [id] });
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const piece = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return new Tokenizer(
    {
      version: "1.0",
      added_tokens: [],
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: options.splitChinese,
        strip_accents: options.stripAccents,
        lowercase: options.lowercase,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: {
        type: "TemplateProcessing",
        single: [piece("[CLS]"), sequence("A"), piece("[SEP]")],
        pair: [piece("[CLS]"), sequence("A"), piece("[SEP]"), sequence("B"), piece("[SEP]")],
        special_tokens: { "[CLS]": special("[CLS]"), "[SEP]": special("[SEP]") },
      },
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(pieces.map((one, id) => [one, id])),
      },
    },
    {},
  );
}

/** Something that the library does otherwise than the reference, the tokenizers library in Rust, which we follow. */
interface Difference {
  readonly example: string;
  readonly options: BasicOptions;
  /** The text with something in place of what is treated otherwise; the same text where nothing is. */
  readonly without: (text: string, options: BasicOptions) => string;
}

/** What the library makes of a character by the classes of this Node's Unicode; "" where it is dropped. */
function byNode(character: string, { lowercase, stripAccents }: BasicOptions): string {
  if (/[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(character) && !/[\t\n\r]/.test(character)) return "";
  const lower = lowercase ? character.toLowerCase() : character;
  return (stripAccents ?? lowercase) ? lower.normalize("NFD").replace(/\p{Mn}/gu, "") : lower;
}

const ASCII_PUNCTUATION = "!-/:-@[-`{-~";
const NODE_PUNCTUATION = new RegExp(`^[\\p{P}${ASCII_PUNCTUATION}]`, "u");

function classedOtherwise(character: string, options: BasicOptions): boolean {
  const { kind, text } = basicCharacter(character, { ...options, splitChinese: false });
  if (kind === "space") return false;
  const theirs = byNode(character, options);
  return theirs !== text || NODE_PUNCTUATION.test(theirs) !== (kind === "alone");
}

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  "a sigma at the end of a word becomes a final one": {
    example: "ΟΣ",
    options: OPTIONS[0]!,
    without: (text, { lowercase }) => (lowercase ? text.replaceAll("Σ", "σ") : text),
  },
  "punctuation, marks and formats are those of this Node's Unicode, not of the reference's": {
    example: "a\u2e43b",
    options: OPTIONS[0]!,
    without: (text, options) =>
      [...text].filter((character) => !classedOtherwise(character, options)).join(""),
  },
  "no Chinese character beyond U+FFFF is a word of its own": {
    example: "a\u{20000}b",
    options: OPTIONS[0]!,
    without: (text, { splitChinese }) =>
      splitChinese ? text.replace(/[\u{20000}-\u{2fa1f}]/gu, "中") : text,
  },
  "marks that take a place are put in canonical order where accents are stripped": {
    example: "a\u{1d16d}\u1b44",
    options: OPTIONS[0]!,
    without: (text, { lowercase, stripAccents }) =>
      (stripAccents ?? lowercase) && /\p{Mc}/u.test(text) ? text.normalize("NFD") : text,
  },
};

const withoutDifferences = (text: string, options: BasicOptions): string =>
  Object.values(DIFFERENCES).reduce((rest, { without }) => without(rest, options), text);

async function inGraph(wordPiece: WordPiece): Promise<Program> {
  const graph = new Graph();
  graph.output("ids", encodeTexts([graph.input("text", "string", ["batch"])], wordPiece, null).ids);
  optimize(graph);
  return (await engine("onnxruntime")).compile(graph);
}

async function idsBy(program: Program, texts: readonly string[], pad: number): Promise<number[][]> {
  const { ids } = await program.run({ text: { dtype: "string", dims: [texts.length], data: texts } });
  const width = ids!.dims[1]!;
  const all = numbers(ids!.data);
  return texts.map((_, row) => all.slice(row * width, (row + 1) * width).filter((id) => id !== pad));
}

/** Texts cut by program, graph and library; gives how many the library cuts otherwise, which is one of the differences each time. */
async function compare(
  of: PieceVocabulary,
  options: BasicOptions,
  texts: readonly string[],
): Promise<number> {
  const wordPiece = new WordPiece(of, options);
  const tokenizer = bertTokenizer(of, options);
  const library = libraryFor(of, options);
  const program = await inGraph(wordPiece);
  let others = 0;
  for (let start = 0; start < texts.length; start += 50) {
    const batch = texts.slice(start, start + 50).map(mended);
    const ours = batch.map((text) => [...tokenizer.encode([text]).ids]);
    expect(await idsBy(program, batch, of.special.pad)).toEqual(ours);
    for (const [i, text] of batch.entries()) {
      if (String(library.encode(text).ids) === String(ours[i])) continue;
      others += 1;
      const rest = withoutDifferences(text, options);
      expect({ text, named: rest !== text }).toEqual({ text, named: true });
      const encoded = [...tokenizer.encode([rest]).ids];
      expect({ rest, ids: library.encode(rest).ids }).toEqual({ rest, ids: encoded });
    }
  }
  await program.release();
  return others;
}

describe("word pieces beside Hugging Face's library in JavaScript", () => {
  // Four times 2,500 texts.
  it.each(OPTIONS)("are the same, but for the differences below, with %j", async (options) => {
    const texts = fc.sample(anyText, { numRuns: 2500, seed: 20 });
    const others = await compare(vocabulary, options, texts);
    expect(others).toBeLessThan(texts.length / 4);
  });

  it.each(Object.entries(DIFFERENCES))("differ in this: %s", (_, { example, options, without }) => {
    const of = new PieceVocabulary([...vocabulary.pieces, "##\u{1d16d}", "##\u1b44"]);
    const ours = new WordPiece(of, options).tokenize(example).map(({ id }) => id);
    const theirs = libraryFor(of, options).encode(example).ids.slice(1, -1);
    expect(theirs).not.toEqual(ours);
    expect(without(example, options)).not.toBe(example);
  });

  it("leave the reference's recorded results to us where they differ", () => {
    for (const { text, ids, ...options } of recordedTexts) {
      const theirs = libraryFor(vocabulary, options).encode(text).ids.slice(1, -1);
      if (String(theirs) !== String(ids)) expect(withoutDifferences(text, options)).not.toBe(text);
    }
  });

  it.skipIf(!existsSync(uncased))(
    "are the same with BERT's own vocabulary (../shared/data/tokenizers)",
    async () => {
      const real = await PieceVocabulary.read(uncased);
      expect(await compare(real, OPTIONS[0]!, fc.sample(anyText, { numRuns: 1000, seed: 21 }))).toBeLessThan(
        250,
      );
    },
  );
});

describe("the recorded ids of bert-base-uncased", () => {
  it.skipIf(!existsSync(parity) || !existsSync(uncased))(
    "are given for every row by program and graph (../shared/data/tokenizer_parity)",
    async () => {
      const rows = readFileSync(parity, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { text: string; ids: number[] });
      expect(rows.length).toBe(2974);
      const real = await PieceVocabulary.read(uncased);
      const wordPiece = new WordPiece(real, OPTIONS[0]!);
      const tokenizer = bertTokenizer(real, OPTIONS[0]!);
      const graph = new Graph();
      graph.output("ids", encodeTexts([graph.input("text", "string", ["batch"])], wordPiece, 20).ids);
      optimize(graph);
      const program = await (await engine("onnxruntime")).compile(graph);
      for (let start = 0; start < rows.length; start += 64) {
        const batch = rows.slice(start, start + 64);
        const ids = batch.map((row) => row.ids);
        const texts = batch.map(({ text }) => text);
        expect(texts.map((text) => [...tokenizer.encode([text], { most: 20 }).ids])).toEqual(ids);
        expect(await idsBy(program, texts, real.special.pad)).toEqual(ids);
      }
      await program.release();
    },
  );
});
