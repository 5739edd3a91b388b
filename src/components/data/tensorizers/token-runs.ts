import type { Tensor } from "../../../graph/graph.js";
import { equal, where } from "../../../graph/ops/elementwise.js";
import { stringConcat } from "../../../graph/ops/lookup.js";
import { concat, expand, slice } from "../../../graph/ops/shaping.js";
import { joinStrings } from "../../../graph/ops/strings.js";
import { NUL, splitCharacters } from "../../../graph/ops/text.js";

/**
 * For each n from 1 the runs of n tokens that start at each token, joined by a separator, `[batch, tokens]`. A run that
 * the text's end cuts short holds a NUL.
 */
export function tokenRuns(strings: Tensor, longest: number, separator: string): Tensor[] {
  const { graph } = strings;
  const tokens = strings.dim(1);
  const runs = [strings];
  const between = graph.constant("string", [], [separator]);
  const edge = expand(graph.constant("string", [1, 1], [NUL]), [strings.dim(0), 1]);
  const [padding, nothing] = ["", NUL].map((text) => graph.constant("string", [], [text])) as [
    Tensor,
    Tensor,
  ];
  let next = longest < 2 ? strings : where(equal(strings, padding), nothing, strings);
  for (let n = 2; n <= longest; n++) {
    next = concat([slice(next, 1, 1, tokens), edge], 1);
    runs.push(stringConcat(stringConcat(runs.at(-1)!, between), next));
  }
  return runs;
}

/**
 * For each n from `min` to `max` the runs of n characters inside tokens `[batch, tokens]`, with `<` before and `>` behind each
 * token, and a space before the run: `[batch, places]`. A place where there is none holds a NUL. Takes memory by the longest
 * text and not by the longest token, as the characters of a text's tokens stand one after the other.
 */
export function characterRuns(strings: Tensor, { min, max }: { min: number; max: number }): Tensor[] {
  const { graph } = strings;
  const constant = (value: string): Tensor => graph.constant("string", [], [value]);
  const none = constant("");
  const end = stringConcat(constant(">"), constant(NUL));
  const marked = stringConcat(stringConcat(constant("<"), strings), end);
  const written = splitCharacters(joinStrings(where(equal(strings, none), none, marked)), null);
  const characters = where(equal(written, none), constant(NUL), written);
  const places = characters.dim(1);
  const edge = expand(graph.constant("string", [1, 1], [NUL]), [strings.dim(0), 1]);
  let next = characters;
  const runs = [stringConcat(constant(" "), characters)];
  for (let n = 2; n <= max; n++) {
    next = concat([slice(next, 1, 1, places), edge], 1);
    runs.push(stringConcat(runs.at(-1)!, next));
  }
  return runs.slice(min - 1);
}
