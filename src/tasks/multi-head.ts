import { type Static, Type } from "typebox";
import type { Labels, Loss, ModelInput, Predicted } from "../components/contracts.js";
import type { Row, Tensorizer } from "../components/data/contracts.js";
import type { SplitData, Tensorizers } from "../components/data/split-data.js";
import type { ComparedRow } from "../components/reporters/contracts.js";
import type { Figures, Predictions, SelectMetric } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { add, cast, greater } from "../graph/ops/elementwise.js";
import type { Scope } from "../graph/scope.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { OffsetUnit } from "../text/offsets.js";
import { checkNames, jointMetric, jointOptions, taskName, weightedMean } from "./joint.js";
import { OnePartTask } from "./one-part-task.js";
import type { OutputRow, Prediction } from "./prediction.js";
import { FIELD_PREFIX } from "./shared-inputs.js";
import { taskOptions } from "./single-model-task.js";
import type { BuildPurpose, ModelTask } from "./task.js";

const schema = Type.Object(
  {
    data: taskOptions.data,
    tasks: Type.Record(taskName, Slot("head", { description: "One of the tasks." }), {
      description:
        "The tasks by name, each with its model and reporter. Modules with one shared_module_key that read the same are computed once for all.",
    }),
    ...jointOptions,
    trainer: taskOptions.trainer,
    channels: taskOptions.channels,
  },
  {
    description: "Several tasks over the same rows: one pass through what they share, then a head for each.",
  },
);
type Config = Static<typeof schema>;

class MultiHead extends OnePartTask {
  readonly tensorizers: Tensorizers;
  readonly #heads: ReadonlyMap<string, ModelTask>;

