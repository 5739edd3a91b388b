import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { silentLog, train } from "../../src/library.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { openRun, openTask } from "../../src/tasks/open-task.js";
import { learnFor, type Summary, summarize } from "../../src/tasks/summary.js";
import { cli } from "../support/cli.js";
import { smallModel, toyConfig, workplace, writeToyData } from "../support/toy.js";
import { multitask, things, topics, writeTwoSets } from "./multitask-toy.js";

const folder = workplace();
const registry = defaultRegistry();

beforeAll(() => writeTwoSets(folder));

const both = (more: object = {}) => multitask({ topics: topics(folder), things: things(folder) }, more);

async function summaryOf(config: object, sizes: Record<string, number> = {}): Promise<Summary> {
  const { config: resolved } = resolveConfig(config, registry);
  const open = openTask(resolved, registry, silentLog);
  await learnFor(open);
  return summarize(open, resolved, new Map(Object.entries(sizes)));
}

describe("a summary", () => {
  test("lists each parameter once, with its shape and the tasks that use it", async () => {
    const { parameters, count, trainable, frozen } = await summaryOf(both());
    const of = (name: string) => parameters.find((each) => each.name === name);
    expect(of("shared.words.weight")).toEqual({
      name: "shared.words.weight",
      shape: [44, 6],
      count: 264,
      trainable: true,
      tasks: ["topics", "things"],
    });
    expect(of("topics.model.decoder.layer0.weight")).toMatchObject({ shape: [10, 3], tasks: ["topics"] });
    expect(of("things.model.output_layer.transitions")).toMatchObject({ shape: [5, 5], tasks: ["things"] });
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
    expect(count).toBe(parameters.reduce((sum, each) => sum + each.shape.reduce((a, b) => a * b, 1), 0));
    expect([trainable, frozen]).toEqual([count, 0]);
  });

  test("tells frozen parameters, and does not count memory to train them", async () => {
    const frozen = await summaryOf(both({ trainer: { Trainer: { freeze: ["shared"] } } }));
    const free = await summaryOf(both());
    const shared = free.parameters.filter(({ name }) => name.startsWith("shared."));
    expect(frozen.frozen).toBe(shared.reduce((sum, { count }) => sum + count, 0));
    expect(frozen.parameters.find(({ name }) => name === "shared.words.weight")!.trainable).toBe(false);
    expect(frozen.memory.gradients).toBeLessThan(free.memory.gradients);
    expect(frozen.memory.optimizer).toBe(free.memory.optimizer - 2 * 4 * frozen.frozen);
  });

  test.each([
    ["Adam", 2],
    [{ SGD: { momentum: 0 } }, 0],
    [{ SGD: { momentum: 0.9 } }, 1],
    ["Adagrad", 1],
  ])("counts what %j keeps for each parameter: %i numbers", async (optimizer, numbers) => {
    const { memory, count } = await summaryOf(both({ trainer: { Trainer: { optimizer } } }));
    expect(memory.optimizer).toBe(4 * numbers * count);
  });

  test("counts averages, and a copy of the best parameters for each choice of an epoch", async () => {
    const { memory, count } = await summaryOf(
      both({ trainer: { Trainer: { weight_averaging: "EMA" } }, select_per_task: true }),
    );
    expect(memory.averaging).toBe(4 * count);
    expect(memory.best).toBe(3 * 4 * count);
    const { total, ...parts } = memory;
    expect(total).toBe(Object.values(parts).reduce((a, b) => a + b));
  });

  test("predicts activations in proportion to the batch, and refuses an axis that is not there", async () => {
    const [small, large] = [
      await summaryOf(both(), { batch: 10, tokens: 20 }),
      await summaryOf(both(), { batch: 100, tokens: 20 }),
    ];
    expect(small.batch).toEqual({ batch: 10, tokens: 20 });
    const ratio = large.memory.activations / small.memory.activations;
    expect(ratio).toBeGreaterThan(9);
    expect(ratio).toBeLessThan(10.01);
    await expect(summaryOf(both(), { words: 3 })).rejects.toThrow('no input has an axis called "words"');
  });

  test("counts what ONNX Runtime's arena holds besides, unless it is off", async () => {
    const arena = async (options: object) => {
      const { memory } = await summaryOf({ ...both(), engine: { onnxruntime: options } });
      return memory.arena / memory.activations;
    };
    expect(await arena({ memory_arena: false })).toBe(0);
    const [planned, plain] = [await arena({}), await arena({ memory_pattern: false })];
    expect(planned).toBeGreaterThan(plain);
    expect(plain).toBeGreaterThan(0);
  });

  test("of an ensemble is made of those of its members, of which the largest one tells the memory", async () => {
    writeToyData(folder);
    const { task } = toyConfig({ data: folder }) as { task: { DocumentClassificationTask: object } };
    const { data, model, ...around } = task.DocumentClassificationTask as Record<string, object>;
    const large = { DocModel: { ...smallModel.DocModel, embedding: { WordEmbedding: { embed_dim: 20 } } } };
    const alone = await Promise.all(
      [model, large].map((own) =>
        summaryOf({ version: 1, task: { DocumentClassificationTask: { data, ...around, model: own } } }),
      ),
    );
    const { trainer, channels } = around;
    const members = [model, large].map((own) => ({ DocumentClassificationTask: { model: own } }));
    const config = { version: 1, task: { EnsembleTask: { data, trainer, channels, members } } };
    const made = await summaryOf(config);
    expect(made.parameters).toEqual(
      alone.flatMap(({ parameters }, i) =>
        parameters.map((each) => ({ ...each, name: `member${i + 1}.${each.name}` })),
      ),
    );
    expect(made.count).toBe(alone[0]!.count + alone[1]!.count);
    expect(made.memory).toEqual(alone[1]!.memory);
    expect(made.members).toEqual(
      alone.map(({ count, trainable, memory }, i) => ({ name: `member${i + 1}`, count, trainable, memory })),
    );
    await expect(summaryOf(config, { words: 3 })).rejects.toThrow('no input has an axis called "words"');
  });

  test("of a run is that of its config", async () => {
    const output = join(folder, "run");
    await train(both({ trainer: { Trainer: { epochs: 1 } } }), { output });
    const open = await openRun(output, registry, silentLog);
    const byName = ({ parameters }: Summary) => parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(summarize(open, open.config, new Map()))).toEqual(byName(await summaryOf(both())));
  });
});

test("the command prints a table, or JSON, and refuses what it cannot read", async () => {
  const file = join(folder, "both.json");
  writeFileSync(file, JSON.stringify(both()));
  const { stdout, stderr, code } = await cli(["summary", file, "--size", "batch=8"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^shared\.words\.weight +\[44,6\] +264 +topics, things$/m);
  expect(stdout).toContain("predicted for batch 8, tokens 32:");
  const json = await cli(["summary", file, "--json", "--set", 'task.trainer.freeze=["shared.words"]']);
  expect((JSON.parse(json.stdout) as Summary).frozen).toBe(264);
  expect((await cli(["summary", file, "--size", "batch=0"])).stderr).toContain("expected axis=number");
});
