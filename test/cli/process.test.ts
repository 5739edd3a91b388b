/** @file What the program does as a process: what it loads, and how it takes a reader that goes away. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { builtMain } from "../support/built.js";
import { cli } from "../support/cli.js";
import { workplace, writeConfig, writeToyData } from "../support/toy.js";

const folder = workplace();
let main: string;

beforeAll(async () => {
  main = await builtMain();
  writeToyData(folder);
  writeConfig(folder);
});

/** The files of this project and its dependencies that a command loads, as Node's coverage lists them. */
async function loadedBy(
  ...args: string[]
): Promise<{ files: string[]; code: number | null; stdout: string }> {
  const report = mkdtempSync(join(folder, "loaded-"));
  const { code, stdout } = await cli(args, { cwd: folder, env: { NODE_V8_COVERAGE: report }, main });
  const results = readdirSync(report).flatMap(
    (name) => (JSON.parse(readFileSync(join(report, name), "utf8")) as { result: { url: string }[] }).result,
  );
  return { files: results.map(({ url }) => url).filter((url) => url.startsWith("file:")), code, stdout };
}

describe("what is loaded", () => {
  test.each([["--help"], ["--version"], ["train", "--help"], ["help", "predict"]])(
    "%s %s loads the command line's own file, its parser and the version alone",
    async (...args) => {
      const { files, code, stdout } = await loadedBy(...args.filter((arg) => arg !== undefined));
      expect(code).toBe(0);
      expect(stdout).not.toBe("");
      expect(files.some((url) => url.endsWith("/dist/cli/main.js"))).toBe(true);
      const others = files.filter(
        (url) =>
          !/\/dist\/(?:cli\/(?:main|models-program)|registry\/version)\.js$/.test(url) &&
          !url.includes("/commander/"),
      );
      expect(others).toEqual([]);
    },
  );

  test("no command that only describes loads a runtime", async () => {
    for (const args of [
      ["list"],
      ["schema"],
      ["help-config", "Trainer"],
      ["gen-default-config", "DocumentClassificationTask"],
    ]) {
      const { files, code } = await loadedBy(...args);
      expect(code).toBe(0);
      expect(files.length).toBeGreaterThan(20);
      expect(
        files.filter((url) => /node_modules\/(onnxruntime-node|@tensorflow|hyparquet|jiti)\//.test(url)),
      ).toEqual([]);
    }
  });

  test("predicting loads neither trainers' data readers for Parquet nor TensorFlow.js", async () => {
    expect((await cli(["train", "toy.json", "--output", "loaded", "--quiet"], { cwd: folder })).code).toBe(0);
    const { files } = await loadedBy("predict", "loaded", "goal");
    expect(files.some((url) => url.includes("node_modules/onnxruntime-node/"))).toBe(true);
    expect(files.filter((url) => /node_modules\/(@tensorflow|hyparquet|jiti)\//.test(url))).toEqual([]);
  });
});

/** Runs a command whose standard output is closed after its first piece. */
function cutOff(args: readonly string[], input = ""): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    child.stdin.on("error", () => {}); // it may end before it has read everything
    child.stdin.end(input);
    child.once("close", (code) => resolve({ code, stderr }));
  });
}

describe("a reader that goes away", () => {
  test("ends predicting without a word", async () => {
    expect((await cli(["train", "toy.json", "--output", "run", "--quiet"], { cwd: folder })).code).toBe(0);
    const { code, stderr } = await cutOff(["predict", "run"], "goal of the match\n".repeat(30_000));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("does not stop training", async () => {
    const { code, stderr } = await cutOff([
      "train",
      "toy.json",
      "--output",
      "unread",
      "--set",
      "task.trainer.epochs=30",
    ]);
    expect(code).toBe(0);
    expect(stderr).not.toContain("Error");
    expect(JSON.parse(readFileSync(join(folder, "unread", "metrics.json"), "utf8")).epochs).toHaveLength(30);
  });
});

describe("the command line", () => {
  test("names every command of the contract in its help", async () => {
    const { stdout, code } = await cli(["--help"]);
    expect(code).toBe(0);
    for (const command of "train test predict export gen-default-config help-config update-config schema list debug-data".split(
      " ",
    )) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
    }
  });

  test("train and predict take the promised options", async () => {
    const train = await cli(["train", "--help"]);
    for (const option of [
      "--output <dir>",
      "--include <file>",
      "--set <path=value>",
      "--resume",
      "--seed <n>",
      "--threads <n>",
      "--quiet",
    ]) {
      expect(train.stdout).toContain(option);
    }
    const predict = await cli(["predict", "--help"]);
    for (const option of ["--input <file>", "--output <file>"]) expect(predict.stdout).toContain(option);
  });

  test("without a command shows the help as an error", async () => {
    const { code, stdout, stderr } = await cli([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: pytext-ts");
  });

  test("tells a fault of the system by its message, without a stack", async () => {
    writeFileSync(join(folder, "a-file"), "");
    const { code, stderr } = await cli(["train", "toy.json", "--output", "a-file/run", "--quiet"], {
      cwd: folder,
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain("a-file");
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(existsSync(join(folder, "a-file", "run"))).toBe(false);
  });
});
