/**
 * @file Every task with every model and every representation that are registered, generated from the registry's own slots:
 * each takes a training step, alike on both engines, and its deployed graph says what the model says, or it is refused with
 * a reason.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { INPUT_FORMS, type InputForm } from "../../src/components/data/contracts.js";
import { learn } from "../../src/components/data/data-handler.js";
import type { GradientValue } from "../../src/components/optimizers/contracts.js";
import { TrainingStep } from "../../src/components/trainers/training-step.js";
import type { Engine } from "../../src/engine/engine.js";
import { difference } from "../../src/exporters/agreement.js";
import type { Scope } from "../../src/graph/scope.js";
import { openEngine } from "../../src/library.js";
import type { ConfigPath } from "../../src/registry/config-path.js";
import { PtxError } from "../../src/registry/errors.js";
import { isObject, type JsonObject, type Schema } from "../../src/registry/json.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import type { FoundSlot } from "../../src/registry/resolve.js";
import type { RunConfig } from "../../src/registry/run-config.js";
import { slotKind } from "../../src/registry/slot-value.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { deploymentGraph, inputsOf, outputRows } from "../../src/tasks/deployment.js";
import { type OpenTask, openTask } from "../../src/tasks/open-task.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { numberized, readRow } from "../../src/tasks/predictor.js";
import type { ModelTask } from "../../src/tasks/task.js";
import { writeTinyEncoder } from "../support/tiny-encoder.js";
import { workplace } from "../support/toy.js";

const registry = defaultRegistry();
const folder = workplace();
const at = (name: string): string => join(folder, name);
const log = { info: () => {}, warn: () => {} };

/** Rows with every column that a default config reads. */
const ROWS = [
  ["set an alarm for nine", 1, "alarm"],
  ["is it cold in paris ?", 0, "weather"],
  ["wake me at nine", 1, "alarm"],
  ["will it rain", 0, "weather"],
].map(([text, label, intent], i) => ({
  ...{ text, label, intent, text1: text, text2: "is it cold", uid: `user${i % 2}`, context: ["hello", text] },
  ...{ query: text, pos_response: `yes ${i}`, neg_response: `no ${i}`, anchor: text, positive: `yes ${i}` },
  ...{ left_text: text, right_text: `it rains ${i}`, middle_text: "me", text_seq: ["hello there", text] },
  ...{ question: "when ?", doc: text, answers: [String(text).split(" ")[0]], answer_starts: [0], id: `${i}` },
  ...{ tokenized_text: text, seqlogical: `[IN:${intent} ${text} ]`, dense: [0.5, i], score: label },
  slots: String(text)
    .split(" ")
    .map((_, token) => (token === 0 ? "B-first" : "O")),
}));

const engines: Record<"onnxruntime" | "tensorflow", Engine> = {} as never;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(at("rows.jsonl"), ROWS.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await writeTinyEncoder(at("encoder"));
  for (const name of ["onnxruntime", "tensorflow"] as const) engines[name] = await openEngine(name);
});

interface Try {
  readonly title: string;
  readonly config: RunConfig;
  readonly slots: readonly FoundSlot[];
}

/** Resolves a config whose files need not be there yet; required keys get something of their type. */
function loose(raw: unknown): { config: RunConfig; slots: readonly FoundSlot[] } {
  const placeholder = (schema: Schema): unknown => {
    const kind = slotKind(schema);
    if (schema.anyOf !== undefined) return schema.anyOf[0]?.const;
    if (kind === undefined) return schema.type === "integer" ? 1 : "missing";
    return kind === "data_source" ? "JSONLDataSource" : registry.names(kind)[0];
  };
  return resolveConfig(raw, registry, { checkFiles: false, placeholder });
}

/** The config with another component in a slot. */
function withPart(config: RunConfig, path: ConfigPath, value: unknown): JsonObject {
  const copy = structuredClone(config) as unknown as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce((object, key) => object[key] as Record<string, unknown>, copy);
  holder[path.at(-1)!] = value;
  return copy;
}

/** Data, vocabularies and an encoder in their places, and sizes of a few numbers. */
function small(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(small);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === "source") return [key, { JSONLDataSource: { train_filename: at("rows.jsonl") } }];
      if (key === "vocab_file" && "tokenizer" in value) return [key, at("encoder/vocab.txt")];
      if (key === "pretrained") return [key, at("encoder")];
      const sized = /(dim|dimension|_num|hidden_size|_heads)$/.test(key) && typeof inner === "number";
      // What widens the words' vectors needs room beside them.
      return [key, sized ? Math.min(inner, key === "encoder_embed_dim" ? 8 : 4) : small(inner)];
    }),
  );
}

