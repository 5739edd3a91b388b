/** @file The operators that ONNX Runtime's optimizers write into encoders (domain com.microsoft), in terms of ours. */
import type { Dim } from "../dims.js";
import type { Tensor } from "../graph.js";
import { apply, applyAll } from "../ops/define.js";
import { add, cast, equal, greater, less, mul } from "../ops/elementwise.js";
import { gelu } from "../ops/gelu.js";
import { gather } from "../ops/lookup.js";
import { matmul } from "../ops/matrix.js";
import { DynamicQuantizeLinear, MatMulInteger } from "../ops/quantized.js";
import { layerNorm, reduceSum, softmax } from "../ops/reduction.js";
import { range, reshape, slice, swapAxes, unsqueeze } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";
import { swish, tanhGelu } from "./lowerings-activations.js";
import { added, causal, headsApart, headsJoined } from "./lowerings-attention.js";
import { rmsNormalized } from "./lowerings-normalization.js";

/** `x`, and an input added to it where it is given. */
function plus(x: Tensor, other: Tensor | null | undefined): Tensor {
  return other ? add(x, other) : x;
}

/** A sum normalised: two inputs and a bias. Outputs: the result, two statistics that nobody reads, the sum. */
const skipped =
  (simplified: boolean): Lowering =>
  (call) => {
    const epsilon = new ForeignAttributes(call, "epsilon").number("epsilon", 1e-12);
    const [x, skip, scale] = [0, 1, 2].map((i) => given(call.inputs[i], call.fail)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const sum = plus(add(x, skip), call.inputs[simplified ? 3 : 4]);
    const shift = simplified ? null : (call.inputs[3] ?? null);
    const result = simplified
      ? rmsNormalized(sum, scale, [sum.rank - 1], epsilon)
      : layerNorm(sum, scale, shift ?? mul(scale, 0), epsilon);
    return [result, result, result, sum];
  };

/** Words, places and segments looked up, summed and normalised; and how long each row's mask is. */
function embedded(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "epsilon", "mask_index_type");
  const [ids, segments, words, places, kinds, scale, shift, mask, positions] = call.inputs;
  const input = given(ids, call.fail);
  const tokens = input.dim(1);
  const table = given(places, call.fail);
  const word = gather(given(words, call.fail), input);
  const place = positions
    ? gather(table, positions)
    : unsqueeze(gather(table, range(input.graph, tokens)), [0]);
  const both = add(word, place);
  const sum = segments && kinds ? add(both, gather(kinds, segments)) : both;
  const result = layerNorm(
    sum,
    given(scale, call.fail),
    given(shift, call.fail),
    attributes.number("epsilon", 1e-12),
  );
  const all = mask ?? cast(equal(input, input), "int32");
  return [result, reduceSum(all, [1]), sum];
}

/** What is masked, as numbers to add to `scores [batch, heads, queries, keys]`. */
function maskNumbers(mask: Tensor, keys: Dim, low: number, scores: Tensor, call: ForeignCall): Tensor {
  if (mask.rank === 1 && (mask.dim(0) === scores.dim(0) || typeof mask.dim(0) === "string")) {
    const places = reshape(range(mask.graph, keys), [1, 1, 1, keys]);
    return added(less(places, reshape(cast(mask, "int64"), [mask.dim(0), 1, 1, 1])), low, scores);
  }
  if (mask.rank !== 2 && mask.rank !== 3)
    throw call.fail(`a mask of rank ${mask.rank} and this size is not supported`);
  return unsqueeze(added(greater(mask, 0), low, scores), mask.rank === 2 ? [1, 2] : [1]);
}

interface Core {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly mask: Tensor | null | undefined;
  readonly bias: Tensor | null | undefined;
}

const CORE = ["num_heads", "unidirectional", "mask_filter_value", "scale"] as const;

/** `[batch, tokens, heads * size]` in and out. */
function core(call: ForeignCall, attributes: ForeignAttributes, { q, k, v, mask, bias }: Core): Tensor {
  const heads = attributes.needed("num_heads");
  const [queries, keys, values] = [q, k, v].map((x) => (x.rank === 4 ? x : headsApart(x, heads, call))) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const scale = attributes.number("scale", 0) || 1 / Math.sqrt(Number(queries.dim(3)));
  const low = attributes.number("mask_filter_value", -10000);
  let scores = mul(matmul(queries, swapAxes(keys)), scale);
  if (bias) scores = add(scores, bias);
  if (mask) scores = add(scores, maskNumbers(mask, keys.dim(2), low, scores, call));
  if (attributes.flag("unidirectional"))
    scores = add(
      scores,
      added(causal(queries.dim(2), keys.dim(2), 0, scores), Number.NEGATIVE_INFINITY, scores),
    );
  return headsJoined(matmul(softmax(scores), values));
}

/** Queries, keys and values by one product; `sizes` are their widths. */
function projected(
  call: ForeignCall,
  attributes: ForeignAttributes,
  all: Tensor,
): readonly [Tensor, Tensor, Tensor] {
  const width = all.dim(-1);
  const sizes = attributes.numbers("qkv_hidden_sizes") ?? Array<number>(3).fill(Number(width) / 3);
  const [q = 0, k = 0, v = 0] = sizes;
  if (q + k + v !== width) throw call.fail(`its weight has ${width} columns for ${q} + ${k} + ${v}`);
  return [slice(all, -1, 0, q), slice(all, -1, q, q + k), slice(all, -1, q + k, q + k + v)];
}

