/** @file Strings put together and replaced, from the operators that ONNX Runtime has for them. */
import type { Tensor } from "../graph.js";
import { apply } from "./define.js";
import { cast, equal, greater, where } from "./elementwise.js";
import { choose } from "./if.js";
import { LabelEncoder, stringConcat } from "./lookup.js";
import { reduceSum } from "./reduction.js";
import { broadcastLike, concat, dimsTensor, reshape, slice } from "./shaping.js";
import { characterPattern, fullMatch, matches, NUL } from "./text.js";

/** Rounds of joining neighbours that few strings need, and all of them: `2 ** ROUNDS` strings become one. */
const [FEW_ROUNDS, ROUNDS] = [4, 20];

/** The longest axis that `joinStrings` joins. */
export const MOST_JOINED = 2 ** ROUNDS;

/** Strings by a table; what it lacks stays as it is. No string of `x` may hold NUL. */
function replaceStrings(x: Tensor, table: ReadonlyMap<string, string>): Tensor {
  if (table.size === 0) return x;
  const found = apply(LabelEncoder, [x], {
    keys_strings: [...table.keys()],
    values_strings: [...table.values()],
    default_string: NUL,
  });
  return where(equal(found, x.graph.constant("string", [], [NUL])), x, found);
}

/**
 * Strings with their characters replaced by a table, `[rows] -> [rows]`. No string may hold NUL. Takes hardly any time where
 * no string holds a character of the table. Fails in the run for strings of more than `MOST_JOINED` characters, at the worst.
 */
export function replaceCharacters(x: Tensor, table: ReadonlyMap<string, string>): Tensor {
  const { listed, others } = patternsOf(table);
  if (listed === null) return x;
  const any = "[^\\x00]";
  // Each character of the table is a piece, and so is a run of others.
  const pieces = others === null ? any : `${others}+|${any}`;
  const found = fullMatch(x, `${any}*${listed}${any}*`);
  return choose(
    cast(reduceSum(cast(found, "int64"), [0], true), "bool"),
    [x],
    ([strings]) => joinStrings(replaceStrings(matches(strings!, pieces), table)),
    ([strings]) => strings!,
  );
}

/** Expressions for a character of a table, or near one, and for any other. */
function patternsOf(table: ReadonlyMap<string, string>): CharacterPatterns {
  const known = patterns.get(table);
  if (known !== undefined) return known;
  const near = withGaps(table);
  const made = {
    listed: characterPattern((character) => near.has(character)),
    others: characterPattern((character) => !near.has(character)),
  };
  patterns.set(table, made);
  return made;
}

interface CharacterPatterns {
  readonly listed: string | null;
  readonly others: string | null;
}

/** They take a walk over all of Unicode to make. */
const patterns = new WeakMap<ReadonlyMap<string, string>, CharacterPatterns>();

/** The characters of a table, and single ones between two of them: capital and small letters often take turns, and an expression of runs is shorter. */
function withGaps(table: ReadonlyMap<string, string>): ReadonlySet<string> {
  const codes = [...table.keys()].map((character) => character.codePointAt(0)!);
  const gaps = codes.filter((code) => table.has(String.fromCodePoint(code + 2))).map((code) => code + 1);
  return new Set([...codes, ...gaps].map((code) => String.fromCodePoint(code)));
}

/**
 * The strings along the last axis as one, `[rows, n] -> [rows]`. Neighbours are joined in pairs, again and again, so it
 * takes time by the length of the text. Fails in the run for `n` above `MOST_JOINED`.
 */
export function joinStrings(x: Tensor): Tensor {
  const few = joinPairs(x, FEW_ROUNDS);
  const rows = x.dim(0);
  return choose(
    greater(dimsTensor(few.graph, [few.dim(1)]), 1),
    [few],
    ([rest]) => reshape(joinPairs(rest!, ROUNDS - FEW_ROUNDS), [rows]),
    ([rest]) => reshape(slice(rest!, 1, 0, 1), [rows]),
  );
}

function joinPairs(x: Tensor, rounds: number): Tensor {
  const nothing = broadcastLike(x.graph.constant("string", [], [""]), slice(x, 1, 0, 1));
  let joined = x;
  for (let round = 0; round < rounds; round++) {
    const left = slice(joined, 1, 0, joined.dim(1), 2);
    const padded = concat([joined, nothing], 1);
    const right = slice(padded, 1, 1, padded.dim(1), 2);
    joined = stringConcat(left, right);
  }
  return joined;
}