/** All configs to try. */
function* tries(): Generator<Try, void, boolean> {
  const models = new Set<string>();
  const attempt = (title: string, raw: unknown): Try => ({ title, ...loose(raw) });
  for (const task of registry.names("task")) {
    // Its members are tasks that are tried by themselves; what it makes of them stands in test/tasks/ensemble.test.ts.
    if (task === "EnsembleTask") continue;
    const inner = { MultiHeadTask: "head", NewDisjointMultitask: "sub_task" }[task] as "head" | undefined;
    if (inner !== undefined) {
      // Several heads are tried as a task of their own.
      for (const name of registry.names(inner).filter((one) => one !== "MultiHeadTask"))
        yield attempt(`${task}: ${name}`, {
          version: 1,
          task: { [task]: { tasks: { one: { [name]: {} } } } },
        });
      continue;
    }
    const base = attempt(task, { version: 1, task });
    const slot = base.slots.find(({ path }) => path.length === 3 && path[2] === "model")!;
    for (const model of registry.names(slot.kind)) {
      const whole = attempt(`${task}: ${model}`, withPart(base.config, slot.path, { [model]: {} }));
      const trains = yield whole;
      // What a model is made of does not depend on the task.
      if (!trains || models.has(model)) continue;
      models.add(model);
      // Of several slots for them the first one: what reads a representation asks it for the same in all.
      const inside = whole.slots.find(({ kind, path }) => kind === "representation" && path.length === 5);
      if (inside === undefined) continue;
      for (const part of registry.names("representation"))
        yield attempt(`${model}: ${part}`, withPart(whole.config, inside.path, { [part]: {} }));
    }
  }
}

/** Trains a step on an engine: its loss and gradients. */
async function step(engine: Engine, { parameters, context }: OpenTask, part: ModelTask) {
  const build = { build: (scope: Scope) => part.build(scope, { form: "ids", targets: true }) };
  const compiled = await TrainingStep.compile(engine, build, parameters, context, new Set());
  const data = await part.data().load("train");
  const gradients = new Map<string, number[]>();
  const add = ({ name }: { readonly name: string }, gradient: GradientValue): void =>
    void gradients.set(
      name,
      Object.values(gradient).flatMap((part) => (part instanceof Object ? [...(part as number[])] : [])),
    );
  const batch = data.batch(Uint32Array.from({ length: data.size }, (_, i) => i));
  const { sum } = await compiled.run(batch, { epoch: 0, batch: 0 }, add);
  await compiled.release();
  return { sum, gradients };
}

/** What a deployed graph says of the rows. */
async function said(open: OpenTask, part: ModelTask, input: InputForm): Promise<Prediction[]> {
  const graph = deploymentGraph(open, part, { input });
  const frozen = open.parameters.feeds(graph.parameters.map(({ name }) => name));
  const program = await engines.onnxruntime.compile(graph, { frozen });
  const rows = ROWS.map((values, i) => ({ values, origin: `rows.jsonl:${i + 1}` }));
  const feeds =
    input === "ids"
      ? numberized(part, rows, 1).batch(Uint32Array.of(0, 1, 2, 3))
      : Object.assign({}, ...inputsOf(part).map(([, tensorizer]) => tensorizer.serve?.(rows, input) ?? {}));
  const used = Object.entries(feeds as object).filter(([name]) =>
    graph.inputs.some((one) => one.name === name),
  );
  const outputs = outputRows(await program.run(Object.fromEntries(used)), rows.length);
  await program.release();
  return rows.map((row, i) => readRow(part, [outputs[i]!], row, part.labels));
}

/** What a try comes to: nothing, or why it is refused. */
async function outcome({ config }: Try): Promise<string | null> {
  let open: OpenTask;
  const steps = new Map<ModelTask, Awaited<ReturnType<typeof step>>>();
  try {
    const { config: ready } = resolveConfig({ ...(small(config) as object), threads: 1 }, registry);
    open = openTask(ready, registry, log);
    await learn([...open.task.parts.values()].map((part) => part.data()));
    for (const part of open.task.parts.values()) {
      part.requireFit();
      await part.prepare();
      await part.data().load("train");
      steps.set(part, await step(engines.onnxruntime, open, part));
    }
  } catch (error) {
    if (error instanceof PtxError && /^PTX_(CONFIG|FILE|DATA)/.test(error.code)) return error.message;
    throw error;
  }
  for (const [part, ours] of steps) {
    const theirs = await step(engines.tensorflow, open, part);
    expect(Number.isFinite(ours.sum)).toBe(true);
    expect(difference(ours.sum, theirs.sum, true).number).toBeLessThan(1e-3);
    for (const [name, gradient] of ours.gradients)
      expect(difference(gradient, theirs.gradients.get(name), true).number, name).toBeLessThan(1e-2);
    const expected = await said(open, part, "ids");
    for (const form of INPUT_FORMS.filter((one) => one !== "ids")) {
      try {
        const { number } = difference(expected, await said(open, part, form), true);
        expect(number, form).toBeLessThan(1e-4);
      } catch (error) {
        if (!(error instanceof PtxError && error.code === "PTX_EXPORT")) throw error;
      }
    }
  }
  return null;
}

test("every task, model and representation trains a step on both engines and is deployed, or says why not", async () => {
  const refused: string[] = [];
  const failed: string[] = [];
  const trained: string[] = [];
  const all = tries();
  for (let next = all.next(); !next.done; ) {
    const { title } = next.value;
    const why = await outcome(next.value).catch((error: Error) => {
      failed.push(`${title}: ${error.stack}`);
      return error.message;
    });
    (why === null ? trained : refused).push(why === null ? title : `${title}: ${why}`);
    next = all.next(why === null);
  }
  console.info(`${trained.length} trained, ${refused.length} refused`);
  expect(failed).toEqual([]);
  const never = registry
    .names("representation")
    .filter((name) => !trained.some((it) => it.endsWith(`: ${name}`)));
  expect(never).toEqual([]);
}, 600_000);
