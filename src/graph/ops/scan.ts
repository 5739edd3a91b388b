/** @file The loop over a sequence, and its gradient: a loop in the other direction. */
import { backward, isSparse } from "../autodiff.js";
import { type Dim, mulDims, sameShape } from "../dims.js";
import { isFloat } from "../dtype.js";
import { Graph, type Node, Tensor, type TensorType } from "../graph.js";
import { applyAll, type Cotangent, define, type GradientCall, type OpInputs, ShapeError } from "./define.js";
import { add, Identity } from "./elementwise.js";
import { full, reshape } from "./shaping.js";

/**
 * `body` maps states and one slice of each scanned input to new states and outputs.
 * Node inputs are `[...states, ...scanned, ...captures]`; captures are the outer tensors that the body reads,
 * listed so that liveness and gradients see them (ONNX leaves them implicit).
 */
export type ScanAttributes = { body: Graph; states: number; scanned: number; reverse: 0 | 1 };

export const Scan = define<OpInputs, ScanAttributes>("Scan", {
  infer: (inputs, { body, states, scanned }) => {
    const outputs = [...body.outputs.values()];
    const length = scanLength(inputs, states, scanned);
    for (let i = 0; i < states; i++) {
      const [before, after] = [inputs[i]!, outputs[i]!];
      if (before.dtype !== after.dtype || !sameShape(before.shape, after.shape)) {
        throw new ShapeError(`state ${i} goes in as ${before} and comes out as ${after}`);
      }
    }
    return outputs.map((output, i): TensorType => {
      return { dtype: output.dtype, shape: i < states ? output.shape : [length, ...output.shape] };
    });
  },
  gradient: (call, dys) => new ScanGradient(call as GradientCall<OpInputs, ScanAttributes>, dys).run(),
});

