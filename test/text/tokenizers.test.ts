import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CharacterCutter,
  characterClass,
  runsBetween,
  wordsAndPunctuation,
} from "../../src/text/character-cutter.js";
import { lowerCaseOf } from "../../src/text/normalize.js";
import { OffsetTable } from "../../src/text/offsets.js";
import { SplitTokenizer } from "../../src/text/tokenizers.js";
import { makeTokenizer, part } from "../components/data/support.js";
import { wordPunctTokens } from "./word-punct-oracle.js";

const words = (text: string, name = "Tokenizer", config: object = {}) =>
  makeTokenizer(name, config)
    .tokenize(text)
    .map((token) => token.text);

// Texts and expected tokens of PyText's data/test/tokenizers_test.py.
describe("Tokenizer, against PyText's cases", () => {
  it("splits at white space and lower-cases, or not", () => {
    expect(words("Order me a coffee")).toEqual(["order", "me", "a", "coffee"]);
    expect(words("Order me a coffee", "Tokenizer", { lowercase: false })).toEqual([
      "Order",
      "me",
      "a",
      "coffee",
    ]);
  });

  it.each([
    {
      unit: "code_points",
      spans: [
        [0, 5],
        [6, 8],
        [9, 10],
        [11, 17],
      ],
    },
    {
      unit: "utf8_bytes",
      spans: [
        [0, 6],
        [7, 10],
        [11, 13],
        [14, 22],
      ],
    },
  ] as const)("gives PyText's offsets in $unit", ({ unit, spans }) => {
    const text = "Ordér mê å ćoƒfee";
    const tokens = makeTokenizer("Tokenizer").tokenize(text);
    const table = new OffsetTable(text, unit);
    expect(tokens.map((token) => token.text)).toEqual(["ordér", "mê", "å", "ćoƒfee"]);
    expect(
      tokens.map(({ startUtf16, endUtf16 }) => [table.fromUtf16(startUtf16), table.fromUtf16(endUtf16)]),
    ).toEqual(spans);
  });

  it("splits at another expression, written with Python's escapes", () => {
    const config = { split_regex: String.raw`[\s,;!.?\"\(\)\-]+` };
    const text = `
      Your bones don't break, mine do. That's clear. Your cells react to
      bacteria and viruses differently than mine. You don't get sick,
      I do. That's also clear. But for some reason, you and I react the
      exact same way to water. We swallow it too fast, we choke. We get
      some in our lungs, we drown. However unreal it may seem, we are
      connected, you and I. We're on the same curve, just on opposite
      ends.
    `;
    const expected = `your bones don't break mine do that's clear your cells react to
      bacteria and viruses differently than mine you don't get sick
      i do that's also clear but for some reason you and i react the
      exact same way to water we swallow it too fast we choke we get
      some in our lungs we drown however unreal it may seem we are
      connected you and i we're on the same curve just on opposite ends`;
    expect(words(text, "Tokenizer", config)).toEqual(expected.split(/\s+/));
    expect(words('"Please, buy me a coffee?" He implored-in vain.', "Tokenizer", config)).toEqual(
      "please buy me a coffee he implored in vain".split(" "),
    );
  });
});

describe("Tokenizer", () => {
  it("refuses an expression that is none when the config is loaded", () => {
    expect(() => part("tokenizer", "Tokenizer", { split_regex: "[a-" })).toThrow(
      /PTX_CONFIG_VALUE .*split_regex\n.*Invalid regular expression/,
    );
  });

  it("keeps a backslash that means a backslash", () => {
    expect(words("a\\b c", "Tokenizer", { split_regex: String.raw`\\|\s` })).toEqual(["a", "b", "c"]);
  });

  it("cuts where the expression matches nothing wide", () => {
    expect(words("aBcD", "Tokenizer", { split_regex: "(?=[A-Z])", lowercase: false })).toEqual([
      "a",
      "Bc",
      "D",
    ]);
  });

  it("treats an accent typed apart as the composed letter when told to", () => {
    const [token] = makeTokenizer("Tokenizer", { normalize_nfc: true }).tokenize(" Cafe\u0301 ");
    expect(token).toEqual({ text: "café", startUtf16: 1, endUtf16: 6 });
    expect(words("Cafe\u0301")).toEqual(["cafe\u0301"]);
  });

  it("gives no tokens for empty and blank texts", () => {
    expect(words("")).toEqual([]);
    expect(words(" \t\n\u00a0")).toEqual([]);
  });
});

describe("WhitespaceTokenizer", () => {
  it("splits at every kind of white space", () => {
    expect(words("a\u00a0B\u3000c", "WhitespaceTokenizer")).toEqual(["a", "b", "c"]);
  });
});

describe("WordPunctTokenizer", () => {
  it("separates words from runs of punctuation, or from each mark", () => {
    const text = "FREE!!! Visit www.x-1.com, you'll_see €5";
    expect(words(text, "WordPunctTokenizer")).toEqual([
      "free",
      "!!!",
      "visit",
      "www",
      ".",
      "x",
      "-",
      "1",
      ".",
      "com",
      ",",
      "you",
      "'",
      "ll_see",
      "€",
      "5",
    ]);
    expect(words("!?!", "WordPunctTokenizer", { punctuation: "each" })).toEqual(["!", "?", "!"]);
  });

  it("makes Chinese characters tokens of their own, or leaves them in words", () => {
    expect(words("iPhone手机 ok", "WordPunctTokenizer")).toEqual(["iphone", "手", "机", "ok"]);
    expect(words("iPhone手机 ok", "WordPunctTokenizer", { split_han: false })).toEqual(["iphone手机", "ok"]);
  });

  it("keeps marks with their letters and emoji whole", () => {
    expect(words("e\u0301a हिन्दी 👍🏽!", "WordPunctTokenizer")).toEqual(["e\u0301a", "हिन्दी", "👍🏽!"]);
  });
});

