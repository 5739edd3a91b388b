import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Figures } from "../../src/components/trainers/contracts.js";
import { Evaluator } from "../../src/components/trainers/evaluator.js";
import { trainingGraph } from "../../src/components/trainers/training-step.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readModel } from "../../src/graph/onnx/file.js";
import { readSafetensors } from "../../src/graph/safetensors.js";
import type { Scope } from "../../src/graph/scope.js";
import { loadModel, loadRun, predict, silentLog, test as testRun, train } from "../../src/library.js";
import { PtxError } from "../../src/registry/errors.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { type OpenTask, openTask } from "../../src/tasks/open-task.js";
import type { Metrics } from "../../src/tasks/run-session.js";
import { learnFor } from "../../src/tasks/summary.js";
import { stoppingChannel } from "../support/stopping-channel.js";
import { workplace } from "../support/toy.js";
import { multitask, type Shared, things, topics, writeTwoSets } from "./multitask-toy.js";

const folder = workplace();
const registry = defaultRegistry();
let runs = 0;
const fresh = (): string => join(folder, `run${runs++}`);

beforeAll(() => writeTwoSets(folder));

const both = (shared: Shared = {}) => ({ topics: topics(folder, shared), things: things(folder, shared) });

/** A config's task with its vocabularies learnt. */
async function opened(config: object): Promise<OpenTask> {
  const open = openTask(resolveConfig(config, registry).config, registry, silentLog);
  await learnFor(open);
  return open;
}

/** The training graphs of all parts over one store. */
function graphs({ task, parameters, context }: OpenTask) {
  return [...task.parts].map(([name, part]) => {
    const build = (scope: Scope) => part.build(scope, { form: "ids", targets: true });
    const objective = task.objective(name);
    return trainingGraph({ build, ...(objective && { objective }) }, parameters, context).graph;
  });
}

const message = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action;
  } catch (error) {
    if (error instanceof PtxError) return error.message;
    throw error;
  }
  return "nothing was thrown";
};

