/** @file Convolution and pooling, by windows: every place of the kernel is one slice of the padded input. */
import { addDims, type Dim, divDims, mulDims, sizeOf, subDims } from "../dims.js";
import type { Tensor } from "../graph.js";
import { abs, add, div, maximum, pow, scalarLike } from "../ops/elementwise.js";
import { matmul } from "../ops/matrix.js";
import { reduceMax, reduceMean } from "../ops/reduction.js";
import { broadcastLike, concat, pad, reshape, slice } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";

const COMMON = ["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "strides"] as const;

/** How windows lie on the axes behind batch and channels. */
interface Layout {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly Dim[];
  readonly after: readonly Dim[];
  /** Places beyond `after` that a last, incomplete window needs. */
  readonly beyond: readonly number[];
  /** How many windows there are on each axis. */
  readonly counts: readonly Dim[];
}

function layoutOf(
  call: ForeignCall,
  x: Tensor,
  kernel: readonly number[],
  attributes: ForeignAttributes,
): Layout {
  const axes = x.rank - 2;
  const numbers = (name: string, otherwise: number, count = axes): readonly number[] => {
    const found = attributes.numbers(name) ?? Array<number>(count).fill(otherwise);
    if (found.length !== count)
      throw call.fail(`its attribute "${name}" has ${found.length} numbers for ${axes} axes`);
    return found;
  };
  if (axes < 1 || kernel.length !== axes)
    throw call.fail(`its kernel has ${kernel.length} axes, its input ${axes}`);
  const [strides, dilations] = [numbers("strides", 1), numbers("dilations", 1)];
  if ([...strides, ...dilations, ...kernel].some((size) => size < 1))
    throw call.fail("its kernel has an impossible size");
  const pads = numbers("pads", 0, 2 * axes);
  const auto = attributes.text("auto_pad", "NOTSET");
  const ceil = attributes.flag("ceil_mode");
  const each = kernel.map((size, i) => {
    const [dim, stride] = [x.dim(i + 2), strides[i]!];
    const reach = dilations[i]! * (size - 1) + 1;
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
      if (typeof dim !== "number" && stride !== 1)
        throw call.fail(`the size "${dim}" must be known for ${auto}`);
      const count = typeof dim === "number" ? Math.ceil(dim / stride) : dim;
      const missing =
        typeof dim === "number" ? Math.max(0, ((count as number) - 1) * stride + reach - dim) : reach - 1;
      const [small, large] = [Math.floor(missing / 2), Math.ceil(missing / 2)];
      const [before, after] = auto === "SAME_UPPER" ? [small, large] : [large, small];
      return { before, after, beyond: 0, count };
    }
    if (auto !== "NOTSET" && auto !== "VALID") throw call.fail(`it has the unknown padding "${auto}"`);
    const [before, after] = auto === "VALID" ? [0, 0] : [pads[i]!, pads[i + axes]!];
    const room = subDims(addDims(dim, before + after), reach);
    if (typeof room === "number") {
      if (room < 0)
        throw call.fail(`its kernel reaches over ${reach} of ${Number(dim) + before + after} places`);
      const most = ceil ? Math.ceil(room / stride) : Math.floor(room / stride);
      // A window that would begin behind the input is none.
      const count = ceil && most * stride >= Number(dim) + before ? most : most + 1;
      return { before, after, beyond: Math.max(0, (count - 1) * stride - room), count };
    }
    const steps = divDims(room, stride);
    if (steps === undefined) throw call.fail(`the size "${dim}" must be known for a stride of ${stride}`);
    return { before, after, beyond: 0, count: addDims(steps, 1) };
  });
  return {
    kernel,
    strides,
    dilations,
    before: each.map(({ before }) => before),
    after: each.map(({ after }) => after),
    beyond: each.map(({ beyond }) => beyond),
    counts: each.map(({ count }) => count),
  };
}

/** What stands at each place of the kernel, in row-major order: `[batch, channels, ...counts]` each. */
function windows(x: Tensor, layout: Layout, filler: number): Tensor[] {
  const { kernel, strides, dilations, before, after, beyond, counts } = layout;
  const none = [0, 0];
  const padded = pad(
    x,
    [...none, ...before],
    [...none, ...after.map((dim, i) => addDims(dim, beyond[i]!))],
    filler,
  );
  return kernel.reduce<Tensor[]>(
    (parts, size, i) =>
      parts.flatMap((part) =>
        Array.from({ length: size }, (_, at) => {
          const from = at * dilations[i]!;
          const span = addDims(mulDims(subDims(counts[i]!, 1), strides[i]!), 1);
          return slice(part, i + 2, from, addDims(from, span), strides[i]!);
        }),
      ),
    [padded],
  );
}

