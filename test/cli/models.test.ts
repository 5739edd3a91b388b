/** @file `pytext-ts models` as a user types it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cli, jsonLines, lines } from "../support/cli.js";
import { workplace, writeConfig, writeToyData } from "../support/toy.js";

const folder = workplace();
const models = (...args: string[]) =>
  cli(["models", ...args], { cwd: folder, env: { PYTEXT_TS_STORE: "file:kept" } });

beforeAll(async () => {
  writeToyData(folder);
  writeConfig(folder);
  await cli(["train", "toy.json", "--output", "run", "--quiet"], { cwd: folder });
  await cli(["export", "run", "--onnx", "topic.onnx"], { cwd: folder });
});

describe("a model's way through a store", () => {
  test("pushed, promoted, found, pulled, and it predicts", async () => {
    const pushed = await models(
      "push",
      "topic",
      "topic.onnx",
      "--alias",
      "staging",
      "--tag",
      "data=v1",
      "--metric",
      "ms=3.5",
    );
    expect(pushed.stderr).toBe("");
    expect(lines(pushed.stdout)).toEqual([
      expect.stringMatching(/^topic@1: 2 files, .* kB, .* kB sent to file:kept$/),
      "staging now points to 1",
    ]);
    const run = await models("push", "topic", "run", "--parent", "1", "--message", "whole run", "--json");
    expect(jsonLines(run.stdout)[0]).toMatchObject({ model: "topic", version: 2, added: true });
    expect((await models("promote", "topic@staging", "--expect", "none")).stdout).toBe(
      "production now points to 1\n",
    );
    const [shown] = jsonLines((await models("show", "topic@production", "--json")).stdout);
    expect(shown).toMatchObject({ version: 1, manifest: { kind: "onnx", metrics: { ms: 3.5 } } });
    const text = (await models("show", "topic@2")).stdout;
    expect(text).toMatch(/^version {2}topic@2$/m);
    expect(text).toMatch(/^parent {3}1$/m);
    expect(text).toMatch(/^metric {3}test\.accuracy {2}/m);
    const pulled = await models("pull", "topic", "--output", "pulled");
    expect(lines(pulled.stdout).at(-1)).toBe("wrote pulled/topic.onnx");
    const predicted = await cli(["predict", "pulled/topic.onnx", "goal"], { cwd: folder });
    expect(jsonLines(predicted.stdout)).toHaveLength(1);
    expect((await models("list")).stdout).toMatch(/^topic {2}2 versions {2}production=1 staging=1 {2}\d{4}/);
    expect(lines((await models("list", "topic")).stdout).map((line) => line.split(" ")[0])).toEqual([
      "topic@2",
      "topic@1",
    ]);
    expect(readdirSync(folder)).not.toContain("model-store");
  });

  test("moved, rolled back, removed, collected", async () => {
    expect((await models("promote", "topic@2", "--expect", "1")).stdout).toBe(
      "production now points to 2, before to 1\n",
    );
    const late = await models("promote", "topic@1", "--expect", "1");
    expect(late.code).toBe(2);
    expect(late.stderr).toMatch(
      /PTX_STORE_CONFLICT {2}file:kept {2}topic@production\n {2}production stands at 2/,
    );
    expect((await models("rollback", "topic")).stdout).toBe("production now points to 1, before to 2\n");
    expect((await models("rm", "topic@1")).stderr).toMatch(
      /what production and staging points to|what production/,
    );
    expect((await models("rm", "topic@2")).stdout).toMatch(/^removed topic@2/);
    expect((await models("rm", "topic@staging")).stdout).toMatch(/^removed the alias staging/);
    expect((await models("tag", "topic@1", "owner=ada", "data=")).stdout).toBe("topic@1: owner=ada\n");
    expect((await models("gc", "--keep", "1")).stdout).toMatch(
      /^removed 0 files that no version has, 0 bytes$/m,
    );
    expect((await models("verify")).stdout).toMatch(/^1 version, 2 files, .*: all as pushed$/m);
  });

  test("what cannot be understood is told before anything is done", async () => {
    for (const [args, message] of [
      [["push", "../x", "topic.onnx"], "no model may be called that"],
      [["push", "topic", "toy.json"], "only exported .onnx files"],
      [["push", "topic", "topic.onnx", "--tag", "novalue"], "expected key=value"],
      [["push", "topic", "topic.onnx", "--metric", "ms=fast"], "a figure is a number"],
      [["pull", "topic@7", "--output", "p"], "no version 7"],
      [["pull", "topic", "--output", "run"], "something is there"],
      [["promote", "topic"], "say which version"],
      [["rollback", "topic@1"], "name the model alone"],
      [["rm", "topic"], "say which version, or which alias"],
      [["gc", "--grace", "0"], "from 1 up"],
      [["list", "--store", "elsewhere"], "an address of a store is"],
    ] as const) {
      const { code, stderr, stdout } = await models(...args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(message);
    }
    expect(existsSync(join(folder, "p"))).toBe(false);
  });
});
