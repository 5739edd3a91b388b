/** @file Texts cut at the matches of a pattern. */
import type { NormalizedText } from "../normalize.js";

/** What becomes of the matches: dropped, parts of their own, joined to their neighbours, or joined with each other. */
export const SPLIT_BEHAVIORS = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
] as const;
export type SplitBehavior = (typeof SPLIT_BEHAVIORS)[number];

interface Part {
  start: number;
  end: number;
  readonly matches: boolean;
}

/** All of a text as parts that match and parts between them; with `invert` the other way round. */
function partsOf(text: string, pattern: RegExp, invert: boolean): Part[] {
  const parts: Part[] = [];
  let last = 0;
  for (const { index, 0: match } of text.matchAll(pattern)) {
    if (match === "") continue;
    if (index > last) parts.push({ start: last, end: index, matches: invert });
    last = index + match.length;
    parts.push({ start: index, end: last, matches: !invert });
  }
  if (last < text.length) parts.push({ start: last, end: text.length, matches: invert });
  return parts;
}

/** Joins each part to the one before it where `joins` says so. */
function joined(parts: readonly Part[], joins: (part: Part, before: Part) => boolean): Part[] {
  const result: Part[] = [];
  let before: Part | undefined;
  for (const part of parts) {
    const last = result.at(-1);
    if (before !== undefined && last !== undefined && joins(part, before)) last.end = part.end;
    else result.push({ ...part });
    before = part;
  }
  return result;
}

/** @param pattern with the flag `g` */
export function splitBy(
  text: NormalizedText,
  pattern: RegExp,
  behavior: SplitBehavior,
  invert = false,
): NormalizedText[] {
  const parts = partsOf(text.text, pattern, invert);
  const kept = {
    Removed: () => parts.filter(({ matches }) => !matches),
    Isolated: () => parts,
    Contiguous: () => joined(parts, (part, before) => part.matches === before.matches),
    MergedWithPrevious: () => joined(parts, (part, before) => part.matches && !before.matches),
    MergedWithNext: () => mergedWithNext(parts),
  }[behavior]();
  return kept.map(({ start, end }) => text.slice(start, end));
}

/** Each match begins the part behind it; of several in a row the last. */
function mergedWithNext(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const [i, part] of parts.entries()) {
    const before = parts[i - 1];
    const last = result.at(-1);
    if (before?.matches && !part.matches && last !== undefined) last.end = part.end;
    else result.push({ ...part });
  }
  return result;
}
