import { evaluateDim, type Shape } from "./dims.js";
import type { DType } from "./dtype.js";
import type { Graph, Tensor } from "./graph.js";
import { bodiesOf } from "./passes/liveness.js";

/** Bytes of an element; of strings only what refers to them. */
const BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  float16: 2,
  bool: 1,
  uint8: 1,
  int8: 1,
  string: 8,
};

/** Operators whose result is their first input under another shape. */
const VIEWS = new Set(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);

/** What a tensor of this shape takes. Sizes that only the run tells, as the number of different words, count as `most`. */
function bytesOf(
  { dtype, shape }: { readonly dtype: DType; readonly shape: Shape },
  sizes: ReadonlyMap<string, number>,
  most: number,
): number {
  return shape.reduce<number>((product, dim) => product * (evaluateDim(dim, sizes) ?? most), BYTES[dtype]);
}

/** The inputs' bytes. */
export function inputBytes(graph: Graph, sizes: ReadonlyMap<string, number>, most: number): number {
  return graph.inputs.reduce((sum, input) => sum + bytesOf(input, sizes, most), 0);
}

/**
 * The most bytes that results of nodes take at one time, when nodes run in the order of the graph and each result is
 * kept from the node that makes it to the last that reads it, declared outputs to the end. Of a loop's body one step
 * counts. Parameters, constants, inputs and the outputs in `elsewhere` are not counted.
 */
export function peakBytes(
  graph: Graph,
  sizes: ReadonlyMap<string, number>,
  most: number,
  elsewhere: ReadonlySet<Tensor> = new Set(),
): number {
  const store = new Map<Tensor, Tensor>();
  const stored = (tensor: Tensor): Tensor => store.get(tensor) ?? tensor;
  const last = new Map<Tensor, number>();
  for (const [at, node] of graph.nodes.entries()) {
    const [first] = node.inputs;
    if (VIEWS.has(node.definition.name) && first) store.set(node.outputs[0]!, stored(first));
    for (const tensor of [...node.inputs, ...node.outputs]) if (tensor !== null) last.set(stored(tensor), at);
  }
  for (const tensor of graph.outputs.values()) last.set(stored(tensor), graph.nodes.length);
  let [live, peak] = [0, 0];
  const ending = new Map<number, Tensor[]>();
  for (const [tensor, at] of last) ending.set(at, [...(ending.get(at) ?? []), tensor]);
  const own = (tensor: Tensor): number =>
    tensor.graph === graph && tensor.origin.kind === "node" && !elsewhere.has(tensor)
      ? bytesOf(tensor, sizes, most)
      : 0;
  for (const [at, node] of graph.nodes.entries()) {
    for (const output of node.outputs) if (!store.has(output)) live += own(output);
    const inside = bodiesOf(node).reduce((sum, body) => sum + peakBytes(body, sizes, most), 0);
    peak = Math.max(peak, live + inside);
    for (const tensor of ending.get(at) ?? []) live -= own(tensor);
  }
  return peak;
}
