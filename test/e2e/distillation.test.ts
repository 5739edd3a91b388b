/** @file A student learns what a teacher says of rows, from the teacher's run to the student's, by the command line. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLog, train } from "../../src/library.js";
import { cli } from "../support/cli.js";
import { smallModel, toyConfig, toyRows, workplace, writeConfig, writeToyData } from "../support/toy.js";

const folder = workplace();
const at = (name: string) => join(folder, name);

test("a student that sees only a teacher's logits predicts what the teacher predicts", async () => {
  writeToyData(folder, 200);
  const teacher = await train(writeConfig(folder, { data: folder, trainer: { epochs: 6 } }), {
    output: at("teacher"),
    log: silentLog,
  });
  const splits = ["train", "eval", "test"].map((split, i) => {
    const texts = toyRows(split === "train" ? 400 : 100, 100 + i).map(({ text }) => ({ text }));
    writeFileSync(at(`${split}.jsonl`), texts.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return split;
  });
  for (const split of splits) {
    const output = at(`${split}-soft.jsonl`);
    const result = await cli([
      "get-logits",
      teacher.folder.path,
      "--input",
      at(`${split}.jsonl`),
      "--output",
      output,
    ]);
    expect(result).toMatchObject({ code: 0 });
  }
  const first = JSON.parse(readFileSync(at("test-soft.jsonl"), "utf8").split("\n")[0]!) as {
    text: string;
    teacher_label: string;
    logits: Record<string, number>;
  };
  const [best] = Object.entries(first.logits).sort(([, a], [, b]) => b - a);
  expect(best![0]).toBe(first.teacher_label);

  const files = Object.fromEntries(splits.map((split) => [`${split}_filename`, at(`${split}-soft.jsonl`)]));
  const student = toyConfig({
    source: { JSONLDataSource: files },
    model: {
      DocModel: {
        ...smallModel.DocModel,
        inputs: { labels: { SoftLabelTensorizer: { column: "teacher_label" } } },
        output_layer: { ClassificationOutputLayer: { loss: "DistillationLoss" } },
      },
    },
    trainer: { epochs: 8 },
  });
  writeFileSync(at("student.json"), JSON.stringify(student));
  const { metrics } = await train(at("student.json"), { output: at("student"), log: silentLog });
  expect(metrics.test!.accuracy).toBeGreaterThan(0.85);
}, 120_000);

test.each([
  ["no logits", {}, /PTX_DATA[\s\S]*logits/],
  ["a label without a logit", { logits: { sport: 1, money: 2 } }, /PTX_DATA[\s\S]*a number for each label/],
])("rows with %s are told with their line", async (name, extra, message) => {
  const rows = toyRows(60, 5).map(({ text, label }, i) => ({
    text,
    label,
    logits: { sport: 0, money: 0, food: 0 },
    ...(i === 30 ? { logits: undefined, ...extra } : {}),
  }));
  const file = at(`${name}.jsonl`);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const config = toyConfig({
    source: { JSONLDataSource: { train_filename: file } },
    model: {
      DocModel: {
        ...smallModel.DocModel,
        inputs: { labels: "SoftLabelTensorizer" },
        output_layer: { ClassificationOutputLayer: { loss: "DistillationLoss" } },
      },
    },
  });
  const path = at(`${name}.json`);
  writeFileSync(path, JSON.stringify(config));
  await expect(train(path, { output: at(`${name} run`), log: silentLog })).rejects.toThrow(message);
});
