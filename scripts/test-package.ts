/**
 * @file Packs the project as npm would publish it, installs the file into an empty folder and uses it there: the
 * command, the library and its types, and a file of the user's own components.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm, root, run, toolPath } from "./lib/run.js";

const folder = mkdtempSync(join(tmpdir(), "pytext-ts-package-"));
const here = { cwd: folder };

try {
  npm(["pack", "--silent", "--pack-destination", folder]);
  const [tarball] = readdirSync(folder);
  if (tarball === undefined) throw new Error("npm pack wrote no file");

  const manifest = {
    name: "user",
    private: true,
    type: "module",
    allowScripts: { "onnxruntime-node": false },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, ".npmrc"), "onnxruntime-node-install=skip\n");
  npm(["install", "--no-audit", "--no-fund", "--prefer-offline", `./${tarball}`], here);
  expectText(
    npm(["exec", "--", "pytext-ts", "--help"], { ...here, capture: true }),
    "train [options] <config>",
  );
  expectText(
    npm(["exec", "--", "pytext-ts", "list"], { ...here, capture: true }),
    "DocumentClassificationTask",
  );

  writeFileSync(
    join(folder, "use.ts"),
    'import { component } from "pytext-ts";\nconst name: string = component.name;\nconsole.log(name);\n',
  );
  const types = ["--module", "nodenext", "--target", "es2022", "--strict", "--types", "", "use.ts"];
  run(process.execPath, [toolPath("typescript", "tsc"), ...types], here);
  expectText(run(process.execPath, ["use.js"], { ...here, capture: true }), "component");
  process.stdout.write(`\nthe package works: ${tarball}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function expectText(output: string, text: string): void {
  if (!output.includes(text))
    throw new Error(`expected "${text}" in:\n${output}\nfrom the package of ${root}`);
}
