/**
 * @file RNN, GRU and LSTM of every form that ONNX has, as loops, which have gradients. The fused operators that we have
 * take over where nothing is to be trained and they have the form.
 */
import type { Dim } from "../dims.js";
import type { Tensor } from "../graph.js";
import {
  add,
  cast,
  less,
  maximum,
  minimum,
  mul,
  relu,
  sigmoid,
  softplus,
  sub,
  tanh,
  where,
} from "../ops/elementwise.js";
import { matmul } from "../ops/matrix.js";
import { scan } from "../ops/scan.js";
import {
  concat,
  full,
  range,
  reshape,
  slice,
  squeeze,
  swapAxes,
  transpose,
  unsqueeze,
} from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";
import { elu, hardSigmoid, leakyRelu, softsign, thresholdedRelu } from "./lowerings-activations.js";

type Function = (x: Tensor) => Tensor;

/** Activations by ONNX's names; alpha and beta when left out. */
const activations: Readonly<
  Record<string, readonly [(x: Tensor, a: number, b: number) => Tensor, number, number]>
> = {
  relu: [relu, 0, 0],
  tanh: [tanh, 0, 0],
  sigmoid: [sigmoid, 0, 0],
  softsign: [softsign, 0, 0],
  softplus: [softplus, 0, 0],
  affine: [(x, a, b) => add(mul(x, a), b), 1, 0],
  leakyrelu: [leakyRelu, 0.01, 0],
  thresholdedrelu: [thresholdedRelu, 1, 0],
  scaledtanh: [(x, a, b) => mul(tanh(mul(x, b)), a), 1, 1],
  hardsigmoid: [hardSigmoid, 0.2, 0.5],
  elu: [elu, 1, 0],
};

/** What one direction of a layer computes with. */
interface Cell {
  /** `[batch, gates * hidden]` from the input, biases in it, and the states before: the states after, the visible one first. */
  step(projected: Tensor, states: readonly Tensor[]): readonly Tensor[];
  /** `[dim, gates * hidden]`. */
  readonly weight: Tensor;
  /** `[gates * hidden]`. */
  readonly bias: Tensor | null;
}

/** A node's parts in common. */
interface Layer {
  readonly x: Tensor;
  readonly hidden: number;
  readonly directions: readonly ("forward" | "reverse")[];
  readonly functions: readonly (readonly Function[])[];
  readonly clip: Function;
  readonly attributes: ForeignAttributes;
}

const COMMON = [
  "activation_alpha",
  "activation_beta",
  "activations",
  "clip",
  "direction",
  "hidden_size",
  "layout",
];

function layerOf(call: ForeignCall, standard: readonly string[], ...more: readonly string[]): Layer {
  const attributes = new ForeignAttributes(call, ...COMMON, ...more, "output_sequence");
  const x = given(call.inputs[0], call.fail);
  if (x.rank !== 3) throw call.fail("its input must have three axes");
  const direction = attributes.text("direction", "forward");
  if (direction !== "forward" && direction !== "reverse" && direction !== "bidirectional")
    throw call.fail(`it has the unknown direction "${direction}"`);
  const directions =
    direction === "bidirectional" ? (["forward", "reverse"] as const) : ([direction] as const);
  const names = attributes.texts("activations") ?? directions.flatMap(() => standard);
  const [alphas, betas] = [
    attributes.numbers("activation_alpha") ?? [],
    attributes.numbers("activation_beta") ?? [],
  ];
  if (names.length !== standard.length * directions.length)
    throw call.fail(`it has ${names.length} activations; ${standard.length * directions.length} are needed`);
  const functions = names.map((name, i): Function => {
    const found = activations[name.toLowerCase()];
    if (found === undefined) throw call.fail(`the activation "${name}" is not supported`);
    const [of, alpha, beta] = found;
    return (value) => of(value, alphas[i] ?? alpha, betas[i] ?? beta);
  });
  const limit = attributes.number("clip", 0);
  return {
    x: attributes.flag("layout") ? swapAxes(x, 0, 1) : x,
    hidden: attributes.needed("hidden_size"),
    directions,
    functions: directions.map((_, i) => functions.slice(i * standard.length, (i + 1) * standard.length)),
    clip: limit > 0 ? (value) => maximum(minimum(value, limit), -limit) : (value) => value,
    attributes,
  };
}

