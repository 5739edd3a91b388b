import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, loadRun, predict, silentLog, test as testRun, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { ensembleOfRuns } from "../../src/tasks/ensemble/from-runs.js";
import type { Prediction, TokenPrediction } from "../../src/tasks/prediction.js";
import type { Metrics } from "../../src/tasks/run-session.js";
import { toyConfig, toyRows, tsv, workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();

const rowsOf = (split: string): { text: string; label: string; slots: string; intent: string }[] => {
  const seed = ["train", "eval", "test"].indexOf(split);
  return toyRows(split === "train" ? 60 : 21, seed).map(({ text, label }) => ({
    text,
    label,
    intent: label,
    slots: text
      .split(" ")
      .map((word) => (word.startsWith("word") ? "O" : "B-thing"))
      .join(" "),
  }));
};

beforeAll(() => {
  for (const split of ["train", "eval", "test"])
    writeFileSync(join(folder, `${split}.tsv`), tsv(rowsOf(split)));
});

const plain = toyConfig({ data: folder }) as { task: { DocumentClassificationTask: Record<string, object> } };
const { data, model, trainer } = plain.task.DocumentClassificationTask;

const whitespace = { tokenizer: "WhitespaceTokenizer" };
const joint = (layer = "CRFOutputLayer", more: object = {}): object => ({
  IntentSlotTask: {
    model: {
      IntentSlotModel: {
        inputs: {
          tokens: { TokenTensorizer: whitespace },
          slots: { SlotLabelTensorizer: { ...whitespace, format: "tags" } },
        },
        embedding: { WordEmbedding: { embed_dim: 6 } },
        representation: { BiLSTMDocSlotAttention: { lstm: { BiLSTM: { lstm_dim: 5 } } } },
        word_output_layer: layer,
        ...more,
      },
    },
  },
});

const classes: object = { DocumentClassificationTask: { model } };

const ensemble = (members: readonly object[], more: object = {}): object => ({
  version: 1,
  threads: 1,
  seed: 7,
  task: { EnsembleTask: { data, members, trainer, ...more } },
});

let runs = 0;
const place = (): string => join(folder, `run${++runs}`);

const trained = async (config: object, output = place()): Promise<string> => {
  await train(config, { output });
  return output;
};

const texts = rowsOf("test").map(({ text }) => text);

async function predictions(path: string): Promise<Prediction[]> {
  const loaded = await (path.endsWith(".onnx") ? loadModel(path) : loadRun(path));
  const made = await predict(loaded, texts);
  await loaded.release();
  return made;
}

const scoresOf = (made: readonly Prediction[]): number[][] =>
  made.map(({ scores }) => Object.values(scores!));

/** Logits of probabilities, less their mean. */
function logits(scores: readonly number[]): number[] {
  const logs = scores.map(Math.log);
  const mean = logs.reduce((a, b) => a + b) / logs.length;
  return logs.map((log) => log - mean);
}

function softmax(x: readonly number[]): number[] {
  const powers = x.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

const means = (members: readonly (readonly number[])[]): number[] =>
  members[0]!.map((_, i) => members.reduce((sum, one) => sum + one[i]!, 0) / members.length);

function close(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): void {
  for (const [i, row] of a.entries())
    for (const [at, x] of row.entries()) expect(x).toBeCloseTo(b[i]![at]!, 5);
}

const memberRuns = (run: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => join(run, "members", `member${i + 1}`));

const metricsOf = async (run: string): Promise<Metrics> =>
  JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as Metrics;

/** Has a run's graph run by the second engine from now on. */
function inTensorflow(run: string): void {
  const path = join(run, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as object;
  writeFileSync(path, JSON.stringify({ ...config, engine: "tensorflow" }));
}

describe("an ensemble of classifiers", () => {
  const run = join(folder, "classes");
  let members: number[][][];
  beforeAll(async () => {
    await train(ensemble([classes], { copies: 3 }), { output: run });
    members = await Promise.all(memberRuns(run, 3).map(async (path) => scoresOf(await predictions(path))));
  });

  test("has members that are the runs of the plain config with their seeds, bit for bit", async () => {
    const alone = await trained({ ...plain, seed: 8 });
    const [own, theirs] = [alone, memberRuns(run, 3)[1]!].map((path) =>
      readFileSync(join(path, "parameters.safetensors")),
    );
    expect(own!.equals(theirs!)).toBe(true);
  });

  test("tells its figures beside its members'", async () => {
    const { members: told, test: own } = await metricsOf(run);
    const figures = await Promise.all(memberRuns(run, 3).map(metricsOf));
    expect(told).toEqual(
      figures.map((one, i) => ({
        name: `member${i + 1}`,
        seed: 7 + i,
        metric: "accuracy",
        eval: one.eval!.accuracy,
        test: one.test!.accuracy,
      })),
    );
    expect(await testRun(run)).toEqual(own);
  });

  test.each([
    ["logits", (all: number[][]) => softmax(means(all.map(logits)))],
    ["probabilities", means],
    [
      "votes",
      (all: number[][]) => {
        const votes = all.map((scores) => scores.indexOf(Math.max(...scores)));
        return means(all).map(
          (p, i) => (votes.filter((vote) => vote === i).length + p / 2) / (all.length + 0.5),
        );
      },
    ],
  ] as const)(
    "says by %s what is computed from its members' scores; its file says the same on both engines",
    async (combine, of) => {
      const output = place();
      await ensembleOfRuns(memberRuns(run, 3), { registry, log: silentLog, output, combine, quiet: true });
      const expected = texts.map((_, row) => of(members.map((scores) => scores[row]!)));
      const made = await predictions(output);
      close(scoresOf(made), expected);
      const file = `${output}.onnx`;
      await exportOnnx(output, file, { registry, log: silentLog });
      const byFile = await predictions(file);
      close(scoresOf(byFile), expected);
      expect(byFile.map(({ label }) => label)).toEqual(made.map(({ label }) => label));
      inTensorflow(output);
      close(scoresOf(await predictions(output)), expected);
    },
  );
});
