/** @file `pytext-ts inspect` and `export --card`, as they are typed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { root } from "../../scripts/lib/run.js";
import { cli, lines } from "../support/cli.js";
import { workplace, writeConfig, writeToyData } from "../support/toy.js";

const cwd = workplace();
const foreign = join(root, "test/graph/fixtures/bert-torchscript.onnx");

beforeAll(async () => {
  writeToyData(cwd);
  writeConfig(cwd);
  expect(await cli(["train", "toy.json", "--output", "run", "--quiet"], { cwd })).toMatchObject({ code: 0 });
  const { code, stdout } = await cli(["export", "run", "--onnx", "toy.onnx", "--card", "toy.md"], { cwd });
  expect([code, lines(stdout).slice(1)]).toEqual([0, ["wrote toy.onnx", "wrote toy.md"]]);
}, 300_000);

test("prints what an exported file holds", async () => {
  const { code, stdout, stderr } = await cli(["inspect", "toy.onnx"], { cwd });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^file +toy\.onnx, [\d.]+ kB\ncontent +sha256 [0-9a-f]{64}: matches the recorded one\n/,
  );
  expect(stdout).toContain("inputs\n  text  string[batch]\noutputs\n  scores  float32[batch,3]\n");
  expect(stdout).toMatch(/ {2}model\.embedding +0 nodes +\d+ parameters/);
  expect(stdout).toMatch(/ {2}ai\.onnx\.ml\.LabelEncoder +3\n/);
  expect(stdout).toMatch(/metadata\n {2}task +DocumentClassificationTask\n {2}version /);
});

test("prints the same as one JSON object, and draws", async () => {
  const { code, stdout, stderr } = await cli(["inspect", foreign, "--json", "--svg", "bert.svg"], { cwd });
  expect([code, stderr]).toEqual([0, "wrote bert.svg\n"]);
  const inspection = JSON.parse(stdout);
  expect(inspection).toMatchObject({
    content: { recorded: null, state: "unrecorded" },
    producer: { name: "pytorch" },
    opsets: { "ai.onnx": 14 },
    inputs: [{ name: "input_ids", dtype: "int64", shape: ["batch", "sequence"] }, { name: "attention_mask" }],
    nodes: 253,
  });
  expect(inspection.modules).toContainEqual({
    path: "m.pooler.dense",
    nodes: 1,
    operators: { Gemm: 1 },
    parameters: 72,
    bytes: 288,
  });
  const total = (key: string) =>
    inspection.modules.reduce((sum: number, each: Record<string, number>) => sum + each[key]!, 0);
  expect([total("nodes"), total("bytes")]).toEqual([inspection.nodes, inspection.parameterBytes]);
  expect(readFileSync(join(cwd, "bert.svg"), "utf8")).toMatch(/^<\?xml .*<\/svg>\n$/s);
});

test("complains after printing when the weights are not those that were exported", async () => {
  const bytes = readFileSync(join(cwd, "toy.onnx"));
  const at = bytes.lastIndexOf("model.decoder.layer0.weight") + "model.decoder.layer0.weight".length + 8;
  bytes[at]! ^= 1;
  writeFileSync(join(cwd, "changed.onnx"), bytes);
  const { code, stdout, stderr } = await cli(["inspect", "changed.onnx"], { cwd });
  expect(code).toBe(2);
  expect(stdout).toContain("DIFFERS from the recorded one");
  expect(stderr).toMatch(
    /^PTX_MODEL_FILE {2}changed\.onnx\n {2}its graph and weights have the content hash [0-9a-f]{64}, not/,
  );
});

test("says what is wrong with a file, or with a place to draw to", async () => {
  writeFileSync(join(cwd, "cut.onnx"), readFileSync(foreign).subarray(0, 5000));
  const refused = async (args: string[], message: RegExp) => {
    const { code, stdout, stderr } = await cli(args, { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  };
  await refused(
    ["inspect", "cut.onnx"],
    /^PTX_MODEL_FILE {2}cut\.onnx\n {2}it is not a whole ONNX model \(at byte/,
  );
  await refused(["inspect", "toy.md"], /^PTX_MODEL_FILE {2}toy\.md\n {2}it is not a whole ONNX model/);
  await refused(["inspect", "nowhere.onnx"], /^PTX_FILE_MISSING {2}nowhere\.onnx\n/);
  await refused(
    ["inspect", "toy.onnx", "--svg", "no/where.svg"],
    /^PTX_FILE_MISSING {2}--svg no\/where\.svg\n/,
  );
  await refused(["predict", "cut.onnx", "goal"], /^PTX_MODEL_FILE {2}cut\.onnx\n/);
  await refused(
    ["predict", foreign, "goal"],
    /^PTX_MODEL_FILE .*\n.*does not carry the task, config, labels and form of input/,
  );
});
