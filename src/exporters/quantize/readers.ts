/** @file Who reads the parameters of a graph, and how. */
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import { bodiesOf } from "../../graph/passes/liveness.js";
import { storedTensors } from "./fold.js";
import { isLarge } from "./stored-weight.js";

/** The parameter that a node looks up rows in, if it is worth being made smaller. */
export function tableOf({ definition, inputs, attributes }: Node): Tensor | undefined {
  const [table] = inputs;
  if (definition.name !== "Gather" || attributes.axis !== 0) return undefined;
  return table?.origin.kind === "parameter" && table.rank === 2 && isLarge(table) ? table : undefined;
}

/** The parameters that rows are looked up in. */
export const tablesIn = (graph: Graph): ReadonlySet<Tensor> =>
  new Set(nodesIn(graph).flatMap((node) => tableOf(node) ?? []));

/** Operators that multiply by weights, and which of their inputs these are. */
const FACTORS: Readonly<Record<string, readonly number[]>> = {
  MatMul: [0, 1],
  Gemm: [0, 1],
  LSTM: [1, 2],
  GRU: [1, 2],
};

/** Operators that leave numbers as they are. */
const MOVES = new Set([
  "Concat",
  "Identity",
  "Reshape",
  "Slice",
  "Split",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

/** The large parameters that something is multiplied by as they are, turned and joined at most. */
export function factorsIn(graph: Graph): ReadonlySet<Tensor> {
  const moved = new Map<Tensor, readonly Tensor[]>(graph.parameters.map((tensor) => [tensor, [tensor]]));
  const factors = new Set<Tensor>();
  for (const { definition, inputs, outputs } of nodesIn(graph)) {
    const sources = inputs.flatMap((input) => (input && moved.get(input)) ?? []);
    if (MOVES.has(definition.name)) for (const output of outputs) moved.set(output, sources);
    for (const at of FACTORS[definition.name] ?? [])
      for (const source of moved.get(inputs[at]!) ?? []) if (isLarge(source)) factors.add(source);
  }
  return factors;
}

/** Who reads each parameter, directly or through what is computed from parameters alone; loops as a whole. */
export function readersIn(graph: Graph): ReadonlyMap<Tensor, readonly Node[]> {
  const stored = storedTensors(graph);
  const readers = new Map<Tensor, Node[]>();
  for (const node of graph.nodes) {
    if (node.outputs.some((output) => stored.has(output))) continue;
    const sources = node.inputs.flatMap((input) => [...((input && stored.get(input)) ?? [])]);
    for (const source of new Set(sources)) readers.set(source, [...(readers.get(source) ?? []), node]);
  }
  return readers;
}

/** All nodes, those of loops before the loop. */
function nodesIn(graph: Graph): Node[] {
  return graph.nodes.flatMap((node) => [...bodiesOf(node).flatMap(nodesIn), node]);
}
