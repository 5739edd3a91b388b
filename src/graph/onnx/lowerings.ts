/** @file Operators and forms of operators that other programs write, in terms of ours. */
import { sizeOf } from "../dims.js";
import { type HostTensor, toData } from "../dtype.js";
import type { Graph, Tensor } from "../graph.js";
import { add, cast, gelu, maximum, minimum, pow, scalarLike } from "../ops/elementwise.js";
import { constantNumbers, normalAxis } from "../ops/rules.js";
import { ints, reshape, shapeOf, slice } from "../ops/shaping.js";
import { type ForeignCall, given, type Lowered } from "./foreign-call.js";
import { constantVector, gatherND, isNaNOf, settledChoice } from "./lowerings-sizes.js";
import type { NodeFail, RawValue } from "./read-attributes.js";

/** How many inputs our operators expect; those that a file leaves out at the end are null. */
export const inputCounts: Readonly<Record<string, number>> = {
  Gemm: 3,
  Slice: 5,
  LayerNormalization: 3,
  MatMulInteger: 4,
};

/** By operator of ONNX's own domain; the others are taken as they are. */
export const lowerings: Readonly<Record<string, (call: ForeignCall) => Lowered>> = {
  Clip: ({ inputs, fail }) => {
    const [x, low, high] = inputs;
    const raised = low ? maximum(given(x, fail), low) : given(x, fail);
    return [high ? minimum(raised, high) : raised];
  },
  Constant: ({ graph, raw, fail }) => [constant(graph, raw, fail)],
  ConstantOfShape: constantVector,
  Dropout: ({ inputs, fail }) => {
    const [x, , training] = inputs;
    const off = !training || (training.origin.kind === "constant" && training.origin.data[0] === 0);
    if (!off) throw fail("it is set to training; export the model for prediction");
    return [given(x, fail)];
  },
  Flatten: ({ inputs, raw, fail }) => {
    const x = given(inputs[0], fail);
    const axis = Number(raw.get("axis") ?? 1);
    const at = axis < 0 ? axis + x.rank : axis;
    return [reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))])];
  },
  GatherND: gatherND,
  Gelu: ({ inputs, raw, fail }) => {
    if ((raw.get("approximate") ?? "none") !== "none") throw fail("only the exact form is supported");
    return [gelu(given(inputs[0], fail))];
  },
  IsNaN: isNaNOf,
  LogSoftmax: lastAxisBefore13,
  Max: (call) => [folded(call, maximum)],
  Min: (call) => [folded(call, minimum)],
  Pad: (call) => {
    const [x, pads, value, axes] = call.inputs;
    if (axes) throw call.fail("padding of chosen axes is not supported");
    return {
      inputs: [given(x, call.fail), given(pads, call.fail), value ?? scalarLike(given(x, call.fail), 0)],
      raw: call.raw,
    };
  },
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
  Slice: (call) => {
    const [x, starts, ends, axes, steps] = call.inputs;
    const all = [...Array(Number(given(starts, call.fail).dim(0))).keys()];
    return {
      inputs: [x!, starts!, ends ?? null, axes ?? ints(given(x, call.fail), all), steps ?? null],
      raw: call.raw,
    };
  },
  Softmax: lastAxisBefore13,
  Split: split,
  Squeeze: (call) => {
    const x = given(call.inputs[0], call.fail);
    const ones = [...x.shape.keys()].filter((axis) => x.dim(axis) === 1);
    return withAxes(call, ones);
  },
  Sum: (call) => [folded(call, add)],
  Transpose: (call) => {
    if (call.raw.has("perm")) return call;
    const perm = [...given(call.inputs[0], call.fail).shape.keys()].reverse();
    return { inputs: call.inputs, raw: new Map([["perm", perm]]) };
  },
  Unsqueeze: (call) => withAxes(call, []),
  Where: settledChoice,
};

/** Operators of any number of inputs, as ours of two. A single input is itself. */
function folded({ inputs, fail }: ForeignCall, combine: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return inputs.map((input) => given(input, fail)).reduce(combine);
}

/** Before version 13 softmax ran over all axes from `axis` on; that is the same when it is the last one. */
function lastAxisBefore13({ inputs, raw, opset, fail }: ForeignCall): Lowered {
  const x = given(inputs[0], fail);
  const axis = Number(raw.get("axis") ?? (opset < 13 ? 1 : -1));
  if (opset < 13 && normalAxis(axis, x.rank) !== x.rank - 1)
    throw fail(`axis ${axis} of operator set ${opset} is not supported`);
  return { inputs, raw: new Map([["axis", axis]]) };
}

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
