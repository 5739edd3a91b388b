import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimatedTokens, sizeOf } from "../../../src/serving/scheduler/lengths.js";

describe("estimated tokens", () => {
  test.each([
    ["", 0],
    ["   \t\n", 0],
    ["book a table", 3],
    ["what's this?", 5],
    ["internationalization", 2],
    ["床前明月光", 5],
    ["été où", 2],
    ["x".repeat(10_000), 2000],
  ])("of %j are %i", (text, tokens) => {
    expect(estimatedTokens(text)).toBe(tokens);
  });

  test("are never more than the text has characters (property)", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(estimatedTokens(text)).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

test("a row's size is that of its texts and lists of texts, one token at least", () => {
  expect(sizeOf({ text: "a b", tokens: ["c", "d", "e"] })).toEqual({ tokens: 5, characters: 6 });
  expect(sizeOf({ text: "" })).toEqual({ tokens: 1, characters: 0 });
  expect(sizeOf({ dense: [1.5, 2.5] }).characters).toBe(16);
});
