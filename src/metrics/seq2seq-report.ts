import { type BleuTokenization, corpusBleu } from "./bleu.js";
import { corpusChrf } from "./chrf.js";
import { tokenErrorRate } from "./edit-distance.js";
import { requireLoss } from "./report-parts.js";
import { type RougeScores, rougeScores } from "./rouge.js";
import { wordF1 } from "./squad.js";

/** A sequence: its tokens and the text that they write. */
export type WrittenSequence = {
  readonly tokens: readonly string[];
  readonly text: string;
};

/** What should have been written, and what was, the best first. */
export type SequenceRow = {
  readonly gold: WrittenSequence;
  /** How many tokens may be written at most. */
  readonly most: number;
  readonly predicted: readonly WrittenSequence[];
};

/** What figures of written sequences are computed from. */
export type Seq2SeqInput = {
  /** Mean surprisal of a token in nats; null where none was computed. */
  readonly loss: number | null;
  /** Null where nothing was written, as in training. */
  readonly rows: readonly SequenceRow[] | null;
  /** How BLEU cuts texts. */
  readonly bleuTokenization: BleuTokenization;
};

/** One split's entry in metrics.json for sequence to sequence. Null where there is nothing to measure. */
export type Seq2SeqReport = {
  readonly loss: number | null;
  /** Shares from 0 to 1 of rows whose best sequence is right, and of those where one of all that were found is. */
  readonly exact_match: number | null;
  readonly exact_match_top_k: number | null;
  /** Share of rows whose right sequence is longer than what may be written. */
  readonly out_of_reach: number | null;
  /** The mean F1 of tokens, each counted as often as it stands there. */
  readonly token_f1: number | null;
  /** Edits by tokens of gold: word or phoneme error rate. */
  readonly token_error_rate: number | null;
  /** From 0 to 100, as sacrebleu has them. */
  readonly bleu: number | null;
  readonly chrf: number | null;
} & RougeScores;

/** Figures of written sequences. Throws `MetricsError` for a loss that is no number. */
export function seq2seqReport({ loss, rows, bleuTokenization }: Seq2SeqInput): Seq2SeqReport {
  requireLoss(loss);
  const all = rows ?? [];
  const best = all.map(({ gold, predicted: [first] }) => ({ gold, predicted: first ?? NOTHING }));
  const texts = best.map(({ gold, predicted }) => ({ gold: gold.text, predicted: predicted.text }));
  const tokens = best.map(({ gold, predicted }) => ({ gold: gold.tokens, predicted: predicted.tokens }));
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    loss,
    exact_match: mean(tokens.map(({ gold, predicted }) => Number(sameTokens(gold, predicted)))),
    exact_match_top_k: mean(
      all.map(({ gold, predicted }) => Number(predicted.some((one) => sameTokens(one.tokens, gold.tokens)))),
    ),
    out_of_reach: mean(all.map(({ gold, most }) => Number(gold.tokens.length > most))),
    token_f1: mean(tokens.map(({ gold, predicted }) => wordF1(predicted, gold))),
    token_error_rate: tokenErrorRate(tokens),
    bleu: corpusBleu(texts, bleuTokenization),
    chrf: corpusChrf(texts),
    ...rougeScores(texts),
  };
}

const NOTHING: WrittenSequence = { tokens: [], text: "" };

/** Whether two sequences are equal. */
export const sameTokens = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((token, i) => token === b[i]);
