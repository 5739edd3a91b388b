/** @file Parts of a graph that the backward pass computes once more (gradient checkpointing; Chen et al., 2016). */
import type { Graph, Node, Segment, Tensor } from "./graph.js";
import { greater, where } from "./ops/elementwise.js";
import { reduceMax } from "./ops/reduction.js";
import { concat, reshape, slice } from "./ops/shaping.js";
import { bodiesOf } from "./passes/liveness.js";

/**
 * `x` itself, bit for bit, but not to be had before all of `after` are computed, and no tensor that an optimizer could tell to
 * be the same as `x`. `after` have at least one element each.
 */
function notBefore(x: Tensor, after: readonly Tensor[]): Tensor {
  const firsts = after.map((tensor) => slice(reshape(tensor, [-1]), 0, 0, 1));
  // Nothing is greater than infinity, not a number neither: both choices are x, whichever is taken.
  return where(greater(reduceMax(concat(firsts, 0), [0]), Number.POSITIVE_INFINITY), x, x);
}

/**
 * Copies of those nodes of a segment that depend on where it begins; the copies run when all of `after` are computed.
 * Throws `PTX_GRAPH` for a loop among them.
 */
export function copySegment(
  segment: Segment,
  nodes: readonly Node[],
  after: readonly Tensor[],
): ReadonlyMap<Node, Node> {
  const { from } = segment;
  const graph: Graph = from.graph;
  const place = nodes.find((node) => node.segment === segment)?.place;
  const again = new Map([[from, graph.within(`${place}'`, () => notBefore(from, after))]]);
  const copies = new Map<Node, Node>();
  for (const node of nodes) {
    if (node.segment !== segment || !node.inputs.some((input) => input !== null && again.has(input)))
      continue;
    if (bodiesOf(node).length > 0)
      throw graph.error(`${node.name} holds a graph of its own, which cannot be computed once more`);
    const inputs = node.inputs.map((input) => input && (again.get(input) ?? input));
    const copy = graph.within(`${node.place}'`, () =>
      graph.addNode(node.definition, inputs, node.attributes, node.outputs),
    );
    for (const [i, output] of node.outputs.entries()) again.set(output, copy.outputs[i]!);
    copies.set(node, copy);
  }
  return copies;
}
