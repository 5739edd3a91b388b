/** @file BLEU (Papineni et al., 2002) of a corpus, with the numbers of sacrebleu 2 (Post, 2018). */
import { ngramCounts, ngramsOf, sharedNgrams } from "./ngram-counts.js";
import { SPACES } from "./squad.js";

/** How texts are cut: at white space, or first as mteval-v13a does it, which sets punctuation apart. */
export type BleuTokenization = "none" | "13a";

/** A text that should have been written, and the one that was. */
export interface TextPair {
  readonly gold: string;
  readonly predicted: string;
}

const ORDERS = [1, 2, 3, 4] as const;

const ENTITIES = [
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
] as const;

/** What mteval-v13a does, in this order. */
const RULES = [
  // ASCII's punctuation but for ' - . and ,
  [/([{-~[-` -&(-+:-@/])/gu, " $1 "],
  // A point or comma, unless digits stand on both sides.
  [/([^0-9])([.,])/gu, "$1 $2 "],
  [/([.,])([^0-9])/gu, " $1 $2"],
  // A hyphen behind a digit.
  [/([0-9])(-)/gu, "$1 $2 "],
] as const;

/** A text's tokens for BLEU. */
function bleuTokens(text: string, tokenization: BleuTokenization): string[] {
  const words = (line: string): string[] => line.split(SPACES).filter((word) => word !== "");
  if (tokenization === "none") return words(text);
  const joined = text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  const plain = ENTITIES.reduce((line, [entity, character]) => line.replaceAll(entity, character), joined);
  return words(RULES.reduce((line, [pattern, apart]) => line.replace(pattern, apart), ` ${plain} `));
}

/**
 * From 0 to 100: the geometric mean of the precisions of 1- to 4-grams over the whole corpus, times the brevity penalty. An
 * order without matches counts as half a match, the next such one as a quarter, and so on (mteval's smoothing, sacrebleu's
 * "exp"). null without rows.
 */
export function corpusBleu(rows: readonly TextPair[], tokenization: BleuTokenization = "13a"): number | null {
  if (rows.length === 0) return null;
  const cut = rows.map(({ gold, predicted }) => ({
    gold: bleuTokens(gold, tokenization),
    predicted: bleuTokens(predicted, tokenization),
  }));
  const total = (of: (row: (typeof cut)[number]) => number): number =>
    cut.reduce((sum, row) => sum + of(row), 0);
  const matches = ORDERS.map((n) =>
    total(({ gold, predicted }) => sharedNgrams(ngramCounts(predicted, n), ngramCounts(gold, n))),
  );
  const written = ORDERS.map((n) => total(({ predicted }) => ngramsOf(predicted.length, n)));
  if (matches.every((count) => count === 0) || written.some((count) => count === 0)) return 0;
  let halves = 1;
  const logs = ORDERS.map((_, i) => {
    if (matches[i]! > 0) return Math.log(matches[i]! / written[i]!);
    halves *= 2;
    return -Math.log(halves * written[i]!);
  });
  const [ours, theirs] = [total(({ predicted }) => predicted.length), total(({ gold }) => gold.length)];
  const brevity = ours < theirs ? 1 - theirs / ours : 0;
  return 100 * Math.exp(brevity + logs.reduce((sum, log) => sum + log, 0) / ORDERS.length);
}
