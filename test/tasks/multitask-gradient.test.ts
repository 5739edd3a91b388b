/** @file Two linear tasks over one linear trunk: what one run does to the shared weights, against the same by hand in double precision. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { classify, decisionOf } from "../../src/components/models/classify.js";
import { trainingGraph } from "../../src/components/trainers/training-step.js";
import { readSafetensors } from "../../src/graph/safetensors.js";
import { silentLog, train } from "../../src/library.js";
import { component, Slot } from "../../src/registry/component.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { openTask } from "../../src/tasks/open-task.js";
import { learnFor } from "../../src/tasks/summary.js";
import { workplace } from "../support/toy.js";
import { multitask } from "./multitask-toy.js";

const folder = workplace();
const INPUTS = 3;
const HIDDEN = 2;
const RATE = 0.5;
const WEIGHTS = { a: 1.5, b: 0.5 };
type Name = keyof typeof WEIGHTS;
const LABELS: Readonly<Record<Name, readonly string[]>> = { a: ["x", "y"], b: ["u", "v", "w"] };
const ROWS: Readonly<Record<Name, number>> = { a: 6, b: 9 };

/** `dense [batch, 3]` -> a shared linear map to two numbers -> a linear classifier of the task's own. */
const LinearTrunk = component({
  kind: "model",
  name: "LinearTrunk",
  schema: Type.Object(
    {
      inputs: Type.Object(
        {
          dense: Slot("tensorizer", { default: "FloatListTensorizer", description: "Numbers." }),
          labels: Slot("tensorizer", { default: "LabelTensorizer", description: "The class." }),
        },
        { default: {}, description: "What it reads." },
      ),
      trunk: Slot("decoder", {
        default: { MLPDecoder: { shared_module_key: "trunk" } },
        description: "What is shared.",
      }),
      output_layer: Slot("output_layer", { default: "ClassificationOutputLayer", description: "The loss." }),
    },
    { description: "A linear trunk and a linear classifier." },
  ),
  inputs: ({ inputs }) => inputs,
  decision: decisionOf,
  build(scope, { trunk, output_layer }, inputs, labels) {
    const x = inputs.need("dense", "LinearTrunk").tensors.values!;
    const hidden = scope.part("decoder", trunk, "trunk", (decoder, config, at) =>
      decoder.build(at, config, x, HIDDEN),
    );
    const head = { decoder: null, output_layer };
    const { loss, scores } = classify(scope, head, hidden, inputs.find("labels"), labels.labels!);
    return { loss, outputs: { scores } };
  },
});
const registry = defaultRegistry().add(LinearTrunk);

interface Example {
  readonly x: readonly number[];
  readonly y: number;
}

const examples = Object.fromEntries(
  (["a", "b"] as const).map((name) => {
    const random = stream(7, "linear", name);
    const rows = Array.from({ length: ROWS[name] }, (_, i): Example => {
      const x = Array.from({ length: INPUTS }, () => Math.fround(random.normal()));
      return { x, y: i % LABELS[name].length };
    });
    const written = rows.map(({ x, y }) => ({ dense: x, label: LABELS[name][y] }));
    writeFileSync(join(folder, `${name}.jsonl`), written.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return [name, rows] as const;
  }),
) as unknown as Record<Name, Example[]>;

const config = (trainer: object) =>
  multitask(
    Object.fromEntries(
      (["a", "b"] as const).map((name) => [
        name,
        {
          DocumentClassificationTask: {
            data: {
              source: { JSONLDataSource: { train_filename: join(folder, `${name}.jsonl`) } },
              batcher: { Batcher: { train_batch_size: 100 } },
            },
            model: {
              LinearTrunk: { inputs: { labels: { LabelTensorizer: { labels: LABELS[name] } } } },
            },
          },
        },
      ]),
    ),
    {
      task_weights: WEIGHTS,
      trainer: { Trainer: { epochs: 1, optimizer: { SGD: { lr: RATE, momentum: 0 } }, ...trainer } },
    },
  );

/** All parameters by name, in double precision. */
type Values = Record<string, number[]>;

async function initial(of: object): Promise<Values> {
  const open = openTask(resolveConfig(of, registry).config, registry, silentLog);
  await learnFor(open);
  for (const part of open.task.parts.values())
    trainingGraph(
      { build: (scope) => part.build(scope, { form: "ids", targets: true }) },
      open.parameters,
      open.context,
    );
  return Object.fromEntries([...open.parameters].map(({ name, data }) => [name, Array.from(data)]));
}

const TRUNK = ["shared.trunk.layer0.weight", "shared.trunk.layer0.bias"] as const;
const headOf = (name: Name) => [`${name}.model.decoder.weight`, `${name}.model.decoder.bias`] as const;

/** The gradient of `weight * mean cross-entropy` of one task, by the chain rule on paper. */
function gradient(values: Values, name: Name, rows: readonly Example[] = examples[name]): Values {
  const classes = LABELS[name].length;
  const [W, b] = TRUNK.map((key) => values[key]!) as [number[], number[]];
  const [V, c] = headOf(name).map((key) => values[key]!) as [number[], number[]];
  const [dW, db] = [W.map(() => 0), b.map(() => 0)];
  const [dV, dc] = [V.map(() => 0), c.map(() => 0)];
  const scale = WEIGHTS[name] / rows.length;
  for (const { x, y } of rows) {
    const h = b.map((bias, j) => x.reduce((sum, value, i) => sum + value * W[i * HIDDEN + j]!, bias));
    const logits = c.map((bias, k) => h.reduce((sum, value, j) => sum + value * V[j * classes + k]!, bias));
    const powers = logits.map((logit) => Math.exp(logit));
    const total = powers.reduce((p, q) => p + q);
    const error = powers.map((power, k) => scale * (power / total - (k === y ? 1 : 0)));
    for (let k = 0; k < classes; k++) {
      dc[k]! += error[k]!;
      for (let j = 0; j < HIDDEN; j++) dV[j * classes + k]! += error[k]! * h[j]!;
    }
    for (let j = 0; j < HIDDEN; j++) {
      const back = error.reduce((sum, e, k) => sum + e * V[j * classes + k]!, 0);
      db[j]! += back;
      for (let i = 0; i < INPUTS; i++) dW[i * HIDDEN + j]! += back * x[i]!;
    }
  }
  const [head, bias] = headOf(name);
  return { [TRUNK[0]]: dW, [TRUNK[1]]: db, [head]: dV, [bias]: dc };
}

/** One step of gradient descent along several gradients, each times `scale`. */
function step(values: Values, gradients: readonly Values[], scale: number): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, numbers]) => [
      name,
      numbers.map((value, i) =>
        gradients.reduce((sum, each) => sum - RATE * scale * (each[name]?.[i] ?? 0), value),
      ),
    ]),
  );
}

