import type { ConfusionMatrix } from "./confusion.js";

/** How often one label was predicted for another. Null is for nothing: a miss where `predicted` is, else an invention. */
export type Confusion = {
  readonly gold: string | null;
  readonly predicted: string | null;
  readonly count: number;
};

/** How many confusions reports list. */
export const LISTED_CONFUSIONS = 20;

/** Counts confusions one by one. */
export class ConfusionCounter {
  readonly #counts = new Map<string, Confusion>();

  add(gold: string | null, predicted: string | null, count = 1): void {
    const key = JSON.stringify([gold, predicted]);
    this.#counts.set(key, { gold, predicted, count: (this.#counts.get(key)?.count ?? 0) + count });
  }

  /** The most frequent first; of equal counts by the names of gold, then of predicted, null last. */
  mostFrequent(limit = LISTED_CONFUSIONS): Confusion[] {
    return [...this.#counts.values()]
      .sort((a, b) => b.count - a.count || byName(a.gold, b.gold) || byName(a.predicted, b.predicted))
      .slice(0, limit);
  }
}

/** The most frequent errors of a confusion matrix, see {@link ConfusionCounter.mostFrequent}. */
export function frequentConfusions({ labels, counts }: ConfusionMatrix, limit?: number): Confusion[] {
  const counter = new ConfusionCounter();
  for (const [gold, line] of counts.entries()) {
    for (const [predicted, count] of line.entries()) {
      if (gold !== predicted && count > 0) counter.add(labels[gold]!, labels[predicted]!, count);
    }
  }
  return counter.mostFrequent(limit);
}

function byName(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null || a < b ? -1 : 1;
}
