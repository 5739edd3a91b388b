import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/run.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
]
  .filter((name) => name.endsWith(".md"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** The fenced blocks of a page in one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1]!);
}

/** How GitHub names the anchor of a heading. */
function anchor(heading: string): string {
  const words = heading
    .toLowerCase()
    .replaceAll("`", "")
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "");
  return words.replaceAll(" ", "-");
}

describe.each(pages)("$path", ({ path, text }) => {
  it("links to files and headings that exist", () => {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target!.startsWith("http")) continue;
      const [file, heading] = target!.split("#") as [string, string?];
      const linked = file === "" ? join(root, path) : join(root, dirname(path), file);
      expect(existsSync(linked), `${target} in ${path}`).toBe(true);
      if (heading === undefined) continue;
      const headings = [...readFileSync(linked, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        anchor(title!),
      );
      expect(headings, `${target} in ${path}`).toContain(heading);
    }
  });

  it("names npm scripts that exist", () => {
    for (const [, script] of text.matchAll(/npm run ([a-z][\w:-]*)/g))
      expect(Object.keys(manifest.scripts)).toContain(script);
  });

  it("names files of the project that exist", () => {
    for (const [, file] of text.matchAll(/`((?:src|configs|examples|scripts|test|data)\/[\w./-]*\w)`/g))
      if (!file!.startsWith("data/spam")) expect(existsSync(join(root, file!)), file).toBe(true);
  });

  it("shows configs that load", () => {
    for (const block of blocks(text, "json")) {
      if (!block.includes('"version"')) continue;
      const { config } = resolveConfig(JSON.parse(block), defaultRegistry(), { checkFiles: false });
      expect(config.version).toBe(1);
    }
  });
});

describe("docs/guide.md", () => {
  it("shows the example component as the example has it", () => {
    const guide = pages.find(({ path }) => path === "docs/guide.md")!.text;
    for (const [, file, shown] of guide.matchAll(/<!-- (examples\/\S+) -->\n\n?```ts\n(.*?)```/gs))
      expect(shown).toBe(readFileSync(join(root, file!), "utf8"));
    expect(guide).toContain("<!-- examples/gated-pooling.ts -->");
  });
});