async function trained(of: object, output: string): Promise<Values> {
  await train(of, { output: join(folder, output), registry });
  const { tensors } = await readSafetensors(join(folder, output, "parameters.safetensors"));
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

function expectClose(got: Values, wanted: Values): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, numbers] of Object.entries(wanted))
    for (const [i, value] of numbers.entries())
      expect(Math.abs(got[name]![i]! - value), name).toBeLessThan(2e-6);
}

/** The rows of task b with a class of each task: two heads over one input. */
const shared = examples.b.map(({ x, y }, i) => ({ x, y: { a: i % 2, b: y } }));

const headsConfig = () => {
  const file = join(folder, "heads.jsonl");
  const written = shared.map(({ x, y }) => ({ dense: x, a: LABELS.a[y.a], b: LABELS.b[y.b] }));
  writeFileSync(file, written.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const tasks = Object.fromEntries(
    (["a", "b"] as const).map((name) => {
      const inputs = {
        dense: { FloatListTensorizer: { shared_module_key: "dense" } },
        labels: { LabelTensorizer: { column: name, labels: LABELS[name] } },
      };
      return [name, { DocumentClassificationTask: { model: { LinearTrunk: { inputs } } } }];
    }),
  );
  const data = {
    source: { JSONLDataSource: { train_filename: file } },
    batcher: { Batcher: { train_batch_size: 100 } },
  };
  const trainer = { Trainer: { epochs: 1, optimizer: { SGD: { lr: RATE, momentum: 0 } } } };
  return { version: 1, threads: 1, task: { MultiHeadTask: { data, tasks, task_weights: WEIGHTS, trainer } } };
};

describe("the shared weights of two linear tasks", () => {
  test("move by both tasks' gradients together when their batches make one update", async () => {
    const together = config({ num_accumulated_batches: 2 });
    const start = await initial(together);
    const wanted = step(start, [gradient(start, "a"), gradient(start, "b")], 1 / 2);
    expectClose(await trained(together, "together"), wanted);
    expect(wanted[TRUNK[0]]).not.toEqual(start[TRUNK[0]]);
  });

  test("move by one task's gradient after the other when each batch is an update, and the other's head stays", async () => {
    const start = await initial(config({}));
    const afterA = step(start, [gradient(start, "a")], 1);
    expect(headOf("b").map((key) => afterA[key])).toEqual(headOf("b").map((key) => start[key]));
    expectClose(await trained(config({}), "in-turn"), step(afterA, [gradient(afterA, "b")], 1));
  });

  test("move by the sum of both heads' gradients when these read the same rows", async () => {
    const heads = headsConfig();
    const start = await initial(heads);
    const rowsOf = (name: Name): Example[] => shared.map(({ x, y }) => ({ x, y: y[name] }));
    const gradients = (["a", "b"] as const).map((name) => gradient(start, name, rowsOf(name)));
    expectClose(await trained(heads, "heads"), step(start, gradients, 1));
  });
});
