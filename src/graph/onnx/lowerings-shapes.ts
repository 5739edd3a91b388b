/** @file Operators that move, repeat, mask and place elements, in terms of ours. */
import { type Dim, mulDims, sizeOf } from "../dims.js";
import { toData } from "../dtype.js";
import type { Tensor } from "../graph.js";
import { apply } from "../ops/define.js";
import {
  add,
  and,
  cast,
  equal,
  greaterOrEqual,
  less,
  lessOrEqual,
  mul,
  scalarLike,
  where,
} from "../ops/elementwise.js";
import { gather, ScatterElements } from "../ops/lookup.js";
import { constantNumbers, knownContent, normalAxis } from "../ops/rules.js";
import {
  broadcastLike,
  dimsTensor,
  expand,
  pad,
  range,
  reshape,
  squeeze,
  transpose,
  unsqueeze,
} from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering, positions } from "./foreign-call.js";
import { dtypeOfCode } from "./tensor-proto.js";

/** The element type of another tensor. */
function castLike(call: ForeignCall): Lowered {
  new ForeignAttributes(call, "saturate", "round_mode");
  return [cast(given(call.inputs[0], call.fail), given(call.inputs[1], call.fail).dtype)];
}

/** Above or below a diagonal, zeros elsewhere. */
function triangle(call: ForeignCall): Lowered {
  const upper = new ForeignAttributes(call, "upper").flag("upper", true);
  const x = given(call.inputs[0], call.fail);
  if (x.rank < 2) throw call.fail("a triangle needs two axes or more");
  const [, diagonal] = call.inputs;
  const offset = diagonal ? (diagonal.rank === 0 ? diagonal : reshape(diagonal, [])) : null;
  const [row, column] = [positions(x, x.rank - 2), positions(x, x.rank - 1)];
  const edge = offset === null ? row : add(row, offset);
  const kept = upper ? greaterOrEqual(column, edge) : lessOrEqual(column, edge);
  return [x.dtype === "bool" ? and(x, kept) : where(kept, x, 0)];
}

function eye(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "dtype", "k");
  const x = given(call.inputs[0], call.fail);
  const code = attributes.number("dtype", 0);
  const dtype = code === 0 ? x.dtype : dtypeOfCode(code);
  if (dtype === undefined || x.rank !== 2) throw call.fail("it needs two axes and a known element type");
  return [cast(equal(positions(x, 1), add(positions(x, 0), attributes.number("k", 0))), dtype)];
}

/** Every axis repeated: an axis of the repeats in front of each, then both as one. */
function tile(call: ForeignCall): Lowered {
  new ForeignAttributes(call);
  const [x, repeats] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
  const counts = knownContent(repeats, "the repeats");
  if (counts.length !== x.rank) throw call.fail(`it has ${counts.length} repeats for ${x.rank} axes`);
  if (counts.every((count) => count === 1)) return [x];
  const apart = reshape(
    x,
    x.shape.flatMap((dim) => [1, dim]),
  );
  const wide = expand(
    apart,
    x.shape.flatMap((dim, axis) => [counts[axis]!, dim]),
  );
  return [
    reshape(
      wide,
      x.shape.map((dim, axis) => mulDims(counts[axis]!, dim)),
    ),
  ];
}

/** int64: how many elements there are. */
function elements(call: ForeignCall): Lowered {
  new ForeignAttributes(call);
  const x = given(call.inputs[0], call.fail);
  return [squeeze(dimsTensor(x.graph, [sizeOf(x.shape)]), [0])];
}

