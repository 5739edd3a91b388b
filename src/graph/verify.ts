/** @file The rules of graphs, checked: what a pass or a reader may have broken is found here, not in a run. */
import { type Problem, throwIfAny } from "../registry/errors.js";
import type { Graph, Node, Tensor, TensorType } from "./graph.js";
import { type Attributes, ShapeError } from "./ops/define.js";
import { sameSizes } from "./ops/rules.js";
import { capturesOf } from "./ops/scan.js";
import { bodiesOf } from "./passes/liveness.js";

/**
 * Checks a graph and the bodies in it: names are unique, everything is defined before it is used and visible where it
 * is used, types are what the operators make of their inputs, outputs exist. Throws `PTX_GRAPH` with every breach.
 */
export function verifyGraph(graph: Graph): void {
  const verifier = new Verifier();
  verifier.graph(graph, new Set());
  throwIfAny(verifier.problems);
}

class Verifier {
  readonly problems: Problem[] = [];
  readonly #names = new Map<string, Tensor>();

  /** @param visible what enclosing graphs have defined so far. */
  graph(graph: Graph, visible: ReadonlySet<Tensor>): void {
    const defined = new Set(visible);
    for (const tensor of [...graph.inputs, ...graph.parameters, ...graph.constants])
      this.#define(tensor, graph, defined);
    for (const node of graph.nodes) {
      this.#node(node, graph, defined);
      for (const output of node.outputs) this.#define(output, graph, defined);
    }
    for (const [name, tensor] of graph.outputs) {
      if (!defined.has(tensor))
        this.#report(name, `the output "${name}" is ${tensor.name}, which nothing defines`);
    }
  }

  #define(tensor: Tensor, graph: Graph, defined: Set<Tensor>): void {
    if (tensor.graph !== graph)
      this.#report(tensor.name, "it is listed in a graph that it does not belong to");
    const other = this.#names.get(tensor.name);
    if (other === tensor) this.#report(tensor.name, "it is defined twice");
    else if (other !== undefined) this.#report(tensor.name, "two tensors have this name");
    this.#names.set(tensor.name, tensor);
    defined.add(tensor);
  }

  #node(node: Node, graph: Graph, defined: ReadonlySet<Tensor>): void {
    const place = node.place || node.name;
    let complete = true;
    for (const input of node.inputs) {
      if (input === null || defined.has(input)) continue;
      complete = false;
      this.#report(
        place,
        `${node.name} reads ${input.name} before it is defined, or where it cannot be seen`,
      );
    }
    for (const [index, { name, origin }] of node.outputs.entries()) {
      const own = origin.kind === "node" && origin.node === node && origin.index === index;
      if (!own)
        this.#report(
          place,
          `${name} is listed as output ${index} of ${node.name} but says otherwise of itself`,
        );
    }
    if (!complete) return;
    this.#types(node, place);
    for (const body of bodiesOf(node)) this.#body(node, body, graph, defined, place);
  }

  #types(node: Node, place: string): void {
    let inferred: readonly TensorType[];
    try {
      inferred = node.definition.infer(node.inputs, node.attributes, () => "?");
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      this.#report(place, `${node.name} cannot take its inputs: ${error.message}`);
      return;
    }
    if (inferred.length !== node.outputs.length) {
      this.#report(
        place,
        `${node.name} has ${node.outputs.length} outputs, its operator makes ${inferred.length}`,
      );
    }
    for (const [i, output] of node.outputs.entries()) {
      const type = inferred[i];
      if (type !== undefined && !sameType(output, type)) {
        this.#report(
          place,
          `${output.name} is ${output}, its operator makes ${type.dtype}[${type.shape.join(",")}]`,
        );
      }
    }
  }

  #body(node: Node, body: Graph, graph: Graph, defined: ReadonlySet<Tensor>, place: string): void {
    if (body.parent !== graph) this.#report(place, `the body of ${node.name} belongs to another graph`);
    const { states = 0, scanned = 0 } = node.attributes as Attributes & { states?: number; scanned?: number };
    const given = node.inputs.slice(0, states + scanned);
    if (body.inputs.length !== given.length) {
      this.#report(
        place,
        `the body of ${node.name} has ${body.inputs.length} inputs, the node gives it ${given.length}`,
      );
    }
    for (const [i, input] of body.inputs.entries()) {
      const from = given[i];
      if (!from) continue;
      const type = { dtype: from.dtype, shape: i < states ? from.shape : from.shape.slice(1) };
      if (!sameType(input, type)) {
        this.#report(
          place,
          `${input.name} is ${input}, ${node.name} gives it ${type.dtype}[${type.shape.join(",")}]`,
        );
      }
    }
    const captures = node.inputs.slice(node.definition.written!(node.attributes));
    for (const read of capturesOf(body)) {
      if (!captures.includes(read))
        this.#report(place, `the body of ${node.name} reads ${read.name}, which is not among its inputs`);
    }
    for (const [name, tensor] of body.outputs) {
      if (tensor.graph !== body || tensor.origin.kind !== "node") {
        this.#report(place, `the output ${name} of the body of ${node.name} is not computed in the body`);
      }
    }
    this.graph(body, defined);
  }

  #report(where: string, message: string): void {
    this.problems.push({ code: "PTX_GRAPH", where, message });
  }
}

const sameType = (a: TensorType, b: TensorType): boolean =>
  a.dtype === b.dtype && sameSizes(a.shape, b.shape);
