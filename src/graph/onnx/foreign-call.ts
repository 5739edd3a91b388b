/** @file What is read from a file before it is one of our operators. */
import type { Graph, Tensor } from "../graph.js";
import type { NodeFail, RawValue } from "./read-attributes.js";

/** A node as a file has it. */
export interface ForeignCall {
  readonly graph: Graph;
  readonly inputs: readonly (Tensor | null)[];
  readonly raw: ReadonlyMap<string, RawValue>;
  /** How many outputs the node names. */
  readonly outputs: number;
  /** The version of ONNX's operators that the file is written in. */
  readonly opset: number;
  readonly fail: NodeFail;
}

/** The node in the form that our operator of the same name has, or the tensors that stand for its outputs. */
export type Lowered = Pick<ForeignCall, "inputs" | "raw"> | readonly Tensor[];

/** An input that must be there. */
export function given(tensor: Tensor | null | undefined, fail: NodeFail): Tensor {
  if (!tensor) throw fail("it lacks an input that it needs");
  return tensor;
}
