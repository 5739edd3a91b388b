import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Entity,
  type LabelScheme,
  parseTag,
  readTags,
  tagsOf,
  writeTags,
} from "../../src/text/label-schemes.js";

const SCHEMES = ["iob1", "bio", "bioes"] as const;

const read = (text: string, scheme: LabelScheme) =>
  readTags(
    text.split(" ").map((tag) => parseTag(tag, scheme)!),
    scheme,
  );

/** Entities in short: `x0-2` is x over the tokens 0 and 1. */
const short = (entities: readonly Entity[]) =>
  entities.map(({ label, start, end }) => `${label}${start}-${end}`).join(" ");

/** Entities over some tokens, side by side or apart, in order. */
const entityRuns = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 0, max: 2 }),
      size: fc.integer({ min: 1, max: 4 }),
      label: fc.constantFrom("x", "y", "B-z"),
    }),
    { maxLength: 6 },
  )
  .map((parts) => {
    let at = 0;
    const entities = parts.map(({ gap, size, label }) => {
      const start = at + gap;
      at = start + size;
      return { label, start, end: at };
    });
    return { entities, length: at };
  });

/**
 * The chunks of a tag sequence by the rules of conlleval (endOfChunk and startOfChunk, with S and with B after E as its
 * Python successors have them), which look at each pair of neighbouring tags alone.
 */
function conlleval(tags: readonly string[]): Entity[] {
  const parts = tags.map((tag) => (tag === "O" ? ["O", ""] : [tag[0]!, tag.slice(2)]) as [string, string]);
  const ends = ([p, pt]: [string, string], [t, tt]: [string, string]): boolean =>
    (p === "B" && "BSO".includes(t)) ||
    (p === "I" && "BSO".includes(t)) ||
    p === "E" ||
    p === "S" ||
    (p !== "O" && pt !== tt);
  const starts = ([p, pt]: [string, string], [t, tt]: [string, string]): boolean =>
    t === "B" || t === "S" || ("ESO".includes(p) && "EI".includes(t)) || (t !== "O" && pt !== tt);
  const entities: Entity[] = [];
  let previous: [string, string] = ["O", ""];
  let begin = -1;
  for (const [token, part] of [...parts, ["O", ""] as [string, string]].entries()) {
    if (begin >= 0 && ends(previous, part)) {
      entities.push({ label: previous[1], start: begin, end: token });
      begin = -1;
    }
    if (starts(previous, part)) begin = token;
    previous = part;
  }
  return entities;
}

describe("label schemes", () => {
  // The example of Ramshaw and Marcus (1995) and Tjong Kim Sang and Veenstra (1999): neighbours of one type.
  it("writes the same entities in each scheme", () => {
    const entities = [
      { label: "x", start: 0, end: 2 },
      { label: "x", start: 2, end: 3 },
      { label: "y", start: 3, end: 6 },
      { label: "x", start: 7, end: 8 },
    ];
    expect(writeTags(entities, 8, "iob1").join(" ")).toBe("I-x I-x B-x I-y I-y I-y O I-x");
    expect(writeTags(entities, 8, "bio").join(" ")).toBe("B-x I-x B-x B-y I-y I-y O B-x");
    expect(writeTags(entities, 8, "bioes").join(" ")).toBe("B-x E-x S-x B-y I-y E-y O S-x");
  });

  it.each(SCHEMES)("reads back in %s what it wrote, without a break (property)", (scheme) => {
    fc.assert(
      fc.property(entityRuns, fc.integer({ min: 0, max: 3 }), ({ entities, length }, rest) => {
        const tags = writeTags(entities, length + rest, scheme);
        expect(tags).toHaveLength(length + rest);
        const back = readTags(
          tags.map((tag) => parseTag(tag, scheme)!),
          scheme,
        );
        expect(back).toEqual({ entities, breaks: [] });
      }),
    );
  });

  it("reads every sequence of tags, broken ones too, as conlleval does (property)", () => {
    const labels = ["x", "y"];
    for (const scheme of SCHEMES) {
      const tags = scheme === "bioes" ? tagsOf(labels, "bioes") : tagsOf(labels, "bio");
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...tags), { maxLength: 12 }), (sequence) => {
          const { entities } = readTags(
            sequence.map((tag) => parseTag(tag, scheme)!),
            scheme,
          );
          expect(entities).toEqual(conlleval(sequence));
        }),
        { numRuns: 1000 },
      );
    }
  });

  it.each([
    ["bio", "O I-x I-x B-x I-y", "x1-3 x3-4 y4-5", "inside_without_begin@1 inside_without_begin@4"],
    ["bio", "B-x I-x O", "x0-2", ""],
    ["bioes", "B-x I-x O", "x0-2", "begin_without_end@1"],
    ["bioes", "E-x O B-x B-x E-x", "x0-1 x2-3 x3-5", "end_without_begin@0 begin_without_end@2"],
    [
      "bioes",
      "S-x I-x E-x I-y",
      "x0-1 x1-3 y3-4",
      "inside_without_begin@1 inside_without_begin@3 begin_without_end@3",
    ],
    ["iob1", "B-x I-x B-x I-y B-y", "x0-2 x2-3 y3-4 y4-5", "needless_begin@0"],
    ["iob1", "O I-x O B-x", "x1-2 x3-4", "needless_begin@3"],
  ] as const)("mends and tells what is broken in %s: %s", (scheme, tags, entities, breaks) => {
    const found = read(tags, scheme);
    expect(short(found.entities)).toBe(entities);
    expect(found.breaks.map(({ kind, token }) => `${kind}@${token}`).join(" ")).toBe(breaks);
  });

  it("finds no break exactly in what it would write itself (property)", () => {
    for (const scheme of SCHEMES) {
      const tags = scheme === "bioes" ? tagsOf(["x", "y"], "bioes") : tagsOf(["x", "y"], "bio");
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...tags), { maxLength: 8 }), (sequence) => {
          const found = read(sequence.join(" ") || "O", scheme);
          const own = writeTags(found.entities, Math.max(1, sequence.length), scheme).join(" ");
          expect(found.breaks.length === 0).toBe(own === (sequence.join(" ") || "O"));
        }),
        { numRuns: 500 },
      );
    }
  });

  it("reads the letters of BILOU and BMEWO as those of BIOES", () => {
    const bioes = read("B-x I-x E-x O S-y", "bioes");
    for (const other of ["B-x I-x L-x O U-y", "B-x M-x E-x O W-y"])
      expect(read(other, "bioes")).toEqual(bioes);
  });

  it("takes a tag's label as it stands, hyphens and all", () => {
    expect(parseTag("B-B-cell-line", "bio")).toEqual({ place: "B", label: "B-cell-line" });
    expect(parseTag("I-city.name", "iob1")).toEqual({ place: "I", label: "city.name" });
  });

  it.each([
    ["E-x", "bio"],
    ["S-x", "iob1"],
    ["L-x", "bio"],
    ["B-", "bio"],
    ["B", "bio"],
    ["Bx", "bioes"],
    ["o", "bio"],
    ["NOUN", "bio"],
    ["X-x", "bioes"],
    ["", "bio"],
  ] as const)("has no tag %j in %s", (tag, scheme) => {
    expect(parseTag(tag, scheme)).toBeUndefined();
  });

  it("lists all tags of some labels, O first", () => {
    expect(tagsOf(["x", "y"], "bio")).toEqual(["O", "B-x", "I-x", "B-y", "I-y"]);
    expect(tagsOf(["x"], "bioes")).toEqual(["O", "B-x", "I-x", "E-x", "S-x"]);
  });
});
