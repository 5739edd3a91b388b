/** @file The UTF-8 bytes of strings, by operators. */
import { addDims, mulDims } from "../../../graph/dims.js";
import type { Tensor } from "../../../graph/graph.js";
import { codePoints } from "../../../graph/ops/code-points.js";
import {
  add,
  cast,
  div,
  equal,
  greaterOrEqual,
  less,
  maximum,
  minimum,
  mul,
  sub,
  where,
} from "../../../graph/ops/elementwise.js";
import { gather, scatterAdd } from "../../../graph/ops/lookup.js";
import { cumSum, reduceMax } from "../../../graph/ops/reduction.js";
import {
  full,
  ints,
  pad,
  reshape,
  reshapeFully,
  slice,
  unsqueeze,
  upTo,
} from "../../../graph/ops/shaping.js";
import { MOST_CHARACTERS, splitCharacters } from "../../../graph/ops/text.js";

/** Where characters of 1, 2, 3 and 4 bytes begin, and what their first byte has more than their highest bits. */
const [BEGIN, MARK] = [
  [0, 0x80, 0x800, 0x10000],
  [0, 0, 0xc0, 0xe0, 0xf0],
];

/**
 * The bytes of strings, `[rows] -> [rows, bytes]` (int64): of each the first `most` (all when null), then -1. `bytes` is as
 * long as the most that a string has, and 1 at least. Characters become others by code point first.
 */
export function utf8Bytes(
  strings: Tensor,
  most: number | null,
  become?: ReadonlyMap<number, number>,
): Tensor {
  const { graph } = strings;
  // So many bytes are never of more characters.
  const kept = most !== null && most <= MOST_CHARACTERS ? most : null;
  const codes = codePoints(splitCharacters(strings, kept), become);
  const [rows, characters] = codes.shape as [string, string];
  const counts = BEGIN.map((code) => cast(greaterOrEqual(codes, code), "int64")).reduce(add);
  const reached = cumSum(counts, 1);
  const longest = maximum(reduceMax(pad(reshape(reached, [mulDims(rows, characters)]), [0], [1], 1), [0]), 1);
  const width = most === null ? longest : minimum(longest, most);
  const bytes = upTo(width).dim(0);

  // Each character's bytes from its last: bits 0 to 5, 6 to 11, ...; those that it has not go to one column more, which is dropped.
  const back = ints(codes, [0, 1, 2, 3]);
  const [code, count] = [unsqueeze(codes, [2]), unsqueeze(counts, [2])];
  const bits = div(code, ints(codes, [1, 64, 64 ** 2, 64 ** 3]));
  const follows = add(sub(bits, mul(div(bits, 64), 64)), 0x80);
  const leads = add(bits, gather(ints(codes, MARK), count));
  const values = where(equal(back, sub(count, 1)), leads, follows);
  const column = minimum(sub(sub(unsqueeze(reached, [2]), 1), back), width);
  const places = where(less(back, count), column, width);
  const flat = [rows, mulDims(4, characters)];
  const none = full(graph, "int64", [rows, addDims(bytes, 1)], -1);
  const all = scatterAdd(none, reshapeFully(places, flat), reshapeFully(add(values, 1), flat), 1);
  return slice(all, 1, 0, bytes);
}
