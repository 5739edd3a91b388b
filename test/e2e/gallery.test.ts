/** @file The components of the gallery, each trained as the comment at its top says, exported, and held to plain programs. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../scripts/lib/run.js";
import * as library from "../../src/index.js";
import { Context } from "../../src/registry/context.js";
import { includeFiles } from "../../src/registry/include.js";
import type { Registry } from "../../src/registry/registry.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { toyConfig, toyRows, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
const gallery = readdirSync(join(root, "examples"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(root, "examples", name), "utf8") }))
  .filter(({ text }) => text.includes("component({"));
const home = process.cwd();

beforeAll(() => {
  writeToyData(folder, 40);
  for (const [seed, split] of ["train", "test"].entries())
    for (const [i, { text, label }] of toyRows(20, seed + 7).entries()) {
      mkdirSync(join(folder, "texts", split, label), { recursive: true });
      writeFileSync(join(folder, "texts", split, label, `${i}.txt`), `${text.replace(" ", "\n")}\n`);
    }
  process.chdir(folder);
});
afterAll(() => process.chdir(home));

/** What a file's comment says to set. */
function settings(text: string): string[] {
  const comment = text.slice(0, text.indexOf("*/")).replaceAll(/\n \*\s*/g, " ");
  return [...comment.matchAll(/--set '([^']+)'/g)].map(([, setting]) => setting!);
}

async function including(name: string): Promise<Registry> {
  const registry = defaultRegistry();
  await includeFiles(registry, [join(root, "examples", name)], library);
  return registry;
}

const find = (name: string): string => gallery.find((one) => one.name === name)!.text;

/** Trains with what the comment says, and changes of the test's own; the run's folder. */
async function trained(name: string, set: readonly string[] = [], run = name.replace(".ts", "")) {
  const registry = await including(name);
  const output = join(folder, run);
  const all = [...settings(find(name)), ...set];
  const { metrics } = await library.train(toyConfig(), { registry, output, set: all });
  return { registry, output, metrics };
}

test("every component has less than 60 lines, and a comment that says how to use it", () => {
  expect(gallery.length).toBeGreaterThan(6);
  for (const { name, text } of gallery) {
    expect(text.split("\n").length, name).toBeLessThan(61);
    expect(text, name).toContain(`--include examples/${name}`);
    expect(readFileSync(join(root, "examples", "README.md"), "utf8"), name).toContain(`[${name}](${name})`);
  }
});

describe.each(gallery.filter(({ text }) => text.includes("--set '")))("$name", ({ name }) => {
  test("is trained as its comment says, and its exported file agrees with the run", async () => {
    const { registry, output, metrics } = await trained(name);
    expect(metrics.test!.loss).toBeGreaterThan(0);
    const file = join(folder, `${name}.onnx`);
    const { difference } = await library.exportOnnx(output, file, { registry, log: library.silentLog });
    expect(difference).toBeLessThanOrEqual(1e-5);
  });
});

const silent = { log: library.silentLog, settings: { seed: 3, threads: 1 } };

test("fading-mean.ts: later words count less, padding not at all", async () => {
  const registry = await including("fading-mean.ts");
  const graph = new library.Graph();
  const parameters = new library.ParameterStore(1);
  const context = new Context(registry, silent);
  const scope = library.Scope.root(graph, "infer", parameters, context);
  const vectors = graph.input("vectors", "float32", ["batch", "tokens", 2]);
  const mask = graph.input("mask", "bool", ["batch", "tokens"]);
  const { doc } = registry
    .get("representation", "FadingMean")
    .build(scope, { rate: -1 } as never, { vectors, mask });
  graph.output("doc", doc!);
  const engine = await library.openEngine();
  const frozen = parameters.feeds(graph.parameters.map(({ name }) => name));
  const program = await engine.compile(graph, { frozen });
  const out = await program.run({
    vectors: { dtype: "float32", dims: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 9, 9) },
    mask: { dtype: "bool", dims: [2, 2], data: Uint8Array.of(1, 1, 1, 0) },
  });
  const fade = Math.exp(-Math.log1p(Math.exp(-1)));
  const wanted = [(1 + 3 * fade) / (1 + fade), (2 + 4 * fade) / (1 + fade), 5, 6];
  for (const [i, value] of wanted.entries()) expect(out.doc!.data[i]).toBeCloseTo(value, 4);
  await program.release();
});

