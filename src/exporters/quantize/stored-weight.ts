/** @file A weight in fewer bits, and the operators that make numbers of it again. */
import type { HostTensor } from "../../graph/dtype.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import { cast, mul } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reshape, slice } from "../../graph/ops/shaping.js";
import { INT4_PAIRS, LARGEST, LARGEST_FACTOR, packInt4, scaled, toHalf } from "./numbers.js";

/** Weights of fewer numbers stay as they are: they weigh nothing, and much may hang on each. */
export const LEAST_NUMBERS = 4096;

/** Whether a weight is worth it. */
export const isLarge = ({ dtype, shape, rank }: Tensor): boolean =>
  dtype === "float32" &&
  rank >= 2 &&
  (shape as readonly number[]).reduce((a, b) => a * b, 1) >= LEAST_NUMBERS;

/** How the numbers of a weight are stored. */
export type StoredType = "int8" | "int4" | "float16";

/** Adds a stored tensor to the graph that is being written. */
export type Store = (name: string, value: HostTensor) => Tensor;

/** A weight as it is stored: bytes, and for whole numbers what they are multiplied by. */
export interface StoredWeight {
  /** What it is, in words: "int8, a scale for each row". */
  readonly form: string;
  readonly data: Tensor;
  /** `[rows, 1]` or `[columns]`; null for float16. */
  readonly scale: Tensor | null;
  /** Some of its rows, as float32: `ids [...] -> [..., columns]`. */
  rows(ids: Tensor): Tensor;
  /** All of it, as float32. Run times compute it once, while they load a file. */
  whole(): Tensor;
}

/** Rows shorter than this have scales for columns: one for each row would take as much room as it saves. */
const SHORTEST_ROW = 16;

/** Whether the rows of a table of this width have scales of their own. */
export const scaledBy = (columns: number): "rows" | "columns" =>
  columns < SHORTEST_ROW ? "columns" : "rows";

/**
 * Stores a weight `[..., columns]`.
 * @param by what has a scale of its own; rows are those of a matrix
 * @param isFactor whether int8 numbers are multiplied as they are
 */
export function storeWeight(
  store: Store,
  name: string,
  { dims, data }: HostTensor,
  type: StoredType,
  by: "rows" | "columns",
  isFactor = false,
): StoredWeight {
  const values = data as Float32Array;
  const columns = dims.at(-1)!;
  if (type === "float16") {
    const half = store(`${name}.float16`, { dtype: "float16", dims, data: toHalf(values) });
    return weightOf(type, half, null, (x) => cast(x, "float32"));
  }
  const { data: whole, scales } = scaled(values, columns, by, isFactor ? LARGEST_FACTOR : LARGEST[type]);
  const scaleDims = by === "rows" ? [scales.length, 1] : [scales.length];
  const scale = store(`${name}.scale`, { dtype: "float32", dims: scaleDims, data: scales });
  const form = `${type}, a scale for each ${by === "rows" ? "row" : "column"}`;
  if (type === "int8") {
    const bytes = store(`${name}.int8`, { dtype: "int8", dims, data: whole });
    return weightOf(form, bytes, { scale, by }, (x) => cast(x, "float32"));
  }
  const packed = packInt4(whole, columns);
  const packedDims = [...dims.slice(0, -1), Math.ceil(columns / 2)];
  const bytes = store(`${name}.int4`, { dtype: "uint8", dims: packedDims, data: packed });
  return weightOf(form, bytes, { scale, by }, (x) => unpacked(x, columns));
}

function weightOf(
  form: string,
  data: Tensor,
  scaling: { readonly scale: Tensor; readonly by: "rows" | "columns" } | null,
  numbers: (stored: Tensor) => Tensor,
): StoredWeight {
  let all: Tensor | undefined;
  const whole = (): Tensor => {
    all ??= scaling === null ? numbers(data) : mul(numbers(data), scaling.scale);
    return all;
  };
  return {
    form,
    data,
    scale: scaling?.scale ?? null,
    whole,
    rows(ids) {
      if (scaling === null) return numbers(gather(data, ids));
      // Short rows take longer to compute than to fetch.
      if (scaling.by === "columns") return gather(whole(), ids);
      return mul(numbers(gather(data, ids)), gather(scaling.scale, ids));
    },
  };
}

/** The numbers in bytes of `packInt4`. uint8 `[..., ceil(columns / 2)]` -> float32 `[..., columns]`. */
function unpacked(bytes: Tensor, columns: number): Tensor {
  const pairs = gather(pairsIn(bytes.graph), cast(bytes, "int32"));
  const front = bytes.shape.slice(0, -1);
  const even = 2 * Math.ceil(columns / 2);
  const numbers = reshape(pairs, [...front, even]);
  return even === columns ? numbers : slice(numbers, -1, 0, columns);
}

const known = new WeakMap<Graph, Tensor>();

/** The table of pairs, once in a graph and the bodies in it. */
function pairsIn(graph: Graph): Tensor {
  let root = graph;
  while (root.parent !== null) root = root.parent;
  const found = known.get(root) ?? root.constant("float32", [256, 2], INT4_PAIRS);
  known.set(root, found);
  return found;
}
