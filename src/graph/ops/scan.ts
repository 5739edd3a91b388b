/** @file The loop over a sequence. */
import { ptxError } from "../../registry/errors.js";
import type { Dim } from "../dims.js";
import { Graph, type Tensor, type TensorType } from "../graph.js";
import { applyAll, define, type GradientCall, type OpInputs, ShapeError } from "./define.js";
import { Identity } from "./elementwise.js";
import { sameSizes } from "./rules.js";
import { ScanGradient } from "./scan-gradient.js";

/**
 * `body` maps states and one slice of each scanned input to new states and outputs.
 * Node inputs are `[...states, ...scanned, ...captures]`; captures are the outer tensors that the body reads,
 * listed so that liveness and gradients see them (ONNX leaves them implicit).
 */
export type ScanAttributes = { body: Graph; states: number; scanned: number; reverse: 0 | 1 };

export const Scan = define<OpInputs, ScanAttributes>("Scan", {
  written: ({ states, scanned }) => states + scanned,
  infer: (inputs, { body, states, scanned }) => {
    const outputs = [...body.outputs.values()];
    const length = scanLength(inputs, states, scanned);
    for (let i = 0; i < states; i++) {
      const [before, after] = [inputs[i]!, outputs[i]!];
      if (before.dtype !== after.dtype || !sameSizes(before.shape, after.shape)) {
        throw new ShapeError(`state ${i} goes in as ${before} and comes out as ${after}`);
      }
    }
    return outputs.map((output, i): TensorType => {
      return { dtype: output.dtype, shape: i < states ? output.shape : [length, ...output.shape] };
    });
  },
  gradient: (call, dys) => new ScanGradient(call as GradientCall<OpInputs, ScanAttributes>, dys).run(),
});

/** The number of steps. */
export function scanLength(inputs: OpInputs, states: number, scanned: number): Dim {
  const lengths = inputs.slice(states, states + scanned).map((input) => input!.dim(0));
  const [length] = lengths;
  if (length === undefined) throw new ShapeError("a loop needs a scanned input");
  if (lengths.some((other) => other !== length))
    throw new ShapeError("scanned inputs must have one length (axis 0)");
  return length;
}

/** What a loop runs over. */
export interface ScanOptions {
  /** The states before the first step. */
  readonly states: readonly Tensor[];
  /** Inputs cut along axis 0, one slice a step. */
  readonly scanned: readonly Tensor[];
  /** From the last slice to the first; outputs stay aligned with inputs. */
  readonly reverse?: boolean;
}

/** What a step makes. */
export interface ScanStep {
  readonly states: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/**
 * Runs `step` along axis 0 of the scanned inputs. Outputs are stacked along a new axis 0; the body may read outer tensors.
 * @returns the states after the last step, and the stacked outputs `[length, ...]`.
 */
export function scan(
  options: ScanOptions,
  step: (states: readonly Tensor[], slices: readonly Tensor[]) => ScanStep,
): ScanStep {
  if (options.scanned.length === 0) {
    const place = options.states[0]?.graph.place || "graph";
    throw ptxError("PTX_SHAPE", place, "Scan: a loop needs a scanned input, whose axis 0 is its length");
  }
  const outer = [...options.states, ...options.scanned]
    .map(({ graph }) => graph)
    .reduce((deepest, graph) => (graph.depth > deepest.depth ? graph : deepest));
  const body = new Graph(outer);
  const states = options.states.map((state) => body.bodyInput("state", state.dtype, state.shape));
  const slices = options.scanned.map((x) => body.bodyInput("slice", x.dtype, x.shape.slice(1)));
  const result = step(states, slices);
  for (const tensor of [...result.states, ...result.outputs]) addBodyOutput(body, tensor);
  const inputs = [...options.states, ...options.scanned, ...capturesOf(body)];
  const attributes = {
    body,
    states: states.length,
    scanned: slices.length,
    reverse: options.reverse ? 1 : 0,
  } as const;
  const outputs = applyAll<OpInputs, ScanAttributes>(Scan, inputs, attributes);
  return { states: outputs.slice(0, states.length), outputs: outputs.slice(states.length) };
}

/** Adds a body output; every one gets a node of its own, as ONNX wants outputs that the body computes. */
export function addBodyOutput(body: Graph, tensor: Tensor): void {
  const taken = [...body.outputs.values()].includes(tensor);
  const computed = tensor.graph === body && tensor.origin.kind === "node" && !taken;
  const output = computed ? tensor : body.addNode(Identity, [tensor], {}, [tensor]).outputs[0]!;
  body.output(output.name, output);
}

/** The tensors of enclosing graphs that a body reads, constants aside. */
export function capturesOf(body: Graph): Tensor[] {
  const captures = new Set<Tensor>();
  for (const input of body.nodes.flatMap((node) => node.inputs)) {
    if (input !== null && input.graph !== body && input.origin.kind !== "constant") captures.add(input);
  }
  return [...captures];
}
