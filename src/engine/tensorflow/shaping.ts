/** @file Kernels of the operators that move elements: floats on TensorFlow, everything else in JavaScript. */
import type { Tensor as DeviceTensor } from "@tensorflow/tfjs";
import type { OpName } from "../../graph/ops/table.js";
import {
  broadcastDims,
  broadcastPositions,
  type Dims,
  normal,
  positions,
  sizeOf,
  stridesOf,
} from "./arrays.js";
import { filled, float, type KernelCall, type Kernels, pick } from "./kernel.js";
import { isSupported, Value } from "./value.js";

type Shaping =
  | "Shape"
  | "Reshape"
  | "Transpose"
  | "Unsqueeze"
  | "Squeeze"
  | "Expand"
  | "Concat"
  | "Slice"
  | "Split"
  | "Pad"
  | "ConstantOfShape"
  | "Range";

/** Moves the elements of a value: by TensorFlow when they are floats, else by their positions. */
function moved(
  tf: KernelCall<OpName>["tf"],
  x: Value,
  dims: Dims,
  onFloats: (tensor: DeviceTensor) => DeviceTensor,
  at: () => Int32Array,
): Value {
  return x.dtype === "float32" && sizeOf(dims) > 0 ? float(onFloats(x.tensor(tf))) : pick(x, at(), dims);
}

function resolveReshape(from: Dims, target: ArrayLike<number>, allowZero: boolean): number[] {
  const dims = Array.from(target, (size, axis) => (size === 0 && !allowZero ? from[axis]! : size));
  const open = dims.indexOf(-1);
  if (open >= 0) {
    const known = sizeOf(dims.filter((_, axis) => axis !== open));
    dims[open] = sizeOf(from) / known;
  }
  if (!dims.every(Number.isInteger) || sizeOf(dims) !== sizeOf(from)) {
    throw new Error(`[${from.join(",")}] cannot be reshaped to [${Array.from(target).join(",")}]`);
  }
  return dims;
}

/** The positions along an axis that a slice takes. */
function sliced(size: number, start: number, end: number, step: number): number[] {
  const clamp = (at: number, low: number, high: number): number =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const taken: number[] = [];
  if (step > 0) for (let i = clamp(start, 0, size); i < clamp(end, 0, size); i += step) taken.push(i);
  else for (let i = clamp(start, 0, size - 1); i > clamp(end, -1, size - 1); i += step) taken.push(i);
  return taken;
}

/** The part of `x` at the given positions of each axis (null: the whole axis). */
function select(tf: KernelCall<OpName>["tf"], x: Value, taken: readonly (readonly number[] | null)[]): Value {
  const dims = x.dims.map((size, axis) => taken[axis]?.length ?? size);
  const begin = taken.map((list) => list?.[0] ?? 0);
  const block = taken.every((list) => list === null || list.every((at, i) => at === list[0]! + i));
  const strides = stridesOf(x.dims);
  const all = (): Int32Array => {
    const order = positions(dims, stridesOf(dims));
    const own = stridesOf(dims);
    return order.map((i) =>
      dims.reduce((sum, size, axis) => {
        const index = Math.floor(i / own[axis]!) % size;
        return sum + (taken[axis]?.[index] ?? index) * strides[axis]!;
      }, 0),
    );
  };
  return x.dtype === "float32" && !block
    ? pick(x, all(), dims)
    : moved(tf, x, dims, (tensor) => tf.slice(tensor, begin, dims), all);
}

