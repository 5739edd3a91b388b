import { distance } from "fastest-levenshtein";

/** The candidate most like `name` (case and `-`/`_` ignored), or undefined when none is close enough to be a typing error. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  return nearestOf(name, candidates)[0];
}

/** The question at the end of a message: `; did you mean "a"?`, all of them when several are as near, or nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const close = nearestOf(name, candidates).slice(0, 3);
  return close.length === 0
    ? ""
    : `; did you mean ${close.map((each) => JSON.stringify(each)).join(" or ")}?`;
}

/** All candidates that are equally near, also as they are written, and close enough to be meant. */
function nearestOf(name: string, candidates: readonly string[]): string[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_\s]/g, "");
  const target = plain(name);
  const distances = candidates.map((candidate) => {
    const edits = distance(target, plain(candidate));
    return beginsAlike(target, plain(candidate)) ? Math.min(2, edits) : edits;
  });
  const least = Math.min(...distances);
  if (least > Math.max(2, Math.floor(target.length * 0.4))) return [];
  const close = candidates.filter((_, index) => distances[index] === least);
  const asWritten = Math.min(...close.map((candidate) => distance(name, candidate)));
  return close.filter((candidate) => distance(name, candidate) === asWritten);
}

/** Whether one is the beginning of the other and at least half of it: `kernel` for `kernel_num`. */
function beginsAlike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length > 2 && short.length * 2 >= long.length && long.startsWith(short);
}
