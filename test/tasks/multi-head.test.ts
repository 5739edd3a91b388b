import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Figures } from "../../src/components/trainers/contracts.js";
import { trainingGraph } from "../../src/components/trainers/training-step.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import type { Graph } from "../../src/graph/graph.js";
import { loadModel, loadRun, predict, silentLog, test as testRun, train } from "../../src/library.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { deploymentGraph } from "../../src/tasks/deployment.js";
import { openTask } from "../../src/tasks/open-task.js";
import { inUnit } from "../../src/tasks/prediction.js";
import { learnFor } from "../../src/tasks/summary.js";
import { toyRows, tsv, workplace } from "../support/toy.js";
import { type Shared, things, topics } from "./multitask-toy.js";

const folder = workplace();
const registry = defaultRegistry();

/** Rows with a topic and with tags. */
function rowsOf(split: string): { text: string; label: string; slots: string }[] {
  const seed = ["train", "eval", "test"].indexOf(split);
  return toyRows(split === "train" ? 60 : 21, seed).map(({ text, label }) => ({
    text,
    label,
    slots: text
      .split(" ")
      .map((word) => (word.startsWith("word") ? "O" : "B-thing"))
      .join(" "),
  }));
}

beforeAll(() => {
  for (const split of ["train", "eval", "test"])
    writeFileSync(join(folder, `${split}.tsv`), tsv(rowsOf(split)));
});

/** A toy task as a head: without its data. */
function head(task: object): object {
  const [[name, { data: _, ...rest }]] = Object.entries(task) as [[string, { data: object }]];
  return { [name]: rest };
}

function config(shared: Shared = {}, more: object = {}): object {
  const [{ data }] = Object.values(topics(folder)) as [{ data: object }];
  const tasks = { topics: head(topics(folder, shared)), things: head(things(folder, shared)) };
  const trainer = { Trainer: { epochs: 3, optimizer: { Adam: { lr: 0.03 } } } };
  return { version: 1, threads: 1, task: { MultiHeadTask: { data, tasks, trainer, ...more } } };
}

async function opened(shared: Shared = {}) {
  const open = openTask(resolveConfig(config(shared), registry).config, registry, silentLog);
  await learnFor(open);
  const part = open.task.parts.get("")!;
  const { graph, scope } = trainingGraph(
    { build: (root) => part.build(root, { form: "ids", targets: true }) },
    open.parameters,
    open.context,
  );
  return { open, part, graph, scope };
}

const count = (graph: Graph, operator: string): number =>
  graph.nodes.filter(({ definition }) => definition.name === operator).length;

describe("heads over shared modules", () => {
  test("have one encoder in the graph: its loops, its dropout and its look-up are there once", async () => {
    const { open, part, graph, scope } = await opened();
    // Forward and backward loop of each of two directions; the CRF of the tags has loops of its own.
    const inEncoder = (all: Graph): number =>
      all.nodes.filter(({ definition, place }) => definition.name === "Scan" && place.includes("encoder"))
        .length;
    const twice = await opened({ encoder: null });
    const loops = (all: Graph): number =>
      all.nodes.filter(
        ({ definition, place }) => definition.name === "Scan" && /lstm|encoder|representation/.test(place),
      ).length;
    expect(inEncoder(graph)).toBeGreaterThan(0);
    expect(loops(twice.graph)).toBe(2 * loops(graph));
    expect(scope.masks.filter(({ name }) => name.startsWith("shared.encoder"))).toHaveLength(1);
    const infer = deploymentGraph(open, part, { input: "ids" });
    expect(count(infer, "LSTM")).toBe(1);
    expect(count(deploymentGraph(twice.open, twice.part, { input: "ids" }), "LSTM")).toBe(2);
  });

  test("read one input that they share, and targets of their own", async () => {
    const { graph, part } = await opened();
    const fed = graph.inputs.map(({ name }) => name).filter((name) => !name.includes("dropout"));
    expect(fed.sort()).toEqual(["things.labels", "tokens", "topics.labels"]);
    expect(Object.keys(part.tensorizers)).toEqual(["topics.tokens", "topics.labels", "things.labels"]);
  });

  test("cannot have data, trainer or channels of their own", () => {
    const tasks = { topics: topics(folder) };
    expect(() => resolveConfig(config({}, { tasks }), registry)).toThrow('unknown key "data"');
  });
});

