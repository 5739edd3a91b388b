import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cli, jsonLines } from "../support/cli.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const run = (...args: string[]) => cli(args, { cwd: folder });

beforeAll(async () => {
  const lines = Array.from(
    { length: 60 },
    (_, i) => `the ${i % 2 ? "cat" : "dog"} sees a ${i % 3 ? "bird" : "cat"}\n`,
  );
  writeFileSync(join(folder, "text.txt"), lines.join(""));
  const source = { TextDataSource: { train_filename: "text.txt", test_filename: "text.txt" } };
  const task = {
    LMTask: {
      data: { LanguageModelData: { source, batch_size: 4, bptt: 6 } },
      model: { LMLSTM: { lstm_dim: 8, embedding: { WordEmbedding: { embed_dim: 8 } } } },
      trainer: { Trainer: { epochs: 3, optimizer: { Adam: { lr: 0.02 } } } },
    },
  };
  writeFileSync(join(folder, "lm.json"), JSON.stringify({ version: 1, threads: 1, task }));
  expect((await run("train", "lm.json", "--output", "run", "--quiet")).code).toBe(0);
});

describe("generate", () => {
  test("prints texts with an empty line between them, the same for the same seed", async () => {
    const args = ["generate", "run", "--prompt", "the", "--count", "2", "--max-tokens", "5", "--seed", "3"];
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.startsWith("the")).toBe(true);
    expect(stdout).toContain("\n\nthe");
    expect((await run(...args)).stdout).toBe(stdout);
    const [first] = jsonLines((await run(...args, "--json")).stdout);
    expect(stdout.startsWith(`${first!.text as string}\n`)).toBe(true);
  });

  test("takes the likeliest at temperature 0 and at --top-k 1 alike", async () => {
    const args = ["generate", "run", "--prompt", "the dog", "--max-tokens", "8"];
    const { stdout } = await run(...args, "--temperature", "0");
    expect((await run(...args, "--top-k", "1", "--temperature", "1.5")).stdout).toBe(stdout);
    expect((await run(...args, "--top-p", "0.000001", "--seed", "9")).stdout).toBe(stdout);
  });

  test.each([
    [["--temperature", "-1"], /expected a number from 0 to 100/],
    [["--top-p", "0"], /expected a number above 0 to 1/],
    [["--top-p", "1.5"], /expected a number above 0 to 1/],
    [["--top-k", "0"], /expected a whole number from 1/],
    [["--max-tokens", "many"], /expected a whole number from 1/],
  ])("refuses %s", async (args, message) => {
    const { code, stderr } = await run("generate", "run", ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("says that a folder is no run", async () => {
    const { code, stderr } = await run("generate", "nowhere");
    expect(code).toBe(2);
    expect(stderr).toContain("there is no such run folder");
  });
});
