/** @file Reverse-mode differentiation: adds the nodes that compute gradients to the graph they are about. */
import { ptxError } from "../registry/errors.js";
import { isFloat } from "./dtype.js";
import type { Graph, Node, Segment, Tensor } from "./graph.js";
import type { Cotangent, SparseRows } from "./ops/define.js";
import { add, cast } from "./ops/elementwise.js";
import { densify } from "./ops/lookup.js";
import { concat } from "./ops/shaping.js";
import { copySegment } from "./recompute.js";

/** A gradient: dense (the tensor's shape), sparse in rows, or null when the loss does not depend on the tensor. */
export type Gradient = Tensor | SparseRows | null;

/** Whether a gradient is given by rows. */
export function isSparse(gradient: Cotangent): gradient is SparseRows {
  return gradient !== null && "rows" in gradient;
}

/**
 * The gradients of `loss` by each of `wrt`, as tensors in the loss's graph.
 * A table that is only looked up (`Gather` on axis 0) gets a sparse gradient, so a step costs what the batch touches.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[], seed?: Tensor): Gradient[] {
  const start = seed ?? loss.graph.constant(loss.dtype, [], [1]);
  const cotangents = backward(loss.graph, new Map([[loss, start]]), wrt);
  return wrt.map((tensor) => cotangents.get(tensor) ?? null);
}

/**
 * Carries cotangents from `seeds` back to `wrt` through the nodes of one graph.
 * `wrt` may hold tensors of enclosing graphs (read by a loop's body); `intercept` may take over single contributions.
 */
export function backward(
  graph: Graph,
  seeds: ReadonlyMap<Tensor, Tensor>,
  wrt: readonly Tensor[],
  intercept?: (node: Node, inputIndex: number, dys: readonly (Tensor | null)[]) => boolean,
): Map<Tensor, Cotangent> {
  const nodes = [...graph.nodes];
  const wanted = dependants(nodes, wrt);
  const contributions = new Map<Tensor, Cotangent[]>();
  for (const [tensor, cotangent] of seeds) contributions.set(tensor, [cotangent]);
  const collect = (tensor: Tensor): Cotangent => sum(contributions.get(tensor) ?? [], tensor);
  const copies = new Map<Segment, ReadonlyMap<Node, Node>>();
  /** Contributions to parameters since the last segment. Were they left for later, they would keep what they read of it. */
  let settled: Tensor[] = [];
  const source = (node: Node, dys: readonly (Tensor | null)[]): Node => {
    const { segment } = node;
    if (segment === undefined) return node;
    if (!copies.has(segment)) {
      const after = [...dys.filter((dy) => dy !== null), ...settled];
      copies.set(segment, copySegment(segment, nodes, after));
      settled = [];
    }
    return copies.get(segment)!.get(node) ?? node;
  };

  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => wanted.has(output) && contributions.has(output))) continue;
    const dys = node.outputs.map((output) => dense(collect(output), output));
    const wants = node.inputs.map(
      (input, i) => input !== null && wanted.has(input) && isFloat(input.dtype) && !intercept?.(node, i, dys),
    );
    if (!wants.includes(true)) continue;
    const from = source(node, dys);
    const results =
      node.place === "" ? vjp(from, dys, wants) : graph.within(`${node.place}'`, () => vjp(from, dys, wants));
    for (const [i, cotangent] of results.entries()) {
      const input = node.inputs[i];
      if (cotangent === null || !wants[i] || !input) continue;
      contributions.set(input, [...(contributions.get(input) ?? []), cotangent]);
      if (input.origin.kind === "parameter") settled.push(isSparse(cotangent) ? cotangent.rows : cotangent);
    }
  }
  return new Map(
    wrt.filter((tensor) => contributions.has(tensor)).map((tensor) => [tensor, collect(tensor)]),
  );
}

function vjp(node: Node, dys: readonly (Tensor | null)[], wants: readonly boolean[]): readonly Cotangent[] {
  const { gradient, name } = node.definition;
  if (typeof gradient !== "function") {
    throw ptxError(
      "PTX_GRADIENT",
      node.place || "graph",
      `no gradient passes through ${name}: ${gradient.none}`,
    );
  }
  const [first, ...rest] = node.outputs;
  return gradient(
    { node, inputs: node.inputs, outputs: [first!, ...rest], attributes: node.attributes, wants },
    dys as [Tensor, ...(Tensor | null)[]],
  );
}

/** Everything that depends on one of `roots`, the roots included. */
function dependants(nodes: readonly Node[], roots: readonly Tensor[]): Set<Tensor> {
  const found = new Set(roots);
  for (const node of nodes) {
    if (node.inputs.some((input) => input !== null && found.has(input))) {
      for (const output of node.outputs) if (isFloat(output.dtype)) found.add(output);
    }
  }
  return found;
}

function sum(parts: readonly Cotangent[], tensor: Tensor): Cotangent {
  const present = parts.filter((part) => part !== null);
  if (present.length <= 1) return present[0] ?? null;
  const sparse = present.filter(isSparse);
  if (sparse.length === present.length) {
    const { dtype } = sparse[0]!.ids;
    return {
      ids: concat(
        sparse.map(({ ids }) => cast(ids, dtype)),
        0,
      ),
      rows: concat(
        sparse.map(({ rows }) => rows),
        0,
      ),
    };
  }
  return present.map((part) => dense(part, tensor)!).reduce(add);
}

/** A cotangent of `tensor` in its shape. */
export function dense(cotangent: Cotangent, tensor: Tensor): Tensor | null {
  return isSparse(cotangent) ? densify(cotangent, tensor.dim(0)) : cotangent;
}
