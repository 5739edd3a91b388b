import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { greater, where } from "../../graph/ops/elementwise.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import type { TokenVectors } from "../contracts.js";
import { hidePadding, rowLengths } from "../masking.js";

const schema = Type.Object({}, { description: "The largest value of each element over a row's tokens." });

/** The largest values over the places where the mask is true, zeros where there is none. `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export function maxVector({ vectors, mask }: TokenVectors): Tensor {
  const hasTokens = unsqueeze(greater(rowLengths(mask), 0), [1]);
  return where(hasTokens, reduceMax(hidePadding(vectors, mask), [1]), 0);
}

/** `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export const MaxPool = component({
  kind: "pooling",
  name: "MaxPool",
  schema,
  build: (_scope, _config, input) => maxVector(input),
});
