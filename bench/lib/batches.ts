/** @file Made-up batches that both sides train on, in the form that each side reads. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RandomStream, stream } from "pytext-ts";

/** Sizes of the made-up data. */
export interface Sizes {
  readonly batch: number;
  readonly batches: number;
  /** The longest text. */
  readonly tokens: number;
  /** Word ids, padding (0) and the unknown word (1) included. */
  readonly vocab: number;
  readonly labels: number;
}

export const SIZES = { batches: 50, tokens: 24, vocab: 10_000, labels: 6 } as const;

/** A batch as the PyTorch peer's `--data` reads it. */
export interface Batch {
  readonly ids: readonly (readonly number[])[];
  readonly lengths: readonly number[];
  readonly labels: readonly number[];
}

/** Word ids whose frequency falls with their rank (Zipf); half of the rows have the full length, as after bucketing by length. */
export function zipfBatches(sizes: Sizes, seed: number): Batch[] {
  const random = stream(seed, "benchmark");
  const sums: number[] = [];
  for (let rank = 1; rank <= sizes.vocab - 2; rank++) sums.push((sums.at(-1) ?? 0) + 1 / rank);
  return Array.from({ length: sizes.batches }, () => {
    const lengths = Array.from({ length: sizes.batch }, (_, row) =>
      row === 0 || random.uniform() < 0.5 ? sizes.tokens : shorter(random, sizes.tokens),
    );
    return {
      ids: lengths.map((length) =>
        Array.from({ length }, () => 2 + firstAbove(sums, random.uniform() * sums.at(-1)!)),
      ),
      lengths,
      labels: lengths.map(() => random.int(sizes.labels)),
    };
  });
}

/** Half of the longest length, or more. */
function shorter(random: RandomStream, longest: number): number {
  const least = Math.max(1, Math.floor(longest / 2));
  return least + random.int(longest + 1 - least);
}

function firstAbove(sums: readonly number[], value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The files that hold batches. */
export interface BatchFiles {
  /** One batch a line, for PyTorch. */
  readonly batches: string;
  /** `label<TAB>text`, for us; the text's words are `w<id>`. */
  readonly rows: string;
  /** The words in the order of their ids. */
  readonly words: string;
}

/** The text whose words have these ids. */
export const textOf = (ids: readonly number[]): string => ids.map((id) => `w${id}`).join(" ");

/** Writes batches for both sides. */
export function writeBatches(folder: string, batches: readonly Batch[], { vocab }: Sizes): BatchFiles {
  const files = {
    batches: join(folder, "batches.jsonl"),
    rows: join(folder, "rows.tsv"),
    words: join(folder, "words.txt"),
  };
  writeFileSync(files.batches, batches.map((batch) => `${JSON.stringify(batch)}\n`).join(""));
  const rows = batches.flatMap(({ ids, labels }) => ids.map((row, i) => `l${labels[i]}\t${textOf(row)}\n`));
  writeFileSync(files.rows, rows.join(""));
  writeFileSync(files.words, Array.from({ length: vocab - 2 }, (_, i) => `w${i + 2}\n`).join(""));
  return files;
}
