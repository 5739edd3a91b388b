/** @file Tokenizers beside recorded results of Hugging Face's library, and beside the library in JavaScript. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OffsetTable } from "../../../src/text/offsets.js";
import type { PieceTokenizer } from "../../../src/text/pieces/piece-tokenizer.js";
import { readPieceTokenizer } from "../../../src/text/pieces/read-piece-tokenizer.js";
import { sentencePieceJson } from "../../../src/text/pieces/sentencepiece.js";
import { pieceTokenizer } from "../../../src/text/pieces/tokenizer-json.js";
import { anyText } from "../wordpiece-texts.js";

const shared = fileURLToPath(new URL("../../../../shared/data/tokenizers/", import.meta.url));
const here = existsSync(shared);

interface Recorded {
  readonly text: string;
  readonly pair?: string;
  /** Whether special pieces that a text spells were cut like other texts. */
  readonly split: boolean;
  readonly ids: readonly number[];
  readonly types: readonly number[];
  /** Start and end of each piece, in code points. */
  readonly offsets: readonly number[];
  readonly decoded: string;
  readonly words?: readonly string[];
  readonly wordIds?: readonly number[];
  readonly wordOffsets?: readonly number[];
}

// biome-ignore lint/suspicious/noExplicitAny: files of any form, some of them broken on purpose
type Json = any;

interface Setup {
  readonly name: string;
  readonly json: Json;
  readonly records: Recorded[];
}

const setups: Setup[] = [];
const recorded = readFileSync(new URL("../fixtures/tokenizer-json.jsonl", import.meta.url), "utf8");
for (const line of recorded.trimEnd().split("\n")) {
  const value = JSON.parse(line) as Setup | Recorded;
  if ("name" in value) setups.push({ ...value, records: [] });
  else setups.at(-1)!.records.push(value);
}

const PLACEHOLDERS = /"(?:GPT2|MINILM|XLNET-ZH)"/;
const needsFiles = ({ json }: Setup): boolean => PLACEHOLDERS.test(JSON.stringify(json));

/** The parts of files that the fixture names in place of holding them. */
function filled(json: Json): Json {
  const read = (file: string): string => readFileSync(`${shared}${file}`, "utf8");
  const text = JSON.stringify(json);
  const model =
    json.model === "MINILM"
      ? JSON.parse(read("all-MiniLM-L6-v2/tokenizer.json")).model
      : json.model.vocab === "GPT2"
        ? {
            ...json.model,
            vocab: JSON.parse(read("gpt2/encoder.json")),
            merges: gptMerges(read("gpt2/vocab.bpe")),
          }
        : json.model;
  if (!text.includes('"XLNET-ZH"')) return { ...json, model };
  const { normalizer }: Json = sentencePieceJson(
    readFileSync(`${shared}xlnet-zh/spiece.model`),
    "spiece.model",
  );
  const charsmap = JSON.stringify(normalizer.normalizers[0].precompiled_charsmap);
  return { ...JSON.parse(text.replaceAll('"XLNET-ZH"', () => charsmap)), model };
}

const gptMerges = (text: string): string[] =>
  text
    .split("\n")
    .slice(1)
    .filter((line) => line !== "");

/** Whether characters of a text are composed or reordered by a normal form, or several become one in another way. */
const composes = (text: string): boolean =>
  /[\p{M}\uff9e\uff9f]|[ \t\r\n\u2581\u3000\u200b\ufeff\u2028\ufffd]{2}|\ufdfa/u.test(text);

/** Places of the library's, which we widen to all characters that were composed to one. */
function expectPlaces(text: string, got: readonly number[], theirs: readonly number[]): void {
  if (!composes(text)) {
    expect({ text, places: got }).toEqual({ text, places: theirs });
    return;
  }
  expect({ text, count: got.length }).toEqual({ text, count: theirs.length });
  for (let i = 0; i < got.length; i += 2) {
    expect({ text, i, start: got[i]! <= theirs[i]! }).toEqual({ text, i, start: true });
    expect({ text, i, end: got[i + 1]! >= theirs[i + 1]! }).toEqual({ text, i, end: true });
  }
}

