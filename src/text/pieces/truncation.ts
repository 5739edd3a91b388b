/** @file How many pieces of texts are kept. */
import { ptxError } from "../../registry/errors.js";
import type { TruncationStrategy } from "./encoding.js";

/**
 * How many pieces of one text or two there is room for, as Hugging Face's tokenizers count. With `longest_first` the longer
 * of two is cut until it is as long as the other one, then both are; where they cannot become equal the second keeps a
 * piece more, unless the first was longer. Throws `PTX_DATA` where the only text that may be cut is too short for that.
 */
export function keptPieces(
  counts: readonly number[],
  room: number,
  strategy: TruncationStrategy,
): readonly number[] {
  const [first, second] = counts as [number, number?];
  const excess = first + (second ?? 0) - room;
  if (excess <= 0 || strategy === "do_not_truncate") return counts;
  if (strategy === "longest_first") {
    if (second === undefined) return [Math.min(first, room)];
    const half = Math.floor(room / 2);
    const share = first > second ? room - half : half;
    return [
      Math.min(first, Math.max(room - second, share)),
      Math.min(second, Math.max(room - first, room - share)),
    ];
  }
  const only = strategy === "only_first" ? 0 : 1;
  const count = counts[only];
  if (count === undefined || count < excess) {
    const what = only === 0 ? "first" : "second";
    const message = `${excess} pieces are too many, and the ${what} text, the only one to be cut (${strategy}), has ${count ?? 0}`;
    throw ptxError("PTX_DATA", "truncation", message, "longest_first cuts both");
  }
  return counts.map((all, i) => (i === only ? all - excess : all));
}

/** Places `[from, to)` of windows of at most `room` over `count` pieces, each `overlap` pieces into the one before. One window at least. */
export function windowPlaces(count: number, room: number, overlap: number): [from: number, to: number][] {
  if (overlap >= room) {
    const message = `windows of ${room} pieces cannot overlap by ${overlap}`;
    throw ptxError("PTX_DATA", "windows", message, "a smaller overlap, or longer windows");
  }
  const places: [number, number][] = [];
  for (let from = 0; ; from += room - overlap) {
    const to = Math.min(from + room, count);
    places.push([from, to]);
    if (to === count) return places;
  }
}
