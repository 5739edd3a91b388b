import { distance } from "fastest-levenshtein";

/** The candidate most like `name` (case and `-`/`_` ignored), or undefined when none is close enough to be a typing error. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_\s]/g, "");
  const target = plain(name);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = plain(candidate);
    const edits = distance(target, other);
    const d = beginsAlike(target, other) ? Math.min(2, edits) : edits;
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return bestDistance <= Math.max(2, Math.floor(target.length * 0.4)) ? best : undefined;
}

/** Whether one is the beginning of the other and at least half of it: `kernel` for `kernel_num`. */
function beginsAlike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length > 2 && short.length * 2 >= long.length && long.startsWith(short);
}
