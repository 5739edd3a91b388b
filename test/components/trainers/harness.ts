/** @file A softmax regression that the real trainer trains: small enough to compute everything it does by hand. */
import { Type } from "typebox";
import type { Predicted } from "../../../src/components/contracts.js";
import type { Batcher } from "../../../src/components/data/contracts.js";
import { CrossEntropyLoss } from "../../../src/components/losses/cross-entropy.js";
import type {
  Checkpoint,
  CheckpointStore,
  Examples,
  Figures,
  Predictions,
  TrainingEvent,
  TrainingResult,
} from "../../../src/components/trainers/contracts.js";
import type { Engine, Values } from "../../../src/engine/engine.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { linear } from "../../../src/graph/ops/matrix.js";
import { softmax } from "../../../src/graph/ops/reduction.js";
import { normalInit, ParameterStore } from "../../../src/graph/parameters.js";
import type { Scope } from "../../../src/graph/scope.js";
import { Slot, type SlotValue } from "../../../src/registry/component.js";
import { Context } from "../../../src/registry/context.js";
import { throwIfAny } from "../../../src/registry/errors.js";
import { stream } from "../../../src/registry/random.js";
import { resolveValue } from "../../../src/registry/resolve.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";

const INPUTS = 3;
const CLASSES = 2;

/** Rows of numbers with a class each. */
export interface Table {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
}

/** Rows whose class depends on their numbers, with some noise. */
export function table(rows: number, seed = 1): Table {
  const random = stream(seed, "table");
  const x = Array.from({ length: rows }, () => Array.from({ length: INPUTS }, () => random.normal()));
  return { x, y: x.map(([a, b]) => (a! + 0.5 * b! + 0.3 * random.normal() > 0 ? 1 : 0)) };
}

/** Feeds of a table's rows. */
export function examples({ x, y }: Table): Examples {
  return {
    size: y.length,
    lengths: new Int32Array(y.length).fill(1),
    axisSizes: (axis) => {
      throw new Error(`no axis ${axis}`);
    },
    batch: (rows) => ({
      x: {
        dtype: "float32",
        dims: [rows.length, INPUTS],
        data: Float32Array.from([...rows].flatMap((row) => x[row]!)),
      },
      y: { dtype: "int32", dims: [rows.length], data: Int32Array.from(rows, (row) => y[row]!) },
    }),
  };
}

/** Batches of so many rows in file order. */
export function inOrder(size: number): Batcher {
  const cut = (count: number): Uint32Array[] =>
    Array.from({ length: Math.ceil(count / size) }, (_, i) =>
      Uint32Array.from({ length: Math.min(size, count - i * size) }, (_, k) => i * size + k),
    );
  return { train: ({ length }) => cut(length), eval: ({ length }) => cut(length) };
}

/** Batches of so many rows, shuffled anew each epoch. */
export function shuffled(size: number): Batcher {
  return {
    train: ({ length }, seed, epoch) => {
      const rows = stream(seed, "batcher", epoch).permutation(length);
      return inOrder(size)
        .train(new Int32Array(length), 0, 0)
        .map((batch) => batch.map((at) => rows[at]!));
    },
    eval: (lengths, split) => inOrder(size).eval(lengths, split),
  };
}

/** How the regression is built. */
export interface ModelOptions {
  readonly dropout?: number;
  readonly classWeights?: readonly number[];
  readonly unused?: boolean;
  readonly withoutLoss?: boolean;
}

