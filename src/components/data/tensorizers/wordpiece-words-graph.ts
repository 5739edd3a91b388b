/** @file Words cut into word pieces by operators: what `PieceTokenizer.encodeWords` does with `WordPiece`, inside a graph. */
import { mulDims, sizeOf } from "../../../graph/dims.js";
import type { Tensor } from "../../../graph/graph.js";
import {
  add,
  and,
  cast,
  equal,
  greater,
  maximum,
  minimum,
  mul,
  not,
  sub,
  where,
} from "../../../graph/ops/elementwise.js";
import { choose } from "../../../graph/ops/if.js";
import { gather, scatterAdd, stringConcat } from "../../../graph/ops/lookup.js";
import { cumSum, reduceMax, reduceSum } from "../../../graph/ops/reduction.js";
import { concat, full, reshape, unsqueeze } from "../../../graph/ops/shaping.js";
import { joinStrings } from "../../../graph/ops/strings.js";
import { NUL } from "../../../graph/ops/text.js";
import type { WordPiece } from "../../../text/pieces/wordpiece.js";
import { before, cutTexts, pieceRows, zeros } from "./wordpiece-graph.js";

/** Words as a model reads them: [CLS] pieces [SEP], padded to the longest row with [PAD]. */
export interface EncodedWords {
  /** int64 `[batch, pieces]`. */
  readonly ids: Tensor;
  /** int64 `[batch, tokens]`: the place of each word's first piece; 0 where there is no word. */
  readonly first: Tensor;
  /** bool `[batch, tokens]`. */
  readonly isWord: Tensor;
}

/**
 * Cuts words (string `[batch, tokens]`, empty strings behind a row's last word) as `PieceTokenizer.encodeWords` does. A row
 * of more than `most` - 2 words, of which that drops some, has a piece of each here.
 */
export function encodeWords(words: Tensor, wordPiece: WordPiece, most: number): EncodedWords {
  const { graph } = words;
  const [batch, tokens] = [words.dim(0), words.dim(1)];
  const [none, end] = ["", NUL].map((text) => graph.constant("string", [], [text])) as [Tensor, Tensor];
  const isWord = not(equal(words, none));
  const pieces = cutTexts(joinStrings(stringConcat(words, end)), wordPiece);

  // Where there is no word there is still an end: so ends tell places among all rows' words.
  const written = reshape(pieces.written, [sizeOf(pieces.written.shape)]);
  const word = gather(before(cast(equal(written, end), "int64")), pieces.owner);
  const begins = cast(pieces.begins, "int64");
  const places = mulDims(batch, tokens);
  const flatCounts = scatterAdd(zeros(graph, places), word, begins, 0);
  const counts = reshape(flatCounts, [batch, tokens]);
  const needed = where(isWord, maximum(counts, 1), 0);
  const kept = minimum(needed, widestWord(needed, most - 2));

  const first = add(sub(cumSum(kept, 1), kept), 1);
  const rows = pieceRows(batch, [add(reduceSum(kept, [1]), 1)], wordPiece.vocabulary);
  const starts = reshape(add(unsqueeze(rows.base, [1]), first), [places]);
  const rank = sub(before(begins), gather(before(flatCounts), word));
  const fits = and(pieces.begins, greater(gather(reshape(kept, [places]), word), rank));
  // A word without pieces is unknown.
  const blank = reshape(and(isWord, equal(counts, 0)), [places]);
  const place = concat(
    [where(fits, add(gather(starts, word), rank), rows.spare), where(blank, starts, rows.spare)],
    0,
  );
  const ids = concat([pieces.id, full(graph, "int64", [places], wordPiece.vocabulary.special.unknown)], 0);
  return { ids: rows.framed(rows.collected(place, ids, 0)), first: where(isWord, first, 0), isWord };
}

/**
 * The most pieces that a word of each row may keep, so that all its words have room; 1 at least: `keptOfWords`, found bit by bit.
 * @param counts int64 `[batch, tokens]`, of all pieces
 */
function widestWord(counts: Tensor, room: number): Tensor {
  const sum = (x: Tensor): Tensor => reduceSum(x, [1], true);
  const longer = cast(greater(sum(counts), room), "int64");
  return choose(
    cast(reduceSum(longer, [0], true), "bool"),
    [counts],
    ([all]) => {
      let widest = mul(sum(all!), 0);
      for (let bit = 2 ** Math.floor(Math.log2(room)); bit >= 1; bit /= 2) {
        const tooWide = greater(sum(minimum(all!, add(widest, bit))), room);
        widest = where(tooWide, widest, add(widest, bit));
      }
      return maximum(widest, 1);
    },
    ([all]) => reduceMax(all!, [1], true),
  );
}
