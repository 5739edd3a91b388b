import { createHash } from "node:crypto";

/** The parts of a data set and the share of the rows that each aims for. */
export const splitShares = { train: 0.7, eval: 0.1, test: 0.2 } as const;

/** One part of the data set. */
export type Split = keyof typeof splitShares;

/** All parts, in the order in which they are written and printed. */
export const splits = Object.keys(splitShares) as readonly Split[];

/** Rows that must stay together. */
export interface Group {
  /** Decides the order among groups of one size, by its hash. */
  readonly key: string;
  /** How many rows of each stratum (for example a label) the group holds. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Gives every group to one part so that each stratum comes near to `splitShares` in each part. Largest groups
 * first, each to the part where it leaves the smallest sum of squared relative errors; equal sizes in the order
 * of a hash of their keys, so the result depends on nothing but the groups.
 */
export function assignGroups(groups: readonly Group[]): Split[] {
  const totals = new Map<string, number>();
  for (const { counts } of groups) addTo(totals, counts);
  const filled = new Map(splits.map((split) => [split, new Map<string, number>()]));
  const assigned = new Array<Split>(groups.length);
  const size = ({ counts }: Group): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  const order = groups
    .map((group, index) => ({ group, index, size: size(group), hash: stableHash(group.key) }))
    .sort((a, b) => b.size - a.size || (a.hash < b.hash ? -1 : 1));
  for (const { group, index } of order) {
    let [best, least]: [Split, number] = ["train", Number.POSITIVE_INFINITY];
    for (const split of splits) {
      const change = errorChange(group, filled.get(split)!, totals, splitShares[split]);
      if (change < least) [best, least] = [split, change];
    }
    assigned[index] = best;
    addTo(filled.get(best)!, group.counts);
  }
  return assigned;
}

/** By how much the part's squared relative error grows when the group joins it. */
function errorChange(
  group: Group,
  filled: ReadonlyMap<string, number>,
  totals: ReadonlyMap<string, number>,
  share: number,
): number {
  let change = 0;
  for (const [stratum, count] of group.counts) {
    const target = share * totals.get(stratum)!;
    const before = (filled.get(stratum) ?? 0) / target - 1;
    const after = before + count / target;
    change += share * (after * after - before * before);
  }
  return change;
}

function addTo(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [stratum, count] of counts) sums.set(stratum, (sums.get(stratum) ?? 0) + count);
}

/** A hexadecimal hash that orders rows without regard to their names' order. */
export function stableHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
