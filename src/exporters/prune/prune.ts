/** @file A finished model without the rows and columns of its weights that do nothing: graph and values in, graph and values out. */
import type { Engine, Values } from "../../engine/engine.js";
import type { HostTensor } from "../../graph/dtype.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import { decodeModel } from "../../graph/onnx/decode.js";
import { encodeModel } from "../../graph/onnx/encode.js";
import { liveReads } from "../../graph/passes/liveness.js";
import { removeDeadNodes, substitute } from "../../graph/passes/rewrite.js";
import { optimize } from "../../graph/passes.js";
import { storedTensors, storedValues } from "../quantize/fold.js";
import { ColumnPruner } from "./columns.js";

/** A parameter that has fewer numbers than before. */
export interface SmallerParameter {
  readonly name: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A model without what does nothing. */
export interface PrunedModel {
  readonly graph: Graph;
  readonly values: Values;
  /** The parameters that became smaller; none where nothing could go. */
  readonly smaller: readonly SmallerParameter[];
}

/**
 * Takes out of the products of a model what cannot change its answers: columns of weights that are all zero (a filter, a unit
 * of a layer) with what is computed from them, rows that nobody's numbers reach, columns of word vectors that are all zero. What
 * such a column adds for every text alike goes into the next layer's bias. The given graph stays as it is.
 * @param engine computes the weights that parameters are put together to
 */
export async function prunedModel(source: Graph, values: Values, engine: Engine): Promise<PrunedModel> {
  const without = await attempt(source, values, engine, false);
  const tables = await attempt(source, values, engine, true);
  const best = sizeOfValues(tables) < sizeOfValues(without) ? tables : without;
  return best.smaller.length === 0 ? { graph: source, values, smaller: [] } : best;
}

const sizeOfValues = ({ values }: PrunedModel): number =>
  Object.values(values).reduce((sum, { data }) => sum + data.length, 0);

/** @param tables whether columns of tables go too: worth it where all their readers can do without them */
async function attempt(source: Graph, values: Values, engine: Engine, tables: boolean): Promise<PrunedModel> {
  const { graph } = decodeModel(encodeModel(source).model, { where: "the model to prune" });
  const stored = storedTensors(graph);
  const wanted = new Set(
    graph.nodes.flatMap(({ inputs }) =>
      inputs.filter((input) => input !== null && input.dtype === "float32" && stored.has(input)),
    ) as Tensor[],
  );
  const constants = [...wanted].filter(({ origin }) => origin.kind === "constant");
  for (const tensor of constants) wanted.delete(tensor);
  const known = await storedValues(wanted, values, engine);
  for (const tensor of constants)
    known.set(tensor, {
      dtype: "float32",
      dims: tensor.shape as number[],
      data: (tensor.origin as { data: Float32Array }).data,
    });
  const made = new Map<string, Tensor>();
  const madeValues: Record<string, HostTensor> = {};
  const smaller = new Map<string, SmallerParameter>();
  const counts = readerCounts(graph);
  const pruner = new ColumnPruner({
    graph,
    isStored: (tensor) => known.has(tensor),
    value: (tensor) => known.get(tensor)!,
    readers: (tensor) => counts.get(tensor) ?? 0,
    tables,
    store(from, dims, data, key) {
      const id = `${from.name}|${key}`;
      const found = made.get(id);
      if (found !== undefined) return found;
      const others = [...made.keys()].filter((one) => one.startsWith(`${from.name}|`)).length;
      const tensor = graph.parameter(`${from.name}.kept${others === 0 ? "" : others + 1}`, dims);
      made.set(id, tensor);
      madeValues[tensor.name] = { dtype: "float32", dims, data };
      const sources = [...(stored.get(from) ?? [])].map(({ name }) => name);
      const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
      const fromShape = from.shape as number[];
      if (size(dims) < size(fromShape))
        smaller.set(from.name, { name: sources.join(" + "), from: fromShape, to: dims });
      return tensor;
    },
  });
  const products = graph.nodes.flatMap((node) => (pruner.product(node) === undefined ? [] : [node]));
  for (const node of products) pruner.columns(node.inputs[0]!);
  substitute(graph, (node) => {
    if (!products.includes(node) || pruner.reached.has(node)) return undefined;
    const product = pruner.product(node)!;
    const output = node.outputs[0]!;
    const all = [...product.bias.keys()];
    const narrow = graph.within(node.place, () => pruner.narrowProduct(output, product, all));
    if (narrow === output) return undefined;
    for (const [name, tensor] of graph.outputs) if (tensor === output) graph.outputs.set(name, narrow);
    return new Map([[output, narrow]]);
  });
  removeDeadNodes(graph);
  optimize(graph);
  const reads = liveReads(graph);
  const left = graph.parameters.filter((tensor) => reads.has(tensor));
  graph.parameters.splice(0, graph.parameters.length, ...left);
  return {
    graph,
    values: Object.fromEntries(left.map(({ name }) => [name, madeValues[name] ?? values[name]!])),
    smaller: [...smaller.values()],
  };
}

/** How often each tensor is read in a graph and by its outputs; loops read what they hold. */
function readerCounts(graph: Graph): Map<Tensor, number> {
  const counts = new Map<Tensor, number>();
  const count = (tensor: Tensor): void => void counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  for (const { inputs } of graph.nodes) for (const input of inputs) if (input !== null) count(input);
  for (const tensor of graph.outputs.values()) count(tensor);
  return counts;
}
