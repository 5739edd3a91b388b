import type { Tensor } from "../graph/graph.js";
import { add, mul, relu, sigmoid, sub } from "../graph/ops/elementwise.js";
import { linear } from "../graph/ops/matrix.js";
import { slice } from "../graph/ops/shaping.js";
import { type Initializer, xavierInit } from "../graph/parameters.js";
import type { Scope } from "../graph/scope.js";
import { sizedAxis } from "./sizes.js";

/** Biases of a highway layer: zeros, and -1 for the gate, so that a new layer mostly carries its input through. */
const carry: Initializer = (data) => data.fill(0).fill(-1, data.length / 2);

/** A highway layer (Srivastava et al., 2015): `gate * relu(h) + (1 - gate) * x`, where `h` and the gate's logit are linear in `x [rows, dim]`. */
export function highway(layer: Scope, x: Tensor): Tensor {
  const dim = sizedAxis(x, 1);
  const both = linear(
    x,
    layer.parameter("weight", [dim, 2 * dim], xavierInit),
    layer.parameter("bias", [2 * dim], carry),
  );
  const gate = sigmoid(slice(both, 1, dim, 2 * dim));
  return add(mul(gate, relu(slice(both, 1, 0, dim))), mul(sub(1, gate), x));
}
