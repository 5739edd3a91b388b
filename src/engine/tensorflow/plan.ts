/** @file Which nodes a run needs, in what order, and when each value has been read for the last time. */
import type { Graph, Node, Tensor } from "../../graph/graph.js";

/** One node to run, and the values that nobody reads after it. */
export interface Step {
  readonly node: Node;
  readonly dead: readonly Tensor[];
}

/** What a run of a graph needs. */
export interface Plan {
  readonly graph: Graph;
  readonly steps: readonly Step[];
  readonly results: readonly Tensor[];
  /** Inputs, parameters and tensors of enclosing graphs that are read. */
  readonly sources: ReadonlySet<Tensor>;
}

/** Plans a run of `graph` that gives `results`. */
export function planRun(graph: Graph, results: readonly Tensor[]): Plan {
  const sources = new Set<Tensor>();
  const needed = new Set<Node>();
  const visit = (tensor: Tensor): void => {
    if (tensor.graph !== graph || tensor.origin.kind !== "node") {
      if (tensor.origin.kind !== "constant") sources.add(tensor);
    } else needed.add(tensor.origin.node);
  };
  for (const tensor of results) visit(tensor);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!needed.has(node)) continue;
    for (const input of node.inputs) if (input !== null) visit(input);
    nodes.push(node);
  }
  const alive = new Set(results);
  const steps = nodes.map((node): Step => {
    const read = [...node.inputs, ...node.outputs].filter(
      (tensor): tensor is Tensor => tensor !== null && tensor.graph === graph,
    );
    const dead = [...new Set(read)].filter((tensor) => tensor.origin.kind === "node" && !alive.has(tensor));
    for (const tensor of read) alive.add(tensor);
    return { node, dead };
  });
  return { graph, steps: steps.reverse(), results, sources };
}
