/** @file Operators and forms of operators that other programs write, in terms of ours. */
import { sizeOf } from "../dims.js";
import { type HostTensor, toData } from "../dtype.js";
import type { Graph, Tensor } from "../graph.js";
import { cast, equal, maximum, minimum, pow } from "../ops/elementwise.js";
import { logSoftmax, softmax } from "../ops/reduction.js";
import { constantNumbers, normalAxis } from "../ops/rules.js";
import { ints, reshape, shapeOf, slice } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";
import { activationLowerings } from "./lowerings-activations.js";
import { arithmeticLowerings, folded } from "./lowerings-arithmetic.js";
import { attentionLowerings } from "./lowerings-attention.js";
import { lossLowerings } from "./lowerings-losses.js";
import { matrixLowerings } from "./lowerings-matrix.js";
import { microsoftLowerings } from "./lowerings-microsoft.js";
import { normalizationLowerings } from "./lowerings-normalization.js";
import { recurrentLowerings } from "./lowerings-recurrent.js";
import { shapeLowerings } from "./lowerings-shapes.js";
import { constantVector, gatherND, isNaNOf, settledChoice } from "./lowerings-sizes.js";
import { windowLowerings } from "./lowerings-windows.js";
import type { NodeFail, RawValue } from "./read-attributes.js";

/** How many inputs our operators expect; those that a file leaves out at the end are null. */
export const inputCounts: Readonly<Record<string, number>> = {
  DynamicQuantizeLSTM: 12,
  GRU: 6,
  Gemm: 3,
  LSTM: 7,
  LayerNormalization: 3,
  MatMulInteger: 4,
  Slice: 5,
};

/** By operator of ONNX's own domain; the others are taken as they are. */
const ownLowerings: Readonly<Record<string, Lowering>> = {
  ...activationLowerings,
  ...arithmeticLowerings,
  ...attentionLowerings,
  ...lossLowerings,
  ...matrixLowerings,
  ...normalizationLowerings,
  ...recurrentLowerings,
  ...shapeLowerings,
  ...windowLowerings,
  Clip: clip,
  Constant: ({ graph, raw, fail }) => [constant(graph, raw, fail)],
  ConstantOfShape: constantVector,
  Dropout: dropout,
  Flatten: ({ inputs, raw, fail }) => {
    const x = given(inputs[0], fail);
    const axis = Number(raw.get("axis") ?? 1);
    const at = axis < 0 ? axis + x.rank : axis;
    return [reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))])];
  },
  GatherND: gatherND,
  IsNaN: isNaNOf,
  LogSoftmax: alongAxis(logSoftmax),
  Pow: ({ inputs, raw, fail }) => {
    const [x, exponent] = [given(inputs[0], fail), given(inputs[1], fail)];
    return x.dtype === exponent.dtype ? { inputs, raw } : [pow(x, cast(exponent, x.dtype))];
  },
  ReduceMax: axesAsInput,
  ReduceMean: axesAsInput,
  ReduceMin: axesAsInput,
  ReduceSum: axesAsInput,
  Reshape: (call) => {
    const { inputs, raw, fail } = call;
    if (Number(raw.get("allowzero") ?? 0) === 0 || given(inputs[1], fail).content?.includes(0) !== false)
      return call;
    return { inputs, raw: new Map() }; // without a zero in the target the attribute means nothing
  },
  Shape: (call) => {
    const { start = 0, end } = Object.fromEntries(call.raw) as { start?: number; end?: number };
    if (start === 0 && end === undefined) return call;
    const sizes = shapeOf(given(call.inputs[0], call.fail));
    const count = Number(sizes.dim(0));
    const place = (at: number): number => Math.min(Math.max(at < 0 ? at + count : at, 0), count);
    return [slice(sizes, 0, place(start), place(end ?? count))];
  },
  Softmax: alongAxis(softmax),
  Split: split,
  Squeeze: (call) => {
    const x = given(call.inputs[0], call.fail);
    const ones = [...x.shape.keys()].filter((axis) => x.dim(axis) === 1);
    return withAxes(call, ones);
  },
  Transpose: (call) => {
    if (call.raw.has("perm")) return call;
    const perm = [...given(call.inputs[0], call.fail).shape.keys()].reverse();
    return { inputs: call.inputs, raw: new Map([["perm", perm]]) };
  },
  Unsqueeze: (call) => withAxes(call, []),
  Where: settledChoice,
};

/** Cut to an interval, whose ends were attributes before version 11. */
function clip(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "min", "max");
  const [x, low, high] = call.inputs;
  const end = (input: Tensor | null | undefined, name: string): Tensor | number | null =>
    input ?? (call.raw.has(name) ? attributes.number(name, 0) : null);
  const [from, to] = [end(low, "min"), end(high, "max")];
  const cutTo = (value: Tensor, limit: Tensor | number, combine: typeof maximum): Tensor =>
    typeof limit === "number" ? combine(value, limit) : folded({ ...call, inputs: [value, limit] }, combine);
  const raised = from === null ? given(x, call.fail) : cutTo(given(x, call.fail), from, maximum);
  return [to === null ? raised : cutTo(raised, to, minimum)];
}

