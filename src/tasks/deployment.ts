/** @file A task's model as it is deployed: without targets, its labels by name. */
import type { InputForm, Tensorizer } from "../components/data/contracts.js";
import type { Values } from "../engine/engine.js";
import type { TensorData } from "../graph/dtype.js";
import { Graph } from "../graph/graph.js";
import { optimize } from "../graph/passes.js";
import { Scope } from "../graph/scope.js";
import { ptxError } from "../registry/errors.js";
import { didYouMean } from "../registry/nearest.js";
import type { OffsetUnit } from "../text/offsets.js";
import { noTop } from "./class-scores.js";
import type { OpenTask } from "./open-task.js";
import type { OutputRow } from "./prediction.js";
import type { ModelTask, Task } from "./task.js";

/** The tensorizers that read what is there when predicting, by input. */
export function inputsOf(part: ModelTask): [string, Tensorizer][] {
  return Object.entries(part.tensorizers).filter(([, { role }]) => role === "input");
}

/** The columns that a row to predict needs. */
export function columnsOf(part: ModelTask): string[] {
  return [...new Set(inputsOf(part).flatMap(([, { columns }]) => columns))];
}

/** How a deployed graph takes texts and tells places in them. */
export interface DeploymentForm {
  readonly input: InputForm;
  /** What places in texts count in; UTF-16 code units by default. */
  readonly unit?: OffsetUnit;
  /** How many of the likeliest labels it gives besides, in order; none by default. */
  readonly top?: number;
  /** Sizes of inputs' axes (`batch`, `tokens`, ...) that are the same in every run. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** Whether the probabilities of all tags at each token are given too, as students need them. */
  readonly distributions?: boolean;
}

/** The model in inference mode, without targets, with the outputs that are deployed. Throws `PTX_USAGE` for the size of an axis that no input has, and for the likeliest labels of a model that gives them no scores. */
export function deploymentGraph(
  { task, parameters, context }: OpenTask,
  part: ModelTask,
  { input: form, unit = "utf16", top, sizes = new Map(), distributions: whole = false }: DeploymentForm,
): Graph {
  const graph = new Graph(null, sizes);
  const scope = Scope.root(graph, "infer", parameters, context);
  const { outputs, distributions } = part.build(scope, { form, targets: false });
  if (task.parts.size === 1) parameters.requireAllDeclared();
  requireAxes(graph);
  const best = top === undefined ? {} : (part.deployTop?.(outputs, top) ?? {});
  if (top !== undefined && Object.keys(best).length === 0) throw noTop();
  const deployed = { ...part.deploy({ ...outputs, ...(whole && distributions) }, unit), ...best };
  for (const [output, tensor] of Object.entries(deployed)) graph.output(output, tensor);
  optimize(graph);
  return graph;
}

function requireAxes({ inputs, sizes, sizedAxes }: Graph): void {
  const free = inputs.flatMap(({ shape }) => shape.filter((dim) => typeof dim === "string"));
  const axes = [...new Set([...sizedAxes, ...free])];
  for (const axis of sizes.keys()) {
    if (sizedAxes.has(axis)) continue;
    throw ptxError(
      "PTX_USAGE",
      `--size ${axis}`,
      `no input has the axis "${axis}"${didYouMean(axis, axes)}`,
      `the axes are ${axes.join(", ")}`,
    );
  }
}

/** The only model of a task, or of several the named one. Throws `PTX_USAGE` where the name is missing or wrong. */
export function choosePart({ name: task, parts }: Task, name: string | undefined): ModelTask {
  const [only, ...others] = parts.values();
  if (name === undefined && others.length === 0) return only!;
  const found = name === undefined ? undefined : parts.get(name);
  if (found !== undefined) return found;
  const names = [...parts.keys()];
  if (others.length === 0)
    throw ptxError("PTX_USAGE", "--task", `this ${task} has one model: leave --task out`);
  const problem =
    name === undefined ? "it has several tasks" : `it has no task called "${name}"${didYouMean(name, names)}`;
  throw ptxError("PTX_USAGE", "--task", `${problem}: name one of ${names.join(", ")}`);
}

/** The rows of a run's results, whose places in texts count in `unit`; a result without an axis for rows belongs to none. */
export function outputRows(results: Values, rows: number, unit: OffsetUnit = "utf16"): OutputRow[] {
  const piece = (name: string, row: number): TensorData => {
    const { data, dims } = results[name]!;
    const width = dims.slice(1).reduce((a, b) => a * b, 1);
    return data.slice(row * width, (row + 1) * width);
  };
  return Array.from({ length: rows }, (_, row) => ({
    unit,
    has: (name) => name in results,
    numbers: (name) => piece(name, row) as Float32Array,
    strings: (name) => piece(name, row) as readonly string[],
  }));
}
