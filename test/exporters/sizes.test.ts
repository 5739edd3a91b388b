/** @file Exported files whose axes have sizes that are the same in every run. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { OnnxModelFile } from "../../src/engine/ort-model.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readRunnable } from "../../src/graph/onnx/runnable.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { toyConfig, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const run = join(folder, "run");
const texts = ["goal goal", "", "the price of money and the goal of it all", "x", "money"];

beforeAll(async () => {
  writeToyData(folder);
  await train(toyConfig({ data: folder }), { output: run, registry });
});

test.each([
  ["text", { batch: 2 }, { text: [2] }],
  ["text", { batch: 7 }, { text: [7] }],
  ["tokens", { batch: 1, tokens: 20 }, { tokens: [1, 20] }],
  ["tokens", { tokens: 20 }, { tokens: [null, 20] }],
] as const)(
  "a file that takes %s with sizes %j says so and predicts as the run does",
  async (input, sizes, shapes) => {
    const file = join(folder, `${input}-${Object.values(sizes).join("-")}.onnx`);
    const { difference } = await exportOnnx(run, file, {
      registry,
      log: silentLog,
      input,
      sizes: new Map(Object.entries(sizes)),
    });
    expect(difference).toBeLessThanOrEqual(1e-5);
    const plain = await OnnxModelFile.open(await readRunnable(file), 1);
    for (const [name, shape] of Object.entries(shapes)) expect(plain.sizesOf(name)).toEqual(shape);
    await plain.release();
    const [ours, theirs] = [await loadModel(run, { registry }), await loadModel(file, { registry })];
    const expected = await predict(ours, texts);
    for (const [i, got] of (await predict(theirs, texts)).entries()) {
      expect(got.label).toBe(expected[i]!.label);
      for (const [label, score] of Object.entries(expected[i]!.scores!))
        expect(got.scores![label]).toBeCloseTo(score, 5);
    }
    await Promise.all([ours.release(), theirs.release()]);
  },
);

test("an axis that no input has is refused by name", async () => {
  const file = join(folder, "axis.onnx");
  const sizes = new Map([["token", 4]]);
  await expect(exportOnnx(run, file, { registry, log: silentLog, input: "tokens", sizes })).rejects.toThrow(
    /PTX_USAGE {2}--size token\n.*no input has the axis "token"; did you mean "tokens"\?[\s\S]*the axes are batch, tokens/,
  );
  expect(existsSync(file)).toBe(false);
});

test("a row that is longer than the file's size is refused, and so is an export whose held-out rows are", async () => {
  const [file, small] = [join(folder, "long.onnx"), join(folder, "small.onnx")];
  const options = { registry, log: silentLog, input: "tokens" } as const;
  await expect(exportOnnx(run, small, { ...options, sizes: new Map([["tokens", 1]]) })).rejects.toThrow(
    /PTX_DATA .*\n.*the file takes 1 at axis 1 of "tokens", and a row has \d+\n.*export with a larger --size/,
  );
  expect(existsSync(small)).toBe(false);
  await exportOnnx(run, file, { ...options, sizes: new Map([["tokens", 20]]) });
  const model = await loadModel(file, { registry });
  await expect(predict(model, ["goal ".repeat(21)])).rejects.toThrow(
    /takes 20 at axis 1 of "tokens", and a row has 21/,
  );
  await model.release();
});
