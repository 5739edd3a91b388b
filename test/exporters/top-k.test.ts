/** @file The likeliest labels: asked of predictions, and as outputs of exported files. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { predictCommand } from "../../src/cli/predict.js";
import { OnnxModelFile } from "../../src/engine/ort-model.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readRunnable } from "../../src/graph/onnx/runnable.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { outputsOf } from "../../src/serving/open-inference/tensors.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { undecidedLabels, withTop } from "../../src/tasks/class-scores.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { jsonLines } from "../support/cli.js";
import { smallModel, toyConfig, toyRows, tsv, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const options = { registry, log: silentLog };
const texts = ["goal goal", "", "the price of money and the goal of it all", "soup"];

const files = (name: string) => ({
  TSVDataSource: { train_filename: join(folder, name), test_filename: join(folder, name) },
});
const document = (model: object, name: string) => ({
  DocumentClassificationTask: {
    data: { source: files(name) },
    model: { DocModel: { ...smallModel.DocModel, ...model } },
  },
});

beforeAll(async () => {
  writeToyData(folder);
  const rows = toyRows(40, 5).map(({ text, label }, i) => ({
    ...{ text, label },
    labels: i % 3 === 0 ? `["${label}", "rare"]` : `["${label}"]`,
  }));
  writeFileSync(join(folder, "rows.tsv"), tsv(rows));
  await train(toyConfig({ data: folder }), { ...options, output: join(folder, "single") });
  const several = {
    inputs: { labels: { LabelListTensorizer: { column: "labels" } } },
    output_layer: "MultiLabelClassificationOutputLayer",
  };
  const trainer = { epochs: 1 };
  const of = (task: object) => ({ version: 1, threads: 1, task });
  const { DocumentClassificationTask: parts } = document(several, "rows.tsv");
  const multi = of({ DocumentClassificationTask: { ...parts, trainer } });
  await train(multi, { ...options, output: join(folder, "several") });
  const heads = {
    topic: { DocumentClassificationTask: { model: smallModel } },
    length: { DocumentRegressionTask: { model: { inputs: { labels: { column: "size" } } } } },
  };
  writeFileSync(join(folder, "sized.tsv"), tsv(rows.map((row, i) => ({ ...row, size: i / 40 }))));
  const joint = of({ MultiHeadTask: { data: { source: files("sized.tsv") }, tasks: heads, trainer } });
  await train(joint, { ...options, output: join(folder, "heads") });
  const number = of({
    DocumentRegressionTask: {
      data: { source: files("sized.tsv") },
      model: { inputs: { labels: { column: "size" } } },
      trainer,
    },
  });
  await train(number, { ...options, output: join(folder, "number") });
}, 60_000);

/** The best labels by plain sorting. */
const sorted = (scores: Readonly<Record<string, number>>, k: number) =>
  Object.entries(scores)
    .sort(([, a], [, b]) => b - a)
    .slice(0, k)
    .map(([label]) => label);

describe.each([
  ["single", 2],
  ["several", 3],
  ["several", 1],
])("a file of the run %s with its %i likeliest labels", (name, k) => {
  test.each(["text", "ids"] as const)(
    "that takes %s gives them in order with their scores",
    async (input) => {
      const [run, file] = [join(folder, name), join(folder, `${name}-${k}-${input}.onnx`)];
      const { difference } = await exportOnnx(run, file, { ...options, input, topK: k });
      expect(difference).toBeLessThanOrEqual(1e-5);
      if (input === "ids") return;
      const [ours, theirs] = [await loadModel(run, options), await loadModel(file, options)];
      const expected = await predict(ours, texts);
      for (const [i, { top, scores }] of (await predict(theirs, texts)).entries()) {
        expect(top!.map(({ label }) => label)).toEqual(sorted(expected[i]!.scores!, k));
        for (const { label, score } of top!) expect(score).toBe(scores![label]);
        expect(expected[i]!.top).toBeUndefined();
      }
      await Promise.all([ours.release(), theirs.release()]);
      const plain = await OnnxModelFile.open(await readRunnable(file), 1);
      const out = await plain.run({ text: { dtype: "string", dims: [2], data: ["soup", ""] } });
      expect([out.top_labels!.dims, out.top_scores!.dims]).toEqual([
        [2, k],
        [2, k],
      ]);
      await plain.release();
    },
  );
});

test("of several heads those with labels have them", async () => {
  const file = join(folder, "heads.onnx");
  await exportOnnx(join(folder, "heads"), file, { ...options, topK: 2 });
  const model = await loadModel(file, options);
  const [{ heads = {} } = {}] = await predict(model, ["goal goal"]);
  expect(heads.topic!.top!.map(({ label }) => label)).toEqual(sorted(heads.topic!.scores!, 2));
  expect(heads.length).toEqual({ score: expect.any(Number) });
  await model.release();
});

test("more than there are, and those of a model without labels, are refused before a file is there", async () => {
  const file = join(folder, "none.onnx");
  await expect(exportOnnx(join(folder, "single"), file, { ...options, topK: 4 })).rejects.toThrow(
    /PTX_USAGE {2}--top-k\n.*there are 3 labels: the likeliest 4 are more/,
  );
  await expect(exportOnnx(join(folder, "number"), file, { ...options, topK: 1 })).rejects.toThrow(
    /--top-k\n.*gives no scores of labels/,
  );
  expect(existsSync(file)).toBe(false);
  expect(() => withTop({ score: 1 }, 1)).toThrow(/gives no scores of labels/);
});

test("predict gives them in place of all scores, of a run and of a file", async () => {
  const file = join(folder, "plain.onnx");
  await exportOnnx(join(folder, "single"), file, options);
  const asked = ["goal goal", "soup"];
  const model = await loadModel(join(folder, "single"), options);
  const expected = (await predict(model, asked)).map(({ label, scores }, i) => ({
    ...{ text: asked[i], label },
    top: sorted(scores!, 2).map((name) => ({ label: name, score: expect.closeTo(scores![name]!, 5) })),
  }));
  await model.release();
  for (const path of [join(folder, "single"), file]) {
    const output = join(folder, "answers.jsonl");
    await predictCommand(path, asked, { output, offsetUnit: "utf16", topK: 2, include: [] });
    expect(jsonLines(readFileSync(output, "utf8"))).toEqual(expected);
  }
});

test("rounding decides an order only where neighbours of it are near", () => {
  const rule = { decision: "single-label", threshold: 0 } as const;
  const scores = { a: 0.5, b: 0.3, c: 0.1, d: 0.1 };
  expect([0, 1, 2, 3, 4].map((top) => undecidedLabels(scores, rule, 1e-5, top))).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
  const several = { decision: "multi-label", threshold: 0.4 } as const;
  expect([0, 2, 3].map((top) => undecidedLabels(scores, several, 1e-5, top))).toEqual([false, false, true]);
});

test("a server gives them as tensors", () => {
  const answers: Prediction[] = [
    {
      label: "a",
      top: [
        { label: "a", score: 0.5 },
        { label: "b", score: 0.25 },
      ],
    },
    {
      label: "b",
      top: [
        { label: "b", score: 0.75 },
        { label: "a", score: 0.125 },
      ],
    },
  ];
  const tensors = outputsOf({ kind: "predictor", answers }, { kind: "predictor" } as never, []);
  expect(tensors.filter(({ name }) => name.startsWith("top"))).toEqual([
    { name: "top_labels", datatype: "BYTES", shape: [2, 2], data: ["a", "b", "b", "a"] },
    { name: "top_scores", datatype: "FP32", shape: [2, 2], data: [0.5, 0.25, 0.75, 0.125] },
  ]);
});
