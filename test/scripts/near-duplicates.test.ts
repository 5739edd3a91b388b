import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Groups,
  joinByKey,
  joinNearDuplicates,
  plainWords,
  shingles,
} from "../../scripts/spam/near-duplicates.js";

/** The parts of a graph by following edges from every node: the oracle for `Groups`. */
function components(size: number, edges: readonly (readonly [number, number])[]): number[] {
  const label = Array.from({ length: size }, (_, i) => i);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [a, b] of edges) {
      const low = Math.min(label[a]!, label[b]!);
      if (label[a] !== low || label[b] !== low) [label[a], label[b], changed] = [low, low, true];
    }
  }
  return label;
}

const roots = (groups: Groups, size: number): number[] =>
  Array.from({ length: size }, (_, i) => groups.root(i));

describe("shingles", () => {
  it("are the triples of words in lower case, digits and signs left out", () => {
    expect(plainWords("Win $500 NOW, Zoë!")).toEqual(["win", "now", "zoë"]);
    expect([...shingles("a b 7 c d a B c")]).toEqual(["a b c", "b c d", "c d a", "d a b"]);
  });

  it("of a text with fewer than three words are that text, of one without letters none", () => {
    expect([...shingles("Hello, you")]).toEqual(["hello you"]);
    expect(shingles("12 %").size).toBe(0);
  });
});

describe("Groups", () => {
  it("finds the connected parts of any set of pairs, each named by its smallest member", () => {
    const pairs = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 30 });
    fc.assert(
      fc.property(pairs, (edges) => {
        const groups = new Groups(20);
        for (const [a, b] of edges) groups.join(a, b);
        expect(roots(groups, 20)).toEqual(components(20, edges));
      }),
    );
  });
});

describe("joinNearDuplicates", () => {
  const text = fc
    .array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 9 })
    .map((words) => words.join(" "));

  it("joins exactly the pairs whose overlap reaches the threshold (every pair compared)", () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 12 }),
        fc.constantFrom(0.3, 0.5, 0.8, 1),
        (texts, threshold) => {
          const sets = texts.map(shingles);
          const edges: [number, number][] = [];
          for (let a = 0; a < texts.length; a++) {
            for (let b = 0; b < a; b++) {
              const common = [...sets[a]!].filter((one) => sets[b]!.has(one)).length;
              const smaller = Math.min(sets[a]!.size, sets[b]!.size);
              if (common > 0 && common >= threshold * smaller) edges.push([a, b]);
            }
          }
          const groups = new Groups(texts.length);
          joinNearDuplicates(groups, texts, threshold);
          expect(roots(groups, texts.length)).toEqual(components(texts.length, edges));
        },
      ),
    );
  });
});

describe("joinByKey", () => {
  it("joins what has the same key and leaves empty keys alone", () => {
    const groups = new Groups(6);
    joinByKey(groups, ["x", "", "y", "x", "", "x"]);
    expect(roots(groups, 6)).toEqual([0, 1, 2, 0, 4, 0]);
  });
});
