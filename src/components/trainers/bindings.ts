import type { Values } from "../../engine/engine.js";
import { evaluateDim, type Shape } from "../../graph/dims.js";
import type { Graph } from "../../graph/graph.js";

/** The sizes that symbols have in these feeds, read off the graph's inputs. */
export function bindSymbols(graph: Graph, feeds: Values): Map<string, number> {
  const bindings = new Map<string, number>();
  for (const input of graph.inputs) {
    const fed = feeds[input.name];
    if (fed === undefined) continue;
    for (const [axis, dim] of input.shape.entries())
      if (typeof dim === "string") bindings.set(dim, fed.dims[axis]!);
  }
  return bindings;
}

/** A symbolic shape as numbers. */
export function bindShape(graph: Graph, shape: Shape, bindings: ReadonlyMap<string, number>): number[] {
  return shape.map((dim) => {
    const size = evaluateDim(dim, bindings);
    if (size === undefined) throw graph.error(`no input tells the size "${dim}"`);
    return size;
  });
}

/** A symbolic shape as numbers; undefined where only the run itself tells a size. */
export function boundShape(shape: Shape, bindings: ReadonlyMap<string, number>): number[] | undefined {
  const sizes = shape.map((dim) => evaluateDim(dim, bindings));
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}
