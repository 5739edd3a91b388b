/** @file Writes the pages of docs/ that are made from the code: `npm run docs`. A test holds them up to date. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { schema } from "../src/cli/schema.js";
import { configReference, keyTable } from "../src/registry/config-reference.js";
import { errorCatalogue } from "../src/registry/errors.js";
import { serveSchema } from "../src/serving/config.js";
import { defaultRegistry } from "../src/tasks/builtins.js";
import { isMain } from "./lib/main.js";
import { root } from "./lib/run.js";

/** The generated pages: path from the project's root, and content. */
export function generatedDocs(): ReadonlyMap<string, string> {
  const registry = defaultRegistry();
  return new Map([
    ["docs/config-reference.md", configReference(registry)],
    ["docs/config.schema.json", schema(registry).text],
    ["docs/errors.md", errorsPage()],
    ["docs/serve-config.md", servePage()],
  ]);
}

/** All keys of serve.json, as Markdown. */
function servePage(): string {
  return `${[
    "# serve.json",
    "Generated from the schema in `src/serving/config.ts`; change that, not this page.",
    "What `pytext-ts serve --config FILE` reads: JSON with comments. Keys under `defaults` hold for every model that does not " +
      "have them itself; what the command line says goes before `defaults`.",
    keyTable(serveSchema),
  ].join("\n\n")}\n`;
}

/** All error codes with their meaning, as Markdown. */
function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return [
    "# Errors",
    "Generated from the catalogue in `src/registry/errors.ts`; change that, not this page.",
    "An error that you can mend is printed without a stack: code, place, what is wrong and what would be right, " +
      "and where there is one the command to read on. The exit code is 2 for these, 1 for a fault of the program " +
      "itself. In the library they are thrown as `PtxError`, with all problems in `problems`.",
    ["| code | meaning |", "| --- | --- |", ...rows].join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
}

if (isMain(import.meta.url)) {
  for (const [path, content] of generatedDocs()) {
    writeFileSync(join(root, path), content);
    console.log(path);
  }
}
