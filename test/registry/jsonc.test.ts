import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseJsonc, readConfigText } from "../../src/registry/jsonc.js";
import { problemsFrom } from "./problems.js";

test("comments and trailing commas are allowed", () => {
  expect(parseJsonc('// a\n{"x": [1, 2,], /* b */ "y": null,}\n', "f")).toEqual({ x: [1, 2], y: null });
});

test.each([
  ['{"a" 1}', "f.json:1:6", 'a ":" is expected here'],
  ['{\n  "a": 1\n  "b": 2\n}', "f.json:3:3", 'a "," is expected here; the line is: "b": 2'],
  ['{"a": }', "f.json:1:7", "a value is expected here"],
  ["{a: 1}", "f.json:1:2", "a bare word that JSON does not know"],
  ['{"a": "x', "f.json:1:7", "a text that is not closed"],
  ['{"a": 1', "f.json:1:8", 'a "}" is expected here'],
  ['{"a": [1', "f.json:1:9", 'a "]" is expected here'],
  ['{"a": 1} 2', "f.json:1:10", "the config ends before this"],
  ['{"a": "\\q"}', "f.json:1:7", "an escape that JSON does not know"],
  ['{"a": "\\u12"}', "f.json:1:7", "four hexadecimal digits"],
  ['{"a": 1 /* x', "f.json:1:9", "a comment that is not closed"],
  ['{"a": 01}', "f.json:1:8", '"," is expected'],
  ['{"a": 1e}', "f.json:1:7", "a number"],
  ["{'a': 1}", "f.json:1:2", "a bare word"],
  ["", "f.json:1:1", "the file is empty"],
  [" \n ", "f.json:1:1", "the file is empty"],
  ["   // nothing\n", "f.json:2:1", "a value is expected here"],
])("the syntax error in %j is at %s", (text, where, message) => {
  const problems = problemsFrom(() => parseJsonc(text, "f.json"));
  expect(problems[0]).toMatchObject({ code: "PTX_CONFIG_SYNTAX" });
  expect(problems.map((problem) => `${problem.where} ${problem.message}`).join("\n")).toContain(message);
  expect(problems.map((problem) => problem.where)).toContain(where);
});

test("columns and lines are counted with Windows line ends too", () => {
  expect(problemsFrom(() => parseJsonc('{\r\n"a": 1\r\n"b": 2}', "f"))[0]).toMatchObject({
    where: "f:3:1",
    message: expect.stringContaining('the line is: "b": 2}'),
  });
});

test("a long line is cut in the message", () => {
  const [problem] = problemsFrom(() => parseJsonc(`{"a" ${"1".repeat(200)}}`, "f"));
  expect(problem?.message.length).toBeLessThan(130);
});

test("a key written twice is an error, at the second place", () => {
  expect(problemsFrom(() => parseJsonc('{"a": {"b": 1,\n "b": 2}, "a": 3}', "f"))).toMatchObject([
    {
      code: "PTX_CONFIG_SYNTAX",
      where: "f:2:2",
      message: expect.stringContaining('the key "b" is written twice'),
    },
    {
      code: "PTX_CONFIG_SYNTAX",
      where: "f:2:11",
      message: expect.stringContaining('the key "a" is written twice'),
    },
  ]);
});

test("__proto__ is a key like any other", () => {
  const value = parseJsonc('{"__proto__": {"x": 1}}', "f") as object;
  expect(Object.keys(value)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test("a file is read as UTF-8 with or without a byte order mark, and refused when it is not UTF-8 or not there", () => {
  const folder = mkdtempSync(join(tmpdir(), "jsonc-"));
  const file = join(folder, "a.json");
  writeFileSync(file, '\uFEFF{"ä": 1}');
  expect(parseJsonc(readConfigText(file), file)).toEqual({ ä: 1 });
  writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]));
  expect(problemsFrom(() => readConfigText(file))).toMatchObject([
    { code: "PTX_CONFIG_SYNTAX", where: file },
  ]);
  expect(problemsFrom(() => readConfigText(join(folder, "none.json")))).toMatchObject([
    { code: "PTX_FILE_MISSING" },
  ]);
});