  constructor(
    readonly config: Config,
    context: Context,
  ) {
    super("MultiHeadTask", context, config);
    this.#heads = new Map(
      Object.entries(config.tasks).map(([name, slot]) => {
        const { component: head, config: options } = context.part("head", slot);
        const own = context.child(name);
        own.provide(FIELD_PREFIX, `${context.find(FIELD_PREFIX) ?? ""}${name}.`);
        return [name, head.create(options, own)];
      }),
    );
    if (this.#heads.size === 0)
      throw ptxError("PTX_CONFIG_MISSING", "task.tasks", "there is no task in it: one or more are needed");
    const tensorizers = new Map<Tensorizer, string>();
    for (const [head, { tensorizers: own }] of this.#heads)
      for (const [name, tensorizer] of Object.entries(own))
        if (!tensorizers.has(tensorizer)) tensorizers.set(tensorizer, `${head}.${name}`);
    this.tensorizers = Object.fromEntries([...tensorizers].map(([tensorizer, name]) => [name, tensorizer]));
  }

  get labels(): Labels {
    const all = [...this.#heads].flatMap(([name, { labels }]) => Object.entries(within(name, labels)));
    return Object.fromEntries(all);
  }

  get select(): SelectMetric {
    const target = this.config.target_task_name;
    const read = [...this.#heads].filter(([name]) => target === null || name === target);
    return jointMetric(read.map(([name, { select }]) => [name, select]));
  }

  requireFit(): void {
    for (const head of this.#heads.values()) head.requireFit();
  }

  async prepare(): Promise<void> {
    for (const head of this.#heads.values()) await head.prepare();
  }

  /** The heads' outputs under their names. The loss is the weighted sum of their means, and counts batches. */
  build(scope: Scope, purpose: BuildPurpose, made: Map<Tensorizer, ModelInput> = new Map()): Predicted {
    const heads = [...this.#heads].map(([name, head]) => [name, head.build(scope, purpose, made)] as const);
    const outputs = heads.flatMap(([name, built]) => Object.entries(within(name, built.outputs)));
    const losses = heads.flatMap(([name, { loss }]) => (loss === null ? [] : [[name, loss] as const]));
    const all = heads.flatMap(([name, built]) => Object.entries(within(name, built.distributions ?? {})));
    const means = losses.map(([name, loss]) => weightedMean(loss, this.#weight(name)));
    return {
      loss: means.length === 0 ? null : means.reduce(together),
      outputs: Object.fromEntries(outputs),
      distributions: Object.fromEntries(all),
      ...(losses.length > 0 && { heads: Object.fromEntries(losses) }),
    };
  }

  report(data: SplitData, predictions: Predictions): Figures {
    const figures = [...this.#heads].map(
      ([name, head]) => [name, head.report(data, of(name, predictions))] as const,
    );
    const losses = figures.map(([name, { loss }]) => loss && loss * this.#weight(name));
    const known = losses.every((loss) => loss !== null);
    const loss = known ? (losses as number[]).reduce((a, b) => a + b) : predictions.loss;
    return { loss, ...Object.fromEntries(figures) };
  }

  compare(data: SplitData, predictions: Predictions): readonly ComparedRow[] {
    const compared = [...this.#heads].flatMap(([name, head]) => {
      const rows = head.compare(data, of(name, predictions));
      const named = (labels: readonly string[]): string[] => labels.map((label) => `${name}: ${label}`);
      return rows.length === 0
        ? []
        : [rows.map((row) => ({ ...row, gold: named(row.gold), predicted: named(row.predicted) }))];
    });
    const [first = [], ...others] = compared;
    return first.map((row, i) => others.reduce((sum, rows) => beside(sum, rows[i]!), row as ComparedRow));
  }

  /** As many rows as the heads keep together. */
  worst(data: SplitData, predictions: Predictions): readonly ComparedRow[] {
    const kept = [...this.#heads].reduce(
      (sum, [name, head]) => sum + head.worst(data, of(name, predictions)).length,
      0,
    );
    return this.compare(data, predictions)
      .filter(({ right }) => !right)
      .sort((a, b) => a.score - b.score || a.row - b.row)
      .slice(0, kept);
  }

  deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>> {
    const all = [...this.#heads].flatMap(([name, head]) =>
      Object.entries(within(name, head.deploy(under(name, outputs), unit))),
    );
    return Object.fromEntries(all);
  }

  /** Those of the heads that have them. */
  deployTop(outputs: Predicted["outputs"], k: number): Readonly<Record<string, Tensor>> {
    const all = [...this.#heads].flatMap(([name, head]) =>
      Object.entries(within(name, head.deployTop?.(under(name, outputs), k) ?? {})),
    );
    return Object.fromEntries(all);
  }

  read(output: OutputRow, row: Row, labels: Labels): Prediction {
    const heads = [...this.#heads].map(([name, head]) => {
      const own: OutputRow = {
        unit: output.unit,
        has: (key) => output.has(`${name}.${key}`),
        numbers: (key) => output.numbers(`${name}.${key}`),
        strings: (key) => output.strings(`${name}.${key}`),
      };
      return [name, head.read(own, row, under(name, labels))] as const;
    });
    return { heads: Object.fromEntries(heads) };
  }

  undecided({ heads = {} }: Prediction, tolerance: number): boolean {
    return [...this.#heads].some(([name, head]) => head.undecided(heads[name]!, tolerance));
  }

  #weight(name: string): number {
    return this.config.task_weights[name] ?? 1;
  }
}

/** The entries with a head's name in front of theirs. */
function within<T>(name: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}.${key}`, value]));
}

/** The entries of a head, without its name. */
function under<T>(name: string, values: Readonly<Record<string, T>>): Record<string, T> {
  const own = Object.entries(values).filter(([key]) => key.startsWith(`${name}.`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 1), value]));
}

/** A head's share of what its model gave. */
function of(name: string, { outputs, heads = {} }: Predictions): Predictions {
  const inner = under(name, heads);
  return {
    outputs: outputs.under(`${name}.`),
    loss: heads[name] ?? null,
    ...(Object.keys(inner).length > 0 && { heads: inner }),
  };
}

/** Two losses as one, which counts once where either counts. */
function together(a: Loss, b: Loss): Loss {
  return { sum: add(a.sum, b.sum), count: cast(greater(add(a.count, b.count), 0), "float32") };
}

/** Two heads' views of one row: it is right where both are, and as wrong as the worse. */
function beside(a: ComparedRow, b: ComparedRow): ComparedRow {
  return {
    row: a.row,
    gold: [...a.gold, ...b.gold],
    predicted: [...a.predicted, ...b.predicted],
    right: a.right === null || b.right === null ? (a.right ?? b.right) : a.right && b.right,
    score: Math.min(a.score, b.score),
  };
}

/** One input with several heads. */
export const MultiHeadTask = component({
  kind: "task",
  name: "MultiHeadTask",
  schema,
  check: checkNames,
  create: (config, context) => new MultiHead(config, context),
});