/** One direction's part of a tensor that holds both: its slice of axis 0. */
function partOf(tensor: Tensor, direction: number): Tensor {
  return squeeze(slice(tensor, 0, direction, direction + 1), [0]);
}

/** Columns `from` to `to` in widths of the hidden state. */
function gate(x: Tensor, hidden: number, from: number, to = from + 1): Tensor {
  return slice(x, -1, from * hidden, to * hidden);
}

function rnnCell(call: ForeignCall, { hidden, functions, clip }: Layer, i: number): Cell {
  const [weight, recurrence, bias] = weightsOf(call, hidden, 1, i);
  const [f] = functions[i]!;
  return {
    weight,
    bias: bias && add(gate(bias, hidden, 0), gate(bias, hidden, 1)),
    step: (projected, [h]) => [f!(clip(add(projected, matmul(h!, recurrence))))],
  };
}

/** Gates in the order update, reset, hidden. */
function gruCell(call: ForeignCall, { hidden, functions, clip, attributes }: Layer, i: number): Cell {
  const [weight, recurrence, bias] = weightsOf(call, hidden, 3, i);
  const [f, g] = functions[i]!;
  const after = attributes.flag("linear_before_reset");
  const [gates, candidate] = [gate(recurrence, hidden, 0, 2), gate(recurrence, hidden, 2)];
  const inside = bias && gate(bias, hidden, 5);
  // The bias of the state's own part stays inside where the reset gate works behind the product.
  const outside =
    bias &&
    concat(
      [
        add(gate(bias, hidden, 0, 2), gate(bias, hidden, 3, 5)),
        after ? gate(bias, hidden, 2) : add(gate(bias, hidden, 2), inside!),
      ],
      0,
    );
  return {
    weight,
    bias: outside,
    step: (projected, [h]) => {
      const both = f!(clip(add(gate(projected, hidden, 0, 2), matmul(h!, gates))));
      const [update, reset] = [gate(both, hidden, 0), gate(both, hidden, 1)];
      const own = matmul(after ? h! : mul(reset, h!), candidate);
      const reached = after ? mul(reset, inside ? add(own, inside) : own) : own;
      const next = g!(clip(add(gate(projected, hidden, 2), reached)));
      return [add(next, mul(update, sub(h!, next)))];
    },
  };
}

/** Gates in the order input, output, forget, cell. Peepholes are vectors for the first three. */
function lstmCell(call: ForeignCall, { hidden, functions, clip, attributes }: Layer, i: number): Cell {
  const [weight, recurrence, bias] = weightsOf(call, hidden, 4, i);
  const [f, g, h] = functions[i]!;
  const peep = call.inputs[7] ? partOf(call.inputs[7], i) : null;
  const coupled = attributes.flag("input_forget");
  const seen = (x: Tensor, at: number, state: Tensor): Tensor =>
    clip(peep === null ? x : add(x, mul(gate(peep, hidden, at), state)));
  return {
    weight,
    bias: bias && add(gate(bias, hidden, 0, 4), gate(bias, hidden, 4, 8)),
    step: (projected, [state, cell]) => {
      const all = add(projected, matmul(state!, recurrence));
      const input = f!(seen(gate(all, hidden, 0), 0, cell!));
      const forget = coupled ? sub(1, input) : f!(seen(gate(all, hidden, 2), 2, cell!));
      const next = add(mul(forget, cell!), mul(input, g!(clip(gate(all, hidden, 3)))));
      const output = f!(seen(gate(all, hidden, 1), 1, next));
      return [mul(output, h!(next)), next];
    },
  };
}

/** One direction's weight `[dim, gates * hidden]`, recurrence `[hidden, gates * hidden]` and biases `[2 * gates * hidden]`. */
function weightsOf(
  call: ForeignCall,
  hidden: number,
  gates: number,
  i: number,
): [Tensor, Tensor, Tensor | null] {
  const [, weight, recurrence, bias] = call.inputs;
  const width = gates * hidden;
  const [w, r] = [partOf(given(weight, call.fail), i), partOf(given(recurrence, call.fail), i)];
  if (w.dim(0) !== width || r.dim(0) !== width || r.dim(1) !== hidden)
    throw call.fail(`its weights are not those of ${gates} gates of size ${hidden}`);
  return [transpose(w, [1, 0]), transpose(r, [1, 0]), bias ? partOf(bias, i) : null];
}

