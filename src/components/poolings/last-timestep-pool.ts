import { Type } from "typebox";
import { addDims } from "../../graph/dims.js";
import { cast, sub } from "../../graph/ops/elementwise.js";
import { pad, slice } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { weightedSum } from "./weighted-sum.js";

const schema = Type.Object({}, { description: "The vector of a row's last token." });

/** `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export const LastTimestepPool = component({
  kind: "pooling",
  name: "LastTimestepPool",
  schema,
  build(_scope, _config, { vectors, mask }) {
    // 1 exactly where a token is followed by none; by product, as a row's last place depends on its length.
    const there = cast(mask, vectors.dtype);
    const followed = slice(pad(there, [0, 0], [0, 1]), 1, 1, addDims(mask.dim(1), 1));
    return weightedSum(sub(there, followed), vectors);
  },
});
