/** @file What a graph's outputs depend on. */
import type { Graph, Node, Tensor } from "../graph.js";

/** The nodes of one graph that its outputs (or some of them) need, in the order in which they stand. */
export function liveNodes(graph: Graph, outputs: Iterable<Tensor> = graph.outputs.values()): Node[] {
  const needed = new Set<Tensor>(outputs);
  const live: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    live.push(node);
    for (const input of node.inputs) if (input !== null) needed.add(input);
    for (const input of bodiesOf(node).flatMap(outerReads)) needed.add(input);
  }
  return live.reverse();
}

/** The graphs inside a node: the body of a `Scan`, the branches of an `If`. */
export function bodiesOf(node: Node): Graph[] {
  return Object.values(node.attributes).filter(
    (value): value is Graph => typeof value === "object" && "nodes" in value,
  );
}

/** Every tensor that live nodes of a graph and of the bodies in it read, the outputs included. */
export function liveReads(graph: Graph, outputs: Iterable<Tensor> = graph.outputs.values()): Set<Tensor> {
  const reads = new Set<Tensor>(outputs);
  for (const node of liveNodes(graph, reads)) {
    for (const input of node.inputs) if (input !== null) reads.add(input);
    for (const body of bodiesOf(node)) for (const input of liveReads(body)) reads.add(input);
  }
  return reads;
}

/** The tensors of enclosing graphs that a body reads, constants included. */
function outerReads(body: Graph): Tensor[] {
  return [...liveReads(body)].filter((tensor) => tensor.graph.depth < body.depth);
}
