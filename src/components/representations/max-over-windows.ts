import { addDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, equal, relu } from "../../graph/ops/elementwise.js";
import { matmul } from "../../graph/ops/matrix.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { concat, full, pad, slice } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { TokenVectors } from "../contracts.js";
import { hidePadding } from "../masking.js";
import { sizedAxis } from "../sizes.js";

/**
 * The largest answer of each filter over all windows of `size` places that touch the text, the outermost reaching over
 * its edges (Kim, 2014). `vectors [batch, tokens, dim]` -> `[batch, filters]`.
 */
export function maxOverWindows(
  scope: Scope,
  { vectors, mask }: TokenVectors,
  filters: number,
  size: number,
): Tensor {
  const dim = sizedAxis(vectors, -1);
  const weight = scope.parameter("weight", [size * dim, filters], xavierInit);
  const bias = scope.parameter("bias", [filters]);
  const edge = size - 1;
  const wide = pad(vectors, [0, edge, 0], [0, edge, 0]);
  const count = addDims(vectors.dim(1), edge);
  const windows = concat(
    Array.from({ length: size }, (_, i) => slice(wide, 1, i, addDims(i, count))),
    2,
  );
  // A window touches the text when it starts before the text's end: the first `edge` ones always do.
  const before = full(scope.graph, "int32", [vectors.dim(0), edge], 0);
  const touches = edge === 0 ? mask : concat([equal(before, 0), mask], 1);
  // The same bias for all windows and a rising activation: both commute with the maximum.
  return relu(add(reduceMax(hidePadding(matmul(windows, weight), touches), [1]), bias));
}

/** One `maxOverWindows` for each window size, called `conv0`, `conv1`, ..., side by side: `[batch, filters * sizes]`. */
export function windowFeatures(
  scope: Scope,
  input: TokenVectors,
  filters: number,
  sizes: readonly number[],
): Tensor {
  return concat(
    sizes.map((size, i) => scope.within(`conv${i}`, (conv) => maxOverWindows(conv, input, filters, size))),
    1,
  );
}
