/**
 * @file Packs the project as npm would publish it, installs the file into an empty folder and uses it there as its
 * user would: the command, the library with its types, and a component of the user's own.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm, run, toolPath } from "./lib/run.js";

const manifest = { name: "user", private: true, type: "module", allowScripts: { "onnxruntime-node": false } };

const compilerOptions = { module: "nodenext", target: "es2022", strict: true, types: [], declaration: true };

const program = `
import { component, defaultRegistry, ops, Type } from "pytext-ts";

export const FirstToken = component({
  kind: "pooling",
  name: "FirstToken",
  schema: Type.Object({ scale: Type.Number({ default: 1, description: "Factor." }) }, { description: "The first." }),
  build: (_scope, { scale }, { vectors }) => ops.mul(ops.squeeze(ops.slice(vectors, 1, 0, 1), [1]), scale),
});
console.log(defaultRegistry().add(FirstToken).names("pooling").join(" "));
`;

const folder = mkdtempSync(join(tmpdir(), "pytext-ts-package-"));
const write = (name: string, content: string) => writeFileSync(join(folder, name), content);

try {
  npm(["pack", "--silent", "--pack-destination", folder]);
  const [tarball] = readdirSync(folder);
  if (tarball === undefined) throw new Error("npm pack wrote no file");
  write("package.json", JSON.stringify(manifest));
  write(".npmrc", "onnxruntime-node-install=skip\n");
  npm(["install", "--no-audit", "--no-fund", "--prefer-offline", `./${tarball}`], { cwd: folder });

  const pytextTs = (...args: string[]) =>
    npm(["exec", "--", "pytext-ts", ...args], { cwd: folder, capture: true });
  expectText(pytextTs("--help"), "train [options] <config>");
  expectText(pytextTs("list", "task"), "DocumentClassificationTask");

  write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["use.ts"] }));
  write("use.ts", program);
  run(process.execPath, [toolPath("typescript", "tsc")], { cwd: folder });
  expectText(run(process.execPath, ["use.js"], { cwd: folder, capture: true }), "FirstToken");
  expectText(pytextTs("list", "pooling", "--include", "use.ts"), "FirstToken");
  process.stdout.write(`\nthe package works: ${tarball}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function expectText(output: string, text: string): void {
  if (!output.includes(text)) throw new Error(`expected "${text}" in:\n${output}`);
}