test("noise-tolerant-loss.ts: (1 - p^q) / q, and cross entropy as q nears 0", async () => {
  const registry = await including("noise-tolerant-loss.ts");
  const graph = new library.Graph();
  const scope = library.Scope.root(
    graph,
    "train",
    new library.ParameterStore(1),
    new Context(registry, silent),
  );
  const logits = graph.input("logits", "float32", ["batch", 3]);
  const target = graph.input("target", "int32", ["batch"]);
  const loss = registry.get("loss", "NoiseTolerantLoss");
  for (const [name, q] of [
    ["half", 0.5],
    ["tiny", 1e-4],
  ] as const)
    graph.output(name, loss.build(scope, { q } as never, { logits, target, classWeights: null }).sum);
  const program = await (await library.openEngine()).compile(graph);
  const out = await program.run({
    logits: { dtype: "float32", dims: [2, 3], data: Float32Array.of(0, 1, 2, 3, 0, 0) },
    target: { dtype: "int32", dims: [2], data: Int32Array.of(2, 1) },
  });
  const p = [Math.E ** 2 / (1 + Math.E + Math.E ** 2), 1 / (Math.E ** 3 + 2)];
  const half = p.reduce((sum, one) => sum + (1 - Math.sqrt(one)) / 0.5, 0);
  expect(out.half!.data[0]).toBeCloseTo(half, 5);
  expect(out.tiny!.data[0]).toBeCloseTo(-Math.log(p[0]! * p[1]!), 1);
  await program.release();
});

test("folder-source.ts reads each file as a row, its folder as the label", async () => {
  const registry = await including("folder-source.ts");
  const component = registry.get("data_source", "FolderDataSource");
  const source = component.create(
    { train: "texts/train", eval: null, test: null } as never,
    new Context(registry, silent),
  );
  const rows: library.Row[] = [];
  for await (const row of source.rows("train", ["text", "label"])) rows.push(row);
  const byText = (a: string, b: string): number => (a < b ? -1 : 1);
  const wanted = toyRows(20, 7).map(({ text, label }) => `${label}: ${text}`);
  expect(rows.map(({ values }) => `${values.label}: ${values.text}`).sort(byText)).toEqual(
    wanted.sort(byText),
  );
  expect(source.has("eval")).toBe(false);
  const none = component.create(
    { train: "nowhere", eval: null, test: null } as never,
    new Context(registry, silent),
  );
  expect(() => none.files("train")).toThrow(/there is no folder "nowhere"/);
});

test("word-swaps.ts gives training rows again with the same words, the same ones each time, and no other split's", async () => {
  const registry = await including("word-swaps.ts");
  const context = new Context(registry, silent);
  const config = { source: { TSVDataSource: tsvOptions() }, column: "text", copies: 2 };
  const source = registry.get("data_source", "WordSwaps").create(config as never, context);
  const read = async (split: library.Split): Promise<string[]> => {
    const texts: string[] = [];
    for await (const { values } of source.rows(split, ["text", "label"])) texts.push(values.text as string);
    return texts;
  };
  const [rows, again] = [await read("train"), await read("train")];
  expect(again).toEqual(rows);
  expect(rows).toHaveLength(3 * 40);
  const words = (text: string): string => text.split(" ").sort().join(" ");
  for (const [i, text] of rows.entries()) expect(words(text)).toBe(words(rows[i - (i % 3)]!));
  expect(new Set(rows).size).toBeGreaterThan(60);
  expect(await read("test")).toEqual(toyRows(24, 2).map(({ text }) => text));
});

function tsvOptions(): object {
  const files = { train_filename: "train.tsv", eval_filename: null, test_filename: "test.tsv" };
  const form = { field_names: null, delimiter: "\t", quoted: false, extra_cells: "fail" };
  return { ...files, ...form, column_mapping: {}, on_error: "fail" };
}

test("cost-reporter.ts counts what mistakes cost, and keeps the cheapest epoch", async () => {
  const registry = await including("cost-reporter.ts");
  const config = { costs: { a: 20 }, model_select_metric: "mean_cost" };
  const reporter = registry
    .get("metric_reporter", "CostMetricReporter")
    .create(config as never, new Context(registry, silent));
  const scores = Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7);
  const figures = reporter.figures({
    ...{ labels: ["a", "b"], decision: "single-label", threshold: 0, loss: 1 },
    ...{ gold: Int32Array.of(0, 0, 1, 1), scores },
  });
  expect(figures).toEqual({ rows: 4, loss: 1, accuracy: 0.5, mean_cost: 21 / 4 });
  expect(reporter.select.higherIsBetter).toBe(false);
  expect(reporter.select.value(figures)).toBe(21 / 4);
  expect(() => reporter.requireFit(["x"], "single-label")).toThrow(/no label is called "a"/);
});

test("cautious-task.ts says nothing where it is not sure, in the exported file too", async () => {
  const { registry, output } = await trained("cautious-task.ts", ["task.threshold=0.5"], "cautious");
  const file = join(folder, "cautious.onnx");
  await library.exportOnnx(output, file, { registry, log: library.silentLog });
  const model = await library.loadModel(file, { registry });
  const texts = toyRows(30, 9).map(({ text }) => text);
  const answers = await library.predict(model, texts);
  for (const { label, score } of answers) expect(label === "unsure").toBe(score! < 0.5);
  expect(new Set(answers.map(({ label }) => label === "unsure")).size).toBe(2);
  await model.release();
});
