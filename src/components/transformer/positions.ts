/** @file What tells a Transformer where a token stands. */
import type { Dim } from "../../graph/dims.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import { add, cast, minimum, mul, sin } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { range, unsqueeze } from "../../graph/ops/shaping.js";
import { normalInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";

/**
 * `sin(t / 10000^(2i / dim))` and `cos(t / 10000^(2i / dim))` at the elements `2i` and `2i + 1` of place `t` (Vaswani et
 * al., 2017), none of them learnt. `places` int64 `[tokens] -> [tokens, dim]`.
 */
export function sinusoidsAt(places: Tensor, dim: number): Tensor {
  const perElement = (of: (i: number) => number): Tensor =>
    places.graph.constant(
      "float32",
      [1, dim],
      Float32Array.from({ length: dim }, (_, i) => of(i)),
    );
  const frequency = perElement((i) => 10000 ** (-(i - (i % 2)) / dim));
  const quarter = perElement((i) => (i % 2) * (Math.PI / 2)); // cos(x) = sin(x + pi / 2)
  return sin(add(mul(unsqueeze(cast(places, "float32"), [1]), frequency), quarter));
}

/** The same of the first places, as many as there are tokens. `-> [tokens, dim]`. */
export const sinusoidalPositions = (graph: Graph, tokens: Dim, dim: number): Tensor =>
  sinusoidsAt(range(graph, tokens), dim);

/** A learnt vector for each of the first `most` places; places further on share the last one. They are drawn with the given standard deviation. `-> [tokens, dim]`. Parameter: `weight [most, dim]`. */
export function learnedPositions(
  scope: Scope,
  tokens: Dim,
  dim: number,
  most: number,
  deviation = 0.02,
): Tensor {
  const table = scope.parameter("weight", [most, dim], normalInit(deviation));
  return gather(table, minimum(range(scope.graph, tokens), most - 1));
}
