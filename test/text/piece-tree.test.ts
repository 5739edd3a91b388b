import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OTHER_SYMBOL, PieceTree } from "../../src/text/pieces/piece-tree.js";

const letter = fc.constantFrom("a", "b", "é", "😀", "#");
const letters = fc.string({ unit: letter, minLength: 1, maxLength: 5 });
const pieces = fc.uniqueArray(
  fc.tuple(fc.boolean(), letters).map(([goesOn, text]) => (goesOn ? `##${text}` : text)),
  { maxLength: 30 },
);

describe("a tree of pieces", () => {
  it("finds the longest piece at each place of a word, as looking up all of them does (property)", () => {
    fc.assert(
      fc.property(
        pieces,
        fc.string({ unit: fc.oneof(letter, fc.constant("x")), maxLength: 8 }),
        (list, word) => {
          const tree = new PieceTree(list, "##", 4);
          const characters = [...word];
          const symbols = characters.map((character) => tree.symbol(character));
          for (let at = 0; at < characters.length; at++) {
            let expected = { id: 0, length: 0 };
            for (let length = 1; length <= Math.min(4, characters.length - at); length++) {
              const text = characters.slice(at, at + length).join("");
              // What begins with the mark goes on with a word, and begins none.
              const id = at > 0 ? list.indexOf(`##${text}`) : text.startsWith("##") ? -1 : list.indexOf(text);
              if (id >= 0) expected = { id, length };
            }
            expect(tree.longest(symbols, at)).toEqual(expected);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("numbers its nodes by depth, and knows characters of no piece by one symbol", () => {
    const tree = new PieceTree(["ab", "##b", "a"], "##", 100);
    expect(tree.symbol("z")).toBe(OTHER_SYMBOL);
    expect(tree.levels.map((level) => [...level.values()])).toEqual([[1, 2], [3]]);
    expect(tree.longestAt).toEqual([
      { id: 0, length: 0 },
      { id: 2, length: 1 },
      { id: 1, length: 1 },
      { id: 0, length: 2 },
    ]);
  });
});
