import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  actionsOf,
  alternates,
  depthOf,
  leavesOf,
  type ParseTree,
  readTree,
  spanOf,
  treeOf,
  writeTree,
} from "../../src/text/trees.js";

const example =
  "[IN:GET_ESTIMATED_DURATION How long to [SL:METHOD_TRAVEL drive ] to [SL:DESTINATION [IN:GET_LOCATION home ] ] ]";

const word = fc.stringMatching(/^[a-z0-9[\]\\'é🍕]{1,6}$/u);
const { tree: trees } = fc.letrec<{ tree: ParseTree; child: ParseTree | string }>((tie) => ({
  tree: fc.record(
    {
      label: fc.constantFrom("IN:A", "SL:B", "IN:C_D", "SL:[x]"),
      children: fc.array(tie("child"), { minLength: 1, maxLength: 4 }),
    },
    { noNullPrototype: true },
  ),
  child: fc.oneof({ maxDepth: 3 }, word, tie("tree")),
}));

describe("a tree in brackets", () => {
  it("is read with its labels and tokens", () => {
    expect(readTree(example)).toEqual({
      label: "IN:GET_ESTIMATED_DURATION",
      children: [
        ..."How long to".split(" "),
        { label: "SL:METHOD_TRAVEL", children: ["drive"] },
        "to",
        { label: "SL:DESTINATION", children: [{ label: "IN:GET_LOCATION", children: ["home"] }] },
      ],
    });
  });

  it("is what it was when it is written and read again, brackets in words and all", () => {
    fc.assert(fc.property(trees, (tree) => void expect(readTree(writeTree(tree))).toEqual(tree)));
    expect(writeTree(readTree(example))).toBe(example);
    expect(writeTree(readTree("[IN:A a[SL:B b]\n c]"))).toBe("[IN:A a [SL:B b ] c ]");
  });

  it("is what its actions build over its tokens", () => {
    expect(actionsOf(readTree("[IN:A a [SL:B b ] ]"))).toEqual([
      ...["IN:A", "SHIFT", "SL:B", "SHIFT", "REDUCE", "REDUCE"],
    ]);
    fc.assert(
      fc.property(trees, (tree) => void expect(treeOf(actionsOf(tree), leavesOf(tree))).toEqual(tree)),
    );
  });

  it("tells where its nodes stand, and how deep it is", () => {
    const tree = readTree(example);
    expect(depthOf(tree)).toBe(3);
    expect(spanOf(tree)).toEqual({
      ...{ label: "IN:GET_ESTIMATED_DURATION", start: 0, end: 6 },
      children: [
        { label: "SL:METHOD_TRAVEL", start: 3, end: 4, children: [] },
        {
          ...{ label: "SL:DESTINATION", start: 5, end: 6 },
          children: [{ label: "IN:GET_LOCATION", start: 5, end: 6, children: [] }],
        },
      ],
    });
  });

  it.each([
    ["[IN:A a [SL:B b ] ]", true],
    ["[SL:A a ]", false],
    ["[IN:A [IN:B b ] ]", false],
    ["[IN:A [SL:B [SL:C c ] ] ]", false],
  ])("alternates or not: %s", (text, does) => {
    expect(alternates(readTree(text))).toBe(does);
  });

  it.each([
    ["", /there is no tree \(character 1\)/],
    ["words", /"words" stands outside of the tree \(character 1\)/],
    ["[IN:A a ] b", /"b" stands outside of the tree \(character 11\)/],
    ["[IN:A a ] [IN:B b ]", /the tree has ended, and another one begins \(character 11\)/],
    ["[IN:A a", /IN:A is not closed \(character 1\)/],
    ["[IN:A a ] ]", /"\]" closes nothing \(character 11\)/],
    ["[IN:A [SL:B ] a ]", /SL:B holds no token \(character 7\)/],
    ["[A a ]", /a label that begins with IN: or SL: must follow "\[" \(character 1\)/],
    ["[IN:A a [ b ] ]", /must follow "\[" \(character 9\)/],
    ["[IN:A a [", /must follow "\[" \(character 9\)/],
    ["[IN:A a\\b ]", /"\\" must stand before/],
  ])("is refused where it is none, saying where: %s", (text, message) => {
    expect(() => readTree(text)).toThrow(message);
  });

  it.each([
    ["SHIFT", /action 1, SHIFT: no node is open/],
    ["IN:A REDUCE", /action 2, REDUCE: IN:A holds no token/],
    ["IN:A SHIFT SHIFT SHIFT REDUCE", /action 4, SHIFT: there is no token left/],
    ["IN:A SHIFT REDUCE SHIFT", /action 4, SHIFT: the tree has ended/],
    ["IN:A SHIFT REDUCE", /lacks the last 1 tokens/],
    ["IN:A SHIFT SHIFT", /the actions end before the tree does/],
  ])("is not built by %s", (actions, message) => {
    expect(() => treeOf(actions.split(" "), ["a", "b"])).toThrow(message);
  });

  const folder = new URL("../../../shared/data/top/", import.meta.url);
  it.skipIf(!existsSync(folder))(
    "of the TOP data set is written as it was read, actions and tokens too",
    () => {
      const files = ["eval.tsv", "test.tsv"].map((name) => readFileSync(new URL(name, folder), "utf8"));
      const train = gunzipSync(readFileSync(new URL("train.tsv.gz", folder))).toString();
      const lines = [train, ...files].flatMap((file) => file.split("\n").filter((line) => line !== ""));
      expect(lines.length).toBe(44_783);
      for (const line of lines) {
        const [, tokens, written] = line.split("\t") as [string, string, string];
        const tree = readTree(written);
        if (writeTree(tree) !== written.trim().replace(/\s+/g, " ")) throw new Error(line);
        if (leavesOf(tree).join(" ") !== tokens.trim()) throw new Error(line);
        if (writeTree(treeOf(actionsOf(tree), leavesOf(tree))) !== writeTree(tree)) throw new Error(line);
        if (!alternates(tree)) throw new Error(line);
      }
    },
  );
});
