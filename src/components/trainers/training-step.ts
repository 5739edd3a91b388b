import type { Engine, Program, Values } from "../../engine/engine.js";
import { type Gradient, gradients, isSparse } from "../../graph/autodiff.js";
import { arrayFor, type HostTensor } from "../../graph/dtype.js";
import { Graph } from "../../graph/graph.js";
import type { Parameter, ParameterStore } from "../../graph/parameters.js";
import { optimize } from "../../graph/passes.js";
import { type DropoutMask, Scope, type StepDraw, type TokenPlaces } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { stream } from "../../registry/random.js";
import type { Predicted } from "../contracts.js";
import type { GradientValue } from "../optimizers/contracts.js";
import { bindShape, bindSymbols, boundShape } from "./bindings.js";
import { CarriedValues } from "./carried.js";
import type { TrainingPart } from "./contracts.js";
import { maskOutput, tokenFeeds } from "./token-feeds.js";

/** What a batch gave. */
export interface StepResult {
  /** Its loss. */
  readonly sum: number;
  readonly count: number;
  /** What the gradients must be divided by, once all batches of the update are in. */
  readonly divisor: number;
  /** The model's outputs by name, padded. */
  readonly outputs: Values;
}

/** Which batch of which pass over its rows is being trained, both from 0: what dropout masks are drawn by. */
export interface Moment {
  readonly epoch: number;
  readonly batch: number;
}

/** The compiled training graph: loss, outputs and gradients of one batch. */
export class TrainingStep {
  readonly #buffers: Record<string, HostTensor> = {};
  readonly #masks = new Map<string, Float32Array>();
  readonly #wanted: string[];

  private constructor(
    readonly graph: Graph,
    readonly program: Program,
    readonly parameters: ParameterStore,
    readonly trained: readonly Trained[],
    readonly masks: readonly DropoutMask[],
    readonly draws: readonly StepDraw[],
    readonly tokens: readonly TokenPlaces[],
    readonly outputs: Predicted["outputs"],
    readonly carried: CarriedValues,
    readonly seed: number,
  ) {
    const internal = new Set(tokens.map(maskOutput));
    this.#wanted = [...graph.outputs.keys()].filter((name) => !internal.has(name));
    for (const { parameter, sparse } of trained) {
      if (sparse) continue;
      const data = new Float32Array(parameter.data.length);
      this.#buffers[`gradient:${parameter.name}`] = { dtype: "float32", dims: parameter.shape, data };
    }
  }

  /** Builds the model in training mode, adds the gradients of all trainable parameters but those that are held, and compiles. */
  static async compile(
    engine: Engine,
    part: Pick<TrainingPart, "build" | "objective">,
    parameters: ParameterStore,
    context: Context,
    held: ReadonlySet<string>,
  ): Promise<TrainingStep> {
    const { graph, trained, scope, outputs, carried } = trainingGraph(part, parameters, context, held);
    return new TrainingStep(
      graph,
      await engine.compile(graph),
      parameters,
      trained,
      scope.masks,
      scope.draws,
      scope.tokens,
      outputs,
      carried,
      context.settings.seed,
    );
  }

