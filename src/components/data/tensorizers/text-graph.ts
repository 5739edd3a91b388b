/** @file Texts cut into tokens by operators: what `CharacterCutter` does, inside a graph. */
import { addDims } from "../../../graph/dims.js";
import type { Tensor } from "../../../graph/graph.js";
import { add, and, cast, equal, minimum, mul, not, or, sub, where } from "../../../graph/ops/elementwise.js";
import { gather, scatterAdd } from "../../../graph/ops/lookup.js";
import { cumSum } from "../../../graph/ops/reduction.js";
import { concat, dimsTensor, full, head, slice } from "../../../graph/ops/shaping.js";
import { replaceCharacters } from "../../../graph/ops/strings.js";
import { characterPattern, fullMatch, matches, splitCharacters } from "../../../graph/ops/text.js";
import { beginnings, type CharacterCutter, OUTSIDE } from "../../../text/character-cutter.js";
import { lengthIn, type OffsetUnit } from "../../../text/offsets.js";
import type { CutTexts } from "../contracts.js";
import { lowerCaseTable, once, patternOf, tokenExpression } from "./token-expression.js";

/**
 * Cuts `texts` (string `[texts]`) into tokens, of which the first `most` are kept (null: all). Nothing is composed (NFC),
 * whatever the cutter's options say.
 */
export function cutTexts(texts: Tensor, cutter: CharacterCutter, most: number | null): CutTexts {
  const { rules, options } = cutter;
  const read = options.lowercase ? replaceCharacters(texts, lowerCaseTable()) : texts;
  const all = matches(read, tokenExpression(rules));
  const tokens = most === null ? all : head(all, 1, most);
  return { tokens, places: (unit) => placesOf(texts, cutter, tokens, unit) };
}

/** Where tokens stand in their texts: found character by character. */
function placesOf(
  texts: Tensor,
  { rules, options: { lowercase } }: CharacterCutter,
  tokens: Tensor,
  unit: OffsetUnit,
): ReturnType<CutTexts["places"]> {
  const { graph } = texts;
  const nothing = graph.constant("string", [], [""]);
  const characters = splitCharacters(texts, null);
  const padding = equal(characters, nothing);

  const table = beginnings(rules);
  const last = table.length - 1;
  const kinds = table.slice(0, last).reduce(
    (known, _, kind) => {
      const pattern = patternOf(rules, [kind], lowercase);
      return pattern === null ? known : where(fullMatch(characters, pattern), kind, known);
    },
    where(padding, OUTSIDE, graph.constant("int64", [], [last])),
  );
  const [rows, size] = [kinds.dim(0), kinds.dim(1)];
  const edge = full(graph, "int64", [rows, 1], OUTSIDE);
  const before = slice(concat([edge, kinds], 1), 1, 0, size);
  const behind = slice(concat([kinds, edge], 1), 1, 1, addDims(size, 1));
  const cells = graph.constant("int64", [table.length ** 2], table.flat().map(Number));
  const begins = (left: Tensor, right: Tensor): Tensor =>
    equal(gather(cells, add(mul(left, table.length), right)), 1);
  const starts = begins(before, kinds);
  const ends = and(not(equal(kinds, OUTSIDE)), or(equal(behind, OUTSIDE), begins(kinds, behind)));

  const number = sub(cumSum(cast(starts, "int64"), 1), 1);
  const widths = where(padding, 0, widthsOf(characters, unit));
  const reached = cumSum(widths, 1);
  // Each place goes to its token's column; what is no kept token's goes to one column more, which is dropped.
  const columns = tokens.dim(1);
  const none = full(graph, "int64", [rows, addDims(columns, 1)], 0);
  const spare = dimsTensor(graph, [columns]);
  const isPadding = equal(tokens, nothing);
  const collected = (here: Tensor, position: Tensor): Tensor => {
    const column = where(here, minimum(number, spare), spare);
    const found = scatterAdd(none, column, where(here, position, 0), 1);
    return where(isPadding, -1, slice(found, 1, 0, columns));
  };
  return { starts: collected(starts, sub(reached, widths)), ends: collected(ends, reached) };
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

const widthPattern = (unit: OffsetUnit, width: number): string | null =>
  once(`${unit} ${width}`, () => characterPattern((character) => lengthIn(character, unit) === width));
