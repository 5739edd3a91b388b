/** @file What is read from a file before it is one of our operators. */
import type { Graph, Tensor } from "../graph.js";
import { range, reshape } from "../ops/shaping.js";
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
  /** Whether gradients are to pass: then no operator may stand for the node that has none, where there is a choice. */
  readonly trained: boolean;
  readonly fail: NodeFail;
}

/** The node in the form that our operator of the same name has, or the tensors that stand for its outputs. */
export type Lowered = Pick<ForeignCall, "inputs" | "raw"> | readonly Tensor[];

/** Expresses a foreign node in our operators. */
export type Lowering = (call: ForeignCall) => Lowered;

/** An input that must be there. */
export function given(tensor: Tensor | null | undefined, fail: NodeFail): Tensor {
  if (!tensor) throw fail("it lacks an input that it needs");
  return tensor;
}

/** int64: 0, 1, 2, ... along an axis of `x`, of size 1 on its other axes. */
export function positions(x: Tensor, axis: number): Tensor {
  const sizes = x.shape.map((_, other) => (other === axis ? x.dim(axis) : 1));
  return reshape(range(x.graph, x.dim(axis)), sizes);
}
