/** @file What tasks that are trained together have in common: names, weights, and one metric for all. */
import { Type } from "typebox";
import type { Loss } from "../components/contracts.js";
import type { Figures, SelectMetric } from "../components/trainers/contracts.js";
import { cast, div, greater, mul, where } from "../graph/ops/elementwise.js";
import type { CheckProblem } from "../registry/component.js";
import { didYouMean } from "../registry/nearest.js";

/** A name that can stand in parameter paths, file names and figures. */
export const taskName = Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_-]*$" });

/** Names that mean something else there. */
const RESERVED = ["loss", "shared"];

/** The config keys that weigh and choose among tasks. */
export const jointOptions = {
  task_weights: Type.Record(taskName, Type.Number({ exclusiveMinimum: 0 }), {
    default: {},
    description: "How much each task's loss counts, the mean of a batch; 1 for tasks that are not named.",
  }),
  target_task_name: Type.Union([Type.Null(), taskName], {
    default: null,
    description:
      "The task whose metric chooses the best epoch; null: the mean of all tasks' metrics, those that are better when lower with the sign changed.",
  }),
};

/** The rules for names in the keys above. */
export function checkNames(config: {
  readonly tasks: object;
  readonly task_weights: object;
  readonly target_task_name: string | null;
}): CheckProblem[] {
  const names = Object.keys(config.tasks);
  const unknown = (path: string, name: string): CheckProblem => ({
    path,
    message: `there is no task called "${name}"${didYouMean(name, names)}  known: ${names.join(", ")}`,
  });
  const target = config.target_task_name;
  return [
    ...RESERVED.filter((name) => names.includes(name)).map((name) => ({
      path: `tasks.${name}`,
      message: `a task cannot be called "${name}", which means something else in figures or parameter paths`,
    })),
    ...Object.keys(config.task_weights)
      .filter((name) => !names.includes(name))
      .map((name) => unknown(`task_weights.${name}`, name)),
    ...(target !== null && !names.includes(target) ? [unknown("target_task_name", target)] : []),
  ];
}

/** `weight` times the mean loss of a batch, which counts once however many tokens or rows it has; not at all where nothing in it counts. */
export function weightedMean({ sum, count }: Loss, weight: number): Loss {
  const counts = greater(count, 0);
  return { sum: mul(div(sum, where(counts, count, 1)), weight), count: cast(counts, "float32") };
}

/** The mean of several tasks' metrics, read from figures that hold each task's under its name; of tasks without figures there nothing is read. */
export function jointMetric(tasks: readonly (readonly [name: string, metric: SelectMetric])[]): SelectMetric {
  const [[, only] = [], ...others] = tasks;
  const alone = others.length === 0 && only !== undefined ? only : null;
  const title = tasks.map(([name, metric]) => `${name}.${metric.name}`).join(", ");
  return {
    name: alone === null ? `mean of ${title}` : title,
    higherIsBetter: alone?.higherIsBetter ?? true,
    value: (figures) => {
      const values = tasks.flatMap(([name, metric]) => {
        const own = figures[name] as Figures | undefined;
        if (own === undefined) return [];
        const value = metric.value(own);
        return [alone !== null || metric.higherIsBetter || value === null ? value : -value];
      });
      if (values.length === 0 || values.includes(null)) return null;
      return (values as number[]).reduce((a, b) => a + b) / values.length;
    },
  };
}
