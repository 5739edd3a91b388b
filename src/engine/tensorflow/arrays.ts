/** @file Index arithmetic on row-major arrays, for what runs in plain JavaScript. */

/** The sizes of a value's axes. */
export type Dims = readonly number[];

/** How many elements sizes hold. */
export function sizeOf(dims: Dims): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Distance between neighbours along each axis. */
export function stridesOf(dims: Dims): number[] {
  const strides = new Array<number>(dims.length);
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= dims[axis]!;
  }
  return strides;
}

/** The sizes of two or more operands broadcast together. */
export function broadcastDims(...operands: readonly Dims[]): number[] {
  const rank = Math.max(...operands.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const dims of operands) {
      const own = dims[axis - rank + dims.length] ?? 1;
      if (own === 1) continue;
      if (size !== 1 && own !== size) {
        throw new Error(`sizes ${operands.map((d) => `[${d.join(",")}]`).join(" and ")} do not broadcast`);
      }
      size = own;
    }
    return size;
  });
}

/** For each element of a result, the position of its source: start plus the index along each axis times that axis's step. */
export function positions(dims: Dims, steps: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(sizeOf(dims));
  const at = new Array<number>(dims.length).fill(0);
  let source = start;
  for (let i = 0; i < result.length; i++) {
    result[i] = source;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++at[axis]! < dims[axis]!) break;
      source -= steps[axis]! * dims[axis]!;
      at[axis] = 0;
    }
  }
  return result;
}

/** For each element of `to`, the position in an operand of sizes `from` that broadcasting puts there. */
export function broadcastPositions(from: Dims, to: Dims): Int32Array {
  const strides = stridesOf(from);
  const extra = to.length - from.length;
  const steps = to.map((_, axis) => (axis < extra || from[axis - extra] === 1 ? 0 : strides[axis - extra]!));
  return positions(to, steps);
}

/** Two operands broadcast together: the sizes of the result, and each operand's element for each of its elements. */
export function broadcast(a: Dims, b: Dims): { dims: Dims; left: Int32Array; right: Int32Array } {
  const dims = broadcastDims(a, b);
  return { dims, left: broadcastPositions(a, dims), right: broadcastPositions(b, dims) };
}

/** A tensor as `outer` blocks of `size` slices of `inner` elements around one axis. */
export function around(dims: Dims, axis: number): { outer: number; size: number; inner: number } {
  return { outer: sizeOf(dims.slice(0, axis)), size: dims[axis]!, inner: sizeOf(dims.slice(axis + 1)) };
}

/** A non-negative axis. */
export function normal(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Positions along an axis of `size`, negative ones counted from the end; throws when one is outside. */
export function checkedIds(ids: ArrayLike<number>, size: number): Int32Array {
  const result = new Int32Array(ids.length);
  for (let i = 0; i < result.length; i++) {
    const id = ids[i]!;
    if (id < -size || id >= size) throw new Error(`position ${id} is outside an axis of size ${size}`);
    result[i] = id < 0 ? id + size : id;
  }
  return result;
}
