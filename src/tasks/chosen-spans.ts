/** @file The best parts of a text that was read in several windows. */
import type { SpanRule } from "../components/contracts.js";

/** A part of a text in UTF-16 code units, the end exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What was found in a window. */
export interface WindowSpans {
  /** The best spans, the best first; null: there are no more. */
  readonly spans: readonly (Place | null)[];
  /** Each one's logit of its first piece plus that of its last. */
  readonly logits: ArrayLike<number>;
  /** The same of [CLS], which stands for no answer in this window. */
  readonly nullLogit: number;
  /** The logarithm of the sum of `exp` of that over all pairs of places. */
  readonly logTotal: number;
}

/** A span with its probability among all pairs of places of all windows. */
export interface ChosenSpan extends Place {
  readonly score: number;
}

/** What was found in a text. */
export interface ChosenSpans {
  /** Different ones, the best first. */
  readonly spans: readonly ChosenSpan[];
  /** How much more no answer scores than the best span; infinite where there is none. */
  readonly noAnswer: number;
  /** The probability of no answer, which is that of the window where it is least. */
  readonly noAnswerScore: number;
  readonly hasAnswer: boolean;
}

/**
 * The best spans of all windows, as BERT chooses them: by logits, which compare across windows; a span that stands in
 * several counts where it scores most, and no answer where it scores least. Equal ones stand in the text's order.
 */
export function chooseSpans(
  windows: readonly WindowSpans[],
  { answers, nullThreshold }: SpanRule,
): ChosenSpans {
  const found = new Map<string, Place & { readonly logit: number }>();
  for (const { spans, logits } of windows) {
    for (const [i, place] of spans.entries()) {
      if (place === null) continue;
      const key = `${place.start}:${place.end}`;
      const known = found.get(key);
      if (known === undefined || known.logit < logits[i]!) found.set(key, { ...place, logit: logits[i]! });
    }
  }
  const best = [...found.values()]
    .sort((a, b) => b.logit - a.logit || a.start - b.start || a.end - b.end)
    .slice(0, answers);
  const total = logSumExp(windows.map(({ logTotal }) => logTotal));
  const nullLogit = Math.min(...windows.map((window) => window.nullLogit));
  const noAnswer = best.length === 0 ? Number.POSITIVE_INFINITY : nullLogit - best[0]!.logit;
  return {
    spans: best.map(({ start, end, logit }) => ({ start, end, score: Math.exp(logit - total) })),
    noAnswer,
    noAnswerScore: Math.exp(nullLogit - total),
    hasAnswer: best.length > 0 && (nullThreshold === null || noAnswer <= nullThreshold),
  };
}

function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
