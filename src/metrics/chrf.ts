/** @file chrF (Popovic, 2015) of a corpus, with the numbers of sacrebleu 2. */
import type { TextPair } from "./bleu.js";
import { ngramCounts, ngramsOf, sharedNgrams } from "./ngram-counts.js";
import { SPACES } from "./squad.js";

const ORDERS = [1, 2, 3, 4, 5, 6] as const;
/** How much more recall counts than precision, squared. */
const BETA_SQUARED = 4;

/**
 * From 0 to 100: F2 of the mean precision and the mean recall of n-grams of characters, n from 1 to 6, counted over the whole
 * corpus, without white space. Orders that no text is long enough for do not count. null without rows.
 */
export function corpusChrf(rows: readonly TextPair[]): number | null {
  if (rows.length === 0) return null;
  const cut = rows.map(({ gold, predicted }) => ({
    gold: characters(gold),
    predicted: characters(predicted),
  }));
  const shares = ORDERS.flatMap((n) => {
    let [written, wanted, same] = [0, 0, 0];
    for (const { gold, predicted } of cut) {
      const right = ngramsOf(gold.length, n);
      if (right === 0) continue;
      written += ngramsOf(predicted.length, n);
      wanted += right;
      same += sharedNgrams(ngramCounts(predicted, n), ngramCounts(gold, n));
    }
    return written === 0 || wanted === 0 ? [] : [{ precision: same / written, recall: same / wanted }];
  });
  const mean = (of: (share: (typeof shares)[number]) => number): number =>
    shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + of(share), 0) / shares.length;
  const [precision, recall] = [mean((share) => share.precision), mean((share) => share.recall)];
  if (precision + recall === 0) return 0;
  return (100 * (1 + BETA_SQUARED) * precision * recall) / (BETA_SQUARED * precision + recall);
}

const characters = (text: string): string[] => Array.from(text.split(SPACES).join(""));
