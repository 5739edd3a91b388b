import { join } from "node:path";
import { expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readModel } from "../../src/graph/onnx/file.js";
import { loadRun, silentLog, test as testRun, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { toyConfig, workplace, writeToyData } from "../support/toy.js";

test("what a loss learns for itself is saved and tested with, and is in no exported file", async () => {
  const folder = workplace();
  writeToyData(folder);
  const registry = defaultRegistry();
  const model = { DocModel: { output_layer: { ClassificationOutputLayer: { loss: "AUCPRHingeLoss" } } } };
  const run = join(folder, "run");
  const { metrics } = await train(toyConfig({ data: folder, model, trainer: { epochs: 2 } }), {
    output: run,
  });
  expect((await testRun(run)).loss).toBe(metrics.test!.loss);
  const loaded = await loadRun(run);
  expect(await loaded.predict([{ values: { text: "goal" }, origin: "test" }])).toHaveLength(1);
  await loaded.release();
  const file = join(folder, "model.onnx");
  const { rows } = await exportOnnx(run, file, { registry, log: silentLog, input: "ids" });
  expect(rows).toBeGreaterThan(0);
  const { values } = await readModel(file);
  expect(Object.keys(values).filter((name) => name.includes("loss"))).toEqual([]);
});
