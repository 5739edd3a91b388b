import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigDraft, countComments, editText } from "../../src/registry/config-edit.js";
import type { JsonObject } from "../../src/registry/json.js";
import { parseJsonc } from "../../src/registry/jsonc.js";
import { updateConfigText } from "../../src/registry/update-config.js";
import { sampleRegistry } from "./fakes.js";
import { problemsFrom } from "./problems.js";

const registry = sampleRegistry();

test("comments and layout stay where nothing changes", () => {
  const text = `// An experiment.
{
  "$schema": "config.schema.json",
  /* chosen on the eval set */ "seed": 3, // lucky
  "task": {
    "DocumentClassificationTask": {
      "trainer": { "optimizer": { "Adam": { "lr": 0.01 } } } // as in the paper
    }
  }
}
`;
  const { text: updated, notes } = updateConfigText(text, "f.json", registry);
  expect(updated).toBe(`// An experiment.
{
  "$schema": "config.schema.json",
  "version": 1,
  /* chosen on the eval set */ "seed": 3, // lucky
  "task": {
    "DocumentClassificationTask": {
      "trainer": { "optimizer": { "Adam": { "lr": 0.01 } } } // as in the paper
    }
  }
}
`);
  expect(notes).toEqual(['"version" is now 1 (it was missing)']);
});

test("a config of PyText is written anew, and its comments are counted as lost", () => {
  const text = '{ "config": { /* why */ "random_seed": 4, "task": { "MyTask": { "x": 1 } } } }';
  const { text: updated, notes } = updateConfigText(text, "f.json", registry);
  expect(parseJsonc(updated, "f.json")).toEqual({ version: 1, seed: 4, task: { MyTask: { x: 1 } } });
  expect(notes[0]).toBe("this is a config of PyText, version 0, read as version 1 of this program's");
  expect(notes).toContain("1 comment stood inside what was removed or moved and could not be kept");
  expect(notes.at(-1)).toContain('no task is called "MyTask"');
});

test("a current config is printed as it is", () => {
  const text = '{"version": 1, /* x */ "task": "DocumentClassificationTask"}\n';
  expect(updateConfigText(text, "f.json", registry)).toEqual({
    text,
    notes: ["the config is of the current version; nothing was changed"],
  });
});

test("what is still wrong after the upgrade is told, not hidden and not fatal", () => {
  const { text, notes } = updateConfigText(
    '{"seed": 0, "task": {"DocumentClassificationTask": {"modl": {}, "trainer": {"x": 1}}}}',
    "f.json",
    registry,
  );
  expect(parseJsonc(text, "f")).toMatchObject({ version: 1 });
  expect(notes.at(-1)).toContain(
    "the config still has 2 problems:\nPTX_CONFIG_UNKNOWN_KEY  f.json  task.DocumentClassificationTask\n",
  );
});

test("a text that is no object is refused", () => {
  expect(problemsFrom(() => updateConfigText("[]", "f.json", registry))).toMatchObject([
    { code: "PTX_CONFIG_TYPE", where: "f.json" },
  ]);
});

describe("edits", () => {
  const text = '{"a": [{"b": 1}, {"c": 2}], "d": {"e": null}}';
  const start = parseJsonc(text, "f") as JsonObject;

  test.each<[string, (draft: ConfigDraft) => void, unknown]>([
    [
      "set in a list",
      (d) => d.edit({ op: "set", path: ["a", 1], value: 5, note: "" }),
      { a: [{ b: 1 }, 5], d: { e: null } },
    ],
    [
      "set deep in a list",
      (d) => d.edit({ op: "set", path: ["a", 0, "b"], value: "x", note: "" }),
      { a: [{ b: "x" }, { c: 2 }], d: { e: null } },
    ],
    [
      "set below what is not there",
      (d) => d.edit({ op: "set", path: ["n", "m"], value: 1, note: "" }),
      { ...start, n: { m: 1 } },
    ],
    [
      "remove from a list",
      (d) => d.edit({ op: "remove", path: ["a", 0], note: "" }),
      { a: [{ c: 2 }], d: { e: null } },
    ],
    ["remove a key", (d) => d.edit({ op: "remove", path: ["d"], note: "" }), { a: start.a }],
    [
      "rename a key",
      (d) => d.edit({ op: "rename", path: ["d", "e"], to: 'f"', note: "" }),
      { a: start.a, d: { 'f"': null } },
    ],
    ["unwrap", (d) => d.edit({ op: "unwrap", path: ["d"], note: "" }), { e: null }],
    ["move", (d) => d.move(["a", 0, "b"], ["d", "b"], ""), { a: [{}, { c: 2 }], d: { e: null, b: 1 } }],
  ])("%s alike in value and text", (_, act, expected) => {
    const draft = new ConfigDraft(start);
    act(draft);
    expect(draft.value).toEqual(expected);
    expect(parseJsonc(editText(text, draft.edits), "f")).toEqual(expected);
  });

  test("setting any key of any object is alike in value and text", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(object, fc.string(), fc.jsonValue(), (value, key, set) => {
        const draft = new ConfigDraft(value as JsonObject);
        draft.edit({ op: "set", path: [key], value: set, note: "" });
        const before = JSON.stringify(value, null, 2);
        expect(parseJsonc(editText(before, draft.edits), "f")).toEqual(
          JSON.parse(JSON.stringify(draft.value)),
        );
      }),
      { numRuns: 200 },
    );
  });

  test("a text that lacks the key is a mistake of the program", () => {
    expect(() => editText("{}", [{ op: "rename", path: ["x"], to: "y", note: "" }])).toThrow(
      "the text has nothing at x",
    );
  });
});

test("comments are counted, not what looks like one in a text", () => {
  expect(countComments('{"a": "// no", /* one */ "b": 1 // two\n}')).toBe(2);
});
