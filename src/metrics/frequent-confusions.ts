import type { ConfusionMatrix } from "./confusion.js";

/** How often one label was predicted for another. Null is for nothing: a miss where `predicted` is, else an invention. */
export type Confusion = {
  readonly gold: string | null;
  readonly predicted: string | null;
  readonly count: number;
  /** Of entities: true where the two share tokens but do not start and end alike. */
  readonly other_bounds?: true;
};

/** How many confusions reports list. */
export const LISTED_CONFUSIONS = 20;

/** Counts confusions one by one. */
export class ConfusionCounter {
  readonly #counts = new Map<string, Confusion>();

  add(confusion: Omit<Confusion, "count">, count = 1): void {
    const { gold, predicted, other_bounds: bounds = false } = confusion;
    const key = JSON.stringify([gold, predicted, bounds]);
    this.#counts.set(key, { ...confusion, count: (this.#counts.get(key)?.count ?? 0) + count });
  }

  /** The most frequent first; of equal counts by the names of gold, then of predicted, null last, other bounds behind. */
  mostFrequent(limit = LISTED_CONFUSIONS): Confusion[] {
    return [...this.#counts.values()]
      .sort(
        (a, b) =>
          b.count - a.count ||
          byName(a.gold, b.gold) ||
          byName(a.predicted, b.predicted) ||
          Number(a.other_bounds ?? false) - Number(b.other_bounds ?? false),
      )
      .slice(0, limit);
  }
}

/** The most frequent errors of a confusion matrix, see {@link ConfusionCounter.mostFrequent}. */
export function frequentConfusions({ labels, counts }: ConfusionMatrix, limit?: number): Confusion[] {
  const counter = new ConfusionCounter();
  for (const [gold, line] of counts.entries()) {
    for (const [predicted, count] of line.entries()) {
      if (gold === predicted || count === 0) continue;
      counter.add({ gold: labels[gold]!, predicted: labels[predicted]! }, count);
    }
  }
  return counter.mostFrequent(limit);
}

function byName(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null || a < b ? -1 : 1;
}
