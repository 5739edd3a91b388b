import { type Static, Type } from "typebox";
import type { Loss } from "../components/contracts.js";
import type { BatchSampler } from "../components/samplers/contracts.js";
import type {
  Channel,
  Figures,
  Selection,
  SelectMetric,
  Trainer,
  TrainingPart,
} from "../components/trainers/contracts.js";
import { cast, div, greater, mul, where } from "../graph/ops/elementwise.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { didYouMean } from "../registry/nearest.js";
import { taskOptions } from "./single-model-task.js";
import type { ModelTask, Task } from "./task.js";

/** Names that stand in parameter paths, file names and figures. */
const taskName = Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_-]*$" });

/** Names that mean something else there. */
const RESERVED = ["loss", "shared"];

const schema = Type.Object(
  {
    tasks: Type.Record(taskName, Slot("sub_task", { description: "One of the tasks." }), {
      description:
        "The tasks by name, each with its data, model and reporter. Their modules share what has the same shared_module_key.",
    }),
    task_weights: Type.Record(taskName, Type.Number({ exclusiveMinimum: 0 }), {
      default: {},
      description: "How much each task's loss counts, the mean of a batch; 1 for tasks that are not named.",
    }),
    sampler: Slot("batch_sampler", {
      default: "RoundRobinBatchSampler",
      description: "Whose batch comes when, and how long an epoch is.",
    }),
    target_task_name: Type.Union([Type.Null(), taskName], {
      default: null,
      description:
        "The task whose metric chooses the best epoch; null: the mean of all tasks' metrics, those that are better when lower with the sign changed.",
    }),
    select_per_task: Type.Boolean({
      default: false,
      description:
        "Keep the parameters of each task's own best epoch too, for its figures, predictions and export.",
    }),
    trainer: taskOptions.trainer,
    channels: taskOptions.channels,
  },
  { description: "Several tasks, each with rows of its own, trained together over shared modules." },
);
type Config = Static<typeof schema>;

class DisjointMultitask implements Task {
  readonly name = "NewDisjointMultitask";
  readonly parts: ReadonlyMap<string, ModelTask>;
  readonly trainer: Trainer;
  readonly #sampler: BatchSampler;

  constructor(
    readonly config: Config,
    readonly context: Context,
  ) {
    this.parts = new Map(
      Object.entries(config.tasks).map(([name, slot]) => {
        const { component: task, config: options } = context.part("sub_task", slot);
        return [name, task.create(options, context.child(name))];
      }),
    );
    if (this.parts.size === 0)
      throw ptxError("PTX_CONFIG_MISSING", "task.tasks", "there is no task in it: one or more are needed");
    const sampler = context.part("batch_sampler", config.sampler);
    this.#sampler = sampler.component.create(sampler.config, context);
    const trainer = context.part("trainer", config.trainer);
    this.trainer = trainer.component.create(trainer.config, context);
  }

  get selections(): readonly [Selection, ...Selection[]] {
    const { target_task_name: target, select_per_task: each } = this.config;
    const names = [...this.parts.keys()];
    const joint = { name: "", metric: this.#metricOf(target === null ? names : [target]) };
    return [joint, ...(each ? names.map((name) => ({ name, metric: this.#metricOf([name]) })) : [])];
  }

  turns(batches: readonly number[], epoch: number): Uint32Array {
    const tasks = [...this.parts.keys()].map((name, i) => ({ name, batches: batches[i]! }));
    return this.#sampler.turns(tasks, this.context.settings.seed, epoch);
  }

  /** The tasks' figures under their names, and the mean of their losses. */
  combine(figures: ReadonlyMap<string, Figures>): Figures {
    const losses = [...figures.values()].flatMap(({ loss }) => (loss === null ? [] : [loss]));
    const mean = losses.length === 0 ? null : losses.reduce((a, b) => a + b) / losses.length;
    return { loss: mean, ...Object.fromEntries(figures) };
  }

  /** The mean loss of a batch times the task's weight: a batch counts once, however many tokens or rows it has. */
  objective(part: string): TrainingPart["objective"] {
    const weight = this.config.task_weights[part] ?? 1;
    return ({ sum, count }: Loss) => {
      const counts = greater(count, 0);
      return { sum: mul(div(sum, where(counts, count, 1)), weight), count: cast(counts, "float32") };
    };
  }

  channels(): Channel[] {
    return this.config.channels.map((slot) => {
      const { component: channel, config } = this.context.part("channel", slot);
      return channel.create(config, this.context);
    });
  }

  /** The mean of these tasks' metrics, over those that have figures. */
  #metricOf(names: readonly string[]): SelectMetric {
    const metrics = names.map((name) => [name, this.parts.get(name)!.select] as const);
    const [[, only] = [], ...others] = metrics;
    const alone = others.length === 0 && only !== undefined ? only : null;
    const title = metrics.map(([name, metric]) => `${name}.${metric.name}`).join(", ");
    return {
      name: alone === null ? `mean of ${title}` : title,
      higherIsBetter: alone?.higherIsBetter ?? true,
      value: (figures) => {
        const values = metrics.flatMap(([name, { value, higherIsBetter }]) => {
          const own = figures[name] as Figures | undefined;
          const known = own === undefined ? undefined : value(own);
          return known === undefined
            ? []
            : [alone !== null || higherIsBetter || known === null ? known : -known];
        });
        if (values.length === 0 || values.includes(null)) return null;
        return (values as number[]).reduce((a, b) => a + b) / values.length;
      },
    };
  }
}

/** PyText's NewDisjointMultitask: one optimizer and one parameter store for several tasks. */
export const NewDisjointMultitask = component({
  kind: "task",
  name: "NewDisjointMultitask",
  schema,
  check: ({ tasks, task_weights, target_task_name }) => {
    const names = Object.keys(tasks);
    const unknown = (name: string): string =>
      `there is no task called "${name}"${didYouMean(name, names)}  known: ${names.join(", ")}`;
    return [
      ...RESERVED.filter((name) => names.includes(name)).map((name) => ({
        path: `tasks.${name}`,
        message: `a task cannot be called "${name}", which means something else in figures or parameter paths`,
      })),
      ...Object.keys(task_weights)
        .filter((name) => !names.includes(name))
        .map((name) => ({ path: `task_weights.${name}`, message: unknown(name) })),
      ...(target_task_name !== null && !names.includes(target_task_name)
        ? [{ path: "target_task_name", message: unknown(target_task_name) }]
        : []),
    ];
  },
  create: (config, context) => new DisjointMultitask(config, context),
});