/** Kernels of the shaping operators. */
export const shapingKernels: Kernels<Shaping> = {
  Shape: ({ inputs: [x] }) => Value.host("int64", [x.rank], Float64Array.from(x.dims)),

  Reshape: ({ tf, inputs: [x, target], attributes: { allowzero } }) =>
    x.reshaped(tf, resolveReshape(x.dims, target.numbers, allowzero === 1)),

  Transpose: ({ tf, inputs: [x], attributes: { perm } }) => {
    const strides = stridesOf(x.dims);
    const dims = perm.map((axis) => x.dims[axis]!);
    const steps = perm.map((axis) => strides[axis]!);
    return moved(
      tf,
      x,
      dims,
      (tensor) => tf.transpose(tensor, [...perm]),
      () => positions(dims, steps),
    );
  },

  Unsqueeze: ({ tf, inputs: [x, axes] }) => {
    const rank = x.rank + axes.size;
    const at = Array.from(axes.numbers, (axis) => normal(axis, rank));
    const rest = [...x.dims];
    return x.reshaped(
      tf,
      Array.from({ length: rank }, (_, axis) => (at.includes(axis) ? 1 : rest.shift()!)),
    );
  },

  Squeeze: ({ tf, inputs: [x, axes] }) => {
    const at = Array.from(axes.numbers, (axis) => normal(axis, x.rank));
    for (const axis of at)
      if (x.dims[axis] !== 1) throw new Error(`axis ${axis} of size ${x.dims[axis]} cannot go`);
    return x.reshaped(
      tf,
      x.dims.filter((_, axis) => !at.includes(axis)),
    );
  },

  Expand: ({ tf, inputs: [x, target] }) => {
    const dims = broadcastDims(x.dims, Array.from(target.numbers));
    return moved(
      tf,
      x,
      dims,
      (tensor) => tf.broadcastTo(tensor, dims),
      () => broadcastPositions(x.dims, dims),
    );
  },

  Concat: ({ tf, inputs, attributes: { axis } }) => {
    const first = inputs[0]!;
    const at = normal(axis, first.rank);
    const dims = first.dims.map((size, i) =>
      i === at ? inputs.reduce((sum, x) => sum + x.dims[at]!, 0) : size,
    );
    if (first.dtype === "float32" && sizeOf(dims) > 0) {
      return float(
        tf.concat(
          inputs.map((x) => x.tensor(tf)),
          at,
        ),
      );
    }
    const inner = sizeOf(dims.slice(at + 1));
    const parts = inputs.map((x) => ({ x, width: x.dims[at]! * inner }));
    const width = dims[at]! * inner;
    return filled(first.dtype, dims, sizeOf(dims), (i) => {
      const block = Math.floor(i / width);
      let offset = i % width;
      for (const part of parts) {
        if (offset < part.width) return part.x.data[block * part.width + offset]!;
        offset -= part.width;
      }
      throw new Error("the parts do not fill the result");
    });
  },

  Slice: ({ tf, inputs: [x, starts, ends, axes, steps] }) => {
    const taken: (number[] | null)[] = x.dims.map(() => null);
    for (const [i, axisValue] of Array.from(axes.numbers).entries()) {
      const axis = normal(axisValue, x.rank);
      const step = steps?.numbers[i] ?? 1;
      taken[axis] = sliced(x.dims[axis]!, starts.numbers[i]!, ends.numbers[i]!, step);
    }
    return select(tf, x, taken);
  },

  Split: ({ tf, inputs: [x, sizes], attributes: { axis } }) => {
    const at = normal(axis, x.rank);
    let start = 0;
    return Array.from(sizes.numbers, (size) => {
      const own = Array.from({ length: size }, (_, i) => start + i);
      start += size;
      return select(
        tf,
        x,
        x.dims.map((_, i) => (i === at ? own : null)),
      );
    });
  },

  Pad: ({ tf, inputs: [x, pads, value] }) => {
    const amounts = Array.from(pads.numbers);
    const [before, after] = [amounts.slice(0, x.rank), amounts.slice(x.rank)];
    const dims = x.dims.map((size, axis) => size + before[axis]! + after[axis]!);
    const strides = stridesOf(x.dims);
    const fill = value.data[0]!;
    if (x.dtype === "float32" && amounts.every((amount) => amount >= 0) && sizeOf(dims) > 0) {
      const around = x.dims.map((_, axis): [number, number] => [before[axis]!, after[axis]!]);
      return float(x.rank === 0 ? tf.clone(x.tensor(tf)) : tf.pad(x.tensor(tf), around, fill as number));
    }
    const own = stridesOf(dims);
    return filled(x.dtype, dims, sizeOf(dims), (i) => {
      let source = 0;
      for (const [axis, size] of x.dims.entries()) {
        const index = (Math.floor(i / own[axis]!) % dims[axis]!) - before[axis]!;
        if (index < 0 || index >= size) return fill;
        source += index * strides[axis]!;
      }
      return x.data[source]!;
    });
  },

  ConstantOfShape: ({ inputs: [shape], attributes: { dtype, fill } }) => {
    if (!isSupported(dtype)) throw new Error(`${dtype} is not supported`);
    const dims = Array.from(shape.numbers);
    return filled(dtype, dims, sizeOf(dims), () => fill);
  },

  Range: ({ inputs: [start, limit, delta] }) => {
    const [from, to, step] = [start, limit, delta].map((x) => x.numbers[0]!) as [number, number, number];
    const size = Math.max(0, Math.ceil((to - from) / step));
    return filled(start.dtype, [size], size, (i) => from + i * step);
  },
};