/** Fails for inputs that are given although they are not supported. */
function refuse(call: ForeignCall, what: string, ...places: readonly number[]): void {
  if (places.some((place) => call.inputs[place])) throw call.fail(`${what} is not supported`);
}

function attention(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(
    call,
    ...CORE,
    "qkv_hidden_sizes",
    "do_rotary",
    "past_present_share_buffer",
  );
  attributes.only("do_rotary", 0);
  refuse(call, "a past", 4);
  const [x, weight, shift, mask, , bias] = call.inputs;
  const all = plus(matmul(given(x, call.fail), given(weight, call.fail)), shift);
  const [q, k, v] = projected(call, attributes, all);
  return [core(call, attributes, { q, k, v, mask, bias })];
}

function multiHeadAttention(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, ...CORE);
  refuse(call, "a past", 6, 7);
  const [query, key, value, shift, mask, bias] = call.inputs;
  const [q, k, v] = [query, key, value].map((input) => given(input, call.fail)) as [Tensor, Tensor, Tensor];
  if (q.rank !== 3 || (k.rank !== 3 && k.rank !== 4))
    throw call.fail("packed queries, keys and values are not supported");
  if (!shift) return [core(call, attributes, { q, k, v, mask, bias })];
  const [width, deep] = [Number(q.dim(2)), Number(shift.dim(0))];
  const part = (from: number, to: number): Tensor => slice(shift, 0, from, to);
  return [
    core(call, attributes, {
      q: add(q, part(0, width)),
      k: k.rank === 4 ? k : add(k, part(width, 2 * width)),
      v: v.rank === 4 ? v : add(v, part(2 * width, deep)),
      mask,
      bias,
    }),
  ];
}

/** A list of one number is a number. */
function one(x: Tensor | null | undefined): Tensor | null {
  return x ? (x.rank === 1 && x.dim(0) === 1 ? reshape(x, []) : x) : null;
}

/** A product of bytes, as floats. */
function byteProduct(
  a: Tensor,
  b: Tensor,
  scale: Tensor,
  zeros: readonly [Tensor | null | undefined, Tensor | null | undefined],
): Tensor {
  const sums = apply(MatMulInteger, [a, b, one(zeros[0]), one(zeros[1])], {});
  return mul(cast(sums, "float32"), scale);
}

function quantizedAttention(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, ...CORE, "do_rotary", "past_present_share_buffer");
  attributes.only("do_rotary", 0);
  refuse(call, "a past", 8);
  const [x, weight, shift, scale, weightScale, mask, zero, weightZero] = call.inputs;
  const factor = mul(one(given(scale, call.fail))!, one(given(weightScale, call.fail))!);
  const sums = byteProduct(given(x, call.fail), given(weight, call.fail), factor, [zero, weightZero]);
  const [q, k, v] = projected(call, attributes, plus(sums, shift));
  return [core(call, attributes, { q, k, v, mask, bias: null })];
}

/** A product whose factors may be turned, times a number. */
function fusedProduct(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "alpha", "transA", "transB", "transBatchA", "transBatchB");
  attributes.only("transBatchA", 0);
  attributes.only("transBatchB", 0);
  const [a, b] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
  const turned = (x: Tensor, name: string): Tensor => (attributes.flag(name) ? swapAxes(x) : x);
  const result = matmul(turned(a, "transA"), turned(b, "transB"));
  const alpha = attributes.number("alpha", 1);
  return [alpha === 1 ? result : mul(result, alpha)];
}

/** By operator of the domain com.microsoft. */
export const microsoftLowerings: Readonly<Record<string, Lowering>> = {
  Attention: attention,
  BiasGelu: (call) => {
    new ForeignAttributes(call);
    return [gelu(plus(given(call.inputs[0], call.fail), call.inputs[1]))];
  },
  DynamicQuantizeMatMul: (call) => {
    new ForeignAttributes(call);
    const [x, weight, scale, zero, bias] = call.inputs;
    const [bytes, factor, own] = applyAll(DynamicQuantizeLinear, [given(x, call.fail)], {});
    const scales = mul(factor!, one(given(scale, call.fail))!);
    return [plus(byteProduct(bytes, given(weight, call.fail), scales, [own, zero]), bias)];
  },
  EmbedLayerNormalization: embedded,
  FastGelu: (call) => {
    new ForeignAttributes(call);
    return [tanhGelu(plus(given(call.inputs[0], call.fail), call.inputs[1]))];
  },
  FusedMatMul: fusedProduct,
  Gelu: (call) => {
    new ForeignAttributes(call);
    return [gelu(given(call.inputs[0], call.fail))];
  },
  MatMulIntegerToFloat: (call) => {
    new ForeignAttributes(call);
    const [a, b, aScale, bScale, aZero, bZero, bias] = call.inputs;
    const scales = mul(one(given(aScale, call.fail))!, one(given(bScale, call.fail))!);
    return [plus(byteProduct(given(a, call.fail), given(b, call.fail), scales, [aZero, bZero]), bias)];
  },
  MultiHeadAttention: multiHeadAttention,
  QAttention: quantizedAttention,
  QuickGelu: (call) => {
    const alpha = new ForeignAttributes(call, "alpha").number("alpha", 1.702);
    return [swish(given(call.inputs[0], call.fail), alpha)];
  },
  SkipLayerNormalization: skipped(false),
  SkipSimplifiedLayerNormalization: skipped(true),
};
