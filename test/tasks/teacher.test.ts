import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { predictLines } from "../../src/cli/predict.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { Graph } from "../../src/graph/graph.js";
import { ParameterStore } from "../../src/graph/parameters.js";
import { optimize } from "../../src/graph/passes.js";
import { Scope } from "../../src/graph/scope.js";
import { loadModel, loadRun, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import type { TokenPrediction } from "../../src/tasks/prediction.js";
import { teachings } from "../../src/tasks/teacher-logits.js";
import { floats, ints, slot, testContext } from "../components/models/harness.js";
import { engine } from "../graph/engines.js";
import { toyRows, tsv, workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const at = (name: string): string => join(folder, name);

const rows = (split: string) =>
  toyRows(split === "train" ? 60 : 21, ["train", "eval", "test"].indexOf(split)).map(({ text, label }) => ({
    text,
    intent: label,
    slots: text
      .split(" ")
      .map((word) => (word.startsWith("word") ? "O" : "B-thing"))
      .join(" "),
  }));
const texts = rows("test").map(({ text }) => text);

const whitespace = { tokenizer: "WhitespaceTokenizer" };
const trainer = { Trainer: { epochs: 12, optimizer: { Adam: { lr: 0.05 } } } };
const parts = {
  embedding: { WordEmbedding: { embed_dim: 6 } },
  representation: { BiLSTMDocSlotAttention: { lstm: { BiLSTM: { lstm_dim: 5 } } } },
};

const files = (kind: string, start: string, ending: string) => ({
  Data: {
    source: {
      [kind]: Object.fromEntries(
        ["train", "eval", "test"].map((split) => [`${split}_filename`, at(`${start}${split}.${ending}`)]),
      ),
    },
  },
});

const teacher = {
  version: 1,
  threads: 1,
  task: {
    IntentSlotTask: {
      data: files("TSVDataSource", "", "tsv"),
      model: {
        IntentSlotModel: {
          inputs: {
            tokens: { TokenTensorizer: whitespace },
            slots: { SlotLabelTensorizer: { ...whitespace, format: "tags" } },
          },
          ...parts,
        },
      },
      trainer,
    },
  },
};

/** A student of intents and slots that sees nothing but what a teacher said. */
const student = (more: object = {}) => ({
  version: 1,
  threads: 1,
  task: {
    IntentSlotTask: {
      data: files("JSONLDataSource", "soft-", "jsonl"),
      model: {
        IntentSlotModel: {
          inputs: {
            tokens: { TokenTensorizer: whitespace },
            intent: { SoftLabelTensorizer: { column: "teacher_label", labels: ["food", "money", "sport"] } },
            slots: {
              SoftSlotLabelTensorizer: {
                ...whitespace,
                format: "spans",
                offset_unit: "utf16",
                column: "teacher_slots",
                labels: ["thing"],
              },
            },
          },
          ...parts,
          doc_output_layer: { ClassificationOutputLayer: { loss: "DistillationLoss" } },
          word_output_layer: { WordTaggingOutputLayer: { distillation: { temperature: 1 } } },
          ...more,
        },
      },
      trainer,
    },
  },
});

beforeAll(async () => {
  for (const split of ["train", "eval", "test"]) {
    writeFileSync(at(`${split}.tsv`), tsv(rows(split)));
    writeFileSync(
      at(`${split}.jsonl`),
      rows(split)
        .map(({ text }) => `${JSON.stringify({ text })}\n`)
        .join(""),
    );
  }
  await train(teacher, { output: at("teacher") });
  for (const split of ["train", "eval", "test"])
    await predictLines(
      at("teacher"),
      [],
      { input: at(`${split}.jsonl`), output: at(`soft-${split}.jsonl`), include: [] },
      (row, prediction) => ({ ...row.values, ...teachings(prediction) }),
      true,
    );
});

const softRows = () =>
  readFileSync(at("soft-test.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SoftRow);

interface SoftRow {
  readonly teacher_label: string;
  readonly logits: Readonly<Record<string, number>>;
  readonly tag_logits: { readonly tags: string[]; readonly tokens: number[][] };
}

const powers = (logits: readonly number[]): number[] => {
  const sum = logits.reduce((all, x) => all + Math.exp(x), 0);
  return logits.map((x) => Math.exp(x) / sum);
};

describe("a teacher's logits", () => {
  test("of tokens and intent give its probabilities; a file that tells them says the same", async () => {
    const run = await loadRun(at("teacher"), { distributions: true });
    const told = await predict(run, texts);
    await run.release();
    await exportOnnx(at("teacher"), at("teacher.onnx"), { registry, log: silentLog, distributions: true });
    const file = await loadModel(at("teacher.onnx"));
    const byFile = await predict(file, texts);
    await file.release();
    const soft = softRows();
    for (const [row, { tokens, intent, scores }] of told.entries()) {
      const { tag_logits: logits, teacher_label: label, logits: ofIntent } = soft[row]!;
      expect(label).toBe(intent);
      expect(powers(Object.values(ofIntent))[Object.keys(ofIntent).indexOf(label)]).toBeCloseTo(
        scores![intent!]!,
        6,
      );
      for (const [i, token] of (tokens as readonly TokenPrediction[]).entries()) {
        const probabilities = Object.values(token.scores!);
        expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        expect(token.scores![token.label]).toBeCloseTo(token.score, 6);
        for (const [tag, p] of powers(logits.tokens[i]!).entries())
          expect(p).toBeCloseTo(probabilities[tag]!, 3);
        const theirs = (byFile[row]!.tokens as readonly TokenPrediction[])[i]!.scores!;
        for (const [name, p] of Object.entries(token.scores!)) expect(theirs[name]).toBeCloseTo(p, 5);
      }
    }
  });

  test("teach a student of other output layers what the teacher says of the rows", async () => {
    await train(student(), { output: at("student"), set: ["task.trainer.epochs=40"] });
    const said = softRows();
    const run = await loadRun(at("student"));
    const learnt = await predict(run, texts);
    await run.release();
    const same = learnt.flatMap(({ tokens }, row) => {
      const { tags, tokens: logits } = said[row]!.tag_logits;
      return (tokens as readonly TokenPrediction[]).map(
        ({ label }, i) => label === tags[logits[i]!.indexOf(Math.max(...logits[i]!))],
      );
    });
    expect(same.filter(Boolean).length / same.length).toBeGreaterThan(0.8);
  });

  test("that nobody reads, or that do not fit, are refused with the reason", async () => {
    const fails = (config: object, message: RegExp | string) =>
      expect(train(config, { output: at("refused") })).rejects.toThrow(message);
    await fails(student({ word_output_layer: "CRFOutputLayer" }), "learns whole sequences");
    await fails(student({ word_output_layer: "WordTaggingOutputLayer" }), "which are not read");
    const bad = softRows();
    bad[1]!.tag_logits.tokens.pop();
    writeFileSync(at("bad.jsonl"), bad.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await expect(
      train(student(), {
        output: at("refused"),
        set: [`task.data.source.train_filename=${at("bad.jsonl")}`],
      }),
    ).rejects.toThrow(/bad\.jsonl:2[\s\S]*give the teacher's tokenizer/);
    expect(() => teachings({ score: 2 })).toThrow("predicts numbers");
    expect(() => teachings({ embedding: [1] })).toThrow("neither classes nor tags");
    const token = { text: "a", start: 0, end: 1, label: "O", score: 1 };
    expect(() => teachings({ text: "a", tokens: [token] })).toThrow("--tag-probabilities");
  });
});

test("the loss of tags is that of DistillationLoss over the tokens that are there", async () => {
  const context = testContext();
  const [tokens, labels] = [3, 3];
  const logits = [0.3, -1.2, 2, 0.5, 0.1, -0.4, 9, 9, -9];
  const soft = [1, 0, -1, 3, -2, 0.5, -7, 0, 7];
  const options = { temperature: 3, hard_weight: 0.25 };
  const graph = new Graph();
  const scope = Scope.root(graph, "train", new ParameterStore(1), context);
  const tagging = context.part(
    "tag_output_layer",
    slot("tag_output_layer", { WordTaggingOutputLayer: { distillation: options } }),
  );
  const { loss } = tagging.component.build(scope, tagging.config, {
    logits: graph.input("logits", "float32", ["batch", "tokens", labels]),
    soft: graph.input("soft", "float32", ["batch", "tokens", labels]),
    target: graph.input("target", "int32", ["batch", "tokens"]),
    mask: graph.input("mask", "bool", ["batch", "tokens"]),
    labels: ["a", "b", "c"],
  });
  const plain = context.part("loss", slot("loss", { DistillationLoss: options }));
  const expected = plain.component.build(scope, plain.config, {
    logits: graph.input("flat_logits", "float32", ["rows", labels]),
    soft: graph.input("flat_soft", "float32", ["rows", labels]),
    target: graph.input("flat_target", "int32", ["rows"]),
    classWeights: null,
  });
  for (const [name, { sum, count }] of Object.entries({ own: loss!, expected })) {
    graph.output(`${name}_sum`, sum);
    graph.output(`${name}_count`, count);
  }
  optimize(graph);
  const program = await (await engine("onnxruntime")).compile(graph);
  const results = await program.run({
    logits: floats([1, tokens, labels], logits),
    soft: floats([1, tokens, labels], soft),
    target: ints([1, tokens], [2, 0, 0]),
    mask: { dtype: "bool", dims: [1, tokens], data: Uint8Array.from([1, 1, 0]) },
    flat_logits: floats([2, labels], logits.slice(0, 6)),
    flat_soft: floats([2, labels], soft.slice(0, 6)),
    flat_target: ints([2], [2, 0]),
  });
  const value = (name: string): number => Number(results[name]!.data[0]);
  expect(value("own_sum")).toBeCloseTo(value("expected_sum"), 5);
  expect(value("own_count")).toBe(value("expected_count"));
});

describe("logits of a teacher that gives a row several labels", () => {
  const told = toyRows(60, 3).map(({ text, label }, i) => ({
    text,
    label: i % 3 === 0 ? [] : i % 3 === 1 ? [label] : [label, "odd"],
  }));
  const lines = (of: readonly object[]): string => of.map((row) => `${JSON.stringify(row)}\n`).join("");
  const config = (file: string, labels: object, loss: string) => ({
    version: 1,
    threads: 1,
    task: {
      DocumentClassificationTask: {
        data: {
          Data: { source: { JSONLDataSource: { train_filename: at(file), eval_filename: at(file) } } },
        },
        model: {
          DocModel: {
            inputs: { tokens: { TokenTensorizer: whitespace }, labels },
            embedding: { WordEmbedding: { embed_dim: 6 } },
            representation: { PureDocAttention: { pooling: "MeanPool", dropout: 0 } },
            output_layer: { MultiLabelClassificationOutputLayer: { loss } },
          },
        },
        trainer: { Trainer: { epochs: 60, optimizer: { Adam: { lr: 0.05 } } } },
      },
    },
  });

  test("are the odds of each label, and a student learns them without the rows' own labels", async () => {
    writeFileSync(at("several.jsonl"), lines(told));
    await train(config("several.jsonl", { LabelListTensorizer: {} }, "BinaryCrossEntropyWithLogitsLoss"), {
      output: at("several"),
    });
    const teacherRun = await loadRun(at("several"));
    const said = await predict(
      teacherRun,
      told.map(({ text }) => text),
    );
    await teacherRun.release();
    const soft = said.map((prediction, i) => ({ text: told[i]!.text, ...teachings(prediction) }));
    for (const [i, { labels, scores }] of said.entries()) {
      const { teacher_labels, logits } = soft[i] as unknown as { teacher_labels: string[]; logits: object };
      expect(teacher_labels).toEqual(labels);
      for (const [label, logit] of Object.entries(logits))
        expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(scores![label]!, 6);
    }
    writeFileSync(at("soft-several.jsonl"), lines(soft));
    const target = { SoftLabelListTensorizer: { column: "teacher_labels" } };
    await train(config("soft-several.jsonl", target, "BinaryDistillationLoss"), {
      output: at("several-student"),
    });
    const studentRun = await loadRun(at("several-student"));
    const learnt = await predict(
      studentRun,
      told.map(({ text }) => text),
    );
    await studentRun.release();
    const same = learnt.filter(({ labels }, i) => labels!.join() === said[i]!.labels!.join());
    expect(same.length / learnt.length).toBeGreaterThan(0.9);

    const fails = (wrong: object, message: RegExp) =>
      expect(train(wrong, { output: at("refused") })).rejects.toThrow(message);
    await fails(
      config("soft-several.jsonl", target, "BinaryCrossEntropyWithLogitsLoss"),
      /teacher's logits, which BinaryCrossEntropyWithLogitsLoss does not read; use BinaryDistillationLoss/,
    );
    await fails(
      config("several.jsonl", { LabelListTensorizer: {} }, "BinaryDistillationLoss"),
      /the target has none[\s\S]*use SoftLabelListTensorizer/,
    );
    const more = soft.map((row) => ({
      ...row,
      logits: { ...(row as { logits?: object }).logits, never: -5 },
    }));
    writeFileSync(at("more.jsonl"), lines(more));
    await fails(
      config("more.jsonl", target, "BinaryDistillationLoss"),
      /more\.jsonl:1[\s\S]*none for others \(never\)[\s\S]*name all of the teacher's labels/,
    );
    writeFileSync(at("short.jsonl"), lines(soft.map((row) => ({ ...row, logits: { odd: 1 } }))));
    await fails(
      config("short.jsonl", target, "BinaryDistillationLoss"),
      /short\.jsonl:1[\s\S]*a number for each label/,
    );
  });
});
