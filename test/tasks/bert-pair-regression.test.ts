/** @file Numbers for pairs of texts: both models learn a rule, export it, and refuse what does not fit. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { writeTinyEncoder } from "../support/tiny-encoder.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
await writeTinyEncoder(join(folder, "encoder"));
const WORDS = ["red fox", "old house", "blue sea", "tall man"];
/** Two rules: whether both texts are the same, and whether the first is one of four. */
const rows = WORDS.flatMap((a) =>
  WORDS.map((b) => `${a === b ? 5 : 1}\t${a === WORDS[0] ? 5 : 1}\t${a}\t${b}`),
);
writeFileSync(join(folder, "rows.tsv"), `same\tfox\tone\ttwo\n${`${rows.join("\n")}\n`.repeat(4)}`);

const vocab_file = join(folder, "encoder", "vocab.txt");
const common = {
  encoder: { TransformerEncoder: { pretrained: join(folder, "encoder") } },
  pooling: "MeanPool",
};
const labels = (column: string) => ({ NumericLabelTensorizer: { column } });
const alone = (column: string, axis: string) => ({ BERTTensorizer: { columns: [column], axis, vocab_file } });
const together = { BERTTensorizer: { columns: ["one", "two"], vocab_file } };
const models = {
  together: (range: readonly number[] | null) => ({
    NewBertRegressionModel: {
      ...{ ...common, inputs: { tokens: together, labels: labels("fox") } },
      output_layer: { RegressionOutputLayer: { squash_to_range: range } },
    },
  }),
  alone: (range: readonly number[] | null) => ({
    BertPairwiseRegressionModel: {
      ...{
        ...common,
        inputs: { tokens1: alone("one", "a"), tokens2: alone("two", "b"), labels: labels("same") },
      },
      ...(range && { range }),
    },
  }),
};
const config = (model: object, epochs = 1) => ({
  version: 1,
  threads: 1,
  task: {
    BertPairRegressionTask: {
      data: {
        Data: {
          source: {
            TSVDataSource: {
              train_filename: join(folder, "rows.tsv"),
              test_filename: join(folder, "rows.tsv"),
            },
          },
        },
      },
      model,
      trainer: { Trainer: { epochs, optimizer: { Adam: { lr: 0.01 } } } },
    },
  },
});

test.each(Object.keys(models) as (keyof typeof models)[])(
  "texts read %s: figures, a score within its range, and the same from the exported file",
  async (form) => {
    const run = join(folder, form);
    const { metrics } = await train(config(models[form]([0, 5]), 8), { output: run });
    const { mse } = metrics.test as unknown as { mse: number };
    // The mean for every pair would have 3 (numbers 5 and 1, one in four is 5).
    expect(mse).toBeLessThan(3);
    const file = join(folder, `${form}.onnx`);
    await exportOnnx(run, file, { registry: defaultRegistry(), log: silentLog });
    const pairs = [
      { one: "red fox", two: "red fox" },
      form === "alone" ? { one: "red fox", two: "blue sea" } : { one: "blue sea", two: "red fox" },
    ];
    for (const path of [run, file]) {
      const model = await loadModel(path);
      const [high, low] = (await predict(model, pairs)) as [{ score: number }, { score: number }];
      await model.release();
      if (form === "alone") expect(high.score).toBeCloseTo(5, 4);
      expect(high.score).toBeLessThanOrEqual(5.0001);
      expect(low.score).toBeLessThan(high.score);
    }
  },
);

test("numbers outside the model's range are an error, as are columns that are no pair", async () => {
  const output = join(folder, "bad");
  await expect(train(config(models.together([0, 1])), { output })).rejects.toThrow(/go from 1 to 5/);
  await expect(train(config(models.alone(null)), { output })).rejects.toThrow(/go from 1 to 5/);
  const single = {
    NewBertRegressionModel: { ...common, inputs: { tokens: alone("one", "a"), labels: labels("fox") } },
  };
  await expect(train(config(single), { output })).rejects.toThrow(/a pair has two columns/);
});
