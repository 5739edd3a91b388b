/** @file Values of tensors that are computed from stored ones alone. */
import type { Engine, Values } from "../../engine/engine.js";
import type { HostTensor } from "../../graph/dtype.js";
import { Graph, type Tensor } from "../../graph/graph.js";
import { bodiesOf } from "../../graph/passes/liveness.js";

/** The tensors of a graph that no input takes part in, with the parameters that they are computed from. */
export function storedTensors(graph: Graph): Map<Tensor, ReadonlySet<Tensor>> {
  const stored = new Map<Tensor, ReadonlySet<Tensor>>();
  for (const tensor of graph.parameters) stored.set(tensor, new Set([tensor]));
  for (const tensor of graph.constants) stored.set(tensor, new Set());
  for (const node of graph.nodes) {
    const inputs = node.inputs.filter((input) => input !== null);
    if (bodiesOf(node).length > 0 || !inputs.every((input) => stored.has(input))) continue;
    const sources = new Set(inputs.flatMap((input) => [...stored.get(input)!]));
    for (const output of node.outputs) stored.set(output, sources);
  }
  return stored;
}

/** Computes some of the tensors that `storedTensors` gives. */
export async function storedValues(
  wanted: Iterable<Tensor>,
  values: Values,
  engine: Engine,
): Promise<Map<Tensor, HostTensor>> {
  const found = new Map<Tensor, HostTensor>();
  const graph = new Graph();
  const copies = new Map<Tensor, Tensor>();
  for (const tensor of wanted) {
    if (tensor.origin.kind === "parameter") found.set(tensor, values[tensor.name]!);
    else graph.output(tensor.name, copied(tensor, graph, copies));
  }
  if (graph.outputs.size === 0) return found;
  const names = graph.parameters.map(({ name }) => name);
  const frozen = Object.fromEntries(names.map((name) => [name, values[name]!]));
  const program = await engine.compile(graph, { frozen });
  const results = await program.run({});
  await program.release();
  for (const tensor of wanted) if (!found.has(tensor)) found.set(tensor, results[tensor.name]!);
  return found;
}

/** The tensor in another graph, with everything that it is computed from. */
function copied(tensor: Tensor, graph: Graph, copies: Map<Tensor, Tensor>): Tensor {
  const known = copies.get(tensor);
  if (known !== undefined) return known;
  const { origin, dtype, shape, name } = tensor;
  let copy: Tensor;
  if (origin.kind === "node") {
    const { definition, inputs, attributes, outputs } = origin.node;
    const own = inputs.map((input) => input && copied(input, graph, copies));
    copy = graph.addNode(definition, own, attributes, outputs).outputs[origin.index]!;
  } else if (origin.kind === "constant") copy = graph.constant(dtype, shape as number[], origin.data);
  else copy = graph.parameter(name, shape as number[], dtype);
  copies.set(tensor, copy);
  return copy;
}