/** Runs the layer as loops. `states` is how many states a cell has. */
function unrolled(call: ForeignCall, layer: Layer, states: number, cellOf: typeof rnnCell): Lowered {
  const { x, hidden, directions, attributes } = layer;
  const batchFirst = attributes.flag("layout");
  const [length, batch] = x.shape as [Dim, Dim, Dim];
  const [, , , , lengths] = call.inputs;
  const times = reshape(range(x.graph, length), [length, 1]);
  const alive = lengths ? unsqueeze(less(times, unsqueeze(cast(lengths, "int64"), [0])), [2]) : null;
  const given = (which: number): Tensor | null => {
    const initial = call.inputs[5 + which];
    return initial ? (batchFirst ? swapAxes(initial, 0, 1) : initial) : null;
  };
  const runs = directions.map((direction, i) => {
    const cell = cellOf(call, layer, i);
    const projected = matmul(x, cell.weight);
    const scanned = [
      cell.bias === null ? projected : add(projected, cell.bias),
      ...(alive === null ? [] : [alive]),
    ];
    const before = Array.from({ length: states }, (_, which) => {
      const initial = given(which);
      return initial === null ? full(x.graph, x.dtype, [batch, hidden], 0) : partOf(initial, i);
    });
    return scan({ states: before, scanned, reverse: direction === "reverse" }, (old, [part, on]) => {
      const next = cell.step(part!, old);
      if (on === undefined) return { states: next, outputs: [next[0]!] };
      // Behind a row's end its states stay, and its outputs are zeros.
      return {
        states: next.map((state, which) => where(on, state, old[which]!)),
        outputs: [where(on, next[0]!, 0)],
      };
    });
  });
  const joined = (parts: readonly Tensor[], axis: number): Tensor =>
    concat(
      parts.map((part) => unsqueeze(part, [axis])),
      axis,
    );
  const all = joined(
    runs.map(({ outputs }) => outputs[0]!),
    1,
  );
  const last = Array.from({ length: states }, (_, which) =>
    joined(
      runs.map((run) => run.states[which]!),
      0,
    ),
  );
  if (!batchFirst) return [all, ...last];
  return [transpose(all, [2, 0, 1, 3]), ...last.map((state) => swapAxes(state, 0, 1))];
}

/** Whether the fused operator has this form: ONNX's standard activations, no clipping, peepholes or other layout. */
function isPlain({ raw, inputs }: ForeignCall): boolean {
  const unusual = ["activations", "activation_alpha", "activation_beta", "clip"].some((name) =>
    raw.has(name),
  );
  return (
    !unusual &&
    Number(raw.get("layout") ?? 0) === 0 &&
    Number(raw.get("input_forget") ?? 0) === 0 &&
    !inputs[7]
  );
}

/** A fused operator's node, with the inputs that it has. */
function fused(call: ForeignCall, inputs: number): Lowered {
  const raw = new Map(call.raw);
  for (const name of ["layout", "input_forget", "output_sequence"]) raw.delete(name);
  return { inputs: Array.from({ length: inputs }, (_, i) => call.inputs[i] ?? null), raw };
}

/** By operator of ONNX's own domain. */
export const recurrentLowerings: Readonly<Record<string, Lowering>> = {
  GRU: (call) =>
    isPlain(call) && !call.trained
      ? fused(call, 6)
      : unrolled(call, layerOf(call, ["Sigmoid", "Tanh"], "linear_before_reset"), 1, gruCell),
  LSTM: (call) =>
    isPlain(call) && !call.trained
      ? fused(call, 7)
      : unrolled(call, layerOf(call, ["Sigmoid", "Tanh", "Tanh"], "input_forget"), 2, lstmCell),
  RNN: (call) => unrolled(call, layerOf(call, ["Tanh"]), 1, rnnCell),
};