describe("modules with one shared_module_key", () => {
  test("are one array in one store, read by both tasks' training graphs", async () => {
    const open = await opened(multitask(both()));
    const [first, second] = graphs(open).map((graph) => graph.parameters.map(({ name }) => name));
    const shared = open.parameters.names.filter((name) => name.startsWith("shared."));
    expect(shared).toEqual(
      expect.arrayContaining(["shared.words.weight", "shared.encoder.layer0.forward.weight_hh"]),
    );
    expect(first).toEqual(expect.arrayContaining(shared));
    expect(second).toEqual(expect.arrayContaining(shared));
    const own = open.parameters.names.filter((name) => !name.startsWith("shared."));
    for (const name of own) expect(first!.includes(name) && second!.includes(name), name).toBe(false);
    expect(own.every((name) => name.startsWith("topics.model.") || name.startsWith("things.model."))).toBe(
      true,
    );
    const feeds = [open.parameters.feeds(first), open.parameters.feeds(second)];
    for (const name of shared) expect(feeds[0]![name]!.data).toBe(feeds[1]![name]!.data);
  });

  test("are not shared without a key", async () => {
    const open = await opened(multitask(both({ tokens: null, words: null, encoder: null })));
    const [first, second] = graphs(open);
    const names = second!.parameters.map(({ name }) => name);
    expect(first!.parameters.filter(({ name }) => names.includes(name))).toEqual([]);
  });

  test("show one task what training of the other has changed", async () => {
    const open = await opened(multitask(both()));
    const part = open.task.parts.get("topics")!;
    const evaluator = await Evaluator.compile(
      await open.engine(),
      (scope) => part.build(scope, { form: "ids", targets: true }),
      open.parameters,
      open.context,
    );
    const rows = await part.data().load("test");
    const batches = part.data().batcher.eval(rows.lengths, "test");
    const before = (await evaluator.run(rows, batches)).outputs.flat("scores").slice();
    graphs(open); // declares the other task's parameters
    open.parameters.get("things.model.decoder.layer0.weight")!.data.fill(1);
    expect((await evaluator.run(rows, batches)).outputs.flat("scores")).toEqual(before);
    open.parameters.get("shared.encoder.layer0.forward.bias")!.data.fill(1);
    expect((await evaluator.run(rows, batches)).outputs.flat("scores")).not.toEqual(before);
  });

  test("that are tensorizers are one object, whose vocabulary holds the words of all tasks and is saved once", async () => {
    const open = await opened(multitask(both()));
    const [a, b] = [...open.task.parts.values()].map(({ tensorizers }) => tensorizers.tokens);
    expect(a).toBe(b);
    const alone = await opened(multitask(both({ tokens: null, words: null })));
    const sizes = [...alone.task.parts.values()].map(
      ({ tensorizers }) => tensorizers.tokens!.facts().vocabulary,
    );
    expect(Number(a!.facts().vocabulary)).toBeGreaterThanOrEqual(Math.max(...sizes.map(Number)));
    const run = await train(multitask(both(), { trainer: { epochs: 1 } }), { output: fresh() });
    const { tensorizers } = (await run.folder.vocabularies()) as { tensorizers: object };
    expect(Object.keys(tensorizers)).toEqual(["topics.tokens", "topics.labels", "things.labels"]);
  });

  test("must read inputs that mean the same, whether or not their sizes differ", async () => {
    const output = fresh();
    const text = await message(train(multitask(both({ tokens: null })), { output }));
    expect(text).toContain('the module shared as "words" reads the input "tokens" of several tasks');
    expect(text).toContain("give inputs.tokens the same shared_module_key in each task");
    expect(() => readFileSync(join(output, "config.json"))).toThrow("ENOENT");
  });

  test("must read vectors of one size", async () => {
    const wide = JSON.parse(
      JSON.stringify(things(folder, { words: null })).replace('"embed_dim":6', '"embed_dim":7'),
    );
    const text = await message(
      train(multitask({ topics: topics(folder, { words: null }), things: wide }), { output: fresh() }),
    );
    expect(text).toContain("shared.encoder.layer0.forward.weight_ih");
    expect(text).toContain("the sizes [6,20] where it was built first and would need [7,20] here");
  });

  test("must not give the same outputs different meanings", async () => {
    const decoder = { MLPDecoder: { shared_module_key: "decoder" } };
    const change = (task: object, more: object): object => {
      const [[name, config]] = Object.entries(task) as [[string, { model: Record<string, object> }]];
      const [[model, options]] = Object.entries(config.model) as [[string, object]];
      return { [name]: { ...config, model: { [model]: { ...options, ...more } } } };
    };
    const other = {
      inputs: {
        tokens: { TokenTensorizer: { tokenizer: "WhitespaceTokenizer", shared_module_key: "tokens" } },
        labels: { LabelTensorizer: { labels: ["money", "food", "sport"] } },
      },
    };
    const text = await message(
      train(
        multitask({
          a: change(topics(folder), { decoder }),
          b: change(topics(folder), { decoder, ...other }),
        }),
        { output: fresh() },
      ),
    );
    expect(text).toContain("shared.decoder\n  its outputs would stand for different labels: label 0 is");
  });

  test("keep each task's pretrained vectors apart when they are not shared", async () => {
    // Both tasks start from one file but number their words differently: each table must hold its own words' vectors.
    const { writeFileSync } = await import("node:fs");
    const file = join(folder, "vectors.txt");
    writeFileSync(
      file,
      Array.from({ length: 30 }, (_, i) => `word${i} ${i} ${i} ${i} ${i} ${i} ${i}`).join("\n"),
    );
    const text = JSON.stringify(both({ tokens: null, words: null })).replaceAll(
      '"embed_dim":6',
      `"embed_dim":6,"freeze":true,"pretrained_embeddings_path":${JSON.stringify(file)}`,
    );
    const open = await opened(multitask(JSON.parse(text)));
    for (const part of open.task.parts.values()) await part.prepare();
    graphs(open);
    for (const [name, part] of open.task.parts) {
      const { vocabulary } = part.tensorizers.tokens as unknown as {
        vocabulary: { id(word: string): number };
      };
      const table = open.parameters.get(`${name}.model.embedding.weight`)!.data;
      for (const i of [3, 17, 29]) expect(table[vocabulary.id(`word${i}`) * 6]).toBe(i);
    }
  });
});

describe("a config of several tasks", () => {
  test("cannot give one of them a trainer or channels of its own", () => {
    for (const key of ["trainer", "channels"]) {
      const [[name, config]] = Object.entries(topics(folder)) as [[string, object]];
      const tasks = { topics: { [name]: { ...config, [key]: key === "trainer" ? {} : [] } } };
      expect(() => resolveConfig(multitask(tasks), registry)).toThrow(`unknown key "${key}"`);
    }
  });

  test("names only tasks that are there, by names that files and figures can hold", () => {
    const wrong =
      (more: object, tasks: Record<string, object> = both()) =>
      () =>
        resolveConfig(multitask(tasks, more), registry);
    expect(wrong({ task_weights: { topic: 2 } })).toThrow('no task called "topic"; did you mean "topics"?');
    expect(wrong({ target_task_name: "thing" })).toThrow('no task called "thing"; did you mean "things"?');
    expect(wrong({}, { loss: topics(folder) })).toThrow('a task cannot be called "loss"');
    expect(wrong({}, { shared: topics(folder) })).toThrow('a task cannot be called "shared"');
    expect(wrong({}, { "a.b": topics(folder) })).toThrow("does not have the form");
  });

  test("needs a task", async () => {
    expect(await message(train(multitask({}), { output: fresh() }))).toContain("there is no task in it");
  });
});

