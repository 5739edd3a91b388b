import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/graph/safetensors.js";
import { loadModel, predict, test as testRun, train } from "../../src/library.js";
import { toyConfig, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
beforeAll(() => writeToyData(folder, 60));

const models = {
  DocNN: {
    DocModel: {
      embedding: { WordEmbedding: { embed_dim: 6 } },
      representation: { DocNNRepresentation: { kernel_num: 5, kernel_sizes: [2, 3], dropout: 0.2 } },
    },
  },
  "n-grams": { BagOfNGramsModel: { embed_dim: 6 } },
};

describe.each(Object.entries(models))("%s", (name, model) => {
  test("trains to the same parameters, figures and predictions on TensorFlow.js as on ONNX Runtime", async () => {
    const [a, b] = ["onnxruntime", "tensorflow"].map((engine) => ({
      config: toyConfig({ data: folder, model, around: { engine }, trainer: { epochs: 2 } }),
      output: join(folder, `${name}-${engine}`),
    }));
    const [onnx, tensorflow] = [await train(a!.config, a!), await train(b!.config, b!)];
    const parameters = async (run: string) =>
      (await readSafetensors(join(run, "parameters.safetensors"))).tensors;
    const [expected, got] = [await parameters(a!.output), await parameters(b!.output)];
    expect(Object.keys(got)).toEqual(Object.keys(expected));
    for (const [key, { data }] of Object.entries(expected)) {
      const other = got[key]!.data as Float32Array;
      for (const [i, value] of (data as Float32Array).entries())
        expect(Math.abs(other[i]! - value), key).toBeLessThan(1e-3);
    }
    expect(tensorflow.metrics.test!.loss).toBeCloseTo(onnx.metrics.test!.loss!, 3);
    expect((await testRun(b!.output)).loss).toBeCloseTo(tensorflow.metrics.test!.loss!, 5);
    const [first, second] = [await loadModel(a!.output), await loadModel(b!.output)];
    const texts = ["goal of the match", "bank", ""];
    const [p, q] = [await predict(first, texts), await predict(second, texts)];
    for (const [i, { scores = {} }] of p.entries()) {
      for (const [label, score] of Object.entries(scores)) expect(q[i]!.scores![label]).toBeCloseTo(score, 3);
    }
  });
});
