/** @file How other programs compute with sizes and positions, in terms of our operators. */
import type { Dim } from "../dims.js";
import { sizeOf } from "../dims.js";
import { type HostTensor, toData } from "../dtype.js";
import type { Tensor } from "../graph.js";
import { add, equal, less, mul, not, where } from "../ops/elementwise.js";
import { gather } from "../ops/lookup.js";
import { dimsTensor, reshape } from "../ops/shaping.js";
import { type ForeignCall, given, type Lowered } from "./foreign-call.js";

/** A vector of one repeated integer whose length is known: a constant, so that what is computed from it is known as well. */
export function constantVector(call: ForeignCall): Lowered {
  const { graph, inputs, raw } = call;
  const [size, ...more] = inputs[0]?.content ?? [];
  const { dtype = "float32", data } = (raw.get("value") ?? {}) as Partial<HostTensor>;
  if (typeof size !== "number" || more.length > 0 || size > 16 || (dtype !== "int64" && dtype !== "int32"))
    return call;
  const fill = Number(data?.[0] ?? 0);
  return [graph.constant(dtype, [size], toData(dtype, Array<number>(size).fill(fill)))];
}

/** A choice between sizes that is settled while reading (`-1` in a target shape means "as it is") is no choice. */
export function settledChoice(call: ForeignCall): Lowered {
  const [condition, a, b] = call.inputs.map((input) => given(input, call.fail)) as [Tensor, Tensor, Tensor];
  const picks = settled(condition);
  if (picks === undefined || a.content === undefined || b.content === undefined) return call;
  const length = Math.max(picks.length, a.content.length, b.content.length);
  const at = <T>(values: readonly T[], i: number): T => values[values.length === 1 ? 0 : i]!;
  const chosen = Array.from({ length }, (_, i) => at(at(picks, i) ? a.content! : b.content!, i));
  return a.rank === 1 ? [dimsTensor(call.graph, chosen)] : call;
}

/** The elements of an `Equal` of known sizes; undefined while one of them is open. */
function settled({ origin }: Tensor): boolean[] | undefined {
  if (origin.kind !== "node" || origin.node.definition.name !== "Equal") return undefined;
  const [a, b] = origin.node.inputs.map((input) => input?.content);
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  const answers = a.map((size, i) => sameSize(size, b[i]!));
  return answers.every((answer) => answer !== undefined) ? answers : undefined;
}

/** Whether two sizes are equal. A symbol is no negative number; whether it is a given other one, only a run tells. */
function sameSize(a: Dim, b: Dim): boolean | undefined {
  if (a === b) return true;
  if (typeof a === "number" && typeof b === "number") return false;
  const isSymbol = (dim: Dim): boolean => typeof dim === "string" && /^\w+$/.test(dim);
  const [number, symbol] = typeof a === "number" ? [a, b] : [b, a];
  return typeof number === "number" && number < 0 && isSymbol(symbol) ? false : undefined;
}

/** true where an element is not a number: the only value that differs from itself. */
export function isNaNOf({ inputs, fail }: ForeignCall): Lowered {
  const x = given(inputs[0], fail);
  return [not(equal(x, x))];
}

/**
 * `out[i] = x[ids[i][0]]...[ids[i][k - 1]]`: one position in the flattened leading axes.
 * `x [d1, ..., dk, ...rest]`, `ids [..., k]` -> `[..., ...rest]`.
 */
export function gatherND({ inputs, raw, fail }: ForeignCall): Lowered {
  const [x, ids] = [given(inputs[0], fail), given(inputs[1], fail)];
  const depth = ids.dim(-1);
  if (Number(raw.get("batch_dims") ?? 0) !== 0) throw fail("batch axes are not supported");
  if (typeof depth !== "number") throw fail("the number of axes that it picks from must be known");
  if (depth > x.rank) throw fail(`it picks from ${depth} axes of a tensor of rank ${x.rank}`);
  const sizes = dimsTensor(x.graph, x.shape.slice(0, depth));
  const scalar = (value: number): Tensor => x.graph.constant("int64", [], [value]);
  const place = (axis: number): Tensor => {
    const id = gather(ids, scalar(axis), -1);
    return where(less(id, 0), add(id, gather(sizes, scalar(axis))), id);
  };
  let flat = place(0);
  for (let axis = 1; axis < depth; axis++) flat = add(mul(flat, gather(sizes, scalar(axis))), place(axis));
  return [gather(reshape(x, [sizeOf(x.shape.slice(0, depth)), ...x.shape.slice(depth)]), flat)];
}
