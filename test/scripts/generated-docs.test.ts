import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatedDocs } from "../../scripts/generate-docs.js";
import { root } from "../../scripts/lib/run.js";
import { errorCatalogue } from "../../src/registry/errors.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";

describe("the generated pages", () => {
  const pages = generatedDocs();

  it.each([...pages.keys()])("%s is what `npm run docs` writes", (path) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(pages.get(path));
  });

  it("name every component and every error code", () => {
    const reference = pages.get("docs/config-reference.md");
    for (const { name } of defaultRegistry().all()) expect(reference).toContain(`### ${name}\n`);
    for (const code of Object.keys(errorCatalogue))
      expect(pages.get("docs/errors.md")).toContain(`\`${code}\``);
  });
});