describe("a run of several tasks", () => {
  const config = multitask(both(), {
    task_weights: { topics: 2 },
    sampler: "NaturalBatchSampler",
    select_per_task: true,
    trainer: { Trainer: { epochs: 6, optimizer: { Adam: { lr: 0.03 } } } },
  });
  const run = fresh();
  let metrics: { readonly test: Figures | null; readonly eval: Figures | null };

  beforeAll(async () => {
    ({ metrics } = await train(config, { output: run }));
  });

  const figure = (figures: Figures | null, task: string, name: string): number =>
    (figures as unknown as Record<string, Record<string, number>>)[task]![name]!;

  test("writes each task's figures under its name, and test finds the same", async () => {
    expect(figure(metrics.test, "topics", "accuracy")).toBeGreaterThan(0.3);
    expect(figure(metrics.test, "things", "token_accuracy")).toBeGreaterThan(0.5);
    expect(await testRun(run)).toEqual(metrics.test);
    const { things: own } = metrics.test as unknown as { things: Figures };
    expect(await testRun(run, { task: "things" })).toEqual(own);
  });

  test("records every task's metric for each epoch, and chooses by their mean", async () => {
    const { epochs, best_epoch: best } = await metricsOf(run);
    expect(epochs).toHaveLength(6);
    for (const { metric, tasks } of epochs) {
      expect(Object.keys(tasks!)).toEqual(["topics", "things"]);
      expect(metric).toBeCloseTo((tasks!.topics! + tasks!.things!) / 2, 12);
    }
    expect(epochs[best! - 1]!.metric).toBe(Math.max(...epochs.map(({ metric }) => metric!)));
    expect(epochs[best! - 1]!.metric).toBeGreaterThan(0);
  });

  test("is tested on another file by the task that it is for", async () => {
    const data = join(folder, "tags-eval.tsv");
    expect(await message(testRun(run, { data }))).toContain("name it with --task");
    const { things: own } = metrics.eval as unknown as { things: { token_accuracy: number } };
    expect(await testRun(run, { data, task: "things" })).toMatchObject({
      token_accuracy: own.token_accuracy,
    });
  });

  test("may have a task without test rows", async () => {
    const output = fresh();
    const tasks = both();
    const text = JSON.stringify(tasks.things).replace(/,"test_filename":"[^"]*"/, "");
    const trained = await train(multitask({ ...tasks, things: JSON.parse(text) }), { output });
    expect(Object.keys(trained.metrics.test!)).toEqual(["loss", "topics"]);
    expect(await testRun(output)).toEqual(trained.metrics.test);
  });

  test("predicts by the named task, and asks for the name", async () => {
    expect(await message(loadRun(run))).toContain("it has several tasks: name one of topics, things");
    expect(await message(loadRun(run, { task: "thing" }))).toContain('did you mean "things"?');
    const model = await loadRun(run, { task: "topics" });
    const rows = readFileSync(join(folder, "test.tsv"), "utf8").trim().split("\n").slice(1);
    const got = await predict(
      model,
      rows.map((row) => row.split("\t")[0]!),
    );
    const right = got.filter(({ label }, i) => label === rows[i]!.split("\t")[1]).length;
    expect(right / rows.length).toBeCloseTo(figure(metrics.test, "topics", "accuracy"), 10);
    await model.release();
  });

  test.each(["topics", "things"])(
    "keeps the best parameters for %s: those of a run that chooses by it alone",
    async (task) => {
      const alone = fresh();
      const { NewDisjointMultitask: options } = (config as { task: { NewDisjointMultitask: object } }).task;
      const chosen = { ...options, select_per_task: false, target_task_name: task };
      await train({ ...config, task: { NewDisjointMultitask: chosen } }, { output: alone });
      const [kept, same] = await Promise.all([
        readSafetensors(join(run, `parameters.${task}.safetensors`)),
        readSafetensors(join(alone, "parameters.safetensors")),
      ]);
      expect(kept.tensors).toEqual(same.tensors);
      expect(figure(metrics.eval, task, "loss")).toBe(figure((await metricsOf(alone)).eval, task, "loss"));
    },
  );

  test.each(["topics", "things"])("exports %s by itself, predicting what the run does", async (task) => {
    const file = join(folder, `${task}.onnx`);
    await exportOnnx(run, file, { registry, log: silentLog, task });
    const { graph } = await readModel(file);
    const other = task === "topics" ? "things" : "topics";
    const names = graph.parameters.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => name.startsWith(`${other}.`))).toEqual([]);
    const [exported, trained] = [await loadModel(file), await loadRun(run, { task })];
    const texts = ["goal word1 loan", "word2 soup", "bread", "coach coach word29 unheard"];
    const [a, b] = [await predict(exported, texts), await predict(trained, texts)];
    for (const [i, prediction] of a.entries()) {
      expect(prediction.label).toBe(b[i]!.label);
      expect(prediction.tokens?.map(({ text }) => text)).toEqual(b[i]!.tokens?.map(({ text }) => text));
    }
    expect(a).not.toEqual([]);
    await exported.release();
    await trained.release();
  });

  test("freezes, groups and averages shared parameters as any others", async () => {
    const output = fresh();
    await train(
      multitask(both(), {
        trainer: {
          Trainer: {
            epochs: 2,
            freeze: ["shared.words"],
            optimizer: { Adam: { lr: 0.03, parameter_groups: [{ match: "shared.encoder", lr: 0.003 }] } },
            weight_averaging: "EMA",
          },
        },
      }),
      { output },
    );
    const { tensors } = await readSafetensors(join(output, "parameters.safetensors"));
    const open = await opened(multitask(both()));
    graphs(open);
    const first = (name: string) => open.parameters.get(name)!.data;
    expect(tensors["shared.words.weight"]!.data).toEqual(first("shared.words.weight"));
    expect(tensors["shared.encoder.layer0.forward.bias"]!.data).not.toEqual(
      first("shared.encoder.layer0.forward.bias"),
    );
  });
});

