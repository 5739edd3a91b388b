/** Formulas that optimizers share. */
import { add, type Expression, mul } from "./kernels/expression.js";

/** The gradient as updates use it: scaled, with the L2 penalty's share. */
export function penalized(
  x: { readonly value: Expression; readonly gradient: Expression },
  c: { readonly scale: Expression; readonly penalty: Expression },
): Expression {
  return add(mul(x.gradient, c.scale), mul(c.penalty, x.value));
}

/** `keep * mean + gain * g`. */
export function runningMean(mean: Expression, keep: Expression, gain: Expression, g: Expression): Expression {
  return add(mul(keep, mean), mul(gain, g));
}

/** `keep * square + gain * g * g`. */
export function meanSquare(
  square: Expression,
  keep: Expression,
  gain: Expression,
  g: Expression,
): Expression {
  return add(mul(keep, square), mul(mul(gain, g), g));
}
