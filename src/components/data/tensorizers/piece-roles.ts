/** @file What a model reads of pieces beside their ids. */
import type { Tensor } from "../../../graph/graph.js";
import { and, cast, equal, greaterOrEqual, maximum, not, sub } from "../../../graph/ops/elementwise.js";
import { cumSum } from "../../../graph/ops/reduction.js";
import { full } from "../../../graph/ops/shaping.js";
import { ptxError } from "../../../registry/errors.js";
import type { PieceTokenizer } from "../../../text/pieces/piece-tokenizer.js";

/** What fills places beyond a row's end where a vocabulary has no piece for that. */
const NO_PIECE = -1;

/** What fills the places beyond a row's end. */
export const fillerOf = ({ special }: PieceTokenizer): number => special.pad ?? NO_PIECE;

/** Throws `PTX_CONFIG_VALUE` where the special pieces around texts leave no place for a piece of text. */
export function requireRoom(
  tokenizer: PieceTokenizer,
  texts: number,
  most: number | null,
  name: string,
): void {
  const special = tokenizer.specialCount(texts);
  if (most !== null && most < special + 1)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `inputs.${name}.max_seq_len`,
      `${most} pieces have no room for the ${special} special ones of this tokenizer and a piece of text`,
    );
}

/** How segments follow from ids: all are 0, or 1 from behind the first separator on. */
type SegmentRule = "zero" | "behind separator";

/** Throws `PTX_VOCABULARY` for a template whose segments do not follow from ids. */
export function segmentRule({ template, special }: PieceTokenizer, texts: number, name: string): SegmentRule {
  const parts = texts === 1 ? template.single : template.pair;
  if (parts.every(({ typeId }) => typeId === 0)) return "zero";
  let separators = 0;
  const follows = parts.every(({ piece, typeId }) => {
    const right = typeId === (separators === 1 ? 1 : 0);
    if ("id" in piece && piece.id === special.separator) separators += 1;
    return right;
  });
  if (follows && special.separator !== null) return "behind separator";
  const message =
    "the tokenizer's template gives segments that do not follow from where its separators stand";
  throw ptxError("PTX_VOCABULARY", `inputs.${name}`, message);
}

/** Ids with padding `[batch, pieces]` as a model reads them. */
export interface PieceInputs {
  /** 0 at padding where the vocabulary has no piece for that. */
  readonly ids: Tensor;
  /** bool `[batch, pieces]`, false at padding. */
  readonly mask: Tensor;
  /** int64 `[batch, pieces]`: 1 from the second text to its separator, else 0. */
  readonly segments: Tensor;
}

/** @param fed ids `[batch, pieces]`, `fillerOf` at padding: no text has that piece */
export function pieceInputs(fed: Tensor, { special }: PieceTokenizer, rule: SegmentRule): PieceInputs {
  const mask = special.pad === null ? greaterOrEqual(fed, 0) : not(equal(fed, special.pad));
  const ids = special.pad === null ? maximum(fed, 0) : fed;
  if (rule === "zero") return { ids, mask, segments: full(fed.graph, "int64", fed.shape, 0) };
  const ends = cast(equal(ids, special.separator!), "int64");
  const second = equal(sub(cumSum(ends, 1), ends), 1);
  return { ids, mask, segments: cast(and(second, mask), "int64") };
}
