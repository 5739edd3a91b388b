/** @file Attention as ONNX has it since version 23, and the parts that other forms of it share. */
import { type Dim, subDims } from "../dims.js";
import type { Tensor } from "../graph.js";
import {
  add,
  cast,
  div,
  greater,
  less,
  lessOrEqual,
  mul,
  scalarLike,
  sub,
  tanh,
  where,
} from "../ops/elementwise.js";
import { gather } from "../ops/lookup.js";
import { matmul } from "../ops/matrix.js";
import { reduceMax, softmax } from "../ops/reduction.js";
import {
  concat,
  dimsTensor,
  expand,
  pad,
  range,
  reshape,
  slice,
  swapAxes,
  transpose,
  unsqueeze,
} from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";

/** `[batch, tokens, heads * size] -> [batch, heads, tokens, size]`. */
export function headsApart(x: Tensor, heads: number, call: ForeignCall): Tensor {
  const width = x.dim(2);
  if (heads < 1 || typeof width !== "number" || width % heads !== 0)
    throw call.fail(`${heads} heads do not divide the width ${width}`);
  return transpose(reshape(x, [x.dim(0), x.dim(1), heads, width / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, tokens, size] -> [batch, tokens, heads * size]`. */
export function headsJoined(x: Tensor): Tensor {
  const [batch, heads, tokens, size] = x.shape as [Dim, number, Dim, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, tokens, heads * size]);
}

/** What a query may not look at, as numbers to add: `low` there, 0 elsewhere. */
export function added(allowed: Tensor, low: number, like: Tensor): Tensor {
  return where(allowed, scalarLike(like, 0), scalarLike(like, low));
}

/** bool `[queries, keys]`: keys up to the query's own place, queries standing `offset` places further on. */
export function causal(queries: Dim, keys: Dim, offset: Dim, near: Tensor): Tensor {
  const { graph } = near;
  const rows = reshape(range(graph, queries), [queries, 1]);
  const moved = offset === 0 ? rows : add(rows, dimsTensor(graph, [offset]));
  return lessOrEqual(reshape(range(graph, keys), [1, keys]), moved);
}

/** Rows that may look at nothing get zeros, not what is no number. */
function masked(scores: Tensor): Tensor {
  const top = reduceMax(scores, [-1], true);
  const alive = greater(top, scalarLike(top, Number.NEGATIVE_INFINITY));
  return where(alive, softmax(where(alive, scores, 0)), 0);
}

/** Each head of keys or values stands for several heads of queries. */
function repeatedHeads(x: Tensor, heads: number, call: ForeignCall): Tensor {
  const own = x.dim(1);
  if (own === heads) return x;
  if (typeof own !== "number" || heads % own !== 0)
    throw call.fail(`${heads} heads of queries do not share ${own} of keys`);
  const [batch, , tokens, size] = x.shape as [Dim, Dim, Dim, Dim];
  const wide = expand(unsqueeze(x, [2]), [batch, own, heads / own, tokens, size]);
  return reshape(wide, [batch, heads, tokens, size]);
}

const KNOWN = [
  ...[
    "is_causal",
    "kv_num_heads",
    "q_num_heads",
    "qk_matmul_output_mode",
    "scale",
    "softcap",
    "softmax_precision",
  ],
] as const;

function attention(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, ...KNOWN);
  const [queries, keys, values] = [0, 1, 2].map((i) => given(call.inputs[i], call.fail)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const [, , , mask, pastKeys, pastValues, lengths] = call.inputs;
  const flat = queries.rank === 3;
  const q = flat ? headsApart(queries, attributes.needed("q_num_heads"), call) : queries;
  const apart = (x: Tensor): Tensor => (flat ? headsApart(x, attributes.needed("kv_num_heads"), call) : x);
  const k = pastKeys ? concat([pastKeys, apart(keys)], 2) : apart(keys);
  const v = pastValues ? concat([pastValues, apart(values)], 2) : apart(values);
  const [heads, size] = [q.dim(1), q.dim(3)];
  if (typeof heads !== "number" || typeof size !== "number")
    throw call.fail("heads and their sizes must be known");
  const root = Math.sqrt(attributes.number("scale", 1 / Math.sqrt(size)));
  const raw = matmul(mul(q, root), mul(swapAxes(repeatedHeads(k, heads, call)), root));
  const cap = attributes.number("softcap", 0);
  const capped = cap > 0 ? mul(tanh(div(raw, cap)), cap) : raw;
  const low = Number.NEGATIVE_INFINITY;
  let scores = capped;
  if (mask) scores = add(scores, wholeMask(mask, k.dim(2), scores));
  if (attributes.flag("is_causal")) {
    const offset = pastKeys ? pastKeys.dim(2) : 0;
    scores = add(scores, added(causal(q.dim(2), k.dim(2), offset, q), low, scores));
  }
  if (lengths) {
    const places = reshape(range(q.graph, k.dim(2)), [1, 1, 1, k.dim(2)]);
    const inside = less(places, reshape(cast(lengths, "int64"), [lengths.dim(0), 1, 1, 1]));
    scores = add(scores, added(inside, low, scores));
  }
  const weights = masked(scores);
  const result = matmul(weights, repeatedHeads(v, heads, call));
  const shown = [raw, scores, capped, weights][attributes.number("qk_matmul_output_mode", 0)];
  if (shown === undefined) throw call.fail("it asks for an unknown step of the scores");
  return [flat ? headsJoined(result) : result, k, v, shown];
}

/** A mask as numbers to add. Keys that it does not reach are not looked at. */
function wholeMask(mask: Tensor, keys: Dim, scores: Tensor): Tensor {
  const numbers = mask.dtype === "bool" ? added(mask, Number.NEGATIVE_INFINITY, scores) : mask;
  const missing = subDims(keys, numbers.dim(-1));
  if (missing === 0 || numbers.dim(-1) === 1) return numbers;
  const none = numbers.shape.map(() => 0);
  return pad(numbers, none, [...none.slice(1), missing], Number.NEGATIVE_INFINITY);
}

/** Turns pairs of numbers by angles that grow with the place (Su et al., 2021). */
function rotary(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "interleaved", "num_heads", "rotary_embedding_dim");
  const [x, cosines, sines] = [0, 1, 2].map((i) => given(call.inputs[i], call.fail)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const [, , , places] = call.inputs;
  const flat = x.rank === 3;
  const apart = flat ? headsApart(x, attributes.needed("num_heads"), call) : x;
  const width = apart.dim(3);
  const turned = attributes.number("rotary_embedding_dim", 0) || width;
  if (typeof width !== "number" || typeof turned !== "number")
    throw call.fail("the size of a head must be known");
  const half = turned / 2;
  // [batch, 1, tokens, half]
  const angles = (table: Tensor): Tensor =>
    unsqueeze(slice(places ? gather(table, places) : table, -1, 0, half), [1]);
  const [cosine, sine] = [angles(cosines), angles(sines)];
  const head = slice(apart, -1, 0, turned);
  const pairs = attributes.flag("interleaved");
  const split = pairs
    ? reshape(head, [...head.shape.slice(0, 3), half, 2])
    : reshape(head, [...head.shape.slice(0, 3), 2, half]);
  const part = (i: number): Tensor =>
    reshape(slice(split, pairs ? 4 : 3, i, i + 1), [...head.shape.slice(0, 3), half]);
  const [a, b] = [part(0), part(1)];
  const real = sub(mul(cosine, a), mul(sine, b));
  const imaginary = add(mul(sine, a), mul(cosine, b));
  const axis = pairs ? 4 : 3;
  const joined = reshape(concat([unsqueeze(real, [axis]), unsqueeze(imaginary, [axis])], axis), head.shape);
  const whole = turned === width ? joined : concat([joined, slice(apart, -1, turned, width)], 3);
  return [flat ? headsJoined(whole) : whole];
}

/** By operator of ONNX's own domain. */
export const attentionLowerings: Readonly<Record<string, Lowering>> = {
  Attention: attention,
  RotaryEmbedding: rotary,
};
