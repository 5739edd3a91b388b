/** @file Trees in brackets, written in the graph. */

import { sizedAxis } from "../components/sizes.js";
import { sizeOf } from "../graph/dims.js";
import type { Tensor } from "../graph/graph.js";
import { and, cast, equal, greater, not } from "../graph/ops/elementwise.js";
import { decodeIds, stringConcat } from "../graph/ops/lookup.js";
import { concat, expand, range, reshape, unsqueeze } from "../graph/ops/shaping.js";
import { joinStrings, replaceCharacters } from "../graph/ops/strings.js";
import { ESCAPES, escaped } from "../text/trees.js";

/** Parses by token. */
export interface ParsesByToken {
  /** int32 `[batch, parses, tokens, open]`: labels counted from 1, 0 where no node begins. */
  readonly opens: Tensor;
  /** int32 `[batch, parses, tokens]`. */
  readonly closes: Tensor;
  /** string `[batch, tokens]`, "" at padding. */
  readonly tokens: Tensor;
}

/** Parses as `writeTree` writes them, string `[batch, parses]`, with the words that the tokenizer makes (in small letters, if it lowers them). */
export function writtenParses({ opens, closes, tokens }: ParsesByToken, labels: readonly string[]): Tensor {
  const { graph } = opens;
  const [batch, parses, width, open] = opens.shape;
  const each = [batch!, parses!, width!] as const;
  const decoded = (ids: Tensor, names: readonly string[]): Tensor => decodeIds(cast(ids, "int64"), names);
  const isToken = not(equal(tokens, graph.constant("string", [], [""])));
  const isLater = greater(range(graph, width!), 0);
  const spaces = decoded(cast(and(isToken, isLater), "int64"), ["", " "]);
  const words = reshape(replaceCharacters(reshape(tokens, [sizeOf([batch!, width!])]), ESCAPES), [
    batch!,
    width!,
  ]);
  const ofParse = (x: Tensor): Tensor => expand(unsqueeze(x, [1]), each);
  const begins = decoded(opens, ["", ...labels.map((label) => `[${escaped(label)} `)]);
  const most = sizedAxis(opens, 3);
  const ends = decoded(
    closes,
    Array.from({ length: most + 1 }, (_, count) => " ]".repeat(count)),
  );
  const behind = stringConcat(ofParse(words), ends);
  const parts = concat([unsqueeze(ofParse(spaces), [3]), begins, unsqueeze(behind, [3])], 3);
  const rows = sizeOf([batch!, parses!]);
  const pieces = reshape(parts, [rows, sizeOf([width!, Number(open) + 2])]);
  return reshape(joinStrings(pieces), [batch!, parses!]);
}
