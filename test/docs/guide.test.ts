/** @file The guide, done: its commands run in the order of the page, on a folder as its first section asks for. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, toolPath } from "../../scripts/lib/run.js";
import { bundledMain } from "../support/built.js";

const guide = readFileSync(join(root, "docs/guide.md"), "utf8");
const commands = [...guide.matchAll(/^```\n(npx pytext-ts .*?)^```$/gms)].map((match) => match[1]!);
const requests = [
  ["weather", "will it rain in Oslo tomorrow"],
  ["weather", "how cold is it outside"],
  ["weather", "is it sunny in Rome today"],
  ["alarm", "wake me at seven"],
  ["alarm", "set an alarm for noon"],
  ["alarm", "wake me up early tomorrow"],
] as const;

// The page's commands are lines for a shell.
describe.skipIf(process.platform === "win32")("the guide", () => {
  let folder: string;
  let main: string;

  const shell = (script: string) => {
    const npx = 'npx() { shift; "$NODE" "$MAIN" "$@"; }';
    const env = { ...process.env, NODE_OPTIONS: "", NODE: process.execPath, MAIN: main };
    return spawnSync("bash", ["-ec", `${npx}\n${script}`], { cwd: folder, env, encoding: "utf8" });
  };

  beforeAll(async () => {
    main = await bundledMain();
    folder = mkdtempSync(join(tmpdir(), "pytext-ts-guide-"));
    const rows = Array.from({ length: 10 }, () => requests).flat();
    const table = `label\ttext\n${rows.map((row) => `${row.join("\t")}\n`).join("")}`;
    for (const name of ["train.tsv", "test.tsv", "other.tsv"]) writeFileSync(join(folder, name), table);
    writeFileSync(join(folder, "texts.txt"), "wake me at six\nis it cold\n");
    mkdirSync(join(folder, "examples"));
    cpSync(join(root, "examples/gated-pooling.ts"), join(folder, "examples/gated-pooling.ts"));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has commands for every step", () => {
    for (const command of ["gen-default-config", "debug-data", "train", "test", "predict", "export"])
      expect(commands.join("")).toContain(`npx pytext-ts ${command} `);
  });

  it.each(commands)("%s", (script) => {
    const { status, stderr } = shell(script);
    expect(status, stderr).toBe(0);
    // The page then shows a shorter config, "the same, more readable": the later sections use that one.
    if (script.includes("> requests.json")) {
      const shown = /^```json\n(\{.*?)^```$/ms.exec(guide)![1]!;
      writeFileSync(join(folder, "requests.json"), shown);
    }
  });

  it("has written the files that it names", () => {
    for (const file of [
      "runs/first/metrics.json",
      "runs/wide/metrics.json",
      "answers.jsonl",
      "requests.onnx",
    ])
      expect(existsSync(join(folder, file)), file).toBe(true);
  });

  it("shows code that runs", () => {
    const [, code] = /^```ts\n(import \{ loadRun.*?)^```$/ms.exec(guide)!;
    writeFileSync(join(folder, "code.ts"), code!);
    const alias = JSON.stringify({ "pytext-ts": join(main, "../../index.js") });
    const env = { ...process.env, JITI_ALIAS: alias };
    const { status, stdout, stderr } = spawnSync(process.execPath, [toolPath("jiti"), "code.ts"], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/label: '(alarm|weather)'/);
  });
});