/** `x [batch, channels, ...]`, `weight [out, channels / group, ...kernel]`. */
function convolution(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(
    call,
    "auto_pad",
    "dilations",
    "group",
    "kernel_shape",
    "pads",
    "strides",
  );
  const [x, weight, bias] = [
    given(call.inputs[0], call.fail),
    given(call.inputs[1], call.fail),
    call.inputs[2],
  ];
  const group = attributes.number("group", 1);
  const [out, deep, ...sizes] = weight.shape;
  const channels = x.dim(1);
  const kernel = sizes.filter((size) => typeof size === "number");
  if (typeof out !== "number" || typeof deep !== "number" || kernel.length < sizes.length)
    throw call.fail("the sizes of its weight must be known");
  if (channels !== deep * group || out % group !== 0)
    throw call.fail(
      `its weight is for ${deep * group} channels in ${group} groups, its input has ${channels}`,
    );
  const layout = layoutOf(call, x, kernel, attributes);
  const parts = windows(x, layout, 0).map((part) => reshape(part, [x.dim(0), group, deep, 1, -1]));
  // [batch, group, channels of a group, places of the kernel, windows]
  const columns = concat(parts, 3);
  const places = parts.length;
  const count = sizeOf(layout.counts);
  const rows = reshape(columns, [x.dim(0), group, deep * places, count]);
  const factors = reshape(weight, [group, out / group, deep * places]);
  const result = reshape(matmul(factors, rows), [x.dim(0), out, ...layout.counts]);
  return [bias ? add(result, reshape(bias, [out, ...sizes.map(() => 1)])) : result];
}

function kernelOf(call: ForeignCall, attributes: ForeignAttributes): readonly number[] {
  const kernel = attributes.numbers("kernel_shape");
  if (kernel === undefined) throw call.fail('it needs the attribute "kernel_shape"');
  return kernel;
}

function maxPool(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, ...COMMON, "storage_order");
  if (call.outputs > 1) throw call.fail("the positions of the largest values are not supported");
  const x = given(call.inputs[0], call.fail);
  if (x.dtype !== "float32") throw call.fail(`${x.dtype} is not supported`);
  const layout = layoutOf(call, x, kernelOf(call, attributes), attributes);
  return [windows(x, layout, Number.NEGATIVE_INFINITY).reduce(maximum)];
}

/** Means of windows; what lies beside the input counts only where that is asked for. */
function averagePool(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, ...COMMON, "count_include_pad");
  const x = given(call.inputs[0], call.fail);
  const layout = layoutOf(call, x, kernelOf(call, attributes), attributes);
  const sum = windows(x, layout, 0).reduce(add);
  const one = broadcastLike(scalarLike(x, 1), x);
  const none = layout.before.map(() => 0);
  // Beyond the padding no place counts; the padding itself does when it is included.
  const inner = attributes.flag("count_include_pad")
    ? {
        of: pad(one, [0, 0, ...layout.before], [0, 0, ...layout.after], 1),
        layout: { ...layout, before: none, after: none },
      }
    : { of: one, layout };
  return [div(sum, windows(inner.of, inner.layout, 0).reduce(add))];
}

function lpPool(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, ...COMMON, "p");
  const x = given(call.inputs[0], call.fail);
  const p = attributes.number("p", 2);
  const layout = layoutOf(call, x, kernelOf(call, attributes), attributes);
  const sum = windows(pow(abs(x), p), layout, 0).reduce(add);
  return [pow(sum, 1 / p)];
}

/** Over all axes behind the channels. */
const whole =
  (of: (x: Tensor, axes: readonly number[], keep: boolean) => Tensor): Lowering =>
  (call) => {
    new ForeignAttributes(call);
    const x = given(call.inputs[0], call.fail);
    return [of(x, [...x.shape.keys()].slice(2), true)];
  };

/** By operator of ONNX's own domain. */
export const windowLowerings: Readonly<Record<string, Lowering>> = {
  AveragePool: averagePool,
  Conv: convolution,
  GlobalAveragePool: whole(reduceMean),
  GlobalMaxPool: whole(reduceMax),
  LpPool: lpPool,
  MaxPool: maxPool,
};