/** `x [batch, 3]`, `y [batch]` -> softmax regression with the parameters `model.weight` and `model.bias`. */
function regression(options: ModelOptions = {}): (scope: Scope) => Predicted {
  return (root) =>
    root.within("model", (scope) => {
      const x = scope.graph.input("x", "float32", ["batch", INPUTS]);
      const target = scope.graph.input("y", "int32", ["batch"]);
      const weight = scope.parameter("weight", [INPUTS, CLASSES], normalInit(0.5));
      const bias = scope.parameter("bias", [CLASSES]);
      if (options.unused) scope.parameter("unused", [4]);
      const logits = linear(scope.dropout(x, options.dropout ?? 0), weight, bias);
      const weights = options.classWeights;
      const classWeights = weights ? scope.graph.constant("float32", [CLASSES], weights) : null;
      const loss = CrossEntropyLoss.build(scope, { label_smoothing: 0 }, { logits, target, classWeights });
      return { loss: options.withoutLoss ? null : loss, outputs: { scores: softmax(logits) } };
    });
}

/** Checkpoints kept in memory, all of them, as copies. */
export class Checkpoints implements CheckpointStore {
  readonly saved: Checkpoint[] = [];

  constructor(readonly first: Checkpoint | null = null) {}

  async load(): Promise<Checkpoint | null> {
    return this.first;
  }

