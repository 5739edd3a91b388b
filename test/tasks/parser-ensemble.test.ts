/** @file Parsers as members of an ensemble. What a search of several finds is held against plain code in test/components/rnng. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, predict, silentLog, test, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { ensembleOfRuns } from "../../src/tasks/ensemble/from-runs.js";
import type { Combination } from "../../src/tasks/ensemble/verdict.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import type { Metrics } from "../../src/tasks/run-session.js";
import { tsv, workplace } from "../support/toy.js";
import { treeRows } from "../support/trees.js";

const folder = workplace();
const registry = defaultRegistry();
const file = (name: string): string => join(folder, name);
const run = file("run");
const texts = ["fairs in New York", "route from home to Oslo", "[fairs] in Rome \\", ""];

beforeAll(() => {
  writeFileSync(file("train.tsv"), tsv(treeRows(60, 1)));
  writeFileSync(file("eval.tsv"), tsv(treeRows(20, 2)));
});

const parser = (more: object = {}, tokens: object = {}): object => ({
  SemanticParsingTask: {
    model: {
      RNNGParser: {
        inputs: {
          tokens: { TokenTensorizer: { column: "text", ...tokens } },
          actions: { AnnotationNumberizer: { column: "tree" } },
        },
        embedding: { WordEmbedding: { embed_dim: 6 } },
        lstm: { lstm_dim: 8 },
        compositional_type: "sum",
        ...{ beam_size: 3, top_k: 2 },
        ...more,
      },
    },
  },
});

const other = parser({
  compositional_type: "blstm",
  lstm: { lstm_dim: 6, num_layers: 2 },
  ablation: { use_action: false, use_last_open_NT_feature: true },
});

const ensemble = (members: readonly object[], more: object = {}): object => ({
  version: 1,
  threads: 1,
  seed: 3,
  task: {
    EnsembleTask: {
      data: {
        Data: {
          source: {
            TSVDataSource: { train_filename: file("train.tsv"), test_filename: file("eval.tsv") },
          },
          batcher: { PoolingBatcher: { train_batch_size: 8 } },
        },
      },
      members,
      copies: 1,
      trainer: { Trainer: { epochs: 2, optimizer: { Adam: { lr: 0.02 } } } },
      channels: [],
      ...more,
    },
  },
});

const member = (number: number): string => join(run, "members", `member${number}`);

/** A copy of a run whose config is another one in some key. */
function copied(from: string, name: string, change: (config: Record<string, unknown>) => object): string {
  cpSync(from, file(name), { recursive: true });
  const path = join(file(name), "config.json");
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
  return file(name);
}

const together = (runs: readonly string[], name: string, combine: Combination) =>
  ensembleOfRuns(runs, { registry, log: silentLog, output: file(name), combine, quiet: true });

async function predictions(path: string): Promise<Prediction[]> {
  const model = await loadModel(path);
  const made = await predict(model, texts);
  await model.release();
  return made;
}

function expectSame(made: readonly Prediction[], wanted: readonly Prediction[]): void {
  for (const [i, { parses }] of made.entries()) {
    expect(parses!.map(({ parse }) => parse)).toEqual(wanted[i]!.parses!.map(({ parse }) => parse));
    for (const [at, { score }] of parses!.entries())
      expect(score).toBeCloseTo(wanted[i]!.parses![at]!.score, 5);
  }
}

describe("an ensemble of parsers", () => {
  beforeAll(() => train(ensemble([parser(), other]), { output: run }));

  it("is tested beside its members", async () => {
    const metrics = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as Metrics;
    expect(metrics.members!.map(({ name, metric }) => [name, metric])).toEqual([
      ["member1", "frame_accuracy"],
      ["member2", "frame_accuracy"],
    ]);
    expect(metrics.test!.invalid_trees).toBe(0);
    expect(await test(run)).toEqual(metrics.test);
  });

  it.each(["logits", "probabilities"] as const)(
    "that is one run twice is that run, by %s",
    async (combine) => {
      const again = copied(member(2), `again-${combine}`, (config) => ({ ...config, seed: 99 }));
      await together([member(2), again], `twice-${combine}`, combine);
      expectSame(await predictions(file(`twice-${combine}`)), await predictions(member(2)));
    },
  );

  it.each(["logits", "probabilities"] as const)(
    "says by %s the same as a run and as a file",
    async (combine) => {
      const output = combine === "logits" ? run : file(combine);
      if (combine !== "logits") await together([member(1), member(2)], combine, combine);
      const made = await predictions(output);
      expect(made[0]!.parses).toHaveLength(2);
      expect(made[3]).toEqual({ text: "", parse: null, parses: [], frame: null });
      const onnx = file(`${combine}.onnx`);
      await exportOnnx(output, onnx, { registry, log: silentLog });
      expectSame(await predictions(onnx), made);
    },
  );

  it("says the same on the other engine", async () => {
    const engine = copied(run, "tensorflow", (config) => ({ ...config, engine: "tensorflow" }));
    expectSame(await predictions(engine), await predictions(run));
  });

  it("of finished runs needs runs that look for the same", async () => {
    const rules = (beam: number) => (config: Record<string, unknown>) => {
      const text = JSON.stringify({ ...config, seed: 99 });
      return JSON.parse(text.replace('"beam_size":3', `"beam_size":${beam}`)) as object;
    };
    const wide = copied(member(1), "wide", rules(4));
    await expect(together([member(1), wide], "odd", "logits")).rejects.toThrow("model.beam_size 3 -> 4");
  });
});

describe("parsers that cannot decide together are refused before training:", () => {
  it.each([
    ["votes", [parser(), other], { combine: "votes" }, /combine.*\n.*no labels of their own to vote for/s],
    ["beams", [parser(), parser({ beam_size: 2 })], {}, /members\[1\].*\n.*model\.beam_size 3 -> 2/s],
    ["parses", [parser(), parser({ top_k: 1 })], {}, /model\.top_k 2 -> 1/],
    ["open nodes", [parser(), parser({ max_open_NT: 9 })], {}, /model\.max_open_NT 10 -> 9/],
    [
      "rules",
      [parser(), parser({ constraints: { intent_slot_nesting: false } })],
      {},
      /model\.constraints\.intent_slot_nesting true -> false/,
    ],
    [
      "tokens",
      [parser(), parser({}, { max_seq_len: 9 })],
      {},
      /model\.inputs\.tokens\.TokenTensorizer\.max_seq_len/,
    ],
    [
      "a parser and a classifier",
      [
        parser(),
        {
          DocumentClassificationTask: {
            model: { DocModel: { inputs: { labels: { LabelTensorizer: { column: "tree" } } } } },
          },
        },
      ],
      {},
      /same labels in the same order/,
    ],
  ])("%s", async (_, members, more, message) => {
    await expect(
      train(ensemble(members, { ...more, copies: 1 }), { output: file("refused") }),
    ).rejects.toThrow(message);
  });
});
