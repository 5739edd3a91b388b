/** @file How the parts of a node become one vector, by what runs along with the stack: PyText's `compositional_type`. */
import type { Tensor } from "../../graph/graph.js";
import { add, tanh, where } from "../../graph/ops/elementwise.js";
import { linear } from "../../graph/ops/matrix.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";

/**
 * "sum": the sum over the vectors of the node and its parts. "blstm": the last states of two LSTMs that read the node and
 * its parts from left to right, and the node and its parts from right to left.
 */
export type Composition = "sum" | "blstm";

/** What a sum becomes: `tanh(sum weight + bias)`. `[batch, dim] -> [batch, hidden]`. */
export function transformed(scope: Scope, x: Tensor, dim: number, hidden: number): Tensor {
  const weight = scope.parameter("weight", [dim, hidden], xavierInit);
  return tanh(linear(x, weight, scope.parameter("bias", [hidden])));
}

/** The sum over the parts of the innermost open node, one more part later. `opens` bool `[batch, 1]`: whether the part opens a node. */
export const summed = (before: Tensor, part: Tensor, opens: Tensor): Tensor =>
  add(part, where(opens, 0, before));
