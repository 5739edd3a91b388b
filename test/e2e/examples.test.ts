/** @file The examples, run as the comments at their tops say: against the built library, in a folder of their own. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { root, toolPath } from "../../scripts/lib/run.js";
import { builtMain } from "../support/built.js";
import { cli } from "../support/cli.js";
import { workplace, writeConfig, writeToyData } from "../support/toy.js";

vi.setConfig({ testTimeout: 240_000 });

const folder = workplace();
/** The folders beside them have tests of their own (test/elsewhere). */
const examples = readdirSync(join(root, "examples"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({
    name,
    path: join(root, "examples", name),
    text: readFileSync(join(root, "examples", name), "utf8"),
  }));
/** Those that are run; the others hold components for --include. */
const scripts = examples.filter(({ text }) => text.includes("Run: npx jiti"));

async function output(path: string): Promise<string> {
  const library = join(dirname(await builtMain()), "..", "index.js");
  const env = { ...process.env, JITI_ALIAS: JSON.stringify({ "pytext-ts": library }) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [toolPath("jiti"), path], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

test("every example is a script to run or says how to include it", () => {
  expect(scripts.length).toBeGreaterThan(1);
  for (const { name, text } of examples) {
    expect(text, name).toMatch(new RegExp(`Run: npx jiti examples/${name}|--include examples/${name}`));
  }
});

test("train-and-predict.ts trains to the end and the shipped file agrees", async () => {
  const printed = await output(join(root, "examples", "train-and-predict.ts"));
  expect(printed).toContain("accuracy on the rows it was trained on: 1");
  const label = /^(alarm|weather) \{/m.exec(printed)?.[1];
  expect(label).toBe("alarm");
  expect(printed).toContain(`the shipped file says: ${label}`);
});

test("gradients.ts comes down to the loss that plain arithmetic comes down to", async () => {
  const rows = [
    [2, 1, 1],
    [1, 2, 1],
    [-1, -2, 0],
    [-2, -1, 0],
  ] as const;
  const w = [0, 0];
  let loss = 0;
  for (let step = 0; step < 50; step++) {
    const slope = [0, 0];
    loss = 0;
    for (const [a, b, y] of rows) {
      const logit = a * w[0]! + b * w[1]!;
      loss += (Math.log1p(Math.exp(logit)) - logit * y) / rows.length;
      const error = (1 / (1 + Math.exp(-logit)) - y) / rows.length;
      slope[0]! += error * a;
      slope[1]! += error * b;
    }
    for (let i = 0; i < 2; i++) w[i]! -= 0.5 * slope[i]!;
  }
  expect(await output(join(root, "examples", "gradients.ts"))).toBe(
    `loss after 50 steps: ${loss.toFixed(4)}\n`,
  );
});

describe("a component of one's own, by --include", () => {
  const own = join(root, "examples", "gated-pooling.ts");
  const run = (...args: string[]) => cli(args, { cwd: folder });

  test("trains, tests, predicts and exports like the built-in ones", async () => {
    writeToyData(folder, 120);
    writeConfig(folder, {
      model: {
        DocModel: {
          embedding: { WordEmbedding: { embed_dim: 8 } },
          representation: {
            BiLSTMDocAttention: {
              lstm: { BiLSTM: { lstm_dim: 6 } },
              pooling: { GatedPooling: { bias: -1 } },
            },
          },
        },
      },
      trainer: { epochs: 6 },
    });
    const { code, stderr } = await run("train", "toy.json", "--include", own, "--output", "run", "--quiet");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect((await run("export", "run", "--include", own, "--onnx", "gated.onnx")).code).toBe(0);
    const [ofRun, ofFile] = [
      await run("predict", "run", "--include", own, "goal of the match"),
      await run("predict", "gated.onnx", "--include", own, "goal of the match"),
    ];
    expect(ofRun.code).toBe(0);
    expect(JSON.parse(ofRun.stdout).label).toBe("sport");
    expect(JSON.parse(ofFile.stdout).label).toBe("sport");
    const figures = await run("test", "run", "--include", own, "--json");
    expect(JSON.parse(figures.stdout)).toEqual(
      JSON.parse(readFileSync(join(folder, "run", "metrics.json"), "utf8")).test,
    );
  });

  test("is missed by name where it is not included", async () => {
    const { code, stderr } = await run("predict", "run", "goal");
    expect(code).toBe(2);
    expect(stderr).toContain('no pooling is called "GatedPooling"');
  });

  test("has help and a place in the list", async () => {
    expect((await run("list", "pooling", "--include", own)).stdout).toContain("GatedPooling");
    expect((await run("help-config", "GatedPooling", "--include", own)).stdout).toContain(
      "below 0 mostly shut",
    );
  });
});
