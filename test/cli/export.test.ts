import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { train } from "../../src/library.js";
import { cli, lines } from "../support/cli.js";
import { toyConfig, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  writeToyData(folder);
  const model = {
    DocModel: { representation: { DocNNRepresentation: { kernel_num: 30, kernel_sizes: [2] } } },
  };
  await train(toyConfig({ data: folder, model }), { output: at("run") });
});

test("a smaller form comes with a table of its parameters, its size and what it costs", async () => {
  const { code, stdout, stderr } = await cli([
    ...["export", at("run"), "--onnx", at("small.onnx"), "--ort", at("small.ort")],
    ...["--quantize", "int8", "--max-accuracy-drop", "100", "--external-data", "--show-fusions"],
  ]);
  expect(code, stderr).toBe(0);
  const printed = lines(stdout);
  expect(printed[0]).toMatch(/^checked 24 rows: largest difference of a score /);
  expect(stdout).toMatch(
    /^model\.representation\.conv0\.weight +\[200,30\] +int8, a scale for each column, multiplied in whole numbers$/m,
  );
  expect(stdout).toMatch(/^model\.decoder\.layer0\.bias +\[3\] +float32 \(a vector\)$/m);
  expect(stdout).toMatch(/^form +bytes of \.onnx +share +ms a text +accuracy$/m);
  expect(stdout).toMatch(/^float32 +[\d,]+ +100\.0 % +\d+\.\d{3} +\d+\.\d\d %$/m);
  expect(stdout).toMatch(/^int8 +[\d,]+ +\d+\.\d % +\d+\.\d{3} +\d+\.\d\d %$/m);
  expect(stdout).toMatch(
    /^24 test rows: \d+\.\d\d % decided as the run does, accuracy changes by -?\d+\.\d\d points, largest difference of a score /m,
  );
  expect(stdout).toMatch(/^com\.microsoft\.DynamicQuantizeMatMul +0 +1$/m);
  expect(printed.slice(-3)).toEqual(
    ["small.onnx", "small.onnx.data", "small.ort"].map((name) => `wrote ${at(name)}`),
  );
});

test("a file of ONNX Runtime's own format is predicted with", async () => {
  const { code, stdout } = await cli(["predict", at("small.ort"), "goal in the league"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ text: "goal in the league" });
});

test("what is left out or does not exist is said", async () => {
  const nowhere = await cli(["export", at("run")]);
  expect(nowhere.code).toBe(2);
  expect(nowhere.stderr).toContain("name the file to write: --onnx FILE, --ort FILE, or both");
  const unknown = await cli(["export", at("run"), "--onnx", at("x.onnx"), "--quantize", "int2"]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("Allowed choices are int8, int8-weights, int4-weights, float16");
  expect(existsSync(at("x.onnx"))).toBe(false);
});
