import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { concat, slice, squeeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import type { TokenVectors } from "../contracts.js";
import { zeroPadding } from "../masking.js";
import { lastVector } from "./last-timestep-pool.js";

const schema = Type.Object(
  {
    boundary_type: Type.Union([Type.Literal("first"), Type.Literal("last"), Type.Literal("firstlast")], {
      default: "first",
      description: "Which words: the first, the last, or both side by side.",
    }),
  },
  { description: "The vectors of a row's outermost tokens." },
);

/** The vector of each row's first token, zeros where there is none. `vectors [batch, tokens, dim]` -> `[batch, dim]`. */
export function firstVector({ vectors, mask }: TokenVectors): Tensor {
  return squeeze(zeroPadding(slice(vectors, 1, 0, 1), slice(mask, 1, 0, 1)), [1]);
}

/** `vectors [batch, tokens, dim]` -> `[batch, dim]`, `[batch, 2 * dim]` for both. */
export const BoundaryPool = component({
  kind: "pooling",
  name: "BoundaryPool",
  schema,
  build(_scope, { boundary_type }, input) {
    switch (boundary_type) {
      case "first":
        return firstVector(input);
      case "last":
        return lastVector(input);
      case "firstlast":
        return concat([firstVector(input), lastVector(input)], 1);
    }
  },
});
