/** @file The gradient of a loop: a loop in the other direction, and what can be taken once after it. */
import { backward, dense, isSparse } from "../autodiff.js";
import { type Dim, mulDims } from "../dims.js";
import { isFloat } from "../dtype.js";
import { Graph, type Node, Tensor } from "../graph.js";
import { type Attributes, applyAll, type Cotangent, type GradientCall, type OpInputs } from "./define.js";
import { add } from "./elementwise.js";
import { addBodyOutput, capturesOf, Scan, type ScanAttributes, type ScanStep, scanLength } from "./scan.js";
import { full, reshape } from "./shaping.js";

/** A contribution to an outer tensor's gradient that is taken once after the loop, over all steps at a time. */
interface Hoisted {
  readonly node: Node;
  readonly index: number;
  readonly dy: Tensor;
}

/** The gradient of one loop: a loop in the other direction. */
export class ScanGradient {
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
    const own = (tensor: Tensor): Tensor | null => dense(cotangents.get(tensor) ?? null, tensor);
    const stateCotangents = floatStates.map((i) => own(body.inputs[i]!));
    const sliceCotangents = wantedSlices.map(own);
    const added = body.nodes.slice(forward.length);
    body.nodes = forward;
    for (const node of added) this.#move(node);

    const outs: Tensor[] = [];
    const emit = (tensor: Tensor): number => {
      const out = this.#toBack(tensor);
      const known = outs.indexOf(out);
      return known >= 0 ? known : outs.push(out) - 1;
    };
    const newStates = stateCotangents.map((cotangent, at) =>
      cotangent ? this.#toBack(cotangent) : full(this.#back, carried[at]!.dtype, carried[at]!.shape, 0),
    );
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
    const sliceOuts = sliceCotangents.map((cotangent) => (cotangent ? emit(cotangent) : undefined));
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
    if (varying.length === 0) return false;
    const { rank } = varying[0]!;
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
    const attributes = movedAttributes(node, this.#back, (tensor) => this.#toBack(tensor));
    const moved = this.#back.addNode(node.definition, inputs, attributes, node.outputs);
    for (const [i, output] of node.outputs.entries()) this.#inBack.set(output, moved.outputs[i]!);
  }

  #finish(initial: Tensor[], carried: Tensor[], states: Tensor[], outs: Tensor[], reverse: 0 | 1): ScanStep {
    // A loop needs something to run along, even where a linear step's gradient reads nothing of the forward steps.
    if (this.#backScanned.length === 0) this.#scanInBack(this.#inputs[this.#attributes.states]!);
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
    return parts.map((part) => dense(part, capture)!).reduce(add);
  }
}

/** A copy of a loop's body for another place; what it reads from outside itself is replaced. */
function transplanted(body: Graph, parent: Graph, outside: (tensor: Tensor) => Tensor): Graph {
  const copy = new Graph(parent);
  const inside = new Map(
    body.inputs.map((input) => [input, copy.bodyInput("inner", input.dtype, input.shape)]),
  );
  const find = (tensor: Tensor): Tensor => inside.get(tensor) ?? outside(tensor);
  for (const node of body.nodes) {
    const inputs = node.inputs.map((input) => input && find(input));
    const moved = copy.addNode(node.definition, inputs, movedAttributes(node, copy, find), node.outputs);
    for (const [i, output] of node.outputs.entries()) inside.set(output, moved.outputs[i]!);
  }
  for (const output of body.outputs.values()) {
    const moved = find(output);
    copy.output(moved.name, moved);
  }
  return copy;
}

function movedAttributes({ attributes }: Node, to: Graph, find: (tensor: Tensor) => Tensor): Attributes {
  const { body } = attributes;
  return body instanceof Graph ? { ...attributes, body: transplanted(body, to, find) } : attributes;
}
