import type { Tensor } from "../../../graph/graph.js";
import { stringConcat } from "../../../graph/ops/lookup.js";
import { concat, expand, slice } from "../../../graph/ops/shaping.js";

/**
 * For each n from 1 the runs of n tokens that start at each token, joined by a separator, `[batch, tokens]`. A run that
 * the text's end cuts short ends in a separator.
 */
export function tokenRuns(strings: Tensor, longest: number, separator: string): Tensor[] {
  const { graph } = strings;
  const tokens = strings.dim(1);
  const runs = [strings];
  const between = graph.constant("string", [], [separator]);
  const nothing = expand(graph.constant("string", [1, 1], [""]), [strings.dim(0), 1]);
  let next = strings;
  for (let n = 2; n <= longest; n++) {
    next = concat([slice(next, 1, 1, tokens), nothing], 1);
    runs.push(stringConcat(stringConcat(runs.at(-1)!, between), next));
  }
  return runs;
}
