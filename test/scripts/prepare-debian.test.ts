import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Described, describeBeginnings, packagesIn, summariesOf } from "../../scripts/prepare-debian.js";

const FILE = `Package: chess3
Description-md5: 00
Description-en: Play chess  across boards
 There are three boards,
 stacked vertically.
  * a list
 .
 More of it.

Package: bare
Description-en: nothing more

Package: other
Description-en: what has a field behind it
 One line.
Description-md5: 01
`;

describe("the packages of a file of descriptions", () => {
  it("have a summary and the first paragraph, on one line", () => {
    expect(packagesIn(FILE, "Translation-en")).toEqual([
      {
        name: "chess3",
        summary: "Play chess across boards",
        text: "There are three boards, stacked vertically. * a list",
      },
      { name: "bare", summary: "nothing more", text: "" },
      { name: "other", summary: "what has a field behind it", text: "One line." },
    ]);
  });

  it.each([
    ["no name", FILE.replace("Package: other", "Name: other"), 13],
    ["no description", FILE.replace("Description-en: nothing more", "Description: nothing more"), 10],
    ["no packages", "", 1],
    ["other bytes", '\u0004"M\u0018\n\n', 1],
  ])("%s: refused, with the line", (_, content, line) => {
    expect(() => packagesIn(content, "Translation-en")).toThrow(
      new RegExp(`PTX_DATA {2}Translation-en:${line}\\n.*\\n.*unxz`),
    );
  });
});

/** A text of words that no other text has. */
const textOf = (name: string, words = 20): string =>
  Array.from({ length: words }, (_, i) => `${name}${"abcdefghijklmnopqrstuvwxyz"[i]}`).join(" ");
const all = (packages: readonly Described[]): Described[] => Object.values(summariesOf(packages)).flat();

describe("the rows of packages", () => {
  it("have the shortest summary of one text, and no text twice nor one much like it", () => {
    const text = textOf("x");
    const alike = `${text.split(" ").slice(0, 12).join(" ")} ${textOf("y", 8)}`;
    const packages = [
      { name: "x-data", summary: "an x (data)", text },
      { name: "x", summary: "an x", text },
      { name: "x-doc", summary: "an x (doc)", text },
      { name: "y", summary: "a y", text: alike },
      { name: "w", summary: "a w", text: textOf("w") },
      { name: "short", summary: "a v", text: textOf("v", 14) },
      { name: "enough", summary: "a u", text: textOf("u", 15) },
    ];
    expect(
      all(packages)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["enough", "w", "x"]);
  });

  it("are in one split each, by the name alone, a tenth of them held out", () => {
    const names = [..."abcdefghij"].flatMap((a) =>
      [..."abcdefghij"].flatMap((b) => [`p${a}${b}`, `q${a}${b}`]),
    );
    const packages = names.map((name) => ({ name, summary: name, text: textOf(name) }));
    const { train, eval: held, test } = summariesOf(packages);
    expect(train.length + held.length + test.length).toBe(names.length);
    for (const part of [held, test]) {
      expect(part.length).toBeGreaterThan(1);
      expect(part.length).toBeLessThan(25);
    }
    expect(summariesOf([{ ...test[0]!, text: textOf("alone") }]).test).toHaveLength(1);
  });

  it("are some of the packages, whatever these are", () => {
    const word = fc.constantFrom("a", "b", "c", "d", "Ä", "1");
    const given = fc.record({
      name: fc.string({ minLength: 1 }),
      summary: fc.string(),
      text: fc.array(word, { maxLength: 40 }).map((words) => words.join(" ")),
    });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 12 }), (packages) => {
        const rows = all(packages);
        for (const row of rows) expect(packages).toContain(row);
        expect(new Set(rows.map(({ text }) => text)).size).toBe(rows.length);
      }),
    );
  });
});

describe("beginnings as summaries", () => {
  const row = (name: string, summary: string, text: string): Described => ({ name, summary, text });

  it("have as many words as are best in eval, and the figures of test", () => {
    const rows = {
      train: [],
      eval: [row("a", "one two three", "one two three four five"), row("b", "x y", "x y z")],
      test: [row("c", "p q r", "p q s t")],
    };
    // Of three words in eval 1 and 4 / 5, of two 4 / 5 and 1: the fewer. In test two of two and three words: 4 / 5.
    expect(describeBeginnings(rows)).toBe(
      "the first 2 words of each text as its summary, in test: rouge1 80.00, rouge2 66.67, rougeL 80.00",
    );
  });
});
