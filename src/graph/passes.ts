/** @file Rewrites that keep what a graph computes and make it smaller. All work in place. */
import { PtxError } from "../registry/errors.js";
import { sizeOf } from "./dims.js";
import type { Graph, Node, Tensor } from "./graph.js";
import { bodiesOf } from "./passes/liveness.js";
import { removeDeadNodes, substitute } from "./passes/rewrite.js";
import { verifyGraph } from "./verify.js";

/** Computes equal things once (no operator of the table is random): of nodes with one operator, equal attributes and the same inputs, the first serves all readers. */
export function mergeIdenticalNodes(graph: Graph): void {
  const ids = new Map<Tensor | null, number>();
  const seen = new Map<Graph, Map<string, Node>>();
  const id = (tensor: Tensor | null): number => {
    const number = ids.get(tensor) ?? ids.size;
    ids.set(tensor, number);
    return number;
  };
  substitute(graph, (node) => {
    if (bodiesOf(node).length > 0) return undefined;
    const { domain, name } = node.definition;
    const attributes = Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([domain, name, attributes, node.inputs.map(id)]);
    const own = node.outputs[0]!.graph;
    for (let place: Graph | null = own; place !== null; place = place.parent) {
      const first = seen.get(place)?.get(key);
      if (first !== undefined) return new Map(node.outputs.map((output, i) => [output, first.outputs[i]!]));
    }
    seen.set(own, (seen.get(own) ?? new Map<string, Node>()).set(key, node));
    return undefined;
  });
}

/** Points readers of an `Identity` at what it repeats. */
export function removeIdentities(graph: Graph): void {
  substitute(graph, (node) => {
    const [input] = node.inputs;
    return node.definition.name === "Identity" && input ? new Map([[node.outputs[0]!, input]]) : undefined;
  });
}

/** Replaces sizes that are numbers (`Shape` of a fixed axis and what is computed from it) by constants. */
export function foldKnownSizes(graph: Graph): void {
  substitute(graph, (node) => {
    const folded = new Map<Tensor, Tensor>();
    for (const output of node.outputs) {
      const { content, dtype, shape } = output;
      const numbers = content?.filter((dim) => typeof dim === "number");
      const known = numbers !== undefined && numbers.length === sizeOf(shape);
      if (!known || (dtype !== "int64" && dtype !== "int32")) continue;
      folded.set(output, graph.constant(dtype, shape as readonly number[], numbers));
    }
    return folded;
  });
}

const passes = { removeDeadNodes, foldKnownSizes, removeIdentities, mergeIdenticalNodes };

/** Runs all passes, and checks the graph's rules after each. The declared outputs stay the tensors that they are. */
export function optimize(graph: Graph): void {
  for (const [name, pass] of Object.entries(passes)) {
    pass(graph);
    try {
      verifyGraph(graph);
    } catch (error) {
      if (!(error instanceof PtxError)) throw error;
      throw new PtxError([
        { code: "PTX_GRAPH", where: name, message: "the pass broke the graph" },
        ...error.problems,
      ]);
    }
  }
}
