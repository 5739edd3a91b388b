/** @file Runs whose sparsifier made whole columns zero, exported without them. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { exportOnnx } from "../../../src/exporters/onnx-exporter.js";
import { readModel } from "../../../src/graph/onnx/file.js";
import { silentLog, train } from "../../../src/library.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { toyConfig, workplace, writeToyData } from "../../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
// What takes texts is the same in every form, and takes long to load.
const options = { registry, log: silentLog, input: "ids" as const };
const at = (name: string): string => join(folder, name);

const model = {
  DocModel: {
    embedding: { WordEmbedding: { embed_dim: 64 } },
    representation: { DocNNRepresentation: { kernel_num: 128, kernel_sizes: [2, 3] } },
    decoder: { MLPDecoder: { hidden_dims: [50] } },
  },
};

async function trained(name: string, sparsifier: object | null): Promise<string> {
  const config = toyConfig({ data: folder, model, trainer: { epochs: 3, sparsifier } });
  await train(config, { output: at(name), registry });
  return at(name);
}

beforeAll(() => writeToyData(folder));

test("filters, units and dimensions of words that are zero are not in the file, in float32 and in int8", async () => {
  const run = await trained("columns", {
    BlockwiseMagnitudeSparsifier: {
      ...{ sparsity: 0.5, block_size: null, columnwise_blocking: true },
      parameters: ["model.representation.*.weight", "model.decoder.layer0.weight", "model.embedding"],
    },
  });
  const whole = await exportOnnx(run, at("whole.onnx"), options);
  expect(whole.pruning).toBeUndefined();
  const { pruning, difference, rows } = await exportOnnx(run, at("pruned.onnx"), { ...options, prune: true });
  expect(rows).toBeGreaterThan(0);
  expect(difference).toBeLessThan(1e-5);
  const words = pruning!.smaller.find(({ name }) => name === "model.embedding.weight")!.from[0]!;
  expect(Object.fromEntries(pruning!.smaller.map(({ name, to }) => [name, to.join("x")]))).toMatchObject({
    "model.embedding.weight": `${words}x32`,
    "model.representation.conv0.weight": "64x64",
    "model.representation.conv1.weight": "96x64",
    "model.decoder.layer0.weight": "128x25",
    "model.decoder.layer1.weight": "25x3",
  });
  expect(pruning!.bytes).toEqual({
    whole: statSync(at("whole.onnx")).size,
    pruned: statSync(at("pruned.onnx")).size,
  });
  expect(pruning!.bytes.pruned).toBeLessThan(0.75 * pruning!.bytes.whole);
  const both = await exportOnnx(run, at("int8.onnx"), { ...options, prune: true, quantize: "int8" });
  expect(both.pruning!.bytes.pruned).toBeLessThan(pruning!.bytes.pruned);
  expect(both.quantization!.comparison!.difference).toBeLessThan(0.05);
});

test("single zeros leave the file as it is", async () => {
  const run = await trained("single", {
    L0ProjectionSparsifier: { sparsity: 0.5, parameters: ["model.representation.*.weight"] },
  });
  const { pruning } = await exportOnnx(run, at("single.onnx"), { ...options, prune: true });
  expect(pruning!.smaller).toEqual([]);
  expect(pruning!.bytes.pruned).toBe(pruning!.bytes.whole);
  const { values } = await readModel(at("single.onnx"));
  const filters = values["model.representation.conv0.weight"]!.data as Float32Array;
  expect(filters.filter((value) => value === 0)).toHaveLength(filters.length / 2);
});
