import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigDraft, editText } from "../../../src/registry/config-edit.js";
import type { JsonObject } from "../../../src/registry/json.js";
import { parseJsonc } from "../../../src/registry/jsonc.js";
import { PYTEXT_VERSION, pytextAdapters } from "../../../src/registry/pytext/versions.js";
import { problemsFrom } from "../problems.js";

interface Case {
  readonly from: number;
  readonly what: string;
  readonly original: JsonObject;
  readonly adapted: JsonObject;
  readonly notes?: readonly string[];
}

const cases = JSON.parse(
  readFileSync(new URL("./fixtures/versions.json", import.meta.url), "utf8"),
) as Case[];

/** One step from a version to the next. */
function step(from: number, config: JsonObject): ConfigDraft {
  const draft = new ConfigDraft(config);
  for (const adapter of pytextAdapters) if (adapter.from === from) adapter.upgrade(draft, "f.json");
  return draft;
}

describe("from each version of PyText to the next", () => {
  test.each(cases)("$from: $what", ({ from, original, adapted, notes }) => {
    const draft = step(from, original);
    expect(draft.value).toEqual(adapted);
    const said = new Set(draft.edits.flatMap((edit) => (edit.op === "replace" ? edit.notes : [edit.note])));
    if (notes !== undefined) expect([...said].filter((note) => note !== "")).toEqual(notes);
  });

  test.each(cases)("the text is changed like the value: $from: $what", ({ from, original, adapted }) => {
    const text = JSON.stringify(original, null, 2);
    expect(parseJsonc(editText(text, step(from, original).edits), "f")).toEqual(adapted);
  });

  test.each(cases)("a second time changes nothing: $from: $what", ({ from, adapted }) => {
    // A reporter or tensorizer that is named twice would be nothing that PyText reads.
    expect(step(from, adapted).value).toEqual(adapted);
  });

  test("every adapter has a case, no version has two adapters, and all are older than the newest version", () => {
    const from = pytextAdapters.map((adapter) => adapter.from);
    expect(new Set(from).size).toBe(from.length);
    expect([...new Set(cases.map((each) => each.from))].sort((a, b) => a - b)).toEqual(
      [...from].sort((a, b) => a - b),
    );
    expect(Math.max(...from)).toBeLessThan(PYTEXT_VERSION);
  });
});

test.each(["optimizer", "scheduler"])("an %s of a type that PyText does not have is an error", (key) => {
  const config = { task: { T: { [key]: { type: "magic" } } } };
  expect(problemsFrom(() => step(key === "optimizer" ? 0 : 1, config))).toMatchObject([
    { code: "PTX_CONFIG_VALUE", where: `task.T.${key}.type` },
  ]);
});

test("configs without a task, or with one that is no object, pass", () => {
  for (const { from } of pytextAdapters)
    for (const config of [{}, { task: "T" }, { task: { T: 3 } }])
      expect(step(from, config).value).toEqual(config);
});
