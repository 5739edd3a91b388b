import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadConfig, resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { keysOf, oneEdit, withKey } from "../registry/one-edit.js";
import { problemsFrom } from "../registry/problems.js";

const registry = defaultRegistry();
const { config } = loadConfig("configs/spam.json", registry, { checkFiles: false });
const places = keysOf(config, ["vars", "column_mapping"]);

describe("the example's whole config, every default written out", () => {
  test("has a hundred keys or so", () => {
    expect(places.length).toBeGreaterThan(60);
  });

  test.each(places.map(({ path, key }) => ({ path: path.join("."), key, place: { path, key } })))(
    "$path $key, mistyped by one edit, is told with its place and the right name",
    ({ key, place }) => {
      for (const typed of fc.sample(fc.constantFrom(...oneEdit(key)), { numRuns: 4, seed: 5 })) {
        const problems = problemsFrom(() =>
          resolveConfig(withKey(config, place, typed), registry, { checkFiles: false }),
        );
        const told = problems.filter(
          ({ message }) => message.includes(`"${typed}"`) && message.includes(`"${key}"`),
        );
        expect(told, `${typed}: ${problems.map(({ message }) => message).join(" / ")}`).toHaveLength(1);
        const where = place.path.reduce<string>(
          (text, step) =>
            typeof step === "number" ? `${text}[${step}]` : `${text}${text === "" ? "" : "."}${step}`,
          "",
        );
        expect(told[0]!.where.startsWith(where === "" ? "config" : `config  ${where}`)).toBe(true);
      }
    },
  );
});
