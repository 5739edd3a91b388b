/** @file How passes change a graph: readers are pointed at other tensors, unread nodes go. */
import type { Graph, Node, Tensor } from "../graph.js";
import { capturesOf } from "../ops/scan.js";
import { bodiesOf, liveNodes } from "./liveness.js";

/** What a pass says of each node: which tensors to read instead of its outputs. */
export type Substitution = (
  node: Node,
  known: ReadonlyMap<Tensor, Tensor>,
) => ReadonlyMap<Tensor, Tensor> | undefined;

/**
 * Visits nodes in order, bodies inside their loops; each is first pointed at what stands for its inputs, then asked
 * what stands for its outputs; nodes that are added by the answer come to stand before it. The declared outputs of
 * graphs keep their own tensors, and so the nodes that make them.
 */
export function substitute(graph: Graph, decide: Substitution): void {
  rewrite(graph, decide, new Map());
  removeDeadNodes(graph);
}

function rewrite(graph: Graph, decide: Substitution, known: Map<Tensor, Tensor>): void {
  const nodes = graph.nodes;
  graph.nodes = [];
  for (const node of nodes) {
    node.inputs = node.inputs.map((input) => input && (known.get(input) ?? input));
    for (const body of bodiesOf(node)) rewrite(body, decide, known);
    refreshCaptures(node);
    for (const [from, to] of decide(node, known) ?? []) known.set(from, to);
    graph.nodes.push(node);
  }
}

/** Removes nodes that no output needs, in bodies too. Tensors and declared outputs stay as they are. */
export function removeDeadNodes(graph: Graph): void {
  graph.nodes = liveNodes(graph);
  for (const node of graph.nodes) {
    for (const body of bodiesOf(node)) removeDeadNodes(body);
    refreshCaptures(node);
  }
}

/** Lists what a node's bodies read from outside as the node's inputs again. */
function refreshCaptures(node: Node): void {
  const bodies = bodiesOf(node);
  if (bodies.length === 0) return;
  const own = node.inputs.slice(0, node.definition.written!(node.attributes));
  node.inputs = [...own, ...new Set(bodies.flatMap(capturesOf))];
}
