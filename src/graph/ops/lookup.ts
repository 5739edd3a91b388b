/** @file Operators that pick elements by position, and the ones that put them back. */
import { type Dim, sizeOf } from "../dims.js";
import type { DType } from "../dtype.js";
import type { Tensor } from "../graph.js";
import { apply, applyAll, define, type NoGradient, ShapeError, type SparseRows } from "./define.js";
import { cast, scalarLike } from "./elementwise.js";
import { broadcastShapes, like, normalAxis, requireSameType, requireType } from "./rules.js";
import { broadcastLike, full, reshape, transpose } from "./shaping.js";

type Axis = { axis: number };

function requireIds(ids: Tensor): void {
  requireType(ids, "the positions", "int32", "int64");
}

/** The elements at these positions; negative ones count from the end. */
function pick(content: readonly Dim[], ids: readonly Dim[]): Dim[] | undefined {
  if (ids.some((id) => typeof id !== "number")) return undefined;
  return ids.map((id) => {
    const found = content.at(Number(id));
    if (found === undefined) throw new ShapeError(`position ${id} is outside the ${content.length} elements`);
    return found;
  });
}

export const Gather = define<readonly [Tensor, Tensor], Axis>("Gather", {
  infer: ([table, ids], { axis }) => {
    requireIds(ids);
    const at = normalAxis(axis, table.rank);
    // ONNX Runtime copies one string for each position, whatever the size of the slice.
    if (table.dtype === "string" && at < table.rank - 1)
      throw new ShapeError("strings are gathered along the last axis only");
    const known = table.content !== undefined && ids.content !== undefined;
    const content = known ? pick(table.content!, ids.content!) : undefined;
    return [
      { ...like(table, [...table.shape.slice(0, at), ...ids.shape, ...table.shape.slice(at + 1)]), content },
    ];
  },
  gradient: ({ inputs: [table, ids], attributes: { axis } }, [dy]) => {
    const at = normalAxis(axis, table.rank);
    const front = [...dy.shape.keys()];
    const moved = transpose(dy, [
      ...front.slice(at, at + ids.rank),
      ...front.slice(0, at),
      ...front.slice(at + ids.rank),
    ]);
    const row = [...table.shape.slice(0, at), ...table.shape.slice(at + 1)];
    const count = sizeOf(ids.shape);
    const sparse: SparseRows = { ids: reshape(ids, [count]), rows: reshape(moved, [count, ...row]) };
    if (at === 0) return [sparse, null];
    const back = table.shape.map((_, i) => (i < at ? i + 1 : i === at ? 0 : i));
    return [transpose(densify(sparse, table.dim(at)), back), null];
  },
});

export const GatherElements = define<readonly [Tensor, Tensor], Axis>("GatherElements", {
  infer: ([x, ids], { axis }) => {
    requireIds(ids);
    normalAxis(axis, x.rank);
    if (ids.rank !== x.rank) throw new ShapeError("the positions must have the rank of the data");
    return [like(x, ids.shape)];
  },
  gradient: ({ inputs: [x, ids], attributes: { axis } }, [dy]) => [
    scatterAdd(broadcastLike(scalarLike(x, 0), x), ids, dy, axis),
    null,
  ],
});

type Scatter = readonly [Tensor, Tensor, Tensor];

/** "add": positions may repeat; "none": what stands there is replaced, and positions must differ. */
export const ScatterElements = define<Scatter, Axis & { reduction: "add" | "none" }>("ScatterElements", {
  infer: ([x, ids, updates], { axis }) => {
    requireIds(ids);
    requireSameType(x, updates);
    normalAxis(axis, x.rank);
    return [like(x)];
  },
  gradient: ({ inputs: [, ids, updates], attributes: { axis, reduction } }, [dy]) => [
    reduction === "add" ? dy : scatterInto(dy, ids, broadcastLike(scalarLike(updates, 0), updates), axis),
    null,
    gatherElements(dy, ids, axis),
  ],
});

const discrete: NoGradient = { none: "its result is discrete" };

export const OneHot = define<readonly [Tensor, Tensor, Tensor], Axis>("OneHot", {
  infer: ([ids, depth, values], { axis }) => {
    requireIds(ids);
    if (ids.rank === 0) throw new ShapeError("the positions need an axis or more");
    const at = normalAxis(axis, ids.rank + 1);
    const size: Dim | undefined = depth.content?.[0];
    if (size === undefined) throw new ShapeError("the depth must be known while the graph is built");
    return [{ dtype: values.dtype, shape: [...ids.shape.slice(0, at), size, ...ids.shape.slice(at)] }];
  },
  gradient: discrete,
});

export const TopK = define<readonly [Tensor, Tensor], Axis & { largest: 0 | 1; sorted: 0 | 1 }>("TopK", {
  infer: ([x, k], { axis }) => {
    const at = normalAxis(axis, x.rank);
    const size = k.content?.[0];
    if (size === undefined) throw new ShapeError("k must be known while the graph is built");
    const shape = x.shape.map((dim, i) => (i === at ? size : dim));
    return [like(x, shape), { dtype: "int64", shape }];
  },
  gradient: ({ inputs: [x], outputs: [, ids], attributes: { axis } }, [dy]) => [
    scatterAdd(broadcastLike(scalarLike(x, 0), x), ids!, dy, axis),
    null,
  ],
});

export const Unique = define<readonly [Tensor], { sorted: 1 }>("Unique", {
  infer: ([x], _, fresh) => {
    requireType(x, "the input", "int64", "string");
    const count = fresh();
    const perDistinct = { dtype: "int64", shape: [count] } as const;
    return [like(x, [count]), perDistinct, { dtype: "int64", shape: [sizeOf(x.shape)] }, perDistinct];
  },
  gradient: discrete,
});

