import { learn } from "../components/data/data-handler.js";
import type { ParameterEntry } from "../components/optimizers/contracts.js";
import { matchParameters } from "../components/optimizers/parameter-match.js";
import { type TrainingGraph, trainingGraph } from "../components/trainers/training-step.js";
import { plansMemory } from "../engine/memory-plan.js";
import { dimSymbols, evaluateDim, sizeOf } from "../graph/dims.js";
import type { Graph } from "../graph/graph.js";
import { inputBytes, peakBytes } from "../graph/memory.js";
import type { SlotValue } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { isObject } from "../registry/json.js";
import type { RunConfig } from "../registry/run-config.js";
import { shareRunFiles } from "../registry/run-files.js";
import { learntBy } from "./ensemble/make-ensemble.js";
import { loadVocabularies, type OpenTask, openTask } from "./open-task.js";

/** One parameter of a task's models. */
export interface ParameterSummary {
  /** Its path: the module's, then its name in it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly trainable: boolean;
  /** The tasks whose models use it; of a task of one model, "". */
  readonly tasks: readonly string[];
}

/** Predicted bytes of training: what is kept all the time, and what a batch needs. */
export interface MemorySummary {
  readonly parameters: number;
  /** Buffers of dense gradients, for each task its own; tables have gradients by rows, which belong to a batch. */
  readonly gradients: number;
  readonly optimizer: number;
  readonly averaging: number;
  /** Copies of the best parameters so far. */
  readonly best: number;
  /** Inputs and results of nodes at the moment when they are most, of all tasks together: each keeps its own. */
  readonly activations: number;
  /** What ONNX Runtime's arena holds besides, with blocks that are not full or that only the first runs used. */
  readonly arena: number;
  readonly total: number;
}

/** What a task's models are made of. */
export interface Summary {
  readonly parameters: readonly ParameterSummary[];
  readonly count: number;
  readonly trainable: number;
  readonly frozen: number;
  /** The sizes of the batch that memory is predicted for, by axis. */
  readonly batch: Readonly<Record<string, number>>;
  /** Of an ensemble, whose members are trained one after another: that of the member which takes the most. */
  readonly memory: MemorySummary;
  /** The members of an ensemble, each a model of its own. */
  readonly members?: readonly MemberSummary[];
}

/** One of an ensemble's members. */
export interface MemberSummary extends Pick<Summary, "count" | "trainable" | "memory"> {
  readonly name: string;
}

/** The keys of a trainer that a summary reads, if it has them. */
interface TrainerKeys {
  readonly freeze?: readonly string[];
  readonly optimizer?: SlotValue<"optimizer">;
  readonly weight_averaging?: SlotValue<"weight_averaging"> | null;
}

/** Lets a config's tensorizers learn their vocabularies, which parameters' sizes depend on. */
export async function learnFor({ task }: OpenTask): Promise<void> {
  await learn([...task.parts.values()].map((part) => part.data()));
}

/**
 * Parameters and memory of an open task whose vocabularies are known.
 * @param sizes of the batch by axis (`batch`, `tokens`, ...). Throws `PTX_USAGE` for an axis that no input has.
 */
export function summarize(open: OpenTask, config: RunConfig, sizes: ReadonlyMap<string, number>): Summary {
  const made =
    open.task.members === undefined ? summaryOf(open, config, sizes) : ofMembers(open, config, sizes);
  const axes = Object.keys(made.batch);
  const unknown = [...sizes.keys()].find((axis) => !axes.includes(axis));
  if (unknown === undefined) return made;
  throw ptxError(
    "PTX_USAGE",
    "--size",
    `no input has an axis called "${unknown}"  known: ${axes.join(", ")}`,
  );
}

/** An ensemble as its members are, each of which is trained as a run of its own. */
function ofMembers(
  { task, context }: OpenTask,
  config: RunConfig,
  sizes: ReadonlyMap<string, number>,
): Summary {
  const made = task.members!.map((member) => {
    const own = { ...config, seed: member.seed, task: member.task };
    const open = openTask(own, context.registry, context.log);
    shareRunFiles(context, open.context);
    loadVocabularies(open.task, { tensorizers: learntBy(member), data: [] }, member.name);
    return { name: member.name, ...summaryOf(open, own, sizes) };
  });
  const total = (of: "count" | "trainable" | "frozen"): number => sum(made.map((one) => one[of]));
  const largest = made.reduce((a, b) => (b.memory.total > a.memory.total ? b : a));
  return {
    parameters: made.flatMap(({ name, parameters }) =>
      parameters.map((each) => ({ ...each, name: `${name}.${each.name}` })),
    ),
    ...{ count: total("count"), trainable: total("trainable"), frozen: total("frozen") },
    batch: Object.assign({}, ...made.map(({ batch }) => batch)),
    memory: largest.memory,
    members: made.map(({ name, count, trainable, memory }) => ({ name, count, trainable, memory })),
  };
}

