import { readdirSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../src/registry/default-config.js";
import { slotKinds } from "../../src/registry/describe.js";
import { configJsonSchema } from "../../src/registry/json-schema.js";
import { parseJsonc, readConfigText } from "../../src/registry/jsonc.js";
import { loadConfig, printConfig, resolveConfig } from "../../src/registry/load-config.js";
import { runConfigSchema } from "../../src/registry/run-config.js";
import { assertSoundSchema } from "../../src/registry/validate.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { keysOf, oneEdit, withKey } from "./one-edit.js";
import { problemsFrom } from "./problems.js";

const registry = defaultRegistry();
const components = registry
  .all()
  .map((component) => ({ title: `${component.kind} ${component.name}`, component }));
const configs = readdirSync("configs")
  .filter((name) => name.endsWith(".json"))
  .map((name) => `configs/${name}`);
/** Maps whose keys are names of the data: no schema can know them. */
const free = [
  "vars",
  "column_mapping",
  "FilteredDataSource.exclude",
  ...["train", "eval", "test"].map((at) => `ParallelFilesDataSource.${at}`),
  ...["NewDisjointMultitask.tasks", "MultiHeadTask.tasks"],
];
const schema = configJsonSchema(registry);
const validate = new Ajv({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(schema);

test.each(components)("the schema of $title is sound JSON Schema", ({ component }) => {
  expect(() => assertSoundSchema(component.schema)).not.toThrow();
});

test("every kind that a slot asks for has a component, and every kind is asked for", () => {
  expect([...slotKinds(registry, runConfigSchema)].sort()).toEqual(registry.kinds());
});

test.each(registry.names("task"))(
  "the default config of %s is complete, resolves to itself and suits editors",
  (task) => {
    const { config } = defaultConfig(registry, task);
    const again = resolveConfig(parseJsonc(printConfig(config), "printed"), registry, { checkFiles: false });
    expect(again.config).toEqual(config);
    expect(validate(config) || validate.errors).toBe(true);
  },
);

/** Where keys were mistyped in a config before: a place among the same keys takes the same course. */
const tried = new Set<string>();

describe.each(configs)("%s", (file) => {
  const written = parseJsonc(readConfigText(file), file);

  test("loads, names the schema for editors and is valid under it", () => {
    expect(loadConfig(file, registry, { checkFiles: false }).notes).toEqual([]);
    expect(written).toMatchObject({ $schema: expect.stringContaining("schema.json") });
    expect(validate(written) || validate.errors).toBe(true);
  });

  test("every key of it, mistyped by one edit, is told what to type instead", () => {
    const places = keysOf(written, free);
    expect(places.length).toBeGreaterThan(10);
    for (const place of places) {
      const beside = places.filter(({ path }) => `${path}` === `${place.path}`).map(({ key }) => key);
      const course = JSON.stringify([place, beside]);
      if (tried.has(course)) continue;
      tried.add(course);
      for (const typed of fc.sample(fc.constantFrom(...oneEdit(place.key)), { numRuns: 4, seed: 1 })) {
        const mistyped = withKey(written, place, typed);
        const messages = problemsFrom(() => resolveConfig(mistyped, registry, { checkFiles: false })).map(
          ({ message }) => message,
        );
        // Where two names are alike, what was typed may be nearer to the other.
        const told = messages.some((message) => {
          const [, meant = ""] = message.split(`"${typed}"; did you mean `);
          const first = meant.slice(1, meant.indexOf('"', 1));
          return meant.includes(`"${place.key}"`) || oneEdit(typed).includes(first);
        });
        expect(told, `${place.key} as ${typed}: ${messages.join(" / ")}`).toBe(true);
        expect(validate(mistyped)).toBe(false);
      }
    }
  });
});