function scanLength(inputs: OpInputs, states: number, scanned: number): Dim {
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
  const outer = [...options.states, ...options.scanned].reduce(
    (deepest, { graph }) => (graph.depth > deepest.graph.depth ? { graph } : deepest),
    options.scanned[0]! as { graph: Graph },
  ).graph;
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
function addBodyOutput(body: Graph, tensor: Tensor): void {
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

/** A contribution to an outer tensor's gradient that is taken once after the loop, over all steps at a time. */
interface Hoisted {
  readonly node: Node;
  readonly index: number;
  readonly dy: Tensor;
}

class ScanGradient {
  readonly #outer: Graph;
  readonly #body: Graph;
  readonly #node: Node;
  readonly #attributes: ScanAttributes;
  readonly #inputs: OpInputs;
  readonly #captures: Tensor[];
  /** The backward loop's body. */
  readonly #back: Graph;
  readonly #backScanned: Tensor[] = [];
  /** Forward body tensors (and cotangents of outputs) as they appear in the backward body. */
  readonly #inBack = new Map<Tensor, Tensor>();
  /** Forward body tensors as whole sequences `[length, ...]` in the outer graph. */
  readonly #sequences = new Map<Tensor, Tensor>();
  readonly #length: Dim;

  constructor(
    readonly call: GradientCall<OpInputs, ScanAttributes>,
    readonly dys: readonly (Tensor | null)[],
  ) {
    this.#node = call.node;
    this.#outer = this.#node.outputs[0]!.graph;
    this.#attributes = call.attributes;
    this.#body = call.attributes.body;
    this.#inputs = call.inputs;
    const { states, scanned } = this.#attributes;
    this.#captures = call.inputs.slice(states + scanned).filter((x): x is Tensor => x !== null);
    this.#back = new Graph(this.#outer);
    this.#length = scanLength(call.inputs, states, scanned);
    for (const [i, slice] of this.#body.inputs.slice(states).entries())
      this.#sequences.set(slice, call.inputs[states + i]!);
  }

  run(): Cotangent[] {
    const { states, scanned, reverse } = this.#attributes;
    const body = this.#body;
    const outputs = [...body.outputs.values()];
    const forward = [...body.nodes];
    const floatStates = [...Array(states).keys()].filter((i) => isFloat(outputs[i]!.dtype));

    // Differentiate within the forward body, then move what was added into the backward body.
    const seeds = new Map<Tensor, Tensor>();
    const carried: Tensor[] = [];
    const initial: Tensor[] = [];
    for (const i of floatStates) {
      const { dtype, shape } = outputs[i]!;
      const carry = this.#back.bodyInput("d_state", dtype, shape);
      carried.push(carry);
      initial.push(this.dys[i] ?? full(this.#outer, dtype, shape, 0));
      seeds.set(outputs[i]!, carry);
    }
    for (const [k, output] of outputs.slice(states).entries()) {
      const dy = this.dys[states + k];
      if (!dy) continue;
      const slice = this.#scanInBack(dy);
      seeds.set(output, slice);
    }

    const hoisted: Hoisted[] = [];
    const wantedSlices = body.inputs
      .slice(states)
      .filter((slice, i) => this.call.wants[states + i] && isFloat(slice.dtype));
    const wantedCaptures = this.#captures.filter((_, i) => this.call.wants[states + scanned + i]);
    const wrt = [...floatStates.map((i) => body.inputs[i]!), ...wantedSlices, ...wantedCaptures];
    const placeholders = this.#standIns(seeds);
    const cotangents = backward(body, placeholders, wrt, (node, index, dys) => {
      const [dy] = dys;
      if (!dy || !this.#canHoist(node, index)) return false;
      hoisted.push({ node, index, dy });
      return true;
    });
    const added = body.nodes.slice(forward.length);
    body.nodes = forward;
    for (const node of added) this.#move(node);

    const outs: Tensor[] = [];
    const emit = (tensor: Tensor): number => outs.push(this.#toBack(tensor)) - 1;
    const newStates = floatStates.map((i, at) => {
      const cotangent = cotangents.get(body.inputs[i]!);
      return cotangent
        ? this.#toBack(cotangent as Tensor)
        : full(this.#back, carried[at]!.dtype, carried[at]!.shape, 0);
    });
    const accumulators = new Map<Tensor, number>();
    const sparse = new Map<Tensor, { ids: number; rows: number }>();
    for (const capture of wantedCaptures) {
      const cotangent = cotangents.get(capture);
      if (!cotangent) continue;
      if (isSparse(cotangent)) {
        sparse.set(capture, { ids: emit(cotangent.ids), rows: emit(cotangent.rows) });
        continue;
      }
      const total = this.#back.bodyInput("total", capture.dtype, capture.shape);
      accumulators.set(capture, newStates.length);
      initial.push(full(this.#outer, capture.dtype, capture.shape, 0));
      carried.push(total);
      newStates.push(add(total, this.#toBack(cotangent)));
    }
    const sliceOuts = wantedSlices.map((slice) => {
      const cotangent = cotangents.get(slice);
      return cotangent ? emit(cotangent as Tensor) : undefined;
    });
    const hoistedOuts = hoisted.map(({ dy }) => emit(dy));

    const back = this.#finish(initial, carried, newStates, outs, reverse ? 0 : 1);
    const results: Cotangent[] = this.#inputs.map(() => null);
    floatStates.forEach((i, at) => {
      results[i] = back.states[at]!;
    });
    wantedSlices.forEach((slice, at) => {
      const out = sliceOuts[at];
      if (out !== undefined) results[body.inputs.indexOf(slice)] = back.outputs[out]!;
    });
    for (const capture of wantedCaptures) {
      const parts: Cotangent[] = [];
      const at = accumulators.get(capture);
      if (at !== undefined) parts.push(back.states[at]!);
      const rows = sparse.get(capture);
      if (rows) parts.push(this.#flatRows(back.outputs[rows.ids]!, back.outputs[rows.rows]!));
      for (const [i, { node, index }] of hoisted.entries()) {
        if (node.inputs[index] === capture)
          parts.push(this.#afterLoop(hoisted[i]!, back.outputs[hoistedOuts[i]!]!));
      }
      results[states + scanned + this.#captures.indexOf(capture)] = this.#total(parts, capture);
    }
    return results;
  }

  /** Tensors in the forward body that stand for cotangents while the body is differentiated in place. */
  #standIns(seeds: ReadonlyMap<Tensor, Tensor>): Map<Tensor, Tensor> {
    const standIns = new Map<Tensor, Tensor>();
    for (const [output, cotangent] of seeds) {
      const standIn = new Tensor(this.#body, cotangent.name, cotangent.dtype, cotangent.shape, {
        kind: "input",
      });
      this.#inBack.set(standIn, cotangent);
      standIns.set(output, standIn);
    }
    return standIns;
  }

  #canHoist(node: Node, index: number): boolean {
    const outerInput = node.inputs[index]!;
    if (outerInput.graph === this.#body || !node.definition.stacks) return false;
    const varying = node.inputs.filter(
      (input): input is Tensor => input !== null && input.graph === this.#body,
    );
    const rank = varying[0]?.rank ?? 0;
    return (
      varying.every((input) => input.rank === rank) &&
      node.inputs.every((input) => input === null || input.rank <= rank)
    );
  }

  /** The gradient rule of a body node applied to whole sequences: one leading axis more. */
  #afterLoop({ node, index }: Hoisted, dy: Tensor): Cotangent {
    const before = this.#outer.nodes.length;
    const standIns = new Map<Tensor, Tensor>();
    const stacked = (tensor: Tensor): Tensor => {
      if (tensor.graph !== this.#body) return tensor;
      const standIn = new Tensor(this.#outer, tensor.name, tensor.dtype, [this.#length, ...tensor.shape], {
        kind: "input",
      });
      standIns.set(standIn, tensor);
      return standIn;
    };
    const rule = node.definition.gradient;
    if (typeof rule !== "function") throw this.#outer.error(`${node.definition.name} has no gradient`);
    const [first, ...rest] = node.outputs.map(stacked);
    const inputs = node.inputs.map((input) => input && stacked(input));
    const wants = node.inputs.map((_, i) => i === index);
    const result = rule({ node, inputs, outputs: [first!, ...rest], attributes: node.attributes, wants }, [
      dy,
    ])[index]!;
    for (const added of this.#outer.nodes.slice(before)) {
      added.inputs = added.inputs.map((input) => {
        const tensor = input && standIns.get(input);
        return tensor ? this.#sequence(tensor) : input;
      });
    }
    return result;
  }

  /** A forward body tensor over all steps: a scanned input as it is, anything else as one more output of the forward loop. */
  #sequence(tensor: Tensor): Tensor {
    const known = this.#sequences.get(tensor);
    if (known) return known;
    addBodyOutput(this.#body, tensor);
    const index = this.#node.outputs.length;
    const shape = [this.#length, ...tensor.shape];
    const name = `${this.#node.name}:${index}`;
    const sequence = new Tensor(this.#outer, name, tensor.dtype, shape, {
      kind: "node",
      node: this.#node,
      index,
    });
    this.#node.outputs.push(sequence);
    this.#sequences.set(tensor, sequence);
    return sequence;
  }

  #scanInBack(sequence: Tensor): Tensor {
    const slice = this.#back.bodyInput("slice", sequence.dtype, sequence.shape.slice(1));
    this.#backScanned.push(sequence);
    return slice;
  }

  #toBack(tensor: Tensor): Tensor {
    if (tensor.graph !== this.#body) return tensor;
    const known = this.#inBack.get(tensor);
    if (known) return known;
    const slice = this.#scanInBack(this.#sequence(tensor));
    this.#inBack.set(tensor, slice);
    return slice;
  }

  #move(node: Node): void {
    const inputs = node.inputs.map((input) => input && this.#toBack(input));
    const moved = this.#back.addNode(node.definition, inputs, node.attributes, node.outputs);
    for (const [i, output] of node.outputs.entries()) this.#inBack.set(output, moved.outputs[i]!);
  }

  #finish(initial: Tensor[], carried: Tensor[], states: Tensor[], outs: Tensor[], reverse: 0 | 1): ScanStep {
    // Inputs were declared as they were met; ONNX wants states first.
    const slices = this.#back.inputs.filter((input) => !carried.includes(input));
    this.#back.inputs.splice(0, this.#back.inputs.length, ...carried, ...slices);
    for (const tensor of [...states, ...outs]) addBodyOutput(this.#back, tensor);
    const inputs = [...initial, ...this.#backScanned, ...capturesOf(this.#back)];
    const attributes = { body: this.#back, states: carried.length, scanned: slices.length, reverse };
    const outputs = applyAll<OpInputs, ScanAttributes>(Scan, inputs, attributes);
    return { states: outputs.slice(0, carried.length), outputs: outputs.slice(carried.length) };
  }

  #flatRows(ids: Tensor, rows: Tensor): Cotangent {
    const count = ids.shape.reduce<Dim>(mulDims, 1);
    return { ids: reshape(ids, [count]), rows: reshape(rows, [count, ...rows.shape.slice(ids.rank)]) };
  }

  #total(parts: readonly Cotangent[], capture: Tensor): Cotangent {
    if (parts.length <= 1) return parts[0] ?? null;
    if (parts.some(isSparse)) {
      throw this.#outer.error(
        `${capture.name} is both looked up and computed with in a loop; use one or the other`,
      );
    }
    return (parts as Tensor[]).reduce(add);
  }
}
