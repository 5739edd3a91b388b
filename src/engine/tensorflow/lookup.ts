/** @file Kernels of the operators that pick elements by position and put them back. */
import type { AttributesOf } from "../../graph/ops/table.js";
import { around, broadcast, checkedIds, type Dims, normal, sizeOf, stridesOf } from "./arrays.js";
import { exact, filled, float, type Kernels, pick } from "./kernel.js";
import { type Numbers, room, Value } from "./value.js";

type Lookup =
  | "Gather"
  | "GatherElements"
  | "ScatterElements"
  | "OneHot"
  | "TopK"
  | "Unique"
  | "LabelEncoder"
  | "StringConcat";

/** For each id of a tensor of ids with the rank of the data: the data element that it names along the axis. */
function elementPositions(data: Dims, ids: Value, axis: number): Int32Array {
  const at = checkedIds(ids.numbers, data[axis]!);
  const [strides, idStrides] = [stridesOf(data), stridesOf(ids.dims)];
  for (let i = 0; i < at.length; i++) {
    let source = 0;
    let rest = i;
    for (let k = 0; k < data.length; k++) {
      const index = Math.floor(rest / idStrides[k]!);
      rest -= index * idStrides[k]!;
      source += (k === axis ? at[i]! : index) * strides[k]!;
    }
    at[i] = source;
  }
  return at;
}

/** A copy of `x` with `updates[i]` added at `at[i]`, one after the other. */
function added(x: Value, at: (i: number) => number, updates: Numbers): Value {
  if (x.dtype === "string") throw new Error("strings cannot be added");
  // Sums of many float32 updates are rounded once, at the end.
  const sums = Float64Array.from(x.numbers);
  for (let i = 0; i < updates.length; i++) sums[at(i)]! += updates[i]!;
  if (x.dtype === "int64") return exact(x.dims, sums);
  const data = room(x.dtype, sums.length);
  data.set(sums);
  return Value.host(x.dtype, x.dims, data);
}

/** A copy of `x` with `updates[i]` at `at[i]`. */
function replaced(x: Value, at: Int32Array, updates: Value): Value {
  const from = new Map(Array.from(at, (place, i) => [place, i]));
  return filled(x.dtype, x.dims, x.size, (i) => {
    const update = from.get(i);
    return update === undefined ? x.data[i]! : updates.data[update]!;
  });
}

function gatherPositions(table: Dims, ids: Int32Array, axis: number): Int32Array {
  const { outer, size, inner } = around(table, axis);
  const result = new Int32Array(outer * ids.length * inner);
  let to = 0;
  for (let block = 0; block < outer; block++) {
    for (const id of ids) {
      const start = (block * size + id) * inner;
      for (let i = 0; i < inner; i++) result[to++] = start + i;
    }
  }
  return result;
}

/** Positions of the `k` first elements of each lane along an axis, in order; equal ones by position. */
function topK(x: Value, axis: number, k: number, largest: boolean): { at: Int32Array; ids: Float64Array } {
  const { outer, size, inner } = around(x.dims, axis);
  if (k > size) throw new Error(`k is ${k}, the axis holds ${size}`);
  const numbers = x.numbers;
  const at = new Int32Array(outer * k * inner);
  const ids = new Float64Array(at.length);
  for (let lane = 0; lane < outer * inner; lane++) {
    const [block, offset] = [Math.floor(lane / inner), lane % inner];
    const value = (i: number): number => numbers[(block * size + i) * inner + offset]!;
    const order = Array.from({ length: size }, (_, i) => i);
    order.sort((a, b) => (largest ? value(b) - value(a) : value(a) - value(b)) || a - b);
    for (let i = 0; i < k; i++) {
      const to = (block * k + i) * inner + offset;
      ids[to] = order[i]!;
      at[to] = (block * size + order[i]!) * inner + offset;
    }
  }
  return { at, ids };
}

/** Numbers by value, strings by their bytes in UTF-8 (which is not the order of JavaScript's characters). */
function rising(a: number | string, b: number | string): number {
  return typeof a === "number" ? a - Number(b) : Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
}

/** A table that every run would make anew, by its node's attributes. */
const encoderTables = new WeakMap<object, ReadonlyMap<number | string, number | string>>();

