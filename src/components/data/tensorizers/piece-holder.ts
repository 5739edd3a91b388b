import { ptxError } from "../../../registry/errors.js";
import type { PieceTokenizer } from "../../../text/pieces/piece-tokenizer.js";
import type { Tensorizer } from "../contracts.js";

/** A tensorizer whose numbers are ids of a model's pieces: `ids`, `mask` and `segments` in a graph. */
export interface PieceHolder extends Tensorizer {
  readonly tokenizer: PieceTokenizer;
  /** How many pieces a row has at most; null: any number. */
  readonly most: number | null;
}

/**
 * The tensorizer as one of pieces. Throws `PTX_CONFIG_VALUE` when it is of another kind.
 * @param reader the component that needs pieces, for the message
 */
export function pieceHolder(tensorizer: Tensorizer, name: string, reader: string): PieceHolder {
  if ("tokenizer" in tensorizer && "most" in tensorizer) return tensorizer as PieceHolder;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    `inputs.${name}`,
    `${reader} needs the ids of a model's pieces, such as BERTTensorizer gives`,
  );
}
