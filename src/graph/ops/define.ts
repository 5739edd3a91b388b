import { PtxError, ptxError } from "../../registry/errors.js";
import type { Dim } from "../dims.js";
import type { Graph, Node, Tensor, TensorType } from "../graph.js";

/** A node's attributes, by ONNX's names. A graph is the body of a control-flow operator. */
export type AttributeValue = number | string | readonly number[] | readonly string[] | Graph;
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** A gradient with respect to some rows of a table: row `ids[i]` receives `rows[i]`; ids may repeat. */
export interface SparseRows {
  /** int32 or int64 `[n]`. */
  readonly ids: Tensor;
  /** `[n, ...row]`. */
  readonly rows: Tensor;
}

/** A vector-Jacobian product: dense, sparse in rows, or none (integers, untouched inputs). */
export type Cotangent = Tensor | SparseRows | null;

/** Inputs of an operator: the tensors, with `null` for an optional one left out. */
export type OpInputs = readonly (Tensor | null)[];

/** What a gradient rule is given besides the cotangents. `wants[i]` tells whether input i needs a gradient at all. */
export interface GradientCall<I extends OpInputs = OpInputs, A extends Attributes = Attributes> {
  readonly node: Node;
  readonly inputs: I;
  readonly outputs: readonly [Tensor, ...Tensor[]];
  readonly attributes: A;
  readonly wants: readonly boolean[];
}

/** Cotangents of the outputs in, cotangents of the inputs out. An output that the loss does not use has `null`; the first of a single-output operator never does. */
export type GradientRule<I extends OpInputs = OpInputs, A extends Attributes = Attributes> = (
  call: GradientCall<I, A>,
  dys: readonly [Tensor, ...(Tensor | null)[]],
) => readonly Cotangent[];

/** Said by an operator that has no gradient: why. */
export interface NoGradient {
  readonly none: string;
}

/** What an operator is: its ONNX name and domain, its shape rule and its gradient, side by side. */
export interface OpSpec<I extends OpInputs, A extends Attributes> {
  /** ONNX operator domain; the default domain when absent. */
  readonly domain?: "ai.onnx.ml" | "com.microsoft";
  /** Result types from input types; throws `ShapeError` for inputs it cannot take. */
  readonly infer: (inputs: I, attributes: A, fresh: () => Dim) => readonly TensorType[];
  readonly gradient: GradientRule<I, A> | NoGradient;
  /**
   * The rule and the gradient stay right when every input that varies over a loop gets one more leading axis
   * (elementwise operators, matrix products): lets the gradient of a loop-invariant operand be taken once, after the loop.
   */
  readonly stacks?: boolean;
  /** How many of a node's inputs stand in a file; the ones after them are for liveness and gradients alone. All when absent. */
  readonly written?: (attributes: A) => number;
}

/** An operator whose input and attribute types are erased: what nodes hold. */
export interface OpDefinition extends OpSpec<OpInputs, Attributes> {
  readonly name: string;
}

/** An operator, callable by builders with its own types. */
export interface Op<I extends OpInputs, A extends Attributes> extends OpDefinition {
  readonly types?: readonly [I, A];
}

/** Raised by shape rules; `explained` adds operator, inputs and place. */
export class ShapeError extends Error {}

/** Defines an operator. */
export function define<I extends OpInputs, A extends Attributes = Record<never, never>>(
  name: string,
  spec: OpSpec<I, A>,
): Op<I, A> {
  return { name, ...(spec as unknown as OpSpec<OpInputs, Attributes>) };
}

/** Applies an operator in the innermost graph among its inputs and gives its outputs. */
export function applyAll<I extends OpInputs, A extends Attributes>(
  op: Op<I, A>,
  inputs: I,
  attributes: A,
): readonly [Tensor, ...Tensor[]] {
  const graph = innermost(op, inputs);
  const types = explained(op.name, inputs, () => op.infer(inputs, attributes, () => graph.freshDim()));
  return graph.addNode(op, inputs, attributes, types).outputs as unknown as readonly [Tensor, ...Tensor[]];
}

/** Applies a single-output operator. */
export function apply<I extends OpInputs, A extends Attributes>(
  op: Op<I, A>,
  inputs: I,
  attributes: A,
): Tensor {
  return applyAll(op, inputs, attributes)[0];
}

/** Runs a rule about shapes; what it finds wrong is said with the operator, its inputs and the component that builds. */
export function explained<T>(name: string, inputs: OpInputs, rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const place = inputs.find((input) => input !== null)?.graph.place;
    const got = inputs.map((input) => (input === null ? "none" : String(input))).join(" and ");
    throw ptxError("PTX_SHAPE", place || "graph", `${name}: ${error.message}${got && ", got "}${got}`);
  }
}

function innermost(op: { readonly name: string }, inputs: OpInputs): Graph {
  let graph: Graph | undefined;
  for (const input of inputs) {
    if (input === null) continue;
    if (graph === undefined || input.graph.depth > graph.depth) graph = input.graph;
  }
  if (graph === undefined)
    throw new PtxError([{ code: "PTX_GRAPH", where: op.name, message: "an operator needs a tensor input" }]);
  for (const input of inputs) {
    if (input !== null && !encloses(input.graph, graph)) {
      throw graph.error(
        `${op.name}: its inputs belong to different graphs (${input.name} is not visible here)`,
      );
    }
  }
  return graph;
}

function encloses(outer: Graph, inner: Graph): boolean {
  for (let graph: Graph | null = inner; graph !== null; graph = graph.parent)
    if (graph === outer) return true;
  return false;
}
