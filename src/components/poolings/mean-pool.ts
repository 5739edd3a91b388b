import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { cast, div, maximum } from "../../graph/ops/elementwise.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { component } from "../../registry/component.js";
import type { TokenVectors } from "../contracts.js";
import { weightedSum } from "./weighted-sum.js";

const schema = Type.Object({}, { description: "The mean of a row's token vectors." });

/** The mean over the places where the mask is true, zeros where there is none. `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export function meanVector({ vectors, mask }: TokenVectors): Tensor {
  const there = cast(mask, vectors.dtype);
  return weightedSum(div(there, maximum(reduceSum(there, [1], true), 1)), vectors);
}

/** `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export const MeanPool = component({
  kind: "pooling",
  name: "MeanPool",
  schema,
  build: (_scope, _config, input) => meanVector(input),
});