type Encoder = {
  keys_strings?: readonly string[];
  values_strings?: readonly string[];
  keys_int64s?: readonly number[];
  values_int64s?: readonly number[];
  default_string?: string;
  default_int64?: number;
};

/** String to id or id to string: how vocabularies and labels stand inside a file. */
export const LabelEncoder = define<readonly [Tensor], Encoder>("LabelEncoder", {
  domain: "ai.onnx.ml",
  infer: ([x], { keys_strings, values_strings }) => {
    requireType(x, "the keys", keys_strings === undefined ? "int64" : "string");
    return [{ dtype: values_strings === undefined ? "int64" : "string", shape: x.shape }];
  },
  gradient: discrete,
});

export const StringConcat = define<readonly [Tensor, Tensor]>("StringConcat", {
  infer: ([a, b]) => {
    requireType(a, "both", "string");
    requireType(b, "both", "string");
    return [{ dtype: "string", shape: broadcastShapes(a.shape, b.shape) }];
  },
  gradient: discrete,
});

/** Rows (or slices along `axis`) of a table by position. Its gradient by the table is sparse in rows. */
export const gather = (table: Tensor, ids: Tensor, axis = 0): Tensor => apply(Gather, [table, ids], { axis });
/** `out[i][j] = x[i][ids[i][j]]` for the last axis, and so on for others. */
export const gatherElements = (x: Tensor, ids: Tensor, axis: number): Tensor =>
  apply(GatherElements, [x, ids], { axis });
/** `x` with `updates` added at `ids` along an axis; positions may repeat. */
export const scatterAdd = (x: Tensor, ids: Tensor, updates: Tensor, axis: number): Tensor =>
  apply(ScatterElements, [x, ids, updates], { axis, reduction: "add" });
/** `x` with `updates` in place of what stands at `ids` along an axis; positions must differ. */
const scatterInto = (x: Tensor, ids: Tensor, updates: Tensor, axis: number): Tensor =>
  apply(ScatterElements, [x, ids, updates], { axis, reduction: "none" });
/** 1 at the position, 0 elsewhere, along a new last axis of size `depth`. A position outside is 0 everywhere. */
export function oneHot(ids: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  const { graph } = ids;
  // ONNX Runtime has OneHot of floats only when the depth is of the ids' type.
  const size = graph.constant(ids.dtype, [], [depth]);
  return cast(apply(OneHot, [ids, size, graph.constant("float32", [2], [0, 1])], { axis: -1 }), dtype);
}
/** The k largest values along the last axis, largest first, and their positions. */
export function topK(x: Tensor, k: number): { values: Tensor; ids: Tensor } {
  const inputs: readonly [Tensor, Tensor] = [x, x.graph.constant("int64", [1], [k])];
  const [values, ids] = applyAll(TopK, inputs, { axis: -1, largest: 1, sorted: 1 });
  return { values, ids: ids! };
}
/** The distinct elements of an integer tensor, rising; how often each occurs; and for each element of the flattened tensor its place among them. */
export function unique(x: Tensor): {
  readonly values: Tensor;
  readonly places: Tensor;
  readonly counts: Tensor;
} {
  const [values, , places, counts] = applyAll(Unique, [x] as const, { sorted: 1 });
  return { values, places: places!, counts: counts! };
}
/** int64 ids of strings; an unknown string gets `unknown`. */
export const encodeStrings = (
  x: Tensor,
  keys: readonly string[],
  ids: readonly number[],
  unknown: number,
): Tensor => apply(LabelEncoder, [x], { keys_strings: keys, values_int64s: ids, default_int64: unknown });
/** int64 ids of other ids; one that is no key gets `unknown`. */
export const encodeIds = (
  x: Tensor,
  keys: readonly number[],
  ids: readonly number[],
  unknown: number,
): Tensor => apply(LabelEncoder, [x], { keys_int64s: keys, values_int64s: ids, default_int64: unknown });
/** The string of each id. */
export const decodeIds = (ids: Tensor, names: readonly string[]): Tensor =>
  apply(LabelEncoder, [ids], { keys_int64s: [...names.keys()], values_strings: names, default_string: "" });
/** Strings joined pairwise, broadcast. */
export const stringConcat = (a: Tensor, b: Tensor): Tensor => apply(StringConcat, [a, b], {});

/** The adjoint of picking `ids [n]` along an axis: slices of `x` are added up in a tensor that has `size` of them. */
export function densifyAlong(x: Tensor, ids: Tensor, axis: number, size: Dim): Tensor {
  const front = [axis, ...x.shape.keys()].filter((other, i) => i === 0 || other !== axis);
  const dense = densify({ ids, rows: transpose(x, front) }, size);
  return transpose(
    dense,
    front.map((_, i) => front.indexOf(i)),
  );
}

/**
 * Sparse rows as a dense table of `size` rows: repeated ids are summed.
 * Element by element, although ScatterND would scatter whole rows faster: ONNX Runtime's adds rows on several threads
 * at once and loses some of those that meet.
 */
export function densify({ ids, rows }: SparseRows, size: Dim): Tensor {
  const zeros = full(rows.graph, rows.dtype, [size, ...rows.shape.slice(1)], 0);
  const column = reshape(ids, [ids.dim(0), ...rows.shape.slice(1).map(() => 1)]);
  return scatterAdd(zeros, broadcastLike(column, rows), rows, 0);
}
