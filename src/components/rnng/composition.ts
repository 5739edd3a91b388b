/** @file How the parts of a node become one vector: PyText's `compositional_type`. */
import type { Tensor } from "../../graph/graph.js";
import { add, tanh, where } from "../../graph/ops/elementwise.js";
import { linear, matmul } from "../../graph/ops/matrix.js";
import { concat, split } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { type LstmWeights, lstmStep, lstmWeights } from "../recurrent/lstm.js";

/**
 * "sum": the sum over the vectors of the node and its parts. "blstm": the last states of two LSTMs that read the node and
 * its parts from left to right, and the node and its parts from right to left. Then a linear layer and tanh.
 */
export type Composition = "sum" | "blstm";

/** Makes vectors of nodes. What it knows of the innermost open node runs along with the stack, one part at a time. */
export interface Composer {
  /** Numbers of what runs along. */
  readonly width: number;
  /** What runs along, one part later. `before [batch, width]`, `part [batch, hidden]`, `opens` bool `[batch, 1]`: whether the part is a node that is opened. */
  after(before: Tensor, part: Tensor, opens: Tensor): Tensor;
  /** The node's vector, `[batch, hidden]`, from what ran along, and from the states of the reader from the right if there is one. */
  vector(along: Tensor, back: Tensor | null): Tensor;
  /** What reads the parts from right to left, where that counts. */
  readonly back: BackReader | null;
}

/** An LSTM that reads a node, then its parts from right to left. */
export interface BackReader {
  /** Numbers of its states. */
  readonly width: number;
  /** Its states behind a part. `states [batch, width]`, `part [batch, hidden]`, `first` bool `[batch, 1]`: whether it is the node itself. */
  read(states: Tensor, part: Tensor, first: Tensor): Tensor;
}

/** The composer of that type at the place `composition`. */
export function composerOf(scope: Scope, type: Composition, hidden: number): Composer {
  const at = scope.child("composition");
  return type === "sum" ? sums(at, hidden) : bothWays(at, hidden);
}

/** `tanh(x weight + bias)`. `[batch, dim] -> [batch, hidden]`. */
function transformed(scope: Scope, x: Tensor, dim: number, hidden: number): Tensor {
  const weight = scope.parameter("weight", [dim, hidden], xavierInit);
  return tanh(linear(x, weight, scope.parameter("bias", [hidden])));
}

function sums(scope: Scope, hidden: number): Composer {
  return {
    width: hidden,
    back: null,
    after: (before, part, opens) => add(part, where(opens, 0, before)),
    vector: (along) => transformed(scope, along, hidden, hidden),
  };
}

function bothWays(scope: Scope, hidden: number): Composer {
  const forward = reader(lstmWeights(scope.child("forward"), hidden, hidden), hidden);
  const last = (states: Tensor): Tensor => split(states, 1, [hidden, hidden])[0]!;
  return {
    width: forward.width,
    back: reader(lstmWeights(scope.child("backward"), hidden, hidden), hidden),
    after: (before, part, opens) => forward.read(before, part, opens),
    vector: (along, back) => transformed(scope, concat([last(along), last(back!)], 1), 2 * hidden, hidden),
  };
}

/** An LSTM that begins anew at each node. */
function reader({ input, recurrent, bias }: LstmWeights, hidden: number): BackReader {
  return {
    width: 2 * hidden,
    read(states, part, first) {
      const [h, c] = split(where(first, 0, states), 1, [hidden, hidden]);
      const after = lstmStep(add(linear(part, input, bias), matmul(h!, recurrent)), c!, hidden);
      return concat([after.h, after.c], 1);
    },
  };
}
