/** @file How other programs compute with sizes and positions, in terms of our operators. */
import { type Dim, mulDims, sizeOf } from "../dims.js";
import { type HostTensor, toData } from "../dtype.js";
import type { Tensor } from "../graph.js";
import { add, equal, mul, not } from "../ops/elementwise.js";
import { gather } from "../ops/lookup.js";
import { dimsTensor, range, reshape } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered } from "./foreign-call.js";
import { flatPositions } from "./lowerings-shapes.js";

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
 * `out[i] = x[ids[i][0]]...[ids[i][k - 1]]`: one position in the flattened leading axes. Batch axes come first in both.
 * `x [...batch, d1, ..., dk, ...rest]`, `ids [...batch, ..., k]` -> `[...batch, ..., ...rest]`.
 */
export function gatherND(call: ForeignCall): Lowered {
  const batches = new ForeignAttributes(call, "batch_dims").number("batch_dims", 0);
  const [x, ids] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
  const depth = ids.dim(-1);
  if (typeof depth !== "number") throw call.fail("the number of axes that it picks from must be known");
  if (batches < 0 || batches + depth > x.rank || batches >= ids.rank || depth < 1)
    throw call.fail(`it picks from ${depth} axes behind ${batches} of a tensor of rank ${x.rank}`);
  const lead = x.shape.slice(0, batches + depth);
  let flat = flatPositions(ids, lead, batches);
  let stride: Dim = sizeOf(x.shape.slice(batches, batches + depth));
  for (let axis = batches - 1; axis >= 0; axis--) {
    const line = reshape(
      range(x.graph, x.dim(axis)),
      flat.shape.map((_, other) => (other === axis ? x.dim(axis) : 1)),
    );
    flat = add(flat, mul(line, dimsTensor(x.graph, [stride])));
    stride = mulDims(stride, x.dim(axis));
  }
  return [gather(reshape(x, [sizeOf(lead), ...x.shape.slice(batches + depth)]), flat)];
}
