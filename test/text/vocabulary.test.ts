import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PAD_ID, UNK_ID, Vocabulary, VocabularyBuilder } from "../../src/text/vocabulary.js";

const all = { minCount: 1, maxSize: 0 };

function count(words: readonly string[]): VocabularyBuilder {
  const builder = new VocabularyBuilder();
  for (const word of words) builder.add(word);
  return builder;
}

describe("a vocabulary", () => {
  it("puts the unknown word first, padding second, then words by count, ties by first sight", () => {
    const vocabulary = count("b a c a b d".split(" ")).build(all);
    expect([UNK_ID, PAD_ID]).toEqual([0, 1]);
    expect(Array.from({ length: vocabulary.size }, (_, id) => vocabulary.word(id))).toEqual([
      "__UNKNOWN__",
      "__PAD__",
      "b",
      "a",
      "c",
      "d",
    ]);
    expect(["b", "d", "z"].map((word) => vocabulary.id(word))).toEqual([2, 5, UNK_ID]);
    expect([vocabulary.has("b"), vocabulary.has("z"), vocabulary.count("b"), vocabulary.count("z")]).toEqual([
      true,
      false,
      2,
      0,
    ]);
  });

  it("gives a text that spells a special entry an id of its own, or the unknown one, never the padding id", () => {
    expect(new Vocabulary(["a"]).id("__PAD__")).toBe(UNK_ID);
    expect(count(["__PAD__", "__UNKNOWN__"]).build(all).id("__PAD__")).toBe(2);
  });

  it("holds words that objects have as inherited names", () => {
    const vocabulary = count(["__proto__", "constructor", "toString"]).build(all);
    expect(
      ["__proto__", "constructor", "toString", "hasOwnProperty"].map((word) => vocabulary.id(word)),
    ).toEqual([2, 3, 4, 0]);
  });

  it("leaves out rare words, then keeps the most frequent ones", () => {
    const builder = count("a a a b b c c d".split(" "));
    expect(builder.counted({ minCount: 2, maxSize: 0 })).toEqual(["a", "b", "c"]);
    expect(builder.counted({ minCount: 2, maxSize: 2 })).toEqual(["a", "b"]);
    expect(builder.distinct).toBe(4);
  });

  it("takes words of files whatever their counts, once each, behind the counted ones", () => {
    const builder = count(["a", "a", "b"]);
    for (const word of ["z", "a", "y", "z"]) builder.addAlways(word);
    expect(builder.build({ minCount: 2, maxSize: 0 }).words).toEqual(["a", "z", "y"]);
  });

  it("comes back from its JSON form the same", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const vocabulary = count(words).build(all);
        const back = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)), "test");
        expect(back.toJSON()).toEqual(vocabulary.toJSON());
        for (const word of words) expect(back.id(word)).toBe(vocabulary.id(word));
      }),
    );
  });

  it.each([null, 3, {}, { words: ["a"] }, { specials: [], words: [1] }])(
    "refuses %j as a saved vocabulary",
    (state) => {
      expect(() => Vocabulary.fromJSON(state, "inputs.tokens")).toThrow(/PTX_MODEL_FILE {2}inputs\.tokens/);
    },
  );

  it("refuses the same word twice, and ids that it does not have", () => {
    expect(() => new Vocabulary(["a", "a"])).toThrow('the word "a" stands in it twice');
    expect(() => new Vocabulary(["a"]).word(3)).toThrow("ids go from 0 to 2");
  });

  it("keeps long words that are cut out of larger texts", () => {
    const text = "x".repeat(1000) + " a long word with \ud800 and é ".repeat(2);
    const word = text.slice(1000, 1029);
    expect(count([word, word]).build(all).words).toEqual([word]);
  });
});
