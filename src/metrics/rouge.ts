/** @file ROUGE (Lin, 2004), with the numbers of Google's rouge_score without stemming. */
import type { TextPair } from "./bleu.js";
import { ngramCounts, ngramsOf, sharedNgrams } from "./ngram-counts.js";

/** F1 from 0 to 1, the mean over rows; null without rows. */
export type RougeScores = {
  readonly rouge1: number | null;
  readonly rouge2: number | null;
  /** Of the longest common subsequence. */
  readonly rougeL: number | null;
};

/** ROUGE-1, -2 and -L. Words are runs of ASCII's letters and digits in small letters: texts in other scripts have none. */
export function rougeScores(rows: readonly TextPair[]): RougeScores {
  const cut = rows.map(({ gold, predicted }) => ({
    gold: rougeWords(gold),
    predicted: rougeWords(predicted),
  }));
  const mean = (of: (gold: readonly string[], predicted: readonly string[]) => number): number | null =>
    cut.length === 0 ? null : cut.reduce((sum, row) => sum + of(row.gold, row.predicted), 0) / cut.length;
  const ofNgrams = (n: number) => (gold: readonly string[], predicted: readonly string[]) =>
    f1(
      sharedNgrams(ngramCounts(predicted, n), ngramCounts(gold, n)),
      ngramsOf(predicted.length, n),
      ngramsOf(gold.length, n),
    );
  return {
    rouge1: mean(ofNgrams(1)),
    rouge2: mean(ofNgrams(2)),
    rougeL: mean((gold, predicted) => f1(longestCommon(gold, predicted), predicted.length, gold.length)),
  };
}

const rougeWords = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

const f1 = (same: number, written: number, wanted: number): number =>
  same === 0 ? 0 : (2 * same) / (written + wanted);

/** The length of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let above = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const row = [0];
    for (const [j, other] of b.entries())
      row.push(word === other ? above[j]! + 1 : Math.max(above[j + 1]!, row[j]!));
    above = row;
  }
  return above[b.length]!;
}
