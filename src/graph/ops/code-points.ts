/** @file Which characters strings hold, as numbers. No operator tells: strings are cut byte by byte and the parts looked up. */
import { sizeOf } from "../dims.js";
import type { Tensor } from "../graph.js";
import { apply } from "./define.js";
import { add, cast, equal, greater, greaterOrEqual, mul, sub, where } from "./elementwise.js";
import { choose, chooseAll } from "./if.js";
import { encodeIds, encodeStrings, gather, gatherElements, unique } from "./lookup.js";
import { argMax, reduceMax } from "./reduction.js";
import { concat, reshape, reshapeFully, slice, squeeze, unsqueeze } from "./shaping.js";
import { StringSplit } from "./text.js";

/** The code of no character, of the empty string; and of one that a table lacks. */
const [NONE, OTHER] = [-1, -2];

/** Characters of one byte and of two end here; those of three. */
const [ONE, TWO, THREE] = [0x80, 0x800, 0x10000];

/** The bytes that follow a first one, and the first ones of characters of three bytes and of four. */
const following = Array.from({ length: 64 }, (_, i) => 0x80 + i);
const leading = {
  three: Array.from({ length: 16 }, (_, i) => 0xe0 + i),
  four: [0xf0, 0xf1, 0xf2, 0xf3, 0xf4],
};

/** A byte of 128 and above, as `textOfBytes` writes it. */
const byte = (value: number): string => String.fromCharCode(0xdc00 + value);

/** Each character of these codes. */
const characters = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String.fromCodePoint(from + i));

/**
 * The code points of strings of one character each, int64 of the same shape; -1 for the empty string. No string may hold NUL.
 * What `become` maps has the code that it is mapped to. Hardly takes any time where all characters are of ASCII.
 */
export function codePoints(x: Tensor, become: ReadonlyMap<number, number> = new Map()): Tensor {
  const coded = (code: number): number => become.get(code) ?? code;
  const looked = (strings: Tensor, end: number): Tensor => {
    const keys = characters(1, end);
    return encodeStrings(strings, ["", ...keys], [NONE, ...keys.map((_, i) => coded(i + 1))], OTHER);
  };
  const size = sizeOf(x.shape);
  const some = (condition: Tensor): Tensor =>
    greater(
      reduceMax(
        concat([cast(reshape(condition, [size]), "int64"), x.graph.constant("int64", [1], [0])], 0),
        [0],
      ),
      0,
    );
  const ascii = looked(x, ONE);
  return choose(
    some(equal(ascii, OTHER)),
    [x, ascii],
    ([strings]) => {
      const { values, places } = unique(reshape(strings!, [size]));
      const short = looked(values, TWO);
      const long = longCodes(
        values,
        [...become].filter(([code]) => code >= TWO),
      );
      const codes = where(equal(short, OTHER), long, short);
      return reshapeFully(gather(codes, places), x.shape);
    },
    ([, codes]) => codes!,
  );
}

/** Codes of characters of three bytes and of four, `[n]`; of others, of no meaning. */
function longCodes(x: Tensor, become: readonly (readonly [number, number])[]): Tensor {
  const { three, four } = leading;
  const holders = [
    ...three.map((_, i) => Math.max(TWO, i << 12)),
    ...four.map((_, i) => Math.max(THREE, i << 18)),
  ];
  const first = withoutFirst(x, [...three, ...four], holders);
  const isFour = greaterOrEqual(first.which, three.length);
  const [high, rest] = chooseAll(
    greater(reduceMax(cast(isFour, "int64"), [0]), 0),
    [first.which, first.rest, isFour],
    ([which, rest, here]) => {
      const second = withoutFirst(rest!, following, following);
      const wide = add(mul(sub(which!, three.length), 64), second.which);
      return [where(here!, wide, which!), where(here!, second.rest, rest!)];
    },
    ([which, rest]) => [which!, rest!],
  );
  const pairs = following.flatMap((one) => following.map((two) => byte(one) + byte(two)));
  const low = encodeStrings(rest!, pairs, [...pairs.keys()], 0);
  const codes = add(mul(high!, 4096), low);
  if (become.length === 0) return codes;
  const [from, to] = [become.map(([code]) => code), become.map(([, code]) => code)];
  const found = encodeIds(codes, from, to, OTHER);
  return where(equal(found, OTHER), codes, found);
}

/**
 * Of strings that begin with one of these bytes: which it is, and what is behind it, each `[n]`. Of other strings, no meaning.
 * @param holders characters that hold one of the bytes each
 */
function withoutFirst(
  x: Tensor,
  bytes: readonly number[],
  holders: readonly number[],
): { readonly which: Tensor; readonly rest: Tensor } {
  const { graph } = x;
  const [n] = x.shape;
  // One string more, so that each byte cuts some string in two.
  const all = concat([x, graph.constant("string", [1], [String.fromCodePoint(...holders)])], 0);
  const parts = bytes.map((value) => {
    const halves = apply(StringSplit, [all], { delimiter: byte(value), maxsplit: 1 });
    return slice(halves, 0, 0, n!);
  });
  const halves = reshape(concat(parts, 1), [n!, 2 * bytes.length]);
  const before = slice(halves, 1, 0, 2 * bytes.length, 2);
  const which = argMax(cast(equal(before, graph.constant("string", [], [""])), "int64"), 1);
  const rest = gatherElements(halves, unsqueeze(add(mul(which, 2), 1), [1]), 1);
  return { which, rest: squeeze(rest, [1]) };
}
