/** @file Matrix products. */
import type { Dim } from "../dims.js";
import { sizeOf } from "../dims.js";
import type { Tensor } from "../graph.js";
import { withGradient } from "./custom-gradient.js";
import { apply, define, ShapeError } from "./define.js";
import { add, mul } from "./elementwise.js";
import { sumTo } from "./reduction.js";
import { broadcastShapes, compatible, like, requireFloat, requireSameType } from "./rules.js";
import { reshape, swapAxes } from "./shaping.js";

type Pair = readonly [Tensor, Tensor];

export const MatMul = define<Pair>("MatMul", {
  stacks: true,
  infer: ([a, b]) => {
    requireFloat(a);
    requireSameType(a, b);
    if (a.rank < 2 || b.rank < 2) throw new ShapeError("both inputs need two axes or more");
    if (!compatible(a.dim(-1), b.dim(-2)))
      throw new ShapeError(`inner sizes ${a.dim(-1)} and ${b.dim(-2)} differ`);
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [like(a, [...batch, a.dim(-2), b.dim(-1)])];
  },
  gradient: ({ inputs: [a, b], wants }, [dy]) => {
    if (b.rank > 2) {
      return [
        wants[0] ? sumTo(matmul(dy, swapAxes(b)), a) : null,
        wants[1] ? sumTo(matmul(swapAxes(a), dy), b) : null,
      ];
    }
    // One product over all rows: [rows, k] x [k, n].
    return [
      wants[0] ? reshape(gemm(rowsOf(dy), b, { transB: true }), a.shape) : null,
      wants[1] ? gemm(rowsOf(a), rowsOf(dy), { transA: true }) : null,
    ];
  },
});

type GemmInputs = readonly [Tensor, Tensor, Tensor | null];
type GemmAttributes = { transA: 0 | 1; transB: 0 | 1; alpha: number; beta: number };

export const Gemm = define<GemmInputs, GemmAttributes>("Gemm", {
  infer: ([a, b, c], { transA, transB }) => {
    requireFloat(a);
    requireSameType(a, b);
    if (a.rank !== 2 || b.rank !== 2) throw new ShapeError("both factors need two axes");
    const [m, k] = transA ? [a.dim(1), a.dim(0)] : [a.dim(0), a.dim(1)];
    const [k2, n] = transB ? [b.dim(1), b.dim(0)] : [b.dim(0), b.dim(1)];
    if (!compatible(k, k2)) throw new ShapeError(`inner sizes ${k} and ${k2} differ`);
    if (c !== null) broadcastShapes([m, n], c.shape);
    return [like(a, [m, n])];
  },
  gradient: ({ inputs: [a, b, c], attributes: { transA, transB, alpha, beta }, wants }, [dy]) => {
    const product = (x: Tensor, y: Tensor, tx: number, ty: number): Tensor =>
      gemm(x, y, { transA: tx === 1, transB: ty === 1, alpha });
    const da = transA ? () => product(b, dy, transB, 1) : () => product(dy, b, 0, transB ? 0 : 1);
    const db = transB ? () => product(dy, a, 1, transA) : () => product(a, dy, transA ? 0 : 1, 0);
    return [
      wants[0] ? da() : null,
      wants[1] ? db() : null,
      c !== null && wants[2] ? sumTo(beta === 1 ? dy : mul(dy, beta), c) : null,
    ];
  },
});

/** The product over the last two axes, batch axes broadcast. `[..., m, k] x [..., k, n] -> [..., m, n]`. */
export const matmul = (a: Tensor, b: Tensor): Tensor => apply(MatMul, [a, b], {});

/** `a b'` over the last two axes. `[..., m, k] x [..., n, k] -> [..., m, n]`, the same other axes. Nothing is transposed in its gradient either. */
export function timesTransposed(a: Tensor, b: Tensor): Tensor {
  return withGradient(matmul(a, swapAxes(b)), [a, b], (dy, wants, [x, y]) => [
    wants[0] ? matmul(dy, y!) : null,
    wants[1] ? matmul(swapAxes(dy), x!) : null,
  ]);
}

/** `alpha * a' b' + beta * c` for matrices, each factor transposed on request. */
export function gemm(
  a: Tensor,
  b: Tensor,
  options: { transA?: boolean; transB?: boolean; alpha?: number; bias?: Tensor; beta?: number } = {},
): Tensor {
  const { transA = false, transB = false, alpha = 1, bias = null, beta = 1 } = options;
  return apply(Gemm, [a, b, bias], { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha, beta });
}

/**
 * `x weight + bias` over the last axis. `x [..., in]`, `weight [in, out]`, `bias [out]` -> `[..., out]`.
 * In a loop's body it stays a plain product, whose weight gradient can be taken once after the loop.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  if (x.rank === 2 && x.graph.depth === 0) return gemm(x, weight, bias === undefined ? {} : { bias });
  const product = matmul(x, weight);
  return bias === undefined ? product : add(product, bias);
}

/** All leading axes as one: `[..., k] -> [rows, k]`. */
export function rowsOf(x: Tensor): Tensor {
  const rows: Dim = sizeOf(x.shape.slice(0, -1));
  return reshape(x, [rows, x.dim(-1)]);
}
