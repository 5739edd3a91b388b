/** @file Learnt merges beside a search through all pairs, and beside those of Hugging Face's library. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { learnMerges } from "../../../src/text/pieces/learn-merges.js";
import { pieceTokenizer } from "../../../src/text/pieces/tokenizer-json.js";
import { TokenizerTrainer } from "../../../src/text/pieces/train-tokenizer.js";

const parity = fileURLToPath(
  new URL("../../../../shared/data/tokenizer_parity/bert_base_uncased_massive.jsonl", import.meta.url),
);

/** The same by counting all pairs anew before each merge. */
function bruteForce(
  words: ReadonlyMap<string, number>,
  pieces: string[],
  most: number,
  fewest: number,
  continuation: string,
) {
  const merges: [string, string][] = [];
  let all = [...words].map(([word, count]) => ({
    count,
    pieces: Array.from(word, (one, i) => (i === 0 ? one : continuation + one)),
  }));
  while (pieces.length < most) {
    const counts = new Map<string, number>();
    for (const { pieces: own, count } of all)
      for (let i = 1; i < own.length; i++) {
        const pair = JSON.stringify([pieces.indexOf(own[i - 1]!), pieces.indexOf(own[i]!)]);
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    const ranked = [...counts]
      .map(([pair, count]) => ({ pair: JSON.parse(pair) as [number, number], count }))
      .sort((a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1]);
    const [top] = ranked;
    if (top === undefined || top.count < fewest) break;
    const [first, second] = top.pair.map((id) => pieces[id]!) as [string, string];
    const merged = first + second.slice(continuation.length);
    if (!pieces.includes(merged)) pieces.push(merged);
    merges.push([first, second]);
    all = all.map(({ count, pieces: own }) => {
      const result: string[] = [];
      for (let i = 0; i < own.length; i++) {
        if (own[i] === first && own[i + 1] === second) {
          result.push(merged);
          i++;
        } else result.push(own[i]!);
      }
      return { count, pieces: result };
    });
  }
  return { pieces, merges };
}

describe("learnt merges", () => {
  it.each(["", "##"])(
    "are those of a search through all pairs (property), with %j before what goes on",
    (continuation) => {
      const word = fc.array(fc.constantFrom("a", "b", "c", "é", "👍"), { minLength: 1, maxLength: 8 });
      const words = fc.array(
        fc.tuple(
          word.map((parts) => parts.join("")),
          fc.integer({ min: 1, max: 5 }),
        ),
        { maxLength: 12 },
      );
      fc.assert(
        fc.property(
          words,
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 5, max: 40 }),
          (pairs, minFrequency, vocabSize) => {
            const counted = new Map(pairs);
            const options = { vocabSize, minFrequency, special: ["[UNK]"], alphabet: [], continuation };
            const learnt = learnMerges(counted, options);
            const characters = learnMerges(counted, { ...options, vocabSize: 0 }).pieces;
            expect(learnt).toEqual(
              bruteForce(counted, [...characters], vocabSize, minFrequency, continuation),
            );
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  it("begin with special pieces and characters in order", () => {
    const words = new Map([
      ["ba", 3],
      ["bé", 1],
    ]);
    const options = {
      vocabSize: 100,
      minFrequency: 2,
      special: ["[PAD]"],
      alphabet: ["x"],
      continuation: "##",
    };
    expect(learnMerges(words, options)).toEqual({
      pieces: ["[PAD]", "a", "b", "x", "é", "##a", "##é", "ba"],
      merges: [["b", "##a"]],
    });
  });

  it.skipIf(!existsSync(parity))(
    "are those of Hugging Face's BpeTrainer (tokenizers 0.23.3) for 2,974 texts (../shared/data/tokenizer_parity)",
    () => {
      const trainer = new TokenizerTrainer({
        model: "bpe",
        vocabSize: 1500,
        minFrequency: 2,
        lowercase: false,
      });
      for (const line of readFileSync(parity, "utf8").trimEnd().split("\n"))
        trainer.add((JSON.parse(line) as { text: string }).text);
      const { merges } = (trainer.train().json as { model: { merges: [string, string][] } }).model;
      expect(merges.length).toBe(1239);
      const text = merges.map((pair) => pair.join(" ")).join("\n");
      expect(createHash("sha256").update(text).digest("hex")).toBe(
        "0ebacefc3b5077e09815211ce38137f3bc619837a22d75bd013a3d404b6bed49",
      );
    },
  );
});

describe("a learnt tokenizer", () => {
  it.each(["wordpiece", "bpe"] as const)(
    "cuts the texts that it was learnt from without unknown pieces: %s",
    (model) => {
      const texts = ["The quick brown fox", "the quick, quick dog!", "naïve 中文 👍"];
      const trainer = new TokenizerTrainer({ model, vocabSize: 320, minFrequency: 1, lowercase: true });
      for (const text of texts) trainer.add(text);
      const { json, pieces } = trainer.train();
      const tokenizer = pieceTokenizer(json, { origin: "learnt", specialInTexts: false });
      expect(tokenizer.pieces).toEqual(pieces);
      const ids = texts.map((text) => [...tokenizer.encode([text]).ids]);
      expect(ids.flat()).not.toContain(tokenizer.special.unknown);
      expect(ids.map((row) => [row[0], row.at(-1)])).toEqual(
        texts.map(() => [tokenizer.special.start, tokenizer.special.separator]),
      );
      if (model === "bpe")
        expect(ids.map((row) => tokenizer.decode(row))).toEqual(texts.map((text) => text.toLowerCase()));
      expect(tokenizer.id("quick") ?? tokenizer.id("Ġquick")).toBeDefined();
    },
  );
});
