/** @file Texts cut into tokens by operators: what `CharacterCutter` does, inside a graph. */
import { addDims } from "../../../graph/dims.js";
import type { Tensor } from "../../../graph/graph.js";
import { add, and, cast, equal, mul, not, or, sub, where } from "../../../graph/ops/elementwise.js";
import { gather, scatterAdd, stringConcat } from "../../../graph/ops/lookup.js";
import { cumSum } from "../../../graph/ops/reduction.js";
import { concat, dimsTensor, full, head, slice } from "../../../graph/ops/shaping.js";
import { joinStrings, NUL, replaceStrings } from "../../../graph/ops/strings.js";
import { characterPattern, cutAt, fullMatch, splitCharacters } from "../../../graph/ops/text.js";
import {
  beginnings,
  type CharacterCutter,
  type CharacterRules,
  kindFinder,
  OUTSIDE,
} from "../../../text/character-cutter.js";
import { lowerCaseOf } from "../../../text/normalize.js";
import { lengthIn, type OffsetUnit } from "../../../text/offsets.js";
import type { CutTexts } from "../contracts.js";

/**
 * Cuts `texts` (string `[texts]`) into tokens, of which the first `most` are kept (null: all). Nothing is composed (NFC),
 * whatever the cutter's options say.
 */
export function cutTexts(texts: Tensor, { rules, options }: CharacterCutter, most: number | null): CutTexts {
  const { graph } = texts;
  const [nothing, mark] = ["", NUL].map((text) => graph.constant("string", [], [text]));
  const written = splitCharacters(texts, null);
  const characters = options.lowercase ? replaceStrings(written, lowerCaseTable()) : written;
  const padding = equal(written, nothing!);

  const kinds = where(padding, OUTSIDE, kindsOf(characters, rules));
  const [rows, size] = [kinds.dim(0), kinds.dim(1)];
  const edge = full(graph, "int64", [rows, 1], OUTSIDE);
  const before = slice(concat([edge, kinds], 1), 1, 0, size);
  const behind = slice(concat([kinds, edge], 1), 1, 1, addDims(size, 1));
  const table = beginnings(rules);
  const cells = graph.constant("int64", [table.length ** 2], table.flat().map(Number));
  const begins = (left: Tensor, right: Tensor): Tensor =>
    equal(gather(cells, add(mul(left, table.length), right)), 1);
  const starts = begins(before, kinds);
  const inside = not(equal(kinds, OUTSIDE));
  const ends = and(inside, or(equal(behind, OUTSIDE), begins(kinds, behind)));

  const pieces = stringConcat(where(starts, mark!, nothing!), where(inside, characters, nothing!));
  const all = cutAt(joinStrings(pieces), NUL);
  const first = (x: Tensor): Tensor => (most === null ? x : head(x, 1, most));
  const tokens = first(all);
  const isPadding = equal(tokens, nothing!);

  const places = (unit: OffsetUnit): ReturnType<CutTexts["places"]> => {
    const number = sub(cumSum(cast(starts, "int64"), 1), 1);
    const widths = where(padding, 0, widthsOf(written, unit));
    const reached = cumSum(widths, 1);
    // Each place goes to its token's column; what is no token's goes to one column more, which is dropped.
    const columns = all.dim(1);
    const none = full(graph, "int64", [rows, addDims(columns, 1)], 0);
    const spare = dimsTensor(graph, [columns]);
    const collected = (here: Tensor, position: Tensor): Tensor => {
      const found = scatterAdd(none, where(here, number, spare), where(here, position, 0), 1);
      return where(isPadding, -1, first(slice(found, 1, 0, columns)));
    };
    return { starts: collected(starts, sub(reached, widths)), ends: collected(ends, reached) };
  };
  return { tokens, places };
}

/** int64, as `characters`: the kind of each by the rules. */
function kindsOf(characters: Tensor, rules: CharacterRules): Tensor {
  const { graph } = characters;
  const other = graph.constant("int64", [], [rules.kinds.length + 1]);
  return patternsOf(rules).reduce(
    (kinds, pattern, kind) => (pattern === null ? kinds : where(fullMatch(characters, pattern), kind, kinds)),
    other,
  );
}

/** How much each character takes in a unit: int64, as `characters`. */
export function widthsOf(characters: Tensor, unit: OffsetUnit): Tensor {
  const one = characters.graph.constant("int64", [], [1]);
  if (unit === "code_points") return one;
  return [2, 3, 4].reduce((widths, width) => {
    const pattern = widthPattern(unit, width);
    return pattern === null ? widths : where(fullMatch(characters, pattern), width, widths);
  }, one);
}

/** Patterns take a walk over all of Unicode to make. */
const made = new Map<string, unknown>();

export function once<T>(key: string, make: () => T): T {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known as T;
}

/** For each kind but the last the pattern of its characters; null where there are none. */
function patternsOf(rules: CharacterRules): readonly (string | null)[] {
  const { outside, kinds } = rules;
  return once(JSON.stringify([outside, kinds]), () => {
    const find = kindFinder(rules);
    const all = Uint8Array.from({ length: 0x110000 }, (_, code) => find(String.fromCodePoint(code)));
    return [OUTSIDE, ...kinds.map((_, at) => at + 1)].map((kind) =>
      characterPattern((character) => all[character.codePointAt(0)!] === kind),
    );
  });
}

const widthPattern = (unit: OffsetUnit, width: number): string | null =>
  once(`${unit} ${width}`, () => characterPattern((character) => lengthIn(character, unit) === width));

/** Every character that lower-casing changes, with what it becomes. */
const lowerCaseTable = (): ReadonlyMap<string, string> =>
  once("lower case", () => {
    const table = new Map<string, string>();
    for (let code = 0; code < 0x110000; code++) {
      const character = String.fromCodePoint(code);
      const lower = lowerCaseOf(character);
      if (lower !== character) table.set(character, lower);
    }
    return table;
  });
