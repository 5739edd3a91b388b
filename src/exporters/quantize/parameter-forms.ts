/** @file What became of each parameter, and why some stayed as they were. */
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import { bodiesOf } from "../../graph/passes/liveness.js";
import { readersIn } from "./readers.js";
import { isLarge, LEAST_NUMBERS } from "./stored-weight.js";

/** How a parameter stands in a quantized model. */
export interface ParameterForm {
  readonly name: string;
  readonly shape: readonly number[];
  /** "float32" for one that stayed as it was. */
  readonly form: string;
  /** Why it, or a copy of it, is there in float32; undefined where it is not. */
  readonly kept: string | undefined;
}

/** Tells it of parameters that a graph had before; `made` says what it was changed to. */
export function parameterForms(
  before: readonly Tensor[],
  graph: Graph,
  made: ReadonlyMap<Tensor, ReadonlySet<string>>,
): ParameterForm[] {
  const readers = readersIn(graph);
  return before.map((tensor) => {
    const { name, shape } = tensor;
    const left = graph.parameters.includes(tensor);
    const list = [...(made.get(tensor) ?? []), ...(left ? ["float32"] : [])];
    const kept = left ? reason(tensor, readers.get(tensor) ?? []) : undefined;
    return { name, shape: shape as readonly number[], form: list.join(" and "), kept };
  });
}

function reason(tensor: Tensor, readers: readonly Node[]): string {
  if (tensor.rank < 2) return "a vector";
  if (!isLarge(tensor)) return `fewer than ${LEAST_NUMBERS} numbers`;
  if (readers.some((node) => node.definition.name === "GRU"))
    return "ONNX Runtime has no GRU in whole numbers";
  if (readers.some((node) => bodiesOf(node).length > 0)) return "read inside a loop";
  const names = new Set(readers.map(({ definition }) => definition.name));
  return `read by ${[...names].join(", ") || "an output"}`;
}
