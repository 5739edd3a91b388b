import { type Dim, printShape, type Shape, sameShape } from "../dims.js";
import { type DType, isFloat } from "../dtype.js";
import type { Tensor, TensorType } from "../graph.js";
import { ShapeError } from "./define.js";

/** The shape of two operands broadcast together, as NumPy and ONNX do it. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const da = a[axis - rank + a.length] ?? 1;
    const db = b[axis - rank + b.length] ?? 1;
    result.push(broadcastDim(da, db, `shapes ${printShape(a)} and ${printShape(b)} do not broadcast`));
  }
  return result;
}

function broadcastDim(a: Dim, b: Dim, message: string): Dim {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (isUnknown(a)) return b;
  if (isUnknown(b)) return a;
  throw new ShapeError(message);
}

/** Whether nothing is known of a dimension but its name (sizes that only the run will tell). */
export function isUnknown(dim: Dim): boolean {
  return typeof dim === "string" && dim.includes("?");
}

/** Whether two sizes can be equal: they are, or one is unknown. */
export function compatible(a: Dim, b: Dim): boolean {
  return a === b || isUnknown(a) || isUnknown(b);
}

/** Whether two shapes are the same; sizes that only the run will tell count as equal to each other. */
export function sameSizes(a: Shape, b: Shape): boolean {
  const anonymous = (dim: Dim): Dim => (isUnknown(dim) ? "?" : dim);
  return sameShape(a.map(anonymous), b.map(anonymous));
}

/** A non-negative axis below `rank`. */
export function normalAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new ShapeError(`axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return normal;
}

/** Sorted non-negative axes. */
export function normalAxes(axes: readonly number[], rank: number): number[] {
  return axes.map((axis) => normalAxis(axis, rank)).sort((a, b) => a - b);
}

/** The elements of an integer tensor whose content is known while building. */
export function knownContent(tensor: Tensor, what: string): readonly Dim[] {
  if (tensor.content === undefined) throw new ShapeError(`${what} must be known while the graph is built`);
  return tensor.content;
}

/** The numbers in a constant integer tensor. */
export function constantNumbers(tensor: Tensor, what: string): number[] {
  const content = knownContent(tensor, what);
  const numbers = content.filter((dim): dim is number => typeof dim === "number");
  if (numbers.length < content.length) throw new ShapeError(`${what} must be constant`);
  return numbers;
}

/** Requires an element type. */
export function requireType(tensor: Tensor, what: string, ...allowed: readonly DType[]): void {
  if (!allowed.includes(tensor.dtype)) throw new ShapeError(`${what} must be ${allowed.join(" or ")}`);
}

/** Requires a type with fractions. */
export function requireFloat(tensor: Tensor): void {
  if (!isFloat(tensor.dtype)) throw new ShapeError("the input must be a floating-point tensor");
}

/** Requires equal element types. */
export function requireSameType(...tensors: readonly Tensor[]): void {
  if (new Set(tensors.map((tensor) => tensor.dtype)).size > 1)
    throw new ShapeError("inputs must have one element type");
}

/** The same type as a tensor's, without its content. */
export function like(tensor: Tensor, shape: Shape = tensor.shape): TensorType {
  return { dtype: tensor.dtype, shape };
}
