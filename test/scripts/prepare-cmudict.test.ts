import { describe, expect, it } from "vitest";
import { pronunciationsOf } from "../../scripts/prepare-cmudict.js";

describe("the rows of the pronouncing dictionary", () => {
  it("are words of letters with their first pronunciation, without stress", () => {
    const {
      train,
      eval: held,
      test,
    } = pronunciationsOf({
      A: "AH0",
      "A(1)": "EY1",
      "A.": "EY1",
      A42128: "EY1 F",
      "'TIS": "T IH1 Z",
      "IT'S": "IH1 T S",
    });
    const all = [...train, ...held, ...test].map((row) => row.join(": "));
    expect(all.sort()).toEqual(["'tis: T IH Z", "a: AH", "it's: IH T S"]);
  });

  it("are in one split each, by the word alone, a tenth of them held out", () => {
    const letters = [..."ABCDEFGHIJ"];
    const words = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    const entries = Object.fromEntries(words.map((word) => [word, "AH0"]));
    const { train, eval: held, test } = pronunciationsOf(entries);
    expect(train.length + held.length + test.length).toBe(1000);
    for (const part of [held, test]) {
      expect(part.length).toBeGreaterThan(25);
      expect(part.length).toBeLessThan(75);
    }
    const alone = pronunciationsOf({ [held[0]![0].toUpperCase()]: "AH0" });
    expect(alone.eval).toHaveLength(1);
  });
});
