/** @file Strings put together and replaced, from the operators that ONNX Runtime has for them. */
import type { Tensor } from "../graph.js";
import { apply } from "./define.js";
import { equal, where } from "./elementwise.js";
import { LabelEncoder, stringConcat } from "./lookup.js";
import { concat, expand, reshape, slice } from "./shaping.js";

/** What no string that comes into a session holds: it would end there. So it can stand for "none of these". */
export const NUL = "\0";

/** Rounds of joining neighbours: `2 ** ROUNDS` strings become one. */
const ROUNDS = 20;

/** The longest axis that `joinStrings` joins. */
export const MOST_JOINED = 2 ** ROUNDS;

/** Strings by a table; what it lacks stays as it is. No string of `x` may hold NUL. */
export function replaceStrings(x: Tensor, table: ReadonlyMap<string, string>): Tensor {
  if (table.size === 0) return x;
  const found = apply(LabelEncoder, [x], {
    keys_strings: [...table.keys()],
    values_strings: [...table.values()],
    default_string: NUL,
  });
  return where(equal(found, x.graph.constant("string", [], [NUL])), x, found);
}

/**
 * The strings along the last axis as one, `[rows, n] -> [rows]`. Neighbours are joined in pairs, again and again, so it
 * takes time by the length of the text. Fails in the run for `n` above `MOST_JOINED`.
 */
export function joinStrings(x: Tensor): Tensor {
  const { graph } = x;
  const rows = x.dim(0);
  const nothing = expand(graph.constant("string", [1, 1], [""]), [rows, 1]);
  let joined = x;
  for (let round = 0; round < ROUNDS; round++) {
    const left = slice(joined, 1, 0, joined.dim(1), 2);
    const padded = concat([joined, nothing], 1);
    const right = slice(padded, 1, 1, padded.dim(1), 2);
    joined = stringConcat(left, right);
  }
  return reshape(joined, [rows]);
}
