import { type Static, Type } from "typebox";
import type { BatchSampler } from "../components/samplers/contracts.js";
import type {
  Channel,
  Figures,
  Selection,
  SelectMetric,
  Trainer,
  TrainingPart,
} from "../components/trainers/contracts.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { checkNames, jointMetric, jointOptions, taskName, weightedMean } from "./joint.js";
import { taskOptions } from "./single-model-task.js";
import type { ModelTask, Task } from "./task.js";

const schema = Type.Object(
  {
    tasks: Type.Record(taskName, Slot("sub_task", { description: "One of the tasks." }), {
      description:
        "The tasks by name, each with its data, model and reporter. Their modules share what has the same shared_module_key.",
    }),
    task_weights: jointOptions.task_weights,
    sampler: Slot("batch_sampler", {
      default: "RoundRobinBatchSampler",
      description: "Whose batch comes when, and how long an epoch is.",
    }),
    target_task_name: jointOptions.target_task_name,
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
    return (loss) => weightedMean(loss, weight);
  }

  channels(): Channel[] {
    return this.config.channels.map((slot) => {
      const { component: channel, config } = this.context.part("channel", slot);
      return channel.create(config, this.context);
    });
  }

  #metricOf(names: readonly string[]): SelectMetric {
    return jointMetric(names.map((name) => [name, this.parts.get(name)!.select]));
  }
}

/** PyText's NewDisjointMultitask: one optimizer and one parameter store for several tasks. */
export const NewDisjointMultitask = component({
  kind: "task",
  name: "NewDisjointMultitask",
  schema,
  check: checkNames,
  create: (config, context) => new DisjointMultitask(config, context),
});