  /** What a file would give back: arrays copied, state through JSON. */
  async save({ arrays, state }: Checkpoint): Promise<void> {
    const copies = [...arrays].map(
      ([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const,
    );
    this.saved.push({ arrays: new Map(copies), state: JSON.parse(JSON.stringify(state)) });
  }

  /** A parameter in every checkpoint so far. */
  history(name: string): Float32Array[] {
    return this.saved.map(({ arrays }) => arrays.get(`parameter/${name}`)!.data);
  }
}

/** The scores of a split `[rows, 2]` and its loss. */
export interface Scored {
  readonly scores: Float32Array;
  readonly loss: number | null;
}

const scored = ({ outputs, loss }: Predictions): Scored => ({
  scores: outputs.flat("scores").slice() as Float32Array,
  loss,
});

/** Everything about a training run that a test may want otherwise. */
export interface RunOptions extends ModelOptions {
  /** Config of the trainer. */
  readonly trainer?: object;
  readonly train?: Table;
  readonly eval?: Table | null;
  readonly batcher?: Batcher;
  readonly seed?: number;
  /** Figures in place of the true ones, called once a report. */
  readonly report?: (split: string, predictions: Scored) => Figures;
  /** The figure that chooses the best epoch; "accuracy" by default. */
  readonly select?: string;
  readonly checkpoints?: Checkpoints;
  /** What stands between trainer and engine. */
  readonly around?: (engine: Engine) => Engine;
}

/** A finished run with all that it told. */
export interface Trained {
  readonly result: TrainingResult;
  readonly parameters: ParameterStore;
  readonly events: readonly TrainingEvent[];
  readonly warnings: readonly string[];
  /** Every call of `report`, with its predictions. */
  readonly reports: readonly { readonly split: string; readonly predictions: Scored }[];
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** A slot's value with all defaults, as loading a config gives it. */
function resolved<K extends "trainer" | "engine">(context: Context, kind: K, value: object): SlotValue<K> {
  const schema = Type.Object({ part: Slot(kind, { description: "under test" }) });
  const options = { source: "test", checkFiles: false };
  const { value: filled, problems } = resolveValue(
    context.registry,
    schema,
    { part: value } as never,
    options,
  );
  throwIfAny(problems);
  return (filled as unknown as { part: SlotValue<K> }).part;
}

/** Trains the regression with the registered trainer on the default engine, on one thread. */
export async function run(options: RunOptions = {}): Promise<Trained> {
  const [events, warnings, reports]: [TrainingEvent[], string[], Trained["reports"][number][]] = [[], [], []];
  const log = { info: () => {}, warn: (line: string) => void warnings.push(line) };
  const context = new Context(defaultRegistry(), { log, settings: { seed: options.seed ?? 1, threads: 1 } });
  const engineSlot = context.part("engine", resolved(context, "engine", { onnxruntime: {} }));
  const engine = await engineSlot.component.create(engineSlot.config, context);
  const trainerSlot = context.part(
    "trainer",
    resolved(context, "trainer", { Trainer: options.trainer ?? {} }),
  );
  const trainer = trainerSlot.component.create(trainerSlot.config, context);
  const tables = {
    train: options.train ?? table(24),
    eval: options.eval === undefined ? table(12, 2) : options.eval,
  };
  const parameters = new ParameterStore(context.settings.seed);
  const select = options.select ?? "accuracy";
  const result = await trainer.train({
    context,
    engine: options.around?.(engine) ?? engine,
    parameters,
    parts: [
      {
        name: "",
        build: regression(options),
        data: {
          train: examples(tables.train),
          eval: tables.eval && examples(tables.eval),
          batcher: options.batcher ?? shuffled(6),
        },
        report: (split, given) => {
          const predictions = scored(given);
          reports.push({ split, predictions });
          return options.report?.(split, predictions) ?? trueFigures(tables[split as "train"], predictions);
        },
      },
    ],
    turns: ([batches]) => new Uint8Array(batches!),
    combine: (figures) => figures.get("")!,
    selections: [
      {
        name: "",
        metric: {
          name: select,
          higherIsBetter: select !== "loss",
          value: (figures) => figures[select] as number | null,
        },
      },
    ],
    emit: (event) => void events.push(structuredClone(event)),
    begin: async () => {},
    checkpoints: options.checkpoints ?? null,
  });
  const weight = parameters.get("model.weight")!.data;
  return { result, parameters, events, warnings, reports, weight, bias: parameters.get("model.bias")!.data };
}

function trueFigures({ y }: Table, { scores, loss }: Scored): Figures {
  const right = y.filter((label, row) => (scores[row * 2 + 1]! > scores[row * 2]! ? 1 : 0) === label).length;
  return { loss, accuracy: right / y.length };
}

/** Softmax regression by hand, in double precision: loss, scores and gradients of the mean loss. */
export function byHand(
  { x, y }: Table,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
): { loss: number; scores: number[][]; weight: number[]; bias: number[] } {
  const [gradWeight, gradBias] = [Array<number>(INPUTS * CLASSES).fill(0), Array<number>(CLASSES).fill(0)];
  let loss = 0;
  const scores = x.map((row, r) => {
    const logits = Array.from({ length: CLASSES }, (_, c) =>
      row.reduce((sum, value, i) => sum + value * weight[i * CLASSES + c]!, bias[c]!),
    );
    const top = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - top));
    const total = powers.reduce((a, b) => a + b);
    const probabilities = powers.map((power) => power / total);
    loss -= Math.log(probabilities[y[r]!]!) / y.length;
    for (let c = 0; c < CLASSES; c++) {
      const error = (probabilities[c]! - (y[r] === c ? 1 : 0)) / y.length;
      gradBias[c] = gradBias[c]! + error;
      for (let i = 0; i < INPUTS; i++)
        gradWeight[i * CLASSES + c] = gradWeight[i * CLASSES + c]! + error * row[i]!;
    }
    return probabilities;
  });
  return { loss, scores, weight: gradWeight, bias: gradBias };
}

/** An engine that shows what every run of every program is fed. */
export function watched(engine: Engine, seen: (feeds: Values) => void): Engine {
  return {
    name: engine.name,
    compile: async (graph, options) => {
      const program = await engine.compile(graph, options);
      return {
        run: (feeds, outputs, into) => {
          seen(feeds);
          return program.run(feeds, outputs, into);
        },
        release: () => program.release(),
      };
    },
  };
}

/** Copies of the dropout masks among feeds. */
export function masksOf(feeds: Values): HostTensor[] {
  return Object.entries(feeds)
    .filter(([name]) => name.includes(".dropout"))
    .map(([, { dtype, dims, data }]) => ({ dtype, dims, data: Float32Array.from(data as Float32Array) }));
}

/** The largest difference between two rows of numbers. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} numbers cannot be compared`);
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, gap) => Math.max(most, gap), 0);
}
