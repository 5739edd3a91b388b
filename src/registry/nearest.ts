import { distance } from "fastest-levenshtein";

/** The candidate most like `name` (case and `-`/`_` ignored), or undefined when none is close enough to be a typing error. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_\s]/g, "");
  const target = plain(name);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = plain(candidate);
    const d = other.length > 3 && (other.startsWith(target) || target.startsWith(other)) && target.length > 2
      ? Math.min(2, distance(target, other))
      : distance(target, other);
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return bestDistance <= Math.max(2, Math.floor(target.length * 0.4)) ? best : undefined;
}
