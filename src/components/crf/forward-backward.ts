/** @file Sums over all label sequences: the forward-backward algorithm (Baum et al., 1970; scaled as in Rabiner, 1989). */
import { subDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { cast, div, exp, log, maximum, mul, reciprocal, where } from "../../graph/ops/elementwise.js";
import { gemm, matmul, rowsOf } from "../../graph/ops/matrix.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { concat, expand, full, reshape, slice, unsqueeze } from "../../graph/ops/shaping.js";
import type { Chain } from "./chain.js";

/**
 * The loops work with `e ** score`, scaled anew at each token so that the labels' shares sum to 1: a step is then one
 * matrix product instead of a sum over all pairs of labels in logarithms. A score counts as no less than `LOWEST` below
 * the best of its token (emissions) or of its kind (weights), what is not allowed too; e ** -40 is 4e-18. So no share is
 * below `e ** -80 / labels`, and nothing in either direction leaves float32's range, whatever the scores.
 */
const LOWEST = -40;

/** What the loop from the first token to the last gives. */
export interface ForwardPass {
  /** `[tokens, batch, labels]`: the share of each label in all sequences up to this token; sums to 1. */
  readonly shares: Tensor;
  /** `[tokens, batch, 1]`: what the shares were divided by. */
  readonly scales: Tensor;
  /** `[tokens, batch, 1]`: what the end multiplies the sum by, if the text ended here. */
  readonly ends: Tensor;
  /** `e ** score`, in the chain's shapes. */
  readonly factors: { readonly [name in "emissions" | "transitions" | "end"]: Tensor };
}

/** Runs over the tokens. At padding the results are finite and mean nothing. */
export function forwardPass({ emissions, weights }: Chain): ForwardPass {
  const [, batch, labels] = emissions.shape;
  const transitions = exp(maximum(weights.transitions, LOWEST));
  const end = exp(maximum(weights.end, LOWEST));
  const factors = { emissions: exp(maximum(emissions, LOWEST)), transitions, end };
  const start = expand(exp(maximum(weights.start, LOWEST)), [batch!, labels!]);
  const { outputs } = scan({ states: [start], scanned: [factors.emissions] }, ([arriving], [emission]) => {
    const sums = mul(arriving!, emission!);
    const scale = reduceSum(sums, [1], true);
    const shares = div(sums, scale);
    return { states: [gemm(shares, transitions)], outputs: [shares, scale] };
  });
  const [shares, scales] = outputs;
  return { shares: shares!, scales: scales!, ends: matmul(shares!, unsqueeze(end, [1])), factors };
}

/** What the loop from the last token to the first gives; both are 0 at padding. */
interface BackwardPass {
  /** `[tokens, batch, labels]`: how much more likely this label makes what follows. Times `shares` it is the label's probability. */
  readonly ahead: Tensor;
  /** `[tokens, batch, labels]`: the same with this token's emission. */
  readonly entered: Tensor;
}

/** Runs back over the tokens. Everything comes out times the row's weight: `weights` broadcasts to `[tokens, batch, 1]`. */
function backwardPass(chain: Chain, forward: ForwardPass, weights: Tensor | number): BackwardPass {
  const { shares, scales, ends, factors } = forward;
  const [, batch, labels] = shares.shape;
  const emissions = mul(factors.emissions, where(unsqueeze(chain.mask, [2]), reciprocal(scales), 0));
  // Every row begins at its own last token: what comes from behind that is 0.
  const isLast = unsqueeze(chain.isLast, [2]);
  const beginnings = mul(where(isLast, div(weights, ends), 0), factors.end);
  const nothing = full(shares.graph, shares.dtype, [batch!, labels!], 0);
  const { outputs } = scan(
    { states: [nothing], scanned: [beginnings, emissions], reverse: true },
    ([entered], [beginning, emission]) => {
      const ahead = gemm(entered!, factors.transitions, { transB: true, bias: beginning! });
      return { states: [mul(ahead, emission!)], outputs: [ahead] };
    },
  );
  const ahead = outputs[0]!;
  return { ahead, entered: mul(ahead, emissions) };
}

/**
 * The probability of each label at each token. `-> [tokens, batch, labels]`, 0 at padding. Those of a token sum to 1 but for
 * the scales' rounding, which grows with the text's length: so they are divided by their sum.
 */
export function marginals(chain: Chain, forward: ForwardPass): Tensor {
  const products = mul(forward.shares, backwardPass(chain, forward, 1).ahead);
  return div(products, where(unsqueeze(chain.mask, [2]), reduceSum(products, [2], true), 1));
}

/**
 * The logarithm of the sum of `e ** score` over all label sequences. `-> [batch]`; 0 for a row without tokens.
 * Its gradient is how often labels and pairs of them are expected: one more loop, and one product for all transitions.
 */
export function logPartition(chain: Chain, forward: ForwardPass): Tensor {
  const { emissions, weights } = chain;
  const { shares, scales, ends, factors } = forward;
  const [mask, isLast] = [unsqueeze(chain.mask, [2]), unsqueeze(chain.isLast, [2])];
  const product = where(mask, where(isLast, mul(scales, ends), scales), 1);
  const total = reduceSum(log(product), [0, 2]);
  const inputs = [emissions, weights.transitions, weights.start, weights.end];
  return withGradient(total, inputs, (dy) => {
    const [tokens, batch, labels] = shares.shape;
    const { ahead, entered } = backwardPass(chain, forward, unsqueeze(dy, [0, 2]));
    const expected = mul(shares, ahead);
    const nothing = full(shares.graph, shares.dtype, [1, batch!, labels!], 0);
    const before = concat([nothing, slice(shares, 0, 0, subDims(tokens!, 1))], 0);
    const pairs = gemm(rowsOf(before), rowsOf(entered), { transA: true });
    const lastRows = rowsOf(cast(isLast, shares.dtype));
    return [
      expected,
      mul(pairs, factors.transitions),
      reduceSum(slice(expected, 0, 0, 1), [0, 1]),
      reshape(gemm(lastRows, rowsOf(expected), { transA: true }), [labels!]),
    ];
  });
}