it("leaves what NFC makes of one character in one token", () => {
  // A half note, which is never composed again: its head and its stem.
  for (const name of ["WordPunctTokenizer", "Tokenizer"]) {
    const tokens = makeTokenizer(name, { normalize_nfc: true }).tokenize("a \u{1d15e} b");
    expect(tokens.map(({ text, startUtf16, endUtf16 }) => [text, startUtf16, endUtf16])).toEqual([
      ["a", 0, 1],
      ["\u{1d157}\u{1d165}", 2, 4],
      ["b", 5, 6],
    ]);
  }
});

describe("rules for characters", () => {
  const options = fc.record({ punctuation: fc.constantFrom("runs", "each"), splitHan: fc.boolean() });
  const normalization = fc.record({ lowercase: fc.boolean(), nfc: fc.boolean() });
  const characters = fc.oneof(
    fc.constantFrom(
      "a",
      "Z",
      "é",
      "_",
      "5",
      "!",
      ".",
      " ",
      "\u00a0",
      "\n",
      "中",
      "々",
      "〇",
      "⺀",
      "\u0301",
      "\u{20000}",
      "👍",
      "\ud83d",
      "\udc4d",
      "İ",
    ),
    fc.string({ unit: "binary", maxLength: 2 }),
  );

  it("finds the tokens that the expression defines", () => {
    fc.assert(
      fc.property(options, normalization, fc.array(characters, { maxLength: 30 }), (how, plain, parts) => {
        const text = parts.join("");
        expect(new CharacterCutter(wordsAndPunctuation(how), plain).tokenize(text)).toEqual(
          wordPunctTokens(text, how, plain),
        );
      }),
      {
        numRuns: 500,
        examples: [
          [
            { punctuation: "runs", splitHan: true },
            { lowercase: false, nfc: false },
            ["!", "⺀", "\u0301", "!"],
          ],
        ],
      },
    );
  });
});

describe("a class of characters between tokens", () => {
  it.each([
    ["\\s+", "\\s"],
    ["\\s", "\\s"],
    ["[,; ]+", "[,; ]"],
    ["[^a-z\\]]+", "[^a-z\\]]"],
    ["\\p{P}", "\\p{P}"],
    ["-", "-"],
    ["\\++", "\\+"],
    ["\\+", "\\+"],
  ])("is what %s is about", (expression, expected) => {
    expect(characterClass(expression)).toBe(expected);
  });

  it.each(["ab", "a|b", ".", "a*", "(a)", "^a", "\\b", "a{2}", "[a]b", "\\d-", "a+b+"])(
    "is not all of %s",
    (expression) => {
      expect(characterClass(expression)).toBeUndefined();
    },
  );

  it("cuts as the expression does", () => {
    const texts = fc.string({
      unit: fc.constantFrom("a", "B", " ", "\t", "-", ",", "é", "👍", "\ud83d", "\u2028", "+"),
    });
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom("\\s+", "[-,]+", "\\p{L}", "[^a]+", "\\+"),
        fc.boolean(),
        (text, expression, lowercase) => {
          const options = { lowercase, nfc: false };
          const byRules = new CharacterCutter(runsBetween(characterClass(expression)!), options);
          const byExpression = new SplitTokenizer(new RegExp(expression, "gu"), options);
          expect(byRules.tokenize(text)).toEqual(byExpression.tokenize(text));
        },
      ),
    );
  });
});

describe("every tokenizer", () => {
  const tokenizers = fc.constantFrom(
    new SplitTokenizer(/\s+/gu, { lowercase: false, nfc: false }),
    new SplitTokenizer(/\s+/gu, { lowercase: true, nfc: true }),
    new CharacterCutter(wordsAndPunctuation({ punctuation: "runs", splitHan: true }), {
      lowercase: true,
      nfc: true,
    }),
    new CharacterCutter(wordsAndPunctuation({ punctuation: "each", splitHan: false }), {
      lowercase: true,
      nfc: false,
    }),
  );
  const texts = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc
      .array(
        fc.constantFrom(
          "İ",
          "I\u0307",
          "e\u0301",
          "\u{1d15e}",
          "\u2add\u0338\u0323",
          "각",
          "\u1100\u1161",
          "Σ",
          "👍",
          " ",
          "\ud800",
          "a",
          "!",
          "中",
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join("")),
  );

  it("gives tokens in order, without overlap, that normalise to what their place in the original holds", () => {
    fc.assert(
      fc.property(tokenizers, texts, (tokenizer, text) => {
        // A capital I loses its dot where both are one character, so by the order of the two steps: dots are left aside.
        const plain = (part: string): string =>
          lowerCaseOf(part.normalize("NFD").replaceAll("\u0307", "")).normalize("NFC");
        let end = 0;
        for (const token of tokenizer.tokenize(text)) {
          expect(token.startUtf16).toBeGreaterThanOrEqual(end);
          expect(token.endUtf16).toBeGreaterThan(token.startUtf16);
          end = token.endUtf16;
          const held = plain(text.slice(token.startUtf16, token.endUtf16));
          expect(held).toContain(plain(token.text));
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it("leaves nothing out but white space", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const exact = { lowercase: false, nfc: false };
        const bare = text.replaceAll(/\s/gu, "");
        for (const tokenizer of [
          new SplitTokenizer(/\s+/gu, exact),
          new CharacterCutter(wordsAndPunctuation({ punctuation: "runs", splitHan: true }), exact),
        ]) {
          expect(
            tokenizer
              .tokenize(text)
              .map((token) => token.text)
              .join(""),
          ).toBe(bare);
        }
      }),
    );
  });
});
