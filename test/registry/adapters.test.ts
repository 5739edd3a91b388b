import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Adapter } from "../../src/registry/adapter.js";
import { adapters, upgradeConfig } from "../../src/registry/adapters.js";
import { editText } from "../../src/registry/config-edit.js";
import type { JsonObject } from "../../src/registry/json.js";
import { parseJsonc } from "../../src/registry/jsonc.js";
import { CONFIG_VERSION } from "../../src/registry/run-config.js";
import { problemsFrom } from "./problems.js";

interface Fixture {
  readonly what: string;
  readonly original: JsonObject;
  readonly adapted: JsonObject;
  readonly notes: readonly string[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("./fixtures/upgrade-0-to-1.json", import.meta.url), "utf8"),
) as Fixture[];

describe("from version 0 to 1", () => {
  test.each(fixtures)("$what", ({ original, adapted, notes }) => {
    const upgraded = upgradeConfig(original, "f.json");
    expect(upgraded.config).toEqual(adapted);
    expect(upgraded.notes).toEqual(notes);
  });

  test.each(fixtures)("the text is changed like the value: $what", ({ original, adapted }) => {
    const text = JSON.stringify(original, null, 2);
    expect(parseJsonc(editText(text, upgradeConfig(original, "f.json").edits), "f.json")).toEqual(adapted);
  });

  test.each(fixtures)("upgrading twice changes nothing more: $what", ({ adapted }) => {
    expect(upgradeConfig(adapted, "f.json").edits).toEqual([]);
  });
});

test("there is one adapter for every version before the current one", () => {
  expect(adapters.map(({ from }) => from)).toEqual([...Array(CONFIG_VERSION).keys()]);
});

describe("a chain of adapters", () => {
  const append = (from: number): Adapter => ({
    from,
    upgrade: (draft) =>
      draft.edit({
        op: "set",
        path: ["trace"],
        value: `${String(draft.value.trace ?? "")}${from}`,
        note: `step ${from}`,
      }),
  });
  const steps = [2, 0, 1].map(append);

  test("runs every step from the config's version on, in order", () => {
    expect(upgradeConfig({ version: 0 }, "f", steps, 3).config).toEqual({ version: 3, trace: "012" });
    expect(upgradeConfig({ version: 2 }, "f", steps, 3)).toMatchObject({
      config: { version: 3, trace: "2" },
      notes: ["step 2", '"version" is now 3 (it was 2)'],
    });
  });

  test("with a gap is an error", () => {
    expect(problemsFrom(() => upgradeConfig({ version: 3 }, "f.json", steps, 5))).toEqual([
      { code: "PTX_CONFIG_VERSION", where: "f.json", message: "there is no upgrade from version 3 to 4" },
    ]);
  });
});

test("a version newer than the program is refused where keys are this program's, with what to do about PyText's", () => {
  const [problem] = problemsFrom(() => upgradeConfig({ version: 8, seed: 1, task: {} }, "f.json"));
  expect(problem).toMatchObject({ code: "PTX_CONFIG_VERSION", where: "f.json  version" });
  expect(problem?.message).toContain("version 8 is newer than 1");
  expect(problem?.message).toContain('{"config": {...}}');
});

test.each([["1"], [1.5], [-1], [null]])("the version %j is a wrong type", (version) => {
  expect(problemsFrom(() => upgradeConfig({ version }, "f.json"))).toMatchObject([
    { code: "PTX_CONFIG_TYPE", where: "f.json  version" },
  ]);
});
