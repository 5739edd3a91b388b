import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../scripts/lib/random.js";
import { assignGroups, type Group, splitShares, splits, stableHash } from "../../scripts/spam/split.js";

const group = (key: string, counts: Record<string, number>): Group => ({
  key,
  counts: new Map(Object.entries(counts)),
});

describe("assignGroups", () => {
  const many = fc
    .array(fc.tuple(fc.constantFrom("ham", "spam"), fc.integer({ min: 1, max: 6 })), {
      minLength: 150,
      maxLength: 400,
    })
    .map((sizes) => sizes.map(([label, size], i) => group(`g${i}`, { [label]: size })));

  it("comes near to the shares in every label when groups are small", () => {
    fc.assert(
      fc.property(many, (groups) => {
        const assigned = assignGroups(groups);
        for (const label of ["ham", "spam"]) {
          const count = (i: number): number => groups[i]!.counts.get(label) ?? 0;
          const total = groups.reduce((sum, _, i) => sum + count(i), 0);
          for (const split of splits) {
            const part = groups.reduce((sum, _, i) => sum + (assigned[i] === split ? count(i) : 0), 0);
            expect(Math.abs(part - splitShares[split] * total)).toBeLessThanOrEqual(6);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("does not depend on the order in which the groups come", () => {
    fc.assert(
      fc.property(many, fc.string(), (groups, seed) => {
        const mixed = new Random(seed).shuffle(groups);
        const byKey = (list: readonly Group[]) =>
          new Map(assignGroups(list).map((split, i) => [list[i]!.key, split]));
        const [one, other] = [byKey(groups), byKey(mixed)];
        for (const { key } of groups) expect(other.get(key)).toBe(one.get(key));
      }),
      { numRuns: 20 },
    );
  });

  it("puts a group larger than a small part's whole share into the largest part", () => {
    const small = Array.from({ length: 100 }, (_, i) => group(`s${i}`, { ham: 1 }));
    expect(assignGroups([...small, group("big", { ham: 60 })]).at(-1)).toBe("train");
  });
});

describe("stableHash", () => {
  it("is SHA-256 (the published value of the empty text)", () => {
    expect(stableHash("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });
});