/** For prediction it changes nothing, and keeps everything. */
function dropout(call: ForeignCall): Lowered {
  new ForeignAttributes(call, "ratio", "seed", "is_test");
  const [input, , training] = call.inputs;
  const off = !training || (training.origin.kind === "constant" && Number(training.origin.data[0]) === 0);
  if (!off) throw call.fail("it is set to training; export the model for prediction");
  const x = given(input, call.fail);
  return call.outputs > 1 ? [x, equal(shaped(x), shaped(x))] : [x];
}

/** Something of the shape of `x` that equals itself. */
function shaped(x: Tensor): Tensor {
  return cast(x, "bool");
}

/** Before version 13 softmax ran over all axes from `axis` on, seen as one. */
function alongAxis(of: (x: Tensor, axis: number) => Tensor): Lowering {
  return ({ inputs, raw, opset, fail }) => {
    const x = given(inputs[0], fail);
    const axis = Number(raw.get("axis") ?? (opset < 13 ? 1 : -1));
    const at = normalAxis(axis, x.rank);
    if (opset >= 13 || at === x.rank - 1) return { inputs, raw: new Map([["axis", axis]]) };
    const flat = reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))]);
    return [reshape(of(flat, -1), x.shape)];
  };
}

/** By domain, "" being ONNX's own, and operator. */
export const lowerings: ReadonlyMap<string, Readonly<Record<string, Lowering>>> = new Map([
  ["", ownLowerings],
  ["com.microsoft", microsoftLowerings],
]);

function axesAsInput(call: ForeignCall): Lowered {
  const { raw, fail } = call;
  const x = given(call.inputs[0], fail);
  const none = raw.get("axes") === undefined && (call.inputs[1]?.content?.length ?? 0) === 0;
  if (none && Number(raw.get("noop_with_empty_axes") ?? 0) === 1) return [x];
  const rest = new Map(raw);
  rest.delete("noop_with_empty_axes");
  return withAxes({ ...call, raw: rest }, [...x.shape.keys()]);
}

/** Axes were an attribute in older versions and are an input now; `otherwise` are the ones when neither is there. */
function withAxes({ inputs, raw, fail }: ForeignCall, otherwise: readonly number[]): Lowered {
  const x = given(inputs[0], fail);
  const attribute = raw.get("axes") as readonly number[] | undefined;
  const rest = new Map(raw);
  rest.delete("axes");
  return { inputs: [x, inputs[1] ?? ints(x, attribute ?? otherwise)], raw: rest };
}

/** Sizes as an input, as ONNX has them from version 13 on; without any, equal parts. */
function split({ inputs, raw, outputs, fail }: ForeignCall): Lowered {
  const x = given(inputs[0], fail);
  const axis = normalAxis(Number(raw.get("axis") ?? 0), x.rank);
  const size = x.dim(axis);
  const attribute = raw.get("split") as readonly number[] | undefined;
  const even = (count: number): number[] => {
    if (typeof size !== "number") throw fail(`the axis that it splits has the open size "${size}"`);
    const share = Math.ceil(size / count);
    return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(share, size - i * share)));
  };
  const sizes = inputs[1] ? constantNumbers(inputs[1], "the sizes") : (attribute ?? even(outputs));
  return { inputs: [x, ints(x, sizes)], raw: new Map([["axis", axis]]) };
}

function constant(graph: Graph, raw: ReadonlyMap<string, RawValue>, fail: NodeFail): Tensor {
  const [entry] = raw;
  if (entry === undefined || raw.size > 1) throw fail("a constant needs exactly one value");
  const [name, value] = entry;
  switch (name) {
    case "value": {
      const { dtype, dims, data } = value as HostTensor;
      return graph.constant(dtype, dims, data);
    }
    case "value_float":
      return graph.constant("float32", [], [value as number]);
    case "value_int":
      return graph.constant("int64", [], [value as number]);
    case "value_string":
      return graph.constant("string", [], [value as string]);
    case "value_floats":
      return vector(graph, "float32", value as readonly number[]);
    case "value_ints":
      return vector(graph, "int64", value as readonly number[]);
    case "value_strings":
      return vector(graph, "string", value as readonly string[]);
    default:
      throw fail(`a constant given by "${name}" is not supported`);
  }
}

function vector(graph: Graph, dtype: HostTensor["dtype"], values: readonly (number | string)[]): Tensor {
  return graph.constant(dtype, [values.length], toData(dtype, values));
}
