/** @file Made-up sentences with tags, and made-up running text, in the form that each side reads. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stream } from "pytext-ts";
import { type Batch, type Sizes, textOf, zipfBatches } from "./batches.js";

/** `labels` are intents here. */
export interface TaggedSizes extends Sizes {
  /** Types of entities; each makes two tags (B-, I-) beside `O`. */
  readonly types: number;
}

/** Tags that there are. */
export const tagCount = ({ types }: TaggedSizes): number => 1 + 2 * types;

/** A batch as the PyTorch peer reads it: tag 0 is `O`, 1 + 2t begins an entity of type t, 2 + 2t goes on with it. */
export interface TaggedBatch extends Batch {
  readonly tags: readonly (readonly number[])[];
}

/** Batches of `zipfBatches`; three of ten words begin an entity, which goes on with two of five words. */
export function taggedBatches(sizes: TaggedSizes, seed: number): TaggedBatch[] {
  const random = stream(seed, "tags");
  const row = (length: number): number[] => {
    const tags: number[] = [];
    while (tags.length < length) {
      const before = tags.at(-1) ?? 0;
      if (before !== 0 && random.uniform() < 0.4) tags.push(before + (before % 2));
      else tags.push(random.uniform() < 0.3 ? 1 + 2 * random.int(sizes.types) : 0);
    }
    return tags;
  };
  return zipfBatches(sizes, seed).map((batch) => ({ ...batch, tags: batch.lengths.map(row) }));
}

/** Files that hold the same batches. */
export interface TaggedFiles {
  /** JSON lines, for PyTorch. */
  readonly batches: string;
  /** For us, a row a line: words, their tags, the intent. */
  readonly text: string;
  readonly tags: string;
  readonly intents: string;
  /** The words in the order of their ids. */
  readonly words: string;
}

/** The names of the types in the order of their ids. */
export const typeNames = ({ types }: TaggedSizes): string[] =>
  Array.from({ length: types }, (_, i) => `t${i}`);

function tagName(tag: number): string {
  if (tag === 0) return "O";
  return `${tag % 2 === 1 ? "B" : "I"}-t${Math.floor((tag - 1) / 2)}`;
}

/** Writes batches for both sides. */
export function writeTagged(
  folder: string,
  batches: readonly TaggedBatch[],
  { vocab }: TaggedSizes,
): TaggedFiles {
  const files = {
    batches: join(folder, "batches.jsonl"),
    text: join(folder, "text.txt"),
    tags: join(folder, "tags.txt"),
    intents: join(folder, "intents.txt"),
    words: join(folder, "words.txt"),
  };
  const write = (file: string, lines: readonly string[]): void =>
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  write(
    files.batches,
    batches.map((batch) => JSON.stringify(batch)),
  );
  write(
    files.text,
    batches.flatMap(({ ids }) => ids.map(textOf)),
  );
  write(
    files.tags,
    batches.flatMap(({ tags }) => tags.map((row) => row.map(tagName).join(" "))),
  );
  write(
    files.intents,
    batches.flatMap(({ labels }) => labels.map((label) => `l${label}`)),
  );
  write(files.words, wordsFrom(2, vocab));
  return files;
}

/** Words `[first, end)`. */
const wordsFrom = (first: number, end: number): string[] =>
  Array.from({ length: end - first }, (_, i) => `w${first + i}`);

/** Running text. */
export interface StreamFiles {
  /** A JSON list of ids, for PyTorch. */
  readonly ids: string;
  /** Lines of words, for us; each line's end is a token, too. */
  readonly text: string;
  readonly words: string;
}

/** The id of the end of a line: behind padding and the unknown word. */
const END = 2;
const WORDS_A_LINE = 20;

/** Running text of so many tokens, ends of lines included. */
export function writeStream(folder: string, tokens: number, vocab: number, seed: number): StreamFiles {
  const files = {
    ids: join(folder, "ids.json"),
    text: join(folder, "text.txt"),
    words: join(folder, "words.txt"),
  };
  const lines = Math.ceil(tokens / (WORDS_A_LINE + 1));
  // zipfBatches makes ids from 2 on; here 2 is the end of a line, so all others move up
  const sizes = { batch: lines, batches: 1, tokens: 2 * WORDS_A_LINE, vocab: vocab - 1, labels: 1 };
  const text = zipfBatches(sizes, seed)[0]!.ids.map((ids) => ids.slice(0, WORDS_A_LINE).map((id) => id + 1));
  writeFileSync(files.ids, JSON.stringify(text.flatMap((ids) => [...ids, END])));
  writeFileSync(files.text, text.map((ids) => `${textOf(ids)}\n`).join(""));
  writeFileSync(
    files.words,
    wordsFrom(END + 1, vocab)
      .map((word) => `${word}\n`)
      .join(""),
  );
  return files;
}