/** One of two numbers by position; outside of the axis the first. */
function oneHot(call: ForeignCall): Lowered {
  const [ids, depth, values] = [0, 1, 2].map((i) => given(call.inputs[i], call.fail)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const { origin } = depth;
  const known = origin.kind === "constant" ? Number(origin.data[0]) : depth.content?.[0];
  if (known === undefined) throw call.fail("the depth must be known while the graph is built");
  const whole = ids.dtype === "int64" || ids.dtype === "int32";
  if (whole && depth.dtype === ids.dtype && values.dtype === "float32" && depth.content) return call;
  const axis = new ForeignAttributes(call, "axis").number("axis", -1);
  const at = normalAxis(axis, ids.rank + 1);
  const places = unsqueeze(cast(ids, "int64"), [at]);
  const size = dimsTensor(ids.graph, [known]);
  const turned = where(less(places, 0), add(places, size), places);
  const line = reshape(
    range(ids.graph, known),
    Array.from({ length: ids.rank + 1 }, (_, i) => (i === at ? known : 1)),
  );
  const pick = (i: number): Tensor => gather(values, ids.graph.constant("int64", [], [i]));
  return [where(equal(turned, line), pick(1), pick(0))];
}

/** The positions of whole slices as those of rows of the flattened leading axes. Negative ones count from the end. */
export function flatPositions(ids: Tensor, shape: readonly Dim[], from = 0): Tensor {
  const { graph } = ids;
  const scalar = (value: number): Tensor => graph.constant("int64", [], [value]);
  const sizes = dimsTensor(graph, shape);
  const size = (axis: number): Tensor => gather(sizes, scalar(axis));
  const place = (axis: number): Tensor => {
    const id = gather(ids, scalar(axis - from), -1);
    return where(less(id, 0), add(id, size(axis)), id);
  };
  let flat = place(from);
  for (let axis = from + 1; axis < shape.length; axis++) flat = add(mul(flat, size(axis)), place(axis));
  return flat;
}

/**
 * Slices put in their places, or added there: element by element in the flattened leading axes, as ONNX Runtime's own
 * operator adds slices on several threads at once and loses some of those that meet.
 */
function scatterND(call: ForeignCall): Lowered {
  const reduction = new ForeignAttributes(call, "reduction").text("reduction", "none");
  if (reduction !== "none" && reduction !== "add")
    throw call.fail(`its attribute "reduction" is ${reduction}; only none and add are supported`);
  const [x, ids, updates] = [0, 1, 2].map((i) => given(call.inputs[i], call.fail)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const depth = ids.dim(-1);
  if (typeof depth !== "number" || depth < 1 || depth > x.rank)
    throw call.fail(`it places by ${depth} axes in a tensor of rank ${x.rank}`);
  const [lead, rest] = [x.shape.slice(0, depth), x.shape.slice(depth)];
  const count = sizeOf(ids.shape.slice(0, -1));
  const rows = reshape(updates, [count, ...rest]);
  const column = reshape(flatPositions(ids, lead), [count, ...rest.map(() => 1)]);
  const flat = reshape(x, [sizeOf(lead), ...rest]);
  const placed = apply(ScatterElements, [flat, broadcastLike(column, rows), rows], { axis: 0, reduction });
  return [reshape(placed, x.shape)];
}

/** Blocks of channels to places in the plane, and back. `[batch, channels, height, width]`. */
const blocks =
  (toSpace: boolean): Lowering =>
  (call) => {
    const attributes = new ForeignAttributes(call, "blocksize", "mode");
    const [x, b] = [given(call.inputs[0], call.fail), attributes.needed("blocksize")];
    const [n, c, h, w] = x.shape as [Dim, Dim, Dim, Dim];
    if (x.rank !== 4 || typeof c !== "number")
      throw call.fail("it needs four axes, and a known number of channels");
    if (!toSpace) {
      const [height, width] = [h, w].map((dim) => Number(dim) / b) as [number, number];
      const apart = reshape(x, [n, c, height, b, width, b]);
      return [reshape(transpose(apart, [0, 3, 5, 1, 2, 4]), [n, c * b * b, height, width])];
    }
    const deep = c / (b * b);
    const whole: Dim[] = [n, deep, mulDims(h, b), mulDims(w, b)];
    if (attributes.text("mode", "DCR") === "DCR")
      return [reshape(transpose(reshape(x, [n, b, b, deep, h, w]), [0, 3, 4, 1, 5, 2]), whole)];
    return [reshape(transpose(reshape(x, [n, deep, b, b, h, w]), [0, 1, 4, 2, 5, 3]), whole)];
  };

/** Places added around, of a constant, or repeating what is inside. */
function padding(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "mode", "pads", "value");
  const x = given(call.inputs[0], call.fail);
  const mode = attributes.text("mode", "constant");
  if (mode === "constant" && call.inputs[1] && !call.inputs[3]) {
    const filler = call.inputs[2] ?? scalarLike(x, 0);
    return { inputs: [x, call.inputs[1], filler.rank === 0 ? filler : reshape(filler, [])], raw: call.raw };
  }
  const listed = attributes.numbers("pads"); // an attribute before version 11
  const amounts = listed ?? knownContent(given(call.inputs[1], call.fail), "the pads");
  const [, , value, axesInput] = call.inputs;
  const axes = axesInput
    ? constantNumbers(axesInput, "the axes").map((axis) => normalAxis(axis, x.rank))
    : [...x.shape.keys()];
  if (amounts.length !== 2 * axes.length)
    throw call.fail(`it has ${amounts.length} pads for ${axes.length} axes`);
  const before = x.shape.map((_, axis): Dim => amounts[axes.indexOf(axis)] ?? 0);
  const after = x.shape.map((_, axis): Dim => amounts[axes.indexOf(axis) + axes.length] ?? 0);
  for (const [axis] of x.shape.entries()) if (!axes.includes(axis)) [before[axis], after[axis]] = [0, 0];
  if (mode === "constant") {
    const filler = value ? reshape(value, []) : attributes.number("value", 0);
    if (typeof filler !== "number") {
      const pads = dimsTensor(x.graph, [...before, ...after]);
      return { inputs: [x, pads, filler], raw: new Map([["mode", mode]]) };
    }
    return [pad(x, before, after, filler)];
  }
  return [
    before.reduce<Tensor>(
      (inner, _, axis) => repeated(call, inner, axis, before[axis]!, after[axis]!, mode),
      x,
    ),
  ];
}

/** An axis whose surroundings repeat what is inside: the edge, the mirror image, or the axis once more. */
function repeated(call: ForeignCall, x: Tensor, axis: number, before: Dim, after: Dim, mode: string): Tensor {
  if (before === 0 && after === 0) return x;
  const size = x.dim(axis);
  if (typeof size !== "number" || typeof before !== "number" || typeof after !== "number")
    throw call.fail(`padding by "${mode}" needs known sizes`);
  const inside = (at: number): number => {
    if (mode === "edge") return Math.min(Math.max(at, 0), size - 1);
    if (mode === "wrap") return ((at % size) + size) % size;
    if (mode !== "reflect") throw call.fail(`it has the unknown mode "${mode}"`);
    const period = Math.max(2 * (size - 1), 1);
    const turned = ((at % period) + period) % period;
    return turned < size ? turned : period - turned;
  };
  if (size === 0) throw call.fail("an empty axis has nothing to repeat");
  const ids = Array.from({ length: before + size + after }, (_, i) => inside(i - before));
  return gather(x, x.graph.constant("int64", [ids.length], ids), axis);
}

/** Slices by an attribute, as they were before version 10. */
function slices(call: ForeignCall): Lowered {
  const [x, starts, ends, axes, steps] = call.inputs;
  const data = given(x, call.fail);
  if (!starts) {
    const attributes = new ForeignAttributes(call, "starts", "ends", "axes");
    const [from, to] = [attributes.numbers("starts"), attributes.numbers("ends")];
    if (!from || !to || from.length !== to.length) throw call.fail("it needs as many starts as ends");
    const list = (values: readonly number[]): Tensor =>
      data.graph.constant("int64", [values.length], toData("int64", values));
    return {
      inputs: [data, list(from), list(to), list(attributes.numbers("axes") ?? [...from.keys()]), null],
      raw: new Map(),
    };
  }
  // Without axes the first ones are cut, as many as there are starts; the operator's own rule says when that are too many.
  const all = [...data.shape.keys()].slice(0, Number(given(starts, call.fail).dim(0)));
  const which = axes ?? data.graph.constant("int64", [all.length], all);
  return { inputs: [data, starts, ends ?? null, which, steps ?? null], raw: call.raw };
}

/** The largest and their positions; how many was an attribute before version 10. */
function topK(call: ForeignCall): Lowered {
  if (!call.raw.has("k")) return call;
  const raw = new Map(call.raw);
  raw.delete("k");
  const k = new ForeignAttributes(call, "k", "axis").needed("k");
  return { inputs: [given(call.inputs[0], call.fail), call.graph.constant("int64", [1], [k])], raw };
}

/** By operator of ONNX's own domain. */
export const shapeLowerings: Readonly<Record<string, Lowering>> = {
  CastLike: castLike,
  DepthToSpace: blocks(true),
  EyeLike: eye,
  OneHot: oneHot,
  Pad: padding,
  Scatter: (call) => ({ inputs: call.inputs, raw: new Map([...call.raw, ["reduction", "none"]]) }),
  ScatterND: scatterND,
  Size: elements,
  Slice: slices,
  SpaceToDepth: blocks(false),
  Tile: tile,
  TopK: topK,
  Trilu: triangle,
};
