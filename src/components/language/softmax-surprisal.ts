import type { Tensor } from "../../graph/graph.js";
import { withGradient } from "../../graph/ops/custom-gradient.js";
import { log, maximum, mul, neg, sub } from "../../graph/ops/elementwise.js";
import { gather, gatherElements, scatterAdd } from "../../graph/ops/lookup.js";
import { gemm } from "../../graph/ops/matrix.js";
import { logSoftmax, softmax } from "../../graph/ops/reduction.js";
import { broadcastLike, reshape, transpose, unsqueeze } from "../../graph/ops/shaping.js";
import type { Mode } from "../../graph/scope.js";

/** A linear layer whose outputs are the logits of classes. */
export interface Classes {
  /** `[dim, classes]`, or `[classes, dim]` when `byRow`. */
  readonly weight: Tensor;
  readonly byRow: boolean;
  /** `[classes]`, or null. */
  readonly bias: Tensor | null;
}

/** Logits of states. `[rows, dim] -> [rows, classes]`. */
export const logitsOf = (states: Tensor, { weight, byRow, bias }: Classes): Tensor =>
  gemm(states, weight, { transB: byRow, ...(bias && { bias }) });

/** Each row's value at its id. `x [rows, classes]`, `ids [rows]` -> `[rows]`. */
const pick = (x: Tensor, ids: Tensor): Tensor =>
  reshape(gatherElements(x, unsqueeze(ids, [1]), 1), [x.dim(0)]);

/** A probability below this counts as this in training, where the exact surprisal (here 85 nats) would cost a pass over all logits. */
const LEAST = 1e-37;

/**
 * `-ln softmax(logits)[target]`. `states [rows, dim]`, `targets [rows]` -> `[rows]`.
 *
 * In training, logits and probabilities are the only arrays of all rows and classes. With p the probabilities and d the
 * cotangent, the logits' gradient is `(p - onehot) d`: the part of p is taken by matrix products with `d` moved to their
 * small factor, the part of the targets by looking up and adding single rows.
 */
export function softmaxSurprisal(mode: Mode, states: Tensor, targets: Tensor, classes: Classes): Tensor {
  const logits = logitsOf(states, classes);
  if (mode === "infer") return neg(pick(logSoftmax(logits), targets));
  const { weight, byRow, bias } = classes;
  const p = softmax(logits);
  const surprisal = neg(log(maximum(pick(p, targets), LEAST)));
  return withGradient(surprisal, bias === null ? [states, weight] : [states, weight, bias], (dy, wants) => {
    const d = unsqueeze(dy, [1]);
    const scaled = mul(states, d);
    return [
      wants[0] ? mul(sub(gemm(p, weight, { transB: !byRow }), rowsAt(weight, byRow, targets)), d) : null,
      wants[1] ? weightGradient(p, scaled, targets, byRow) : null,
      bias !== null && wants[2] ? biasGradient(p, dy, targets) : null,
    ];
  });
}

/** The targets' weights, `[rows, dim]`. */
function rowsAt(weight: Tensor, byRow: boolean, targets: Tensor): Tensor {
  return byRow ? gather(weight, targets) : transpose(gather(weight, targets, 1), [1, 0]);
}

/** `scaled [rows, dim]`: the states times the cotangents. */
function weightGradient(p: Tensor, scaled: Tensor, targets: Tensor, byRow: boolean): Tensor {
  const hits = neg(scaled);
  if (byRow) {
    const all = gemm(p, scaled, { transA: true });
    return scatterAdd(all, broadcastLike(unsqueeze(targets, [1]), hits), hits, 0);
  }
  // Turned beforehand, the small factor multiplies faster than by the product's own turn.
  const all = gemm(transpose(scaled, [1, 0]), p);
  const columns = transpose(hits, [1, 0]);
  return scatterAdd(all, broadcastLike(unsqueeze(targets, [0]), columns), columns, 1);
}

function biasGradient(p: Tensor, dy: Tensor, targets: Tensor): Tensor {
  const all = reshape(gemm(unsqueeze(dy, [0]), p), [p.dim(1)]);
  return scatterAdd(all, targets, neg(dy), 0);
}
