/** @file What cuts a word into pieces of a vocabulary. */
import type { JsonPlace } from "./json-place.js";

/** A word in pieces. Places count UTF-16 units of the word, end exclusive. */
export interface CutWord {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface PieceModel {
  /** Pieces by id; undefined: no piece has this id. */
  readonly pieces: readonly (string | undefined)[];
  readonly unknown: number | null;
  cut(word: string): CutWord;
}

/** A vocabulary given as an object of ids. Throws `PTX_VOCABULARY` for an id that two pieces have. */
export function piecesById(vocab: JsonPlace): (string | undefined)[] {
  const pieces: (string | undefined)[] = [];
  for (const [piece, value] of Object.entries(vocab.object())) {
    const id = Number.isSafeInteger(value) ? (value as number) : vocab.at(piece).integer();
    if (pieces[id] !== undefined)
      vocab.at(piece).refuse(`the id ${id} is that of ${JSON.stringify(pieces[id])} already`);
    pieces[id] = piece;
  }
  return Array.from(pieces);
}

/** The id of the piece that stands for what is unknown. */
export function unknownOf(model: JsonPlace, ids: Readonly<Record<string, unknown>>): number {
  const unknown = model.at("unk_token").string();
  const id = Object.hasOwn(ids, unknown) ? ids[unknown] : undefined;
  return typeof id === "number" ? id : model.at("unk_token").refuse(`the vocabulary lacks "${unknown}"`);
}

/** How vocabularies write the piece of a byte. */
export const bytePiece = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

/** Ids by piece. */
export const idsOf = (pieces: readonly (string | undefined)[]): Map<string, number> =>
  new Map(pieces.flatMap((piece, id) => (piece === undefined ? [] : [[piece, id] as const])));
