import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, relu } from "../../graph/ops/elementwise.js";
import { matmul } from "../../graph/ops/matrix.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { concat, full, pad, slice } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import type { TokenVectors } from "../contracts.js";
import { hidePadding } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { addDims } from "../../graph/dims.js";
import { equal } from "../../graph/ops/elementwise.js";

const schema = Type.Object(
  {
    kernel_sizes: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, default: [3, 4], description: "Window sizes in tokens." }),
    kernel_num: Type.Integer({ minimum: 1, default: 100, description: "Filters for each window size." }),
    dropout: Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0.4, description: "Probability that a feature is zeroed in training." }),
  },
  { description: "Convolution over time with max pooling (Kim, 2014)." },
);

/**
 * The largest answer of each filter over all windows of `size` tokens that touch the text, the outermost reaching over its edges.
 * `vectors [batch, tokens, dim]` -> `[batch, filters]`.
 */
function maxOverWindows(scope: Scope, { vectors, mask }: TokenVectors, filters: number, size: number): Tensor {
  const dim = sizedAxis(vectors, -1);
  const weight = scope.parameter("weight", [size * dim, filters], xavierInit);
  const bias = scope.parameter("bias", [filters]);
  const edge = size - 1;
  const wide = pad(vectors, [0, edge, 0], [0, edge, 0]);
  const count = addDims(vectors.dim(1), edge);
  const windows = concat(Array.from({ length: size }, (_, i) => slice(wide, 1, i, addDims(i, count))), 2);
  // A window touches the text when it starts before the text's end: the first `edge` ones always do.
  const before = full(scope.graph, "int32", [vectors.dim(0), edge], 0);
  const touches = edge === 0 ? mask : concat([equal(before, 0), mask], 1);
  // The same bias for all windows and a rising activation: both commute with the maximum.
  return relu(add(reduceMax(hidePadding(matmul(windows, weight), touches), [1]), bias));
}

/** n-gram features. `vectors [batch, tokens, dim]` -> doc `[batch, kernel_num * kernel_sizes.length]`. */
export const DocNNRepresentation = component({
  kind: "representation",
  name: "DocNNRepresentation",
  schema,
  build(scope, config, input) {
    const pooled = config.kernel_sizes.map((size, i) =>
      scope.within(`conv${i}`, (conv) => maxOverWindows(conv, input, config.kernel_num, size)),
    );
    return { doc: scope.dropout(concat(pooled, 1), config.dropout), tokens: null };
  },
});
