import { Type } from "typebox";
import { greater, where } from "../../graph/ops/elementwise.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import { hidePadding, rowLengths } from "../masking.js";

const schema = Type.Object({}, { description: "The largest value of each element over a row's tokens." });

/** `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export const MaxPool = component({
  kind: "pooling",
  name: "MaxPool",
  schema,
  build(_scope, _config, { vectors, mask }) {
    const hasTokens = unsqueeze(greater(rowLengths(mask), 0), [1]);
    return where(hasTokens, reduceMax(hidePadding(vectors, mask), [1]), 0);
  },
});