describe("a tokenizer.json", () => {
  it.each(setups.map((setup) => [setup.name, setup] as const))(
    "cuts texts and words as Hugging Face's tokenizers do: %s",
    (_, setup) => {
      if (needsFiles(setup) && !here) return;
      const json = filled(setup.json);
      const origin = `${setup.name}.json`;
      const whole = pieceTokenizer(json, { origin, specialInTexts: true });
      const split = pieceTokenizer(json, { origin, specialInTexts: false });
      const specials = json.added_tokens.map(({ content }: Json) => content as string);
      // Unlike theirs, our unigram model never makes a special piece of a text when told to cut such texts like others.
      const ours = (texts: readonly string[]): boolean =>
        json.model.type === "Unigram" &&
        specials.some((one: string) => texts.some((text) => text.includes(one)));
      const forcesSpace =
        /ByteLevel/.test(JSON.stringify(json.pre_tokenizer)) &&
        !/"add_prefix_space":true/.test(JSON.stringify(json.pre_tokenizer));
      for (const record of setup.records) {
        const texts = record.pair === undefined ? [record.text] : [record.text, record.pair];
        if (!record.split || !ours(texts)) {
          const tokenizer = record.split ? split : whole;
          const got = tokenizer.encode(texts);
          expect({ texts, ids: [...got.ids], types: [...got.typeIds] }).toEqual({
            texts,
            ids: record.ids,
            types: record.types,
          });
          const tables = texts.map((text) => new OffsetTable(text, "code_points"));
          const places = Array.from(got.ids, (_, i) => {
            const table = tables[got.texts[i]!];
            return [got.startsUtf16[i]!, got.endsUtf16[i]!].map((at) => table?.fromUtf16(at) ?? 0);
          });
          expectPlaces(texts.join("\n"), places.flat(), record.offsets);
          expect({ texts, decoded: tokenizer.decode([...got.ids]) }).toEqual({
            texts,
            decoded: record.decoded,
          });
        }
        const words = record.words ?? [];
        if (ours(words) || forcesSpace) continue;
        const pieces = words.map((word) => split.cutter.tokenizeWord(word));
        expect({ words, ids: pieces.flat().map(({ id }) => id) }).toEqual({
          words,
          ids: record.wordIds ?? [],
        });
        const places = pieces.flatMap((own, i) => {
          const table = new OffsetTable(words[i]!, "code_points");
          return own.flatMap((piece) => [piece.startUtf16, piece.endUtf16].map((at) => table.fromUtf16(at)!));
        });
        expectPlaces(words.join("\n"), places, record.wordOffsets ?? []);
      }
    },
  );

  const simple = {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    model: { type: "WordLevel", unk_token: "?", vocab: { "?": 0, a: 1 } },
  };
  const read = (change: object): PieceTokenizer =>
    pieceTokenizer({ ...simple, ...change }, { origin: "tokenizer.json", specialInTexts: true });

  it.each<[string, object, RegExp]>([
    [
      "a normalizer",
      { normalizer: { type: "Sequence", normalizers: [{ type: "Magic" }] } },
      /normalizer\.normalizers\[0\]\.type\n {2}the normalizer "Magic" is not supported; known: Sequence, /,
    ],
    [
      "a pre-tokenizer",
      { pre_tokenizer: { type: "UnicodeScripts" } },
      /pre_tokenizer\.type\n {2}the pre-tokenizer "UnicodeScripts" is not supported/,
    ],
    ["a model", { model: { type: "Other" } }, /model\.type\n {2}the model "Other" is not supported/],
    ["a decoder", { decoder: { type: "CTC" } }, /decoder\.type\n {2}the decoder "CTC" is not supported/],
    [
      "a post-processor",
      { post_processor: { type: "X" } },
      /post_processor\.type\n {2}the post-processor "X" is not supported/,
    ],
    ["a part", { extra: 1 }, /tokenizer\.json {2}extra\n {2}the part "extra" is not supported/],
    [
      "dropout",
      { model: { type: "BPE", dropout: 0.1, vocab: {}, merges: [] } },
      /model\.dropout\n {2}merges that are dropped/,
    ],
    [
      "a merge of no pieces",
      { model: { type: "BPE", vocab: { a: 0 }, merges: ["a b"] } },
      /model\.merges\[0\]\n {2}the vocabulary lacks "b"/,
    ],
    [
      "an unknown piece that is not there",
      { model: { ...simple.model, unk_token: "[UNK]" } },
      /model\.unk_token\n {2}the vocabulary lacks "\[UNK\]"/,
    ],
    [
      "an id of two pieces",
      { model: { ...simple.model, vocab: { "?": 0, a: 0 } } },
      /model\.vocab\.a\n {2}the id 0 is that of "\?" already/,
    ],
    [
      "a regular expression",
      { pre_tokenizer: { type: "Split", pattern: { Regex: "(?x) a" }, behavior: "Removed" } },
      /pre_tokenizer\.pattern\.Regex\n {2}the regular expression .* is not supported/,
    ],
  ])("is refused at its place for %s that is not supported", (_, change, message) => {
    expect(() => read(change)).toThrow(message);
  });

  it("says how many pieces are kept, unless told otherwise", () => {
    const tokenizer = read({
      truncation: { max_length: 2, strategy: "LongestFirst", stride: 0, direction: "Left" },
    });
    expect([...tokenizer.encode(["a b a"]).ids]).toEqual([0, 1]);
    expect([...tokenizer.encode(["a b a"], { most: null }).ids]).toEqual([1, 0, 1]);
  });

  it("survives as a value: what is read from it cuts the same", () => {
    const tokenizer = read({});
    const copy = pieceTokenizer(JSON.parse(JSON.stringify(tokenizer)), {
      origin: "copy",
      specialInTexts: true,
    });
    expect(copy.tokenize("a b")).toEqual(tokenizer.tokenize("a b"));
  });
});

/** The same text without what the library in JavaScript treats by rules of its own: see wordpiece-library.test.ts, and below. */
const plain = (text: string): string => text.replace(/[^\n -~à-öø-ÿА-яא-ת一-龥가-힣👍]/gu, "");

describe.skipIf(!here)(
  "tokenizers beside Hugging Face's library in JavaScript (../shared/data/tokenizers)",
  () => {
    const texts = [
      ...fc.sample(anyText, { numRuns: 800, seed: 30 }),
      ...readFileSync(new URL("../../../README.md", import.meta.url), "utf8").split("\n"),
    ].map(plain);

    it.each(["all-MiniLM-L6-v2", "gpt2", "xlnet-zh"])(
      "%s: ids are the same, and so are decoded texts",
      async (folder) => {
        const ours = await readPieceTokenizer(`${shared}${folder}`);
        const json = ours.toJSON() as Json;
        const library = new Tokenizer({ ...json, truncation: null }, {});
        for (const text of texts) {
          const { ids } = ours.encode([text], { most: null });
          expect({ text, ids: [...ids] }).toEqual({ text, ids: library.encode(text).ids });
        }
      },
    );
  },
);