describe("a run with several heads", () => {
  const run = join(folder, "run");
  let metrics: { readonly test: Figures | null };

  beforeAll(async () => {
    ({ metrics } = await train(config({}, { task_weights: { things: 0.5 } }), { output: run }));
  });

  const figures = () =>
    metrics.test as unknown as {
      loss: number;
      topics: Record<string, number>;
      things: Record<string, number>;
    };

  test("has each head's figures under its name, with the loss of that head", async () => {
    const { topics: own, things: other, loss } = figures();
    const model = await loadRun(run);
    const rows = rowsOf("test");
    const got = await predict(
      model,
      rows.map(({ text }) => text),
    );
    const logs = got.map(({ heads }, i) => -Math.log(heads!.topics!.scores![rows[i]!.label]!));
    expect(own.loss).toBeCloseTo(logs.reduce((a, b) => a + b) / rows.length, 5);
    const right = got.filter(({ heads }, i) => heads!.topics!.label === rows[i]!.label).length;
    expect(own.accuracy).toBeCloseTo(right / rows.length, 10);
    const tags = got.flatMap(({ heads }) =>
      heads!.things!.tokens!.map((token) => (token as { label: string }).label),
    );
    const gold = rows.flatMap(({ slots }) => slots.split(" "));
    const same = tags.filter((tag, i) => tag === gold[i]).length;
    expect(other.token_accuracy).toBeCloseTo(same / gold.length, 10);
    expect(loss).toBeCloseTo(own.loss! + 0.5 * other.loss!, 5);
    await model.release();
  });

  test("is tested with the same figures, and compares a row in all heads at once", async () => {
    expect(await testRun(run)).toEqual(metrics.test);
    const worst = readFileSync(join(run, "worst-rows.jsonl"), "utf8").trim().split("\n");
    const { gold, predicted } = JSON.parse(worst[0]!) as { gold: string[]; predicted: string[] };
    expect(gold[0]).toMatch(/^topics: (sport|money|food)$/);
    expect(gold.slice(1).every((label) => label.startsWith("things: "))).toBe(true);
    expect(predicted[0]).toMatch(/^topics: /);
  });

  test("is exported as one file that gives all heads, as the run predicts them", async () => {
    const file = join(folder, "heads.onnx");
    const { difference, rows } = await exportOnnx(run, file, { registry, log: silentLog });
    expect(rows).toBe(21);
    expect(difference).toBeLessThan(1e-5);
    const model = await loadModel(file);
    const [prediction] = await predict(model, ["😀 goal word1"]);
    expect(Object.keys(prediction!.heads!)).toEqual(["topics", "things"]);
    expect(prediction!.heads!.things!.tokens!.map(({ start }) => start)).toEqual([0, 3, 8]);
    const points = inUnit(prediction!, "code_points");
    expect(points.heads!.things!.tokens!.map(({ start }) => start)).toEqual([0, 2, 7]);
    await model.release();
  });

  test("chooses its epoch by the head that is named", async () => {
    const output = join(folder, "target");
    const { metrics: own } = await train(config({}, { target_task_name: "things" }), { output });
    const best = own.epochs[own.best_epoch! - 1]!;
    const kept = (own.eval as unknown as { things: { entity_f1: number } }).things.entity_f1;
    expect(best.metric).toBe(kept);
    expect(Math.max(...own.epochs.map(({ metric }) => metric ?? 0))).toBe(kept);
  });

  test("may be one of several tasks that are trained together", async () => {
    const { MultiHeadTask: options } = (config() as { task: { MultiHeadTask: Record<string, object> } }).task;
    const { trainer, ...own } = options;
    const tasks = { both: { MultiHeadTask: own }, again: topics(folder) };
    const nested = { version: 1, threads: 1, task: { NewDisjointMultitask: { tasks, trainer } } };
    const output = join(folder, "nested");
    const { metrics: all } = await train(nested, { output });
    const both = (all.test as unknown as { both: { topics: { accuracy: number }; things: object } }).both;
    expect(both.topics.accuracy).toBeGreaterThanOrEqual(0);
    const model = await loadRun(output, { task: "both" });
    expect((await predict(model, ["goal"]))[0]!.heads).toHaveProperty("things");
    await model.release();
  });
});
