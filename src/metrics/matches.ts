import type { Counts } from "./precision-recall.js";

/** Something that a row has: right when gold and prediction have it alike. */
export type Item = {
  /** What it is counted under. */
  readonly label: string;
  /** Everything that must agree, the label apart. */
  readonly key: string;
};

/** What gold and prediction have of one row. */
export type ItemRow = { readonly gold: readonly Item[]; readonly predicted: readonly Item[] };

/**
 * Hits and errors by label over all rows: a predicted item is a hit when gold has an equal one in the same row that no
 * other predicted item took. Labels come in the order in which they are met.
 */
export function matchCounts(rows: Iterable<ItemRow>): Map<string, Counts> {
  const counts = new Map<string, { -readonly [K in keyof Counts]: Counts[K] }>();
  const of = (label: string) => {
    const known = counts.get(label) ?? { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
    counts.set(label, known);
    return known;
  };
  for (const { gold, predicted } of rows) {
    const open = new Map<string, number>();
    for (const item of gold) {
      of(item.label).falseNegatives++;
      open.set(identity(item), (open.get(identity(item)) ?? 0) + 1);
    }
    for (const item of predicted) {
      const left = open.get(identity(item)) ?? 0;
      if (left === 0) {
        of(item.label).falsePositives++;
        continue;
      }
      open.set(identity(item), left - 1);
      of(item.label).truePositives++;
      of(item.label).falseNegatives--;
    }
  }
  return counts;
}

/** The key first: it says where it ends, a label may hold anything. */
function identity({ label, key }: Item): string {
  return `${key} ${label}`;
}