function summaryOf(
  { task, context, parameters }: OpenTask,
  config: RunConfig,
  sizes: ReadonlyMap<string, number>,
): Summary {
  const { freeze = [], optimizer, weight_averaging: averaging } = trainerKeys(config);
  const names = [...task.parts.keys()];
  const build = (name: string): TrainingGraph => {
    const objective = task.objective(name);
    const part = task.parts.get(name)!;
    return trainingGraph(
      {
        build: (scope) => part.build(scope, { form: "ids", targets: true }),
        ...(objective && { objective }),
      },
      parameters,
      context,
    );
  };
  if (freeze.length > 0) {
    for (const name of names) build(name);
    const frozen = matchParameters(freeze, parameters.names, (i) => `trainer.freeze[${i}]`).flat();
    for (const name of frozen) parameters.get(name)!.trainable = false;
  }
  const graphs = new Map(names.map((name) => [name, build(name)]));
  const users = (parameter: string): string[] =>
    names.filter((name) => graphs.get(name)!.graph.parameters.some((tensor) => tensor.name === parameter));
  const list = [...parameters].map(
    ({ name, shape, data, trainable }): ParameterSummary => ({
      name,
      shape,
      count: data.length,
      trainable,
      tasks: users(name),
    }),
  );
  const count = sum(list.map((parameter) => parameter.count));
  const trainable = sum(list.filter((parameter) => parameter.trainable).map((parameter) => parameter.count));
  const bound = boundSizes([...graphs.values()], sizes);
  const sized = [...graphs.values()].map((graph) => ({ ...graph, bytes: activationBytes(graph, bound) }));
  const activations = sum(sized.map(({ bytes }) => bytes));
  const kept = {
    parameters: 4 * count,
    gradients: sum([...graphs.values()].map(gradientBytes)),
    optimizer: optimizer === undefined ? 0 : 4 * trainable * optimizerCopies(optimizer, context),
    averaging: averaging ? 4 * trainable : 0,
    best: 4 * count * task.selections.length,
    activations,
    arena: sum(sized.map(({ graph, bytes }) => bytes * arenaShare(config, graph))),
  };
  return {
    parameters: list,
    count,
    trainable,
    frozen: count - trainable,
    batch: Object.fromEntries(bound),
    memory: { ...kept, total: sum(Object.values(kept)) },
  };
}

/** The sizes of axes that a caller does not give. */
const USUAL: Readonly<Record<string, number>> = { batch: 32, tokens: 32, pieces: 32 };
const USUAL_OTHERS = 16;

/** A size for every axis of the inputs, but for those that the others give: see `withTokenRows`. */
function boundSizes(
  graphs: readonly TrainingGraph[],
  given: ReadonlyMap<string, number>,
): Map<string, number> {
  const inputs = graphs.flatMap(({ graph }) => graph.inputs);
  const tokenRows = new Set(graphs.flatMap(({ scope }) => scope.tokens.map(({ places }) => places.dim(0))));
  const axes = [...new Set(inputs.flatMap(({ shape }) => shape.flatMap(dimSymbols)))].filter(
    (axis) => !tokenRows.has(axis),
  );
  return new Map(axes.map((axis) => [axis, given.get(axis) ?? USUAL[axis] ?? USUAL_OTHERS]));
}

function gradientBytes({ trained }: TrainingGraph): number {
  return 4 * sum(trained.flatMap(({ parameter, sparse }) => (sparse ? [] : [parameter.data.length])));
}

/** The sizes with as many rows of tokens as there are places: the most memory that a batch of these sizes takes. */
function withTokenRows(
  { scope }: TrainingGraph,
  sizes: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const rows = scope.tokens.map(
    ({ mask, places }) => [`${places.dim(0)}`, evaluateDim(sizeOf(mask.shape), sizes) ?? 0] as const,
  );
  return new Map([...sizes, ...rows]);
}

function activationBytes(built: TrainingGraph, bound: ReadonlyMap<string, number>): number {
  const { graph } = built;
  const sizes = withTokenRows(built, bound);
  const tokens = Math.max(sizes.get("tokens") ?? 1, sizes.get("pieces") ?? 1);
  // As many different words as there are words at most.
  const most = (sizes.get("batch") ?? 1) * tokens;
  const gradients = new Set(
    [...graph.outputs].flatMap(([name, tensor]) => (name.startsWith("gradient:") ? [tensor] : [])),
  );
  return inputBytes(graph, sizes, most) + peakBytes(graph, sizes, most, gradients);
}

/**
 * How much ONNX Runtime's arena holds for each byte of activations beside that byte: as measured on three models at
 * batches of 1,000 to 8,000 tokens, whose resident memory grew by 0.98 to 1.14 times the sum that is predicted so.
 */
function arenaShare({ engine }: RunConfig, graph: Graph): number {
  const { onnxruntime } = engine as { readonly onnxruntime?: Readonly<Record<string, unknown>> };
  if (onnxruntime?.memory_arena !== true) return 0;
  // A plan for sizes that were seen before is one block more, beside those of the first run.
  return plansMemory(onnxruntime.memory_pattern as boolean | null, graph) ? 1.7 : 0.6;
}

/** How many numbers an optimizer keeps for each trained one: it is given a parameter to try. */
function optimizerCopies(slot: SlotValue<"optimizer">, context: Context): number {
  const part = context.part("optimizer", slot);
  const config = { ...(part.config as object), parameter_groups: [] } as never;
  const optimizer = part.component.create(config, context);
  const probe: ParameterEntry = { name: "probe", shape: [4], data: new Float32Array(4), trainable: true };
  optimizer.bind([probe]);
  optimizer.step([{ parameter: probe, gradient: { kind: "dense", data: new Float32Array(4) } }], 1, 1);
  return sum(Object.values(optimizer.state().arrays).map(({ length }) => length)) / 4;
}

/** What a task's trainer says, as far as the config has such keys. */
function trainerKeys({ task }: RunConfig): TrainerKeys {
  const [options] = Object.values(task) as readonly { readonly trainer?: unknown }[];
  const [keys] = isObject(options?.trainer) ? Object.values(options.trainer) : [];
  return isObject(keys) ? (keys as TrainerKeys) : {};
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
