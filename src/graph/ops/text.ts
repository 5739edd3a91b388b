/** @file The operators that look into strings: cutting and matching. */
import { sizeOf } from "../dims.js";
import type { Tensor } from "../graph.js";
import { apply, define, explained, ShapeError } from "./define.js";
import { like, requireType } from "./rules.js";
import { concat, reshape, reshapeFully, slice, squeeze } from "./shaping.js";

/** Either `separators` or `tokenexp`, a regular expression of RE2 each of whose leftmost longest matches is a piece. */
type Cut = {
  /** 1 puts a mark of the start before the pieces, and one of the end after them. */
  mark: 0 | 1;
  /** Pieces of fewer characters are dropped. */
  mincharnum: number;
  /** Fills the places beyond a string's last piece. */
  pad_value: string;
  /** What stands between pieces; one empty string: nothing, every code point is a piece. */
  separators?: readonly string[];
  tokenexp?: string;
};

/**
 * ONNX Runtime's own operator: each string's pieces along a new last axis, which is as long as the most pieces.
 * It needs a string that has a piece: without one it gives no axes of the given sizes.
 */
export const Tokenizer = define<readonly [Tensor], Cut>("Tokenizer", {
  domain: "com.microsoft",
  infer: ([x], { separators, tokenexp }, fresh) => {
    requireType(x, "the input", "string");
    if (x.rank !== 1 && x.rank !== 2) throw new ShapeError("the input must have one or two axes");
    if ((separators === undefined) === (tokenexp === undefined))
      throw new ShapeError("it cuts either at separators or by an expression");
    return [like(x, [...x.shape, fresh()])];
  },
  gradient: { none: "its result is discrete" },
});

/** Each string cut at the first `maxsplit` places where the delimiter stands, along a new last axis; and how many parts there are. */
export const StringSplit = define<readonly [Tensor], { delimiter: string; maxsplit: number }>("StringSplit", {
  infer: ([x], { delimiter }, fresh) => {
    requireType(x, "the input", "string");
    if (delimiter === "") throw new ShapeError("it cuts at a delimiter, not at white space");
    return [like(x, [...x.shape, fresh()]), { dtype: "int64", shape: x.shape }];
  },
  gradient: { none: "its result is discrete" },
});

/** What no string that comes into a session holds: it would end there. So it can stand for "none of these". */
export const NUL = "\0";

const cut = (x: Tensor, how: { separators: readonly string[] } | { tokenexp: string }): Tensor =>
  apply(Tokenizer, [x], { mark: 0, mincharnum: 1, pad_value: "", ...how });

/** Whether the whole of each string matches an expression of RE2. */
export const RegexFullMatch = define<readonly [Tensor], { pattern: string }>("RegexFullMatch", {
  infer: ([x]) => {
    requireType(x, "the input", "string");
    return [{ dtype: "bool", shape: x.shape }];
  },
  gradient: { none: "its result is discrete" },
});

/**
 * Whether the whole of each string matches. For both engines to agree the pattern keeps to what RE2 and JavaScript write
 * and read alike: classes, \p{...}, groups and repetition, no dot.
 */
export const fullMatch = (x: Tensor, pattern: string): Tensor => apply(RegexFullMatch, [x], { pattern });

/** An expression for one character out of those that fit, the shorter of `[...]` and `[^...]`. Null when none does. */
export function characterPattern(fits: (character: string) => boolean): string | null {
  const written = { inside: "", outside: "" };
  let first = 0;
  let side = sideOf(0);
  for (let code = 1; code <= 0x110000; code++) {
    const next = sideOf(code);
    if (next === side) continue;
    if (side !== null) written[side] += escaped(first) + (first === code - 1 ? "" : `-${escaped(code - 1)}`);
    [first, side] = [code, next];
  }
  const { inside, outside } = written;
  if (inside === "") return null;
  return outside !== "" && outside.length < inside.length ? `[^${outside}]` : `[${inside}]`;

  function sideOf(code: number): "inside" | "outside" | null {
    if (code === 0x110000 || (code >= 0xd800 && code <= 0xdfff)) return null;
    return fits(String.fromCodePoint(code)) ? "inside" : "outside";
  }
}

/** A character inside a class, as RE2 and JavaScript both read it. */
function escaped(code: number): string {
  const character = String.fromCodePoint(code);
  return code === 0 ? "\\x00" : /[\\\]^-]/.test(character) ? `\\${character}` : character;
}

/** The largest number of characters that `splitCharacters` can be told to keep: RE2 repeats nothing more often. */
export const MOST_CHARACTERS = 1000;

/** The expression that matches the first characters of a string, `most` (up to `MOST_CHARACTERS`) or as many as there are. */
export const headExpression = (most: number): string => `\\A(?s:.{1,${most}})`;

/**
 * What an expression matches in strings, from the left and each as long as can be, `[rows] -> [rows, pieces]`, then "".
 * `pieces` is as many as the string with the most has, and 1 at least. For both engines to agree the expression consists of
 * classes of characters, `(?:...)`, `|`, `?`, `*` and `+`. No string may hold NUL, and an expression that is empty matches nothing.
 */
export function matches(x: Tensor, expression: string): Tensor {
  // One string more, so that there is always something to cut.
  const all = concat([x, x.graph.constant("string", [1], [NUL])], 0);
  return slice(cut(all, { tokenexp: expression === "" ? "\\x00" : `${expression}|\\x00` }), 0, 0, x.dim(0));
}

/**
 * The code points of strings, `[...] -> [..., chars]`: of each the first `most` (all when null), then empty strings.
 * `chars` is as long as the most that a string has, and 1 at least.
 */
export function splitCharacters(x: Tensor, most: number | null): Tensor {
  explained("Tokenizer", [x], () => {
    if (most !== null && !(most >= 1 && most <= MOST_CHARACTERS))
      throw new ShapeError(`1 to ${MOST_CHARACTERS} characters of a string can be kept, not ${most}`);
  });
  const count = sizeOf(x.shape);
  // One character more, so that there is always something to cut.
  const all = concat([reshape(x, [count]), x.graph.constant("string", [1], ["-"])], 0);
  // What is cut off first takes no place: the axis is as long as the longest string.
  const heads = most === null ? all : squeeze(cut(all, { tokenexp: headExpression(most) }), [1]);
  const characters = slice(cut(heads, { separators: [""] }), 0, 0, count);
  return reshapeFully(characters, [...x.shape, characters.dim(1)]);
}
