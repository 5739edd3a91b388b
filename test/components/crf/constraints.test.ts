import { describe, expect, it } from "vitest";
import { constraintsOf } from "../../../src/components/crf/constraints.js";
import { tagsOf } from "../../../src/text/label-schemes.js";
import { isBio, isBioes, paths } from "./enumerate.js";

const schemes = [
  { scheme: "bio", labels: tagsOf(["x", "y"], "bio"), isValid: isBio },
  { scheme: "bio", labels: ["B-x", "I-x"], isValid: isBio },
  { scheme: "bioes", labels: tagsOf(["x"], "bioes"), isValid: isBioes },
  { scheme: "bioes", labels: ["S-x", "O", "S-y"], isValid: isBioes },
] as const;

describe.each(schemes)("constraints of $scheme over $labels", ({ scheme, labels, isValid }) => {
  it("allow exactly the valid sequences", () => {
    const { transitions, start, end } = constraintsOf(labels, scheme, "crf")!;
    for (const length of [1, 2, 3, 4]) {
      for (const path of paths(length, labels.length)) {
        const allowed =
          start[path[0]!]! &&
          end[path.at(-1)!]! &&
          path.slice(1).every((to, t) => transitions[path[t]! * labels.length + to]);
        expect(allowed, path.map((id) => labels[id]).join(" ")).toBe(isValid(path.map((id) => labels[id]!)));
      }
    }
  });

  it("are found from the names alone", () => {
    expect(constraintsOf(labels, "auto", "crf")).toEqual(constraintsOf(labels, scheme, "crf"));
  });
});

describe("constraints", () => {
  it("read BILOU's letters as those of BIOES", () => {
    const bilou = ["O", "B-x", "I-x", "L-x", "U-x"];
    expect(constraintsOf(bilou, "auto", "crf")).toEqual(
      constraintsOf(tagsOf(["x"], "bioes"), "bioes", "crf"),
    );
  });

  it("keep labels apart whose names have hyphens", () => {
    const labels = ["O", "B-a", "I-a", "B-a-b", "I-a-b"];
    const { transitions } = constraintsOf(labels, "auto", "crf")!;
    expect(transitions[1 * 5 + 4]).toBe(false);
    expect(transitions[3 * 5 + 4]).toBe(true);
  });

  it.each([
    { what: "parts of speech", labels: ["NOUN", "VERB", "ADJ"] },
    { what: "plain slot names", labels: ["O", "city", "date"] },
    { what: "IOB1, whose entities begin with I", labels: ["O", "I-x", "I-y", "B-y"] },
    { what: "BIOES without a tag that entities end with", labels: ["O", "B-x", "I-x", "S-y"] },
    { what: "nothing but outside", labels: ["O"] },
    { what: "no labels", labels: [] },
  ])("are none for $what", ({ labels }) => {
    expect(constraintsOf(labels, "auto", "crf")).toBeNull();
  });

  it("are none when that is asked for", () => {
    expect(constraintsOf(tagsOf(["x"], "bio"), "none", "crf")).toBeNull();
  });

  it.each([
    { labels: ["O", "city"], scheme: "bio", reason: /"city" is none of its tags/ },
    { labels: ["O", "B-x", "I-x", "I-y"], scheme: "bio", reason: /no valid sequence holds I-y/ },
    { labels: ["O", "B-x", "I-x"], scheme: "bioes", reason: /no valid sequence holds B-x, I-x/ },
    { labels: ["B-x", "I-x", "E-x"], scheme: "bioes", reason: /no valid sequence of one token/ },
    { labels: ["O"], scheme: "bio", reason: /no label marks anything/ },
  ] as const)("refuse $scheme for $labels, saying why and what would do", ({ labels, scheme, reason }) => {
    const make = () => constraintsOf(labels, scheme, "task.model.output_layer.constraints");
    expect(make).toThrow(reason);
    expect(make).toThrow(/task\.model\.output_layer\.constraints\n/);
    expect(make).toThrow(/"auto".*"none"/);
  });
});
