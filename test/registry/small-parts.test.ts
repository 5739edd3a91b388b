import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { formatPath, parsePath, pointerPath } from "../../src/registry/config-path.js";
import { InputFile, missingInput } from "../../src/registry/input-file.js";
import { show } from "../../src/registry/json.js";
import { didYouMean, nearest } from "../../src/registry/nearest.js";
import { phrase } from "../../src/registry/phrase.js";
import { printJson } from "../../src/registry/print-json.js";
import { fakeSlot } from "./fakes.js";

describe("a config path", () => {
  test("is written with dots, positions and quotes where needed", () => {
    expect(formatPath(["task", "X", "sizes", 1, "a.b", "c"])).toBe('task.X.sizes[1]["a.b"].c');
    expect(formatPath([])).toBe("");
  });

  test("of any keys reads back as it was written", () => {
    const segment = fc.oneof(fc.string(), fc.nat(9), fc.stringMatching(/^[a-z_]+$/));
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });

  test("is read from a JSON pointer, positions as numbers", () => {
    expect(pointerPath("/a/0/b~1c/1~0", { a: [{ "b/c": {} }] })).toEqual(["a", 0, "b/c", "1~"]);
    expect(pointerPath("", {})).toEqual([]);
  });
});

describe("the nearest name", () => {
  test.each([
    ["kernel_size", ["kernel_num", "kernel_sizes"], "kernel_sizes"],
    ["kernelNum", ["kernel_num", "kernel_sizes"], "kernel_num"],
    ["bilstm", ["BiLSTM", "BiLSTMDocAttention"], "BiLSTM"],
    ["BiLSTMDoc", ["DocNN", "BiLSTMDocAttention"], "BiLSTMDocAttention"],
    ["lr", ["weight_decay"], undefined],
    ["optimiser", ["optimizer", "scheduler"], "optimizer"],
    ["t", ["task", "threads"], undefined],
    ["task.model.representation", ["task"], undefined],
    ["x", [], undefined],
  ])("of %j among %j is %j", (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });

  test("is asked for; all of them when several are as near", () => {
    expect(didYouMean("epoch", ["epochs", "seed"])).toBe('; did you mean "epochs"?');
    expect(didYouMean("XSVDataSource", ["CSVDataSource", "TSVDataSource", "Other"])).toBe(
      '; did you mean "CSVDataSource" or "TSVDataSource"?',
    );
    expect(didYouMean("zzzzzz", ["epochs"])).toBe("");
    expect(didYouMean("x", [])).toBe("");
  });

  test("is the name itself when it is there", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{3,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(
        names.chain((all) => fc.tuple(fc.constant(all), fc.constantFrom(...all))),
        ([all, name]) => nearest(name, all) === name,
      ),
    );
  });
});

describe("a schema in words", () => {
  test.each([
    ["integer >= 1", Type.Integer({ minimum: 1 })],
    ["number > 0 and <= 1", Type.Number({ exclusiveMinimum: 0, maximum: 1 })],
    ["number < 5", Type.Number({ exclusiveMaximum: 5 })],
    ["boolean", Type.Boolean()],
    ['"a" | "b" | null', Type.Union([Type.Literal("a"), Type.Literal("b"), Type.Null()])],
    ['"a" | 3', Type.Enum(["a", 3])],
    [
      "list of integer >= 1, at least 1, at most 3",
      Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 3 }),
    ],
    ["list of (string | null)", Type.Array(Type.Union([Type.String(), Type.Null()]))],
    ["[number, string]", Type.Tuple([Type.Number(), Type.String()])],
    ["list", { type: "array" }],
    ["map of name to pooling", Type.Record(Type.String(), fakeSlot("pooling"))],
    [
      "map of name to (string | number)",
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
    ],
    ["object", Type.Object({})],
    ["pooling", fakeSlot("pooling")],
    ["pooling | null", fakeSlot("pooling", { default: null })],
    ["file", InputFile({ description: "" })],
    ["file | null", InputFile({ description: "", default: null })],
    ["string like /^a$/", Type.String({ pattern: "^a$" })],
    ["string, not empty", Type.String({ minLength: 1 })],
    ["any", Type.Unknown()],
  ])("%s", (words, schema) => {
    expect(phrase(schema as never)).toBe(words);
  });
});

describe("a file that must exist", () => {
  const folder = mkdtempSync(join(tmpdir(), "files-"));
  writeFileSync(join(folder, "train.tsv"), "");
  mkdirSync(join(folder, "sub"));

  test("is fine when it is there", () => {
    expect(missingInput(join(folder, "train.tsv"))).toBeUndefined();
  });

  test("is missed with the nearest name of its folder, or the folder that is missing", () => {
    expect(missingInput(join(folder, "trian.tsv"))).toContain("does not exist (looked at");
    expect(missingInput(join(folder, "trian.tsv"))).toContain('did you mean "train.tsv"?');
    expect(missingInput(join(folder, "zzzzzzzzzzzz"))).not.toContain("did you mean");
    expect(missingInput(join(folder, "none", "x.tsv"))).toContain(
      `there is no folder ${join(folder, "none")}`,
    );
    expect(missingInput(join(folder, "sub"))).toContain("is a folder, not a file");
  });

  test("is looked for from the current folder", () => {
    expect(missingInput("package.json")).toBeUndefined();
    expect(missingInput("no-such-file")).toContain(join(process.cwd(), "no-such-file"));
  });
});

describe("printed JSON", () => {
  test("keeps short lists and objects on a line", () => {
    expect(
      printJson({ a: [1, 2], b: { c: null, d: "x" }, e: { f: { g: 1 } }, h: [], i: {}, j: [{ k: 1 }] }),
    ).toBe(`{
  "a": [1, 2],
  "b": { "c": null, "d": "x" },
  "e": {
    "f": { "g": 1 }
  },
  "h": [],
  "i": {},
  "j": [
    { "k": 1 }
  ]
}
`);
  });

  test("breaks long lists", () => {
    const long = Array.from({ length: 60 }, (_, i) => i);
    expect(printJson({ long }).split("\n")).toHaveLength(65);
  });

  test("of any value parses to that value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(printJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

test("a value in a message carries its type and is cut when long", () => {
  expect(show("3")).toBe('the string "3"');
  expect(show(null)).toBe("null");
  expect(show(undefined)).toBe("the undefined undefined");
  expect(show("x".repeat(100))).toHaveLength("the string ".length + 60);
});
