/** @file A graph that was read from a file, put into a graph that is being built: as a part of it that can be trained. */
import { type PtxError, ptxError } from "../../registry/errors.js";
import { didYouMean } from "../../registry/nearest.js";
import { printShape } from "../dims.js";
import type { HostTensor } from "../dtype.js";
import { Graph, type Node, type Tensor } from "../graph.js";
import { applyAll } from "../ops/define.js";
import { cast } from "../ops/elementwise.js";
import { compatible } from "../ops/rules.js";
import { addBodyOutput, capturesOf } from "../ops/scan.js";
import { bodiesOf, liveNodes, liveReads } from "../passes/liveness.js";
import type { Scope } from "../scope.js";
import type { DecodedModel } from "./decode.js";

/** A graph from a file, and the first values of its parameters; null where a run or its checkpoint holds their values. */
export interface ForeignGraph extends Pick<DecodedModel, "graph" | "named"> {
  readonly values: Readonly<Record<string, HostTensor>> | null;
}

/**
 * Builds the nodes that the wanted values of a foreign graph need, under the scope's path; see `ForeignPart`.
 * @param wanted the names of values; the file's outputs when absent
 * @returns the wanted values by name
 */
export function inlineGraph(
  scope: Scope,
  foreign: ForeignGraph,
  inputs: Readonly<Record<string, Tensor>>,
  wanted: readonly string[] = [...foreign.graph.outputs.keys()],
): Record<string, Tensor> {
  const part = new ForeignPart(scope, foreign, inputs);
  return Object.fromEntries(wanted.map((name) => [name, part.value(name)]));
}

/** A value of a file by its name. Throws `PTX_GRAPH`, with the nearest name, where there is none. */
export function foreignValue(
  { graph, named }: Pick<ForeignGraph, "graph" | "named">,
  name: string,
  where: string,
): Tensor {
  const found = graph.outputs.get(name) ?? named.get(name);
  if (found !== undefined) return found;
  const known = [...graph.outputs.keys(), ...named.keys()];
  throw ptxError(
    "PTX_GRAPH",
    where,
    `the model has no value "${name}"${didYouMean(name, known)}  outputs: ${[...graph.outputs.keys()].join(", ")}`,
  );
}

/** The names of parameters as they stand in paths: of letters, digits, points and underscores, each once. */
function safeNames(parameters: readonly Tensor[]): Map<Tensor, string> {
  const taken = new Set<string>();
  return new Map(
    parameters.map((parameter) => {
      const stem = parameter.name.replace(/[^\w.]+/g, "_").replace(/^[._]+|[._]+$/g, "") || "tensor";
      let name = stem;
      for (let i = 2; taken.has(name); i++) name = `${stem}_${i}`;
      taken.add(name);
      return [parameter, name];
    }),
  );
}

/**
 * A foreign graph in one that is being built. Its nodes come to stand under the scope's path as they are asked for, its
 * stored tensors become parameters there, named as in the file. Its inputs are replaced by the given tensors, brought to
 * the file's element types. Throws `PTX_GRAPH` for inputs and values that the file does not have, or that do not fit.
 */
export class ForeignPart {
  readonly #known = new Map<Tensor, Tensor>();
  readonly #names: ReadonlyMap<Tensor, string>;

  /** @param frozen whether its parameters stay as they are */
  constructor(
    readonly scope: Scope,
    readonly foreign: ForeignGraph,
    readonly inputs: Readonly<Record<string, Tensor>>,
    readonly frozen = false,
  ) {
    this.#names = safeNames(foreign.graph.parameters);
    const known = foreign.graph.inputs.map(({ name }) => name);
    for (const name of Object.keys(inputs))
      if (!known.includes(name))
        throw this.#error(`the model has no input "${name}"${didYouMean(name, known)}`);
  }

