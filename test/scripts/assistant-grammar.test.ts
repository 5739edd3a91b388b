import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandTemplate, surface } from "../../scripts/assistant/grammar.js";
import { numberLexicons, ordinal } from "../../scripts/assistant/lexicons-numbers.js";
import { list } from "../../scripts/assistant/phrase-list.js";

const surfaces = (template: string): string[] => expandTemplate(template).map(surface);

describe("expandTemplate", () => {
  it.each([
    ["plain words", ["plain words"]],
    ["(set|make) it", ["set it", "make it"]],
    ["go [now|soon] home", ["go now home", "go soon home", "go home"]],
    [
      "call {contact} [(at|on) {phone_type}]?",
      ["call {contact} at {phone_type}?", "call {contact} on {phone_type}?", "call {contact}?"],
    ],
    ["(a|(b|c)) d", ["a d", "b d", "c d"]],
    ["(lights|) off", ["lights off", "off"]],
  ])("%s", (template, sentences) => {
    expect(surfaces(template)).toEqual(sentences);
  });

  it("names slot and word list of every place", () => {
    expect(expandTemplate("on {date:day}")).toEqual([[{ text: "on " }, { slot: "date", lexicon: "day" }]]);
    expect(expandTemplate("{date}")).toEqual([[{ slot: "date", lexicon: "date" }]]);
  });

  it("gives as many sentences as the choices multiply to", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), (sizes) => {
        const template = sizes
          .map((n, at) => `(${Array.from({ length: n }, (_, i) => `w${at}x${i}`).join("|")})`)
          .join(" ");
        const sentences = surfaces(template);
        expect(sentences.length).toBe(sizes.reduce((product, n) => product * n, 1));
        expect(new Set(sentences).size).toBe(sentences.length);
      }),
    );
  });

  it.each([
    ["(a|b", '")" is missing'],
    ["a) b", '")" at 1 has no opening bracket'],
    ["[a)", '")" at 2 has no opening bracket'],
    ["a|b", '"|" at 1 has no opening bracket'],
    ["to {Contact}", '"{Contact}" is not {slot} or {slot:lexicon}'],
    ["to {contact", "is not {slot} or {slot:lexicon}"],
  ])("refuses %s", (template, message) => {
    expect(() => expandTemplate(template)).toThrow(message);
  });
});

describe("word lists made by rule", () => {
  it("have English ordinals", () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31].map(ordinal).join(" ")).toBe(
      "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 30th 31st",
    );
  });

  it("hold times and days that exist", () => {
    for (const time of numberLexicons.time) {
      const clock = /^(\d+)(?::(\d\d))?/.exec(time);
      if (clock) expect(Number(clock[1]) < 24 && Number(clock[2] ?? 0) < 60).toBe(true);
    }
    for (const day of numberLexicons.day) {
      const numeric = /^(\d+)\/(\d+)$/.exec(day);
      if (numeric)
        expect(new Date(2024, Number(numeric[1]) - 1, Number(numeric[2])).getMonth()).toBe(
          Number(numeric[1]) - 1,
        );
    }
  });

  it("are cut at bars and line ends", () => {
    expect(list(" a b | c\n d |\n ")).toEqual(["a b", "c", "d"]);
  });
});