function encoderTable(
  attributes: AttributesOf<"LabelEncoder">,
): ReadonlyMap<number | string, number | string> {
  const known = encoderTables.get(attributes);
  if (known !== undefined) return known;
  const keys = attributes.keys_strings ?? attributes.keys_int64s ?? [];
  const values = attributes.values_strings ?? attributes.values_int64s ?? [];
  const table = new Map<number | string, number | string>(keys.map((key, i) => [key, values[i]!]));
  encoderTables.set(attributes, table);
  return table;
}

/** Kernels of the lookups. */
export const lookupKernels: Kernels<Lookup> = {
  Gather: ({ tf, inputs: [table, ids], attributes: { axis } }) => {
    const at = normal(axis, table.rank);
    const dims = [...table.dims.slice(0, at), ...ids.dims, ...table.dims.slice(at + 1)];
    const chosen = checkedIds(ids.numbers, table.dims[at]!);
    if (table.dtype !== "float32" || sizeOf(dims) === 0)
      return pick(table, gatherPositions(table.dims, chosen, at), dims);
    const rows = tf.gather(table.tensor(tf), tf.tensor1d(chosen, "int32"), at);
    return float(tf.reshape(rows, dims));
  },

  GatherElements: ({ inputs: [x, ids], attributes: { axis } }) =>
    pick(x, elementPositions(x.dims, ids, normal(axis, x.rank)), ids.dims),

  ScatterElements: ({ inputs: [x, ids, updates], attributes: { axis, reduction } }) => {
    const at = elementPositions(x.dims, ids, normal(axis, x.rank));
    if (reduction === "none") return replaced(x, at, updates);
    return added(x, (i) => at[i]!, updates.numbers);
  },

  OneHot: ({ inputs: [ids, depth, values], attributes: { axis } }) => {
    const [off, on] = [values.data[0]!, values.data[1]!];
    const size = depth.numbers[0]!;
    const at = normal(axis, ids.rank + 1);
    const dims = [...ids.dims.slice(0, at), size, ...ids.dims.slice(at)];
    const { inner } = around(dims, at);
    return filled(values.dtype, dims, sizeOf(dims), (i) => {
      const block = Math.floor(i / (size * inner));
      const id = ids.numbers[block * inner + (i % inner)]!;
      return (id < 0 ? id + size : id) === Math.floor(i / inner) % size ? on : off;
    });
  },

  TopK: ({ inputs: [x, k], attributes: { axis, largest } }) => {
    const along = normal(axis, x.rank);
    const count = k.numbers[0]!;
    const { at, ids } = topK(x, along, count, largest === 1);
    const dims = x.dims.map((size, i) => (i === along ? count : size));
    return [pick(x, at, dims), Value.host("int64", dims, ids)];
  },

  Unique: ({ inputs: [x] }) => {
    const elements = Array.from<number | string>(x.dtype === "string" ? x.strings : x.numbers);
    const first = new Map<number | string, number>();
    const counts = new Map<number | string, number>();
    for (const [i, element] of elements.entries()) {
      if (!first.has(element)) first.set(element, i);
      counts.set(element, (counts.get(element) ?? 0) + 1);
    }
    const values = [...first.keys()].sort(rising);
    const place = new Map(values.map((value, i) => [value, i]));
    const ints = (numbers: readonly number[]): Value =>
      filled("int64", [numbers.length], numbers.length, (i) => numbers[i]!);
    return [
      filled(x.dtype, [values.length], values.length, (i) => values[i]!),
      ints(values.map((value) => first.get(value)!)),
      ints(elements.map((element) => place.get(element)!)),
      ints(values.map((value) => counts.get(value)!)),
    ];
  },

  LabelEncoder: ({ inputs: [x], attributes }) => {
    const strings = attributes.values_strings !== undefined;
    // The defaults of ONNX.
    const unknown = strings ? (attributes.default_string ?? "_Unused") : (attributes.default_int64 ?? -1);
    const table = encoderTable(attributes);
    return filled(strings ? "string" : "int64", x.dims, x.size, (i) => table.get(x.data[i]!) ?? unknown);
  },

  StringConcat: ({ inputs: [a, b] }) => {
    const { dims, left, right } = broadcast(a.dims, b.dims);
    return filled("string", dims, sizeOf(dims), (i) => a.strings[left[i]!]! + b.strings[right[i]!]!);
  },
};