  /** Runs one batch; dropout masks and draws come from streams of this moment. Gradients are of the loss's sum and valid until the next run. */
  async run(
    batch: Values,
    moment: Moment,
    add: (parameter: Parameter, gradient: GradientValue) => void,
  ): Promise<StepResult> {
    const tokens = await tokenFeeds(this.program, this.tokens, batch);
    const bindings = bindSymbols(this.graph, { ...batch, ...tokens });
    const masks = Object.fromEntries(
      this.masks.map((mask) => [mask.name, this.#draw(mask, moment, bindings)]),
    );
    const draws = Object.fromEntries(
      this.draws.map((draw) => [draw.name, this.#fill(draw, moment, batch, bindings)]),
    );
    const parameters = this.parameters.feeds(this.graph.parameters.map(({ name }) => name));
    if (moment.batch === 0) this.carried.reset();
    const results = await this.program.run(
      { ...batch, ...tokens, ...masks, ...draws, ...parameters, ...this.carried.feeds(batch) },
      this.#wanted,
      this.#targets(bindings),
    );
    this.carried.take(results);
    for (const { parameter, sparse } of this.trained)
      add(parameter, sparse ? sparseGradient(parameter, results) : denseGradient(parameter, results));
    return {
      sum: Number(results.loss_sum!.data[0]),
      count: Number(results.loss_count!.data[0]),
      divisor: Number(results.divisor!.data[0]),
      outputs: results,
    };
  }

  async release(): Promise<void> {
    await this.program.release();
  }

  /** Arrays for the results: those of dense gradients, which last, and new ones where the sizes are known. */
  #targets(bindings: ReadonlyMap<string, number>): Record<string, HostTensor> {
    const targets = { ...this.#buffers };
    for (const name of this.#wanted) {
      const { dtype, shape } = this.graph.outputs.get(name)!;
      const dims = targets[name] === undefined ? boundShape(shape, bindings) : undefined;
      if (dims === undefined || dtype === "string") continue;
      targets[name] = { dtype, dims, data: new (arrayFor(dtype))(dims.reduce((a, b) => a * b, 1)) };
    }
    return targets;
  }

  #fill(
    { name, shape, fill }: StepDraw,
    moment: Moment,
    batch: Values,
    bindings: ReadonlyMap<string, number>,
  ): HostTensor {
    const dims = bindShape(this.graph, shape, bindings);
    const data = new Int32Array(dims.reduce((a, b) => a * b, 1));
    fill(stream(this.seed, "draw", name, moment.epoch, moment.batch), data, batch);
    return { dtype: "int32", dims, data };
  }

  #draw(
    { name, shape, keep }: DropoutMask,
    { epoch, batch }: Moment,
    bindings: ReadonlyMap<string, number>,
  ): HostTensor {
    const dims = bindShape(this.graph, shape, bindings);
    const size = dims.reduce((a, b) => a * b, 1);
    let buffer = this.#masks.get(name);
    if (buffer === undefined || buffer.length < size) {
      buffer = new Float32Array(size);
      this.#masks.set(name, buffer);
    }
    const data = buffer.subarray(0, size);
    stream(this.seed, "dropout", name, epoch, batch).fillBernoulli(data, keep, 1 / keep);
    return { dtype: "float32", dims, data };
  }
}

/** A parameter that a graph has the gradient of: of all elements, or of the rows that a batch reads. */
interface Trained {
  readonly parameter: Parameter;
  readonly sparse: boolean;
}

/** A part's model in training mode, with the gradients of all trainable parameters. */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly trained: readonly Trained[];
  readonly scope: Scope;
  readonly outputs: Predicted["outputs"];
  readonly carried: CarriedValues;
}

/**
 * Builds the graph of a training step.
 * @param held trainable parameters that this graph has no gradient of; what only they would need is not computed.
 * Throws `PTX_TRAINING` for a model without a loss, or a parameter without a gradient.
 */
export function trainingGraph(
  { build, objective = (loss) => loss }: Pick<TrainingPart, "build" | "objective">,
  parameters: ParameterStore,
  context: Context,
  held: ReadonlySet<string> = new Set(),
): TrainingGraph {
  const graph = new Graph();
  const scope = Scope.root(graph, "train", parameters, context, { places: true });
  const { loss, outputs } = build(scope);
  if (loss === null)
    throw ptxError("PTX_TRAINING", "model", "the model has no loss: its target input is missing");
  const trainable = graph.parameters.filter(({ name }) => parameters.get(name)?.trainable && !held.has(name));
  if (trainable.length === 0)
    throw ptxError("PTX_TRAINING", "trainer.freeze", "every parameter is frozen: nothing would be trained");
  graph.output("loss_sum", loss.sum);
  graph.output("loss_count", loss.count);
  const { sum, count } = objective(loss);
  graph.output("divisor", count);
  for (const [name, tensor] of Object.entries(outputs)) graph.output(name, tensor);
  for (const tokens of scope.tokens) graph.output(maskOutput(tokens), tokens.mask);
  const carried = CarriedValues.declare(graph, scope.carried);
  const trained: Trained[] = [];
  for (const [i, gradient] of gradients(sum, trainable).entries()) {
    const parameter = parameters.get(trainable[i]!.name)!;
    if (gradient === null) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        parameter.name,
        "the loss does not depend on this parameter: use a part that has none such here, or freeze it",
      );
    }
    declare(graph, parameter, gradient);
    trained.push({ parameter, sparse: isSparse(gradient) });
  }
  optimize(graph);
  return { graph, trained, scope, outputs, carried };
}

function declare(graph: Graph, { name }: Parameter, gradient: NonNullable<Gradient>): void {
  if (isSparse(gradient)) {
    graph.output(`ids:${name}`, gradient.ids);
    graph.output(`rows:${name}`, gradient.rows);
  } else graph.output(`gradient:${name}`, gradient);
}

function denseGradient({ name }: Parameter, results: Record<string, HostTensor>): GradientValue {
  return { kind: "dense", data: results[`gradient:${name}`]!.data as Float32Array };
}

function sparseGradient(
  { name, shape, data }: Parameter,
  results: Record<string, HostTensor>,
): GradientValue {
  const ids = results[`ids:${name}`]!.data as Int32Array | BigInt64Array;
  const rows = results[`rows:${name}`]!.data as Float32Array;
  return { kind: "sparse", ids, rows, count: ids.length, width: data.length / shape[0]! };
}
