/** @file Operators that move elements without changing them: reshape, transpose, slice, join, pad. */
import {
  addDims,
  type Dim,
  dimSymbols,
  divDims,
  mulDims,
  printShape,
  type Shape,
  sameShape,
  sizeOf,
  subDims,
} from "../dims.js";
import { type DType, isFloat } from "../dtype.js";
import type { Graph, Tensor } from "../graph.js";
import { apply, applyAll, define, explained, type NoGradient, type Op, ShapeError } from "./define.js";
import { add, minimum, mul, sub } from "./elementwise.js";
import { densifyAlong, gather } from "./lookup.js";
import { reduceSum, sumTo } from "./reduction.js";
import {
  broadcastShapes,
  compatible,
  constantNumbers,
  isUnknown,
  knownContent,
  like,
  normalAxes,
  normalAxis,
} from "./rules.js";

type Two = readonly [Tensor, Tensor];
const sizesOnly: NoGradient = { none: "it depends on the shape only" };

export const ShapeOp = define<readonly [Tensor]>("Shape", {
  infer: ([x]) => [{ dtype: "int64", shape: [x.rank], content: x.shape }],
  gradient: sizesOnly,
});

export const Reshape = define<Two, { allowzero?: 0 | 1 }>("Reshape", {
  infer: ([x, target], { allowzero }, fresh) => {
    if (target.content === undefined) {
      const rank = target.dim(0);
      if (typeof rank !== "number") throw new ShapeError("the rank of the target must be known");
      return [like(x, Array.from({ length: rank }, fresh))];
    }
    const shape = resolveReshape(x.shape, target.content, fresh, allowzero === 1);
    return [{ ...like(x, shape), content: shape.length <= 1 ? x.content : undefined }];
  },
  gradient: ({ inputs: [x] }, [dy]) => [reshapeLike(dy, x), null],
});

function resolveReshape(from: Shape, target: readonly Dim[], fresh: () => Dim, allowZero = false): Dim[] {
  const shape = target.map((dim, axis) => (dim === 0 && !allowZero ? from[axis]! : dim));
  const open = shape.indexOf(-1);
  const known = sizeOf(shape.filter((_, axis) => axis !== open));
  if (open >= 0) {
    const rest = divDims(sizeOf(from), known);
    if (rest === undefined && typeof sizeOf(from) === "number" && typeof known === "number") {
      throw new ShapeError(`cannot reshape to [${target.join(",")}]`);
    }
    shape[open] = rest ?? fresh();
  } else if (
    !compatible(known, sizeOf(from)) &&
    dimSymbols(known).length + dimSymbols(sizeOf(from)).length === 0
  ) {
    throw new ShapeError(`cannot reshape to [${target.join(",")}]`);
  }
  return shape;
}