test("a language model may share its words with a classifier", async () => {
  const inputs = {
    tokens: { RunningTextTensorizer: { tokenizer: "WhitespaceTokenizer", shared_module_key: "tokens" } },
  };
  const embedding = { WordEmbedding: { embed_dim: 6, shared_module_key: "words" } };
  const [{ data }] = Object.values(topics(folder)) as [{ data: { Data: { source: object } } }];
  const lm = {
    LMTask: {
      data: { LanguageModelData: { source: data.Data.source, batch_size: 4, bptt: 5, eval_batch_size: 2 } },
      model: { LMLSTM: { inputs, embedding, lstm_dim: 6, num_layers: 1 } },
    },
  };
  const classifier = {
    DocumentClassificationTask: {
      data,
      model: { DocModel: { inputs, embedding, representation: { DocNNRepresentation: { kernel_num: 4 } } } },
    },
  };
  const output = fresh();
  const { metrics } = await train(multitask({ lm, classifier }, { sampler: "NaturalBatchSampler" }), {
    output,
  });
  const { perplexity, loss } = (metrics.test as unknown as { lm: Record<string, number> }).lm;
  expect(perplexity).toBeCloseTo(Math.exp(loss!), 6);
  const { tensors } = await readSafetensors(join(output, "parameters.safetensors"));
  expect(Object.keys(tensors).filter((name) => name.includes("embedding") || name.includes("words"))).toEqual(
    ["shared.words.weight"],
  );
  const model = await loadRun(output, { task: "lm" });
  expect((await predict(model, ["goal word1"]))[0]!.tokens).toHaveLength(2);
  await model.release();
});

async function metricsOf(run: string): Promise<Metrics> {
  return JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as Metrics;
}

test("a run that stops within an epoch and goes on ends with the same bits as one that does not", async () => {
  const { channel, counter } = stoppingChannel();
  const own = defaultRegistry().add(channel);
  const config = multitask(both(), {
    task_weights: { things: 0.5 },
    sampler: { TemperatureBatchSampler: { temperature: 3, batches_per_epoch: 9 } },
    select_per_task: true,
    trainer: {
      Trainer: {
        epochs: 3,
        optimizer: { Adam: { lr: 0.02 } },
        weight_averaging: "EMA",
        checkpoint_every_batches: 1,
      },
    },
    channels: ["StoppingChannel"],
  });
  const [whole, broken] = [fresh(), fresh()];
  await train(config, { output: whole, registry: own });
  for (const stopAt of [4, 9, 7]) {
    Object.assign(counter, { stopAt, seen: 0 });
    await expect(train(config, { output: broken, registry: own, resume: true })).rejects.toThrow("stopped");
  }
  counter.stopAt = 0;
  await train(config, { output: broken, registry: own, resume: true });
  for (const name of [
    "parameters.safetensors",
    "parameters.topics.safetensors",
    "parameters.things.safetensors",
    "vocabularies.json",
    "metrics.json",
    "worst-rows.things.jsonl",
    "samples.topics.jsonl",
  ]) {
    const [a, b] = [readFileSync(join(whole, name)), readFileSync(join(broken, name))];
    expect(a.equals(b), name).toBe(true);
  }
});
