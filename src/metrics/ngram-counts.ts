/** Of each n-gram how often it stands in a list. */
export type NgramCounts = ReadonlyMap<string, number>;

/** What no token and no character is. */
const BETWEEN = "\n";

/** The n-grams of a list whose items hold no line break. */
export function ngramCounts(items: readonly string[], n: number): NgramCounts {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= items.length; i++) {
    const ngram = items.slice(i, i + n).join(BETWEEN);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams two lists have in common, each as often as it stands in both. */
export function sharedNgrams(a: NgramCounts, b: NgramCounts): number {
  let shared = 0;
  for (const [ngram, count] of a) shared += Math.min(count, b.get(ngram) ?? 0);
  return shared;
}

/** How many n-grams a list of so many items has. */
export const ngramsOf = (items: number, n: number): number => Math.max(0, items - n + 1);
