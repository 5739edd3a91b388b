import type { Tensor } from "../graph.js";
import { withGradient } from "./custom-gradient.js";
import { add, div, erf, exp, mul, sub } from "./elementwise.js";

/** The derivative, `Phi(x) + x * phi(x)`, in the fewest passes over the elements: with `u = x / sqrt(2)` it is `(1 + erf(u)) / 2 + u * exp(-u^2) / sqrt(pi)`. */
function slope(x: Tensor): Tensor {
  const u = mul(x, Math.SQRT1_2);
  const bell = exp(sub(-Math.log(Math.PI) / 2, mul(u, u)));
  return add(add(mul(erf(u), 0.5), mul(u, bell)), 0.5);
}

/**
 * Gaussian error linear unit, exact form: `x * Phi(x)` (Hendrycks and Gimpel, 2016); written the way that ONNX Runtime knows
 * as one operator. So that this holds in training too, the gradient begins with `x` again: only that is kept, not four
 * values on the way.
 */
export const gelu = (x: Tensor): Tensor =>
  withGradient(mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1)), [x], (dy, _, [input]) => [
    mul(dy, slope(input!)),
  ]);