  /** A value by its name in the file: an output, or what any node makes. What it needs is built, once. */
  value(name: string): Tensor {
    const { graph } = this.foreign;
    const wanted = [foreignValue(this.foreign, name, this.scope.path)];
    const reads = liveReads(graph, wanted);
    for (const input of graph.inputs)
      if (reads.has(input) && !this.#known.has(input)) this.#known.set(input, this.#input(input));
    for (const parameter of graph.parameters)
      if (reads.has(parameter) && !this.#known.has(parameter))
        this.#known.set(parameter, this.#parameter(parameter));
    for (const node of liveNodes(graph, wanted))
      if (!this.#known.has(node.outputs[0]!)) this.#node(node, this.scope.graph);
    return this.#tensor(wanted[0]!);
  }

  #input(input: Tensor): Tensor {
    const tensor = this.inputs[input.name];
    if (tensor === undefined)
      throw this.#error(`the model's input "${input.name}" is not given; it is ${input}`);
    const fits =
      tensor.rank === input.rank &&
      tensor.shape.every((dim, axis) => {
        const declared = input.dim(axis);
        return typeof declared === "string" || compatible(dim, declared);
      });
    if (!fits)
      throw this.#error(
        `the model's input "${input.name}" is ${input}, what is given has the shape ${printShape(tensor.shape)}`,
      );
    return cast(tensor, input.dtype);
  }

  #parameter(parameter: Tensor): Tensor {
    const { values } = this.foreign;
    const initializer = (data: Float32Array): void => {
      if (values === null) return;
      const value = values[parameter.name];
      if (value === undefined)
        throw this.#error(`there is no value for the stored tensor "${parameter.name}"`);
      data.set(value.data as Float32Array);
    };
    const shape = parameter.shape as readonly number[];
    return this.scope.parameter(this.#names.get(parameter)!, shape, initializer, { frozen: this.frozen });
  }

  #tensor(tensor: Tensor): Tensor {
    const known = this.#known.get(tensor);
    if (known !== undefined) return known;
    const { origin, dtype, shape, name } = tensor;
    if (origin.kind !== "constant") throw this.#error(`"${name}" is read before it is made`);
    const constant = this.scope.graph.constant(dtype, shape as readonly number[], origin.data);
    this.#known.set(tensor, constant);
    return constant;
  }

  #node(node: Node, graph: Graph): void {
    const inputs = node.inputs.map((input) => input && this.#tensor(input));
    const place = node.place.replaceAll("/", ".");
    const outputs = this.scope.graph.within(
      place === "" ? this.scope.path : `${this.scope.path}.${place}`,
      () => {
        const [body] = bodiesOf(node);
        if (body === undefined) return applyAll(node.definition, inputs, node.attributes);
        const copy = this.#body(body, node, inputs, graph);
        const { states, scanned } = node.attributes as { states: number; scanned: number };
        const all = [...inputs.slice(0, states + scanned), ...capturesOf(copy)];
        return applyAll(node.definition, all, { ...node.attributes, body: copy });
      },
    );
    for (const [i, output] of node.outputs.entries()) this.#known.set(output, outputs[i]!);
  }

  /** A loop's body: its states have the shapes of the states, its slices those of the scanned inputs without their first axis. */
  #body(body: Graph, node: Node, inputs: readonly (Tensor | null)[], outer: Graph): Graph {
    const copy = new Graph(outer);
    const { states } = node.attributes as { states: number };
    for (const [i, input] of body.inputs.entries()) {
      const { dtype, shape } = inputs[i]!;
      const role = i < states ? "state" : "slice";
      this.#known.set(input, copy.bodyInput(role, dtype, i < states ? shape : shape.slice(1)));
    }
    for (const inner of body.nodes) this.#node(inner, copy);
    for (const output of body.outputs.values()) addBodyOutput(copy, this.#tensor(output));
    return copy;
  }

  #error(message: string): PtxError {
    return ptxError("PTX_GRAPH", this.scope.path || "graph", message);
  }
}
