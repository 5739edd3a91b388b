import { Type } from "typebox";
import { addDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { cast, sub } from "../../graph/ops/elementwise.js";
import { pad, slice } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import type { TokenVectors } from "../contracts.js";
import { weightedSum } from "./weighted-sum.js";

const schema = Type.Object({}, { description: "The vector of a row's last token." });

/** The vector of each row's last token, zeros where there is none. `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export function lastVector({ vectors, mask }: TokenVectors): Tensor {
  // 1 exactly where a token is followed by none; by product, as a row's last place depends on its length.
  const there = cast(mask, vectors.dtype);
  const followed = slice(pad(there, [0, 0], [0, 1]), 1, 1, addDims(mask.dim(1), 1));
  return weightedSum(sub(there, followed), vectors);
}

/** `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export const LastTimestepPool = component({
  kind: "pooling",
  name: "LastTimestepPool",
  schema,
  build: (_scope, _config, input) => lastVector(input),
});
