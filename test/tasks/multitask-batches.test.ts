/** @file Which rows the tasks are really trained on: what goes into the training graphs, sampler by sampler. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../src/engine/engine.js";
import { train } from "../../src/library.js";
import { component, Slot } from "../../src/registry/component.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const SIZE = 4;
/** Rows of each task: 7, 3 and 2 batches. */
const ROWS = { large: 26, middle: 12, small: 7 } as const;
type Name = keyof typeof ROWS;
const names = Object.keys(ROWS) as Name[];
const batchesOf = (name: Name): number => Math.ceil(ROWS[name] / SIZE);

/** One batch that was trained: whose it was, and its rows. */
interface Trained {
  readonly task: Name;
  readonly rows: readonly number[];
}

/** The default engine, whose training runs are noted. Every row holds its task's number and its own. */
const watching = (seen: Trained[]) =>
  component({
    kind: "engine",
    name: "watching",
    schema: Type.Object(
      { inner: Slot("engine", { default: "onnxruntime", description: "What does the work." }) },
      { description: "Notes what is trained." },
    ),
    create: async ({ inner }, context): Promise<Engine> => {
      const part = context.part("engine", inner);
      const engine = await part.component.create(part.config, context);
      return {
        name: "watching",
        compile: async (graph, options) => {
          const program = await engine.compile(graph, options);
          return {
            run: (feeds, outputs, into) => {
              if (outputs?.includes("divisor")) {
                const numbers = Array.from(feeds.dense!.data as Float32Array);
                const rows = numbers.filter((_, i) => i % 2 === 1);
                seen.push({ task: names[numbers[0]!]!, rows });
              }
              return program.run(feeds, outputs, into);
            },
            release: () => program.release(),
          };
        },
      };
    },
  });

beforeAll(() => {
  for (const [task, name] of names.entries()) {
    const rows = Array.from({ length: ROWS[name] }, (_, row) => ({
      text: `word${row}`,
      dense: [task, row],
      label: row % 2 ? "odd" : "even",
    }));
    writeFileSync(join(folder, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }
});

const EPOCHS = 4;
let runs = 0;

/** What each epoch of a run trained on. */
async function epochsOf(sampler: object): Promise<Trained[][]> {
  const seen: Trained[] = [];
  const marks: number[] = [];
  const tasks = Object.fromEntries(
    names.map((name) => [
      name,
      {
        DocumentClassificationTask: {
          data: {
            source: { JSONLDataSource: { train_filename: join(folder, `${name}.jsonl`) } },
            batcher: { PoolingBatcher: { train_batch_size: SIZE } },
          },
          model: {
            DocModel: {
              inputs: { dense: "FloatListTensorizer" },
              embedding: { WordEmbedding: { embed_dim: 2 } },
              representation: { DocNNRepresentation: { kernel_num: 2, kernel_sizes: [1] } },
            },
          },
        },
      },
    ]),
  );
  const marking = component({
    kind: "channel",
    name: "MarkingChannel",
    schema: Type.Object({}, { description: "Notes where epochs end." }),
    create: () => ({
      terminal: false,
      event: ({ type }) => {
        if (type === "epoch") marks.push(seen.length);
      },
      close: () => {},
    }),
  });
  const config = {
    version: 1,
    threads: 1,
    engine: "watching",
    task: {
      NewDisjointMultitask: {
        tasks,
        sampler,
        trainer: { Trainer: { epochs: EPOCHS } },
        channels: ["MarkingChannel"],
      },
    },
  };
  await train(config, {
    output: join(folder, `run${runs++}`),
    registry: defaultRegistry().add(watching(seen), marking),
    show: true,
  });
  return marks.map((end, i) => seen.slice(marks[i - 1] ?? 0, end));
}

const rowsOf = (batches: readonly Trained[], name: Name): number[] =>
  batches.filter(({ task }) => task === name).flatMap(({ rows }) => rows);
const all = (name: Name): number[] => Array.from({ length: ROWS[name] }, (_, row) => row);
const sorted = (rows: readonly number[]): number[] => [...rows].sort((a, b) => a - b);

describe.each([
  ["RoundRobinBatchSampler", {}],
  ["RandomizedBatchSampler", { unnormalized_iterator_probs: { large: 1, middle: 2, small: 3 } }],
  ["NaturalBatchSampler", {}],
  ["AlternatingRandomizedBatchSampler", { batches_per_epoch: 9 }],
  ["TemperatureBatchSampler", { temperature: 5, batches_per_epoch: 7 }],
])("%s", (name, options) => {
  test("goes through a task's rows to the end before any comes again, over the ends of epochs", async () => {
    const run = (await epochsOf({ [name]: options })).flat();
    for (const task of names) {
      const own = run.filter((batch) => batch.task === task);
      const passes = batchesOf(task);
      expect(own.length).toBeGreaterThan(0);
      for (let start = 0; start + passes <= own.length; start += passes) {
        const rows = own.slice(start, start + passes).flatMap((batch) => batch.rows);
        expect(sorted(rows), `${task}, batch ${start}`).toEqual(all(task));
      }
      const rest = own.slice(own.length - (own.length % passes)).flatMap((batch) => batch.rows);
      expect(new Set(rest).size).toBe(rest.length);
    }
  });
});

test("round robin's epoch has each row of the smallest task once, and as many batches of the others", async () => {
  for (const epoch of await epochsOf({ RoundRobinBatchSampler: {} })) {
    expect(sorted(rowsOf(epoch, "small"))).toEqual(all("small"));
    expect(epoch.map(({ task }) => task)).toEqual([...names, ...names]);
  }
});

test("the natural sampler's epoch has each row of every task once", async () => {
  const epochs = await epochsOf({ NaturalBatchSampler: {} });
  for (const epoch of epochs)
    for (const name of names) expect(sorted(rowsOf(epoch, name))).toEqual(all(name));
  expect(new Set(epochs.map((epoch) => epoch.map(({ task }) => task).join())).size).toBe(EPOCHS);
});