export const Transpose = define<readonly [Tensor], { perm: readonly number[] }>("Transpose", {
  infer: ([x], { perm }) => {
    if (![...perm].sort((a, b) => a - b).every((axis, i) => axis === i) || perm.length !== x.rank) {
      throw new ShapeError(`[${perm.join(",")}] is not an order of ${x.rank} axes`);
    }
    return [
      like(
        x,
        perm.map((axis) => x.dim(axis)),
      ),
    ];
  },
  gradient: ({ attributes: { perm } }, [dy]) => [
    transpose(
      dy,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
});

export const Unsqueeze: Op<Two, Record<never, never>> = define<Two>("Unsqueeze", {
  infer: ([x, axes]) => {
    const rank = x.rank + constantNumbers(axes, "the axes").length;
    const at = normalAxes(constantNumbers(axes, "the axes"), rank);
    const rest = [...x.shape];
    const shape = Array.from({ length: rank }, (_, axis) => (at.includes(axis) ? 1 : rest.shift()!));
    return [{ ...like(x, shape), content: rank === 1 ? x.content : undefined }];
  },
  gradient: ({ inputs: [, axes] }, [dy]) => [apply(Squeeze, [dy, axes], {}), null],
});

export const Squeeze = define<Two>("Squeeze", {
  infer: ([x, axes]) => {
    const at = normalAxes(constantNumbers(axes, "the axes"), x.rank);
    for (const axis of at) {
      if (x.dim(axis) !== 1 && !isUnknown(x.dim(axis))) throw new ShapeError(`axis ${axis} is not of size 1`);
    }
    return [
      {
        ...like(
          x,
          x.shape.filter((_, axis) => !at.includes(axis)),
        ),
        content: x.content,
      },
    ];
  },
  gradient: ({ inputs: [, axes] }, [dy]) => [apply(Unsqueeze, [dy, axes], {}), null],
});

export const Expand = define<Two>("Expand", {
  infer: ([x, target]) => [like(x, broadcastShapes(x.shape, knownContent(target, "the target shape")))],
  gradient: ({ inputs: [x] }, [dy]) => [sumTo(dy, x), null],
});

export const Concat = define<readonly Tensor[], { axis: number }>("Concat", {
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    if (first === undefined) throw new ShapeError("nothing to join");
    const at = normalAxis(axis, first.rank);
    for (const other of inputs) {
      const fits =
        other.rank === first.rank &&
        other.dtype === first.dtype &&
        other.shape.every((dim, i) => i === at || compatible(dim, first.dim(i)));
      if (!fits) throw new ShapeError(`inputs must match except on axis ${at}`);
    }
    const shape = first.shape.map((dim, i) =>
      i === at ? inputs.map((x) => x.dim(at)).reduce(addDims) : dim,
    );
    const contents = inputs.map((x) => x.content);
    const content = contents.every((c) => c !== undefined) && first.rank === 1 ? contents.flat() : undefined;
    return [{ ...like(first, shape), content }];
  },
  gradient: ({ inputs, attributes: { axis }, wants }, [dy]) => {
    let start: Dim = 0;
    return inputs.map((x, i) => {
      const from: Dim = start;
      start = addDims(start, x.dim(axis));
      return wants[i] ? slice(dy, axis, from, start) : null;
    });
  },
});

/** An axis cut into parts of fixed sizes, in one go both ways: the gradient is one `Concat`. */
export const Split = define<Two, { axis: number }>("Split", {
  infer: ([x, sizes], { axis }) => {
    const at = normalAxis(axis, x.rank);
    const parts = constantNumbers(sizes, "the sizes");
    const total = parts.reduce((sum, size) => sum + size, 0);
    if (parts.length === 0 || parts.some((size) => size < 0) || !compatible(total, x.dim(at))) {
      throw new ShapeError(`parts of sizes ${parts.join(", ")} do not make up axis ${at}`);
    }
    return parts.map((size) =>
      like(
        x,
        x.shape.map((dim, i) => (i === at ? size : dim)),
      ),
    );
  },
  gradient: ({ outputs, attributes: { axis } }, dys) => {
    const parts = outputs.map((y, i) => dys[i] ?? full(y.graph, y.dtype, y.shape, 0));
    return [concat(parts, axis), null];
  },
});

type Sliced = readonly [Tensor, Tensor, Tensor, Tensor, Tensor | null];

export const Slice = define<Sliced>("Slice", {
  infer: ([x, starts, ends, axes, steps], _, fresh) => {
    const shape = [...x.shape];
    let content = x.content;
    for (const [i, axisValue] of constantNumbers(axes, "the axes").entries()) {
      const axis = normalAxis(axisValue, x.rank);
      const step = steps === null ? 1 : constantNumbers(steps, "the steps")[i]!;
      const [from, to] = [starts.content?.[i], ends.content?.[i]];
      const size = x.dim(axis);
      const start = from === undefined ? undefined : place(from, size, step);
      const end = to === undefined ? undefined : place(to, size, step);
      shape[axis] = start === undefined || end === undefined ? fresh() : extent(start, end, step, fresh);
      const whole = typeof start === "number" && typeof end === "number" && step === 1;
      content = whole ? content?.slice(start, end) : undefined;
    }
    return [{ ...like(x, shape), content }];
  },
  gradient: ({ inputs: [x, starts, ends, axes, steps] }, [dy]) => {
    const before: Dim[] = x.shape.map(() => 0);
    const after: Dim[] = x.shape.map(() => 0);
    const strides = steps === null ? [] : constantNumbers(steps, "the steps");
    let dx = dy;
    for (const [i, axisValue] of constantNumbers(axes, "the axes").entries()) {
      const axis = normalAxis(axisValue, x.rank);
      const size = x.dim(axis);
      const step = strides[i] ?? 1;
      if (step === 1) {
        before[axis] = place(knownContent(starts, "the starts")[i]!, size, 1);
        after[axis] = subDims(size, place(knownContent(ends, "the ends")[i]!, size, 1));
      } else {
        const bound = (values: Tensor): Tensor => slice(values, 0, i, i + 1);
        const taken: Sliced = [
          range(x.graph, size),
          bound(starts),
          bound(ends),
          ints(x, [0]),
          ints(x, [step]),
        ];
        dx = densifyAlong(dx, apply(Slice, taken, {}), axis, size);
      }
    }
    return [pad(dx, before, after), null, null, null, null];
  },
});

/** The end of an axis, whatever its size: what ONNX's largest 32-bit number means in a slice. */
const END = 2 ** 31 - 1;

/**
 * The position that a start or end means: negative counts from the end, beyond either end means that end.
 * A positive number is taken to lie within an axis whose size only the run will tell.
 */
function place(at: Dim, size: Dim, step: number): Dim {
  if (typeof at !== "number") return at;
  const first = step < 0 && at <= -END ? -1 : 0;
  const last = step < 0 ? subDims(size, 1) : size;
  if (at <= -END) return first;
  if (at >= END) return last;
  const from = at < 0 ? addDims(size, at) : at;
  if (typeof from !== "number" || typeof last !== "number") return from;
  return Math.max(first, Math.min(from, last));
}

function extent(start: Dim, end: Dim, step: number, fresh: () => Dim): Dim {
  if (typeof start === "number" && typeof end === "number")
    return Math.max(0, Math.ceil((end - start) / step));
  if (step === 1) return subDims(end, start);
  return step === -1 ? subDims(start, end) : fresh();
}

export const Pad = define<readonly [Tensor, Tensor, Tensor], { mode: "constant" }>("Pad", {
  infer: ([x, pads]) => {
    const amounts = knownContent(pads, "the pads");
    return [
      like(
        x,
        x.shape.map((dim, axis) => addDims(dim, addDims(amounts[axis]!, amounts[axis + x.rank]!))),
      ),
    ];
  },
  gradient: ({ inputs: [x, pads], wants }, [dy]) => {
    const amounts = knownContent(pads, "the pads");
    // A negative amount crops: what it took away gets nothing.
    const cropped = amounts.map((dim) => (typeof dim === "number" && dim < 0 ? -dim : 0));
    const added = amounts.map((dim, i) => (cropped[i] === 0 ? dim : 0));
    const kept = x.shape.map((dim, axis) => subDims(dim, addDims(cropped[axis]!, cropped[axis + x.rank]!)));
    const inner = kept.reduce(
      (rest: Tensor, dim, axis) => slice(rest, axis, added[axis]!, addDims(added[axis]!, dim)),
      dy,
    );
    const all = [...x.shape.keys()];
    return [
      pad(inner, cropped.slice(0, x.rank), cropped.slice(x.rank)),
      null,
      wants[2] ? sub(reduceSum(dy, all), reduceSum(inner, all)) : null,
    ];
  },
});

export const ConstantOfShape = define<readonly [Tensor], { dtype: DType; fill: number }>("ConstantOfShape", {
  infer: ([shape], { dtype }) => [{ dtype, shape: knownContent(shape, "the shape") }],
  gradient: sizesOnly,
});

export const Range = define<readonly [Tensor, Tensor, Tensor]>("Range", {
  infer: ([start, limit, delta], _, fresh) => {
    const [from, to, step] = [start, limit, delta].map((x) => x.content?.[0]);
    const counted = from !== undefined && to !== undefined && step === 1;
    return [{ dtype: start.dtype, shape: [counted ? subDims(to, from) : fresh()] }];
  },
  gradient: sizesOnly,
});

/** An int64 vector constant in the graph of `near`. */
export const ints = (near: Tensor, values: readonly number[]): Tensor =>
  near.graph.constant("int64", [values.length], values);

/** int64: the sizes of a tensor's axes. In a loop's body known sizes are read outside, so that the tensor need not be kept. */
export function shapeOf(x: Tensor): Tensor {
  if (x.shape.every((dim) => typeof dim === "number")) return ints(x, x.shape as number[]);
  return x.graph.depth > 0 && !x.shape.some(isUnknown)
    ? dimsTensor(x.graph, x.shape)
    : apply(ShapeOp, [x], {});
}

/** int64 `[dims.length]`: dimensions as a value at run time. Symbols are read from a tensor that has them as an axis. */
export function dimsTensor(graph: Graph, dims: readonly Dim[]): Tensor {
  if (dims.every((dim) => typeof dim === "number"))
    return graph.constant("int64", [dims.length], dims as number[]);
  const parts = dims.map((dim) => dimTensor(graph, dim));
  return parts.length === 1 ? parts[0]! : concat(parts, 0);
}

/** int64 `[1]`: one dimension as a value at run time. */
function dimTensor(graph: Graph, dim: Dim): Tensor {
  const constant = (value: number): Tensor => graph.constant("int64", [1], [value]);
  if (typeof dim === "number") return constant(dim);
  const source = graph.sourceOfSymbol(dim);
  if (source !== undefined) return gather(apply(ShapeOp, [source.tensor], {}), constant(source.axis));
  const [symbol] = dimSymbols(dim);
  if (symbol === undefined || symbol === dim) throw graph.error(`no tensor has the size "${dim}"`);
  // The polynomial as symbol * quotient + remainder, each simpler than the whole.
  const { quotient, remainder } = splitBy(dim, symbol);
  const product =
    quotient === 1 ? dimTensor(graph, symbol) : mul(dimTensor(graph, symbol), dimTensor(graph, quotient));
  return remainder === 0 ? product : add(product, dimTensor(graph, remainder));
}

function splitBy(dim: Dim, symbol: string): { quotient: Dim; remainder: Dim } {
  let quotient: Dim = 0;
  let remainder: Dim = 0;
  for (const term of String(dim).match(/[+-]?[^+-]+/g) ?? []) {
    const positive = term.replace(/^[+-]/, "");
    const parsed: Dim = /^\d+$/.test(positive) ? Number(positive) : positive;
    const signed = term.startsWith("-") ? mulDims(-1, parsed) : parsed;
    const part = divDims(signed, symbol);
    if (part === undefined) remainder = addDims(remainder, signed);
    else quotient = addDims(quotient, part);
  }
  return { quotient, remainder };
}

/**
 * The same elements, row-major, in another shape. One size may be -1 (what is left).
 * Sizes that equal the input's at the same axis are copied, one other symbol is inferred; only more than that costs nodes.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const open = shape.indexOf(-1);
  const whole = explained("Reshape", [x], (): Shape => {
    if (open >= 0) return resolveReshape(x.shape, shape, () => x.graph.freshDim());
    if (compatible(sizeOf(shape), sizeOf(x.shape))) return shape;
    throw new ShapeError(`cannot reshape to ${printShape(shape)}`);
  });
  const target: (Dim | null)[] = whole.map((dim, axis) =>
    typeof dim === "number" && axis !== open ? dim : axis < x.rank && x.dim(axis) === dim ? 0 : null,
  );
  const unresolved = target.filter((dim) => dim === null).length;
  // What is left over cannot be told where a copied size may be 0.
  const told = unresolved === 0 || (unresolved === 1 && !target.includes(0)) || whole.some(isUnknown);
  if (unresolved <= 1 && told && !whole.includes(0))
    return apply(
      Reshape,
      [
        x,
        ints(
          x,
          target.map((dim) => (dim ?? -1) as number),
        ),
      ],
      {},
    );
  return reshapeFully(x, whole);
}

/** As `reshape`, with every size told, so that sizes which only the run tells may be 0. */
export const reshapeFully = (x: Tensor, shape: Shape): Tensor =>
  apply(Reshape, [x, dimsTensor(x.graph, shape)], { allowzero: 1 });

/** `x` in the shape of `other`. */
export function reshapeLike(x: Tensor, other: Tensor): Tensor {
  if (sameShape(x.shape, other.shape)) return x;
  if (other.shape.some(isUnknown)) return apply(Reshape, [x, shapeOf(other)], { allowzero: 1 });
  return reshape(x, other.shape);
}

/** The axes in another order. */
export const transpose = (x: Tensor, perm: readonly number[]): Tensor =>
  perm.every((axis, i) => axis === i) ? x : apply(Transpose, [x], { perm });

/** Two axes exchanged; the last two by default. */
export function swapAxes(x: Tensor, a = -2, b = -1): Tensor {
  const perm = x.shape.map((_, axis) => axis);
  const [i, j] = explained("Transpose", [x], () => [normalAxis(a, x.rank), normalAxis(b, x.rank)] as const);
  [perm[i], perm[j]] = [j, i];
  return transpose(x, perm);
}

/** New axes of size 1, at these places of the result. */
export const unsqueeze = (x: Tensor, axes: readonly number[]): Tensor =>
  apply(Unsqueeze, [x, ints(x, axes)], {});
/** Without these axes of size 1. */
export const squeeze = (x: Tensor, axes: readonly number[]): Tensor => apply(Squeeze, [x, ints(x, axes)], {});
/** Tensors joined along an axis. */
export const concat = (xs: readonly Tensor[], axis: number): Tensor =>
  xs.length === 1 ? xs[0]! : apply(Concat, xs, { axis });

/** The parts of an axis, whose sizes make it up. */
export const split = (x: Tensor, axis: number, sizes: readonly number[]): readonly Tensor[] =>
  sizes.length === 1 ? [x] : applyAll(Split, [x, ints(x, sizes)], { axis });

/** `x` repeated to a shape by broadcasting. */
export const expand = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : apply(Expand, [x, dimsTensor(x.graph, shape)], {});

/** `x` repeated to the shape of `other`. */
export const broadcastLike = (x: Tensor, other: Tensor): Tensor =>
  sameShape(x.shape, other.shape) ? x : apply(Expand, [x, shapeOf(other)], {});

/** Every `step`-th position from `start` (inclusive) to `end` (exclusive) of an axis; both may be symbolic, `end` may be the axis's size. */
export function slice(x: Tensor, axis: number, start: Dim, end: Dim, step = 1): Tensor {
  const at = explained("Slice", [x], () => normalAxis(axis, x.rank));
  if (start === 0 && end === x.dim(at) && step === 1) return x;
  const bound = (dim: Dim): Tensor => {
    if (typeof dim === "number") return ints(x, [dim]);
    const fromEnd = subDims(dim, x.dim(at));
    if (fromEnd === 0) return ints(x, [END]);
    return typeof fromEnd === "number" && fromEnd < 0 ? ints(x, [fromEnd]) : dimsTensor(x.graph, [dim]);
  };
  const steps = step === 1 ? null : ints(x, [step]);
  return apply(Slice, [x, bound(start), bound(end), ints(x, [at]), steps], {});
}

/** The first `most` positions of an axis, or as many as there are. */
export function head(x: Tensor, axis: number, most: number): Tensor {
  const size = dimsTensor(x.graph, [x.dim(axis)]);
  return apply(Slice, [x, ints(x, [0]), minimum(size, most), ints(x, [axis]), null], {});
}

/**
 * `x` with `before[axis]` and `after[axis]` places of `value` added around it. A value that is computed is a scalar of
 * the type of `x` and an integer: no gradient passes to it.
 */
export function pad(
  x: Tensor,
  before: readonly Dim[],
  after: readonly Dim[],
  value: number | Tensor = 0,
): Tensor {
  const amounts = [...before, ...after];
  if (amounts.every((dim) => dim === 0)) return x;
  const filler = typeof value === "number" ? x.graph.constant(x.dtype, [], [value]) : value;
  explained("Pad", [x, filler], () => {
    const computed = typeof value !== "number";
    if (computed && (filler.dtype !== x.dtype || filler.rank > 0 || isFloat(filler.dtype)))
      throw new ShapeError("a computed value must be an integer scalar of the input's type");
  });
  return apply(Pad, [x, dimsTensor(x.graph, amounts), filler], { mode: "constant" });
}

/** A tensor of one repeated number. */
export function full(graph: Graph, dtype: DType, shape: Shape, value: number): Tensor {
  return apply(ConstantOfShape, [dimsTensor(graph, shape)], { dtype, fill: value });
}

/** `[0, 1, ..., size - 1]` as int64. */
export const range = (graph: Graph, size: Dim): Tensor => upTo(squeeze(dimsTensor(graph, [size]), [0]));

/** `[0, 1, ..., limit - 1]` for an int64 scalar: an axis whose size is computed. */
export function upTo(limit: Tensor): Tensor {
  const scalar = (value: number): Tensor => limit.graph.constant("int64", [], [value]);
  return apply(Range, [scalar(0), limit, scalar(1)], {});
}
