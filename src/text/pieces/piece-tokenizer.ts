/** @file Texts cut into the pieces of a vocabulary, with the special pieces of a model around them. */
import { ptxError } from "../../registry/errors.js";
import type {
  Encoding,
  Piece,
  SpecialPieces,
  Template,
  TemplatePart,
  Truncation,
  WordEncoding,
} from "./encoding.js";
import { keptOfWords, keptPieces, windowPlaces } from "./truncation.js";

/** Cuts texts into pieces, knowing nothing of models. Pure: the same on any machine and locale. */
export interface PieceCutter {
  /** The pieces of a text in order. */
  tokenize(text: string): Piece[];
  /** The pieces of a word that others have cut from a text with spaces around; offsets are about the word. */
  tokenizeWord(word: string): Piece[];
  /** The text that pieces stand for. */
  decode(ids: readonly number[], skipSpecial: boolean): string;
}

/** What a tokenizer consists of. */
export interface PieceTokenizerParts {
  readonly cutter: PieceCutter;
  /** Pieces by id; undefined: no piece has this id. */
  readonly pieces: readonly (string | undefined)[];
  readonly special: SpecialPieces;
  readonly template: Template;
  /** What `encode` does unless told otherwise. */
  readonly truncation: Truncation;
  /** The tokenizer as a value of the form that tokenizer.json files have. */
  readonly json: () => unknown;
}

/** The tokenizer of a model: one text, two, or words to ids, with places in the texts. */
export class PieceTokenizer {
  readonly cutter: PieceCutter;
  readonly pieces: readonly (string | undefined)[];
  readonly special: SpecialPieces;
  readonly template: Template;
  readonly truncation: Truncation;
  readonly #json: () => unknown;
  #ids: ReadonlyMap<string, number> | undefined;

  constructor(parts: PieceTokenizerParts) {
    this.cutter = parts.cutter;
    this.pieces = parts.pieces;
    this.special = parts.special;
    this.template = parts.template;
    this.truncation = parts.truncation;
    this.#json = parts.json;
  }

  /** The id of a piece; undefined: there is no such piece. */
  id(piece: string): number | undefined {
    this.#ids ??= new Map(this.pieces.flatMap((one, id) => (one === undefined ? [] : [[one, id] as const])));
    return this.#ids.get(piece);
  }

  /** The pieces of a text, without special pieces around. */
  tokenize(text: string): Piece[] {
    return this.cutter.tokenize(text);
  }

  /** The text that ids stand for, as the vocabulary's decoder puts pieces together. */
  decode(ids: readonly number[], options: { readonly skipSpecial?: boolean } = {}): string {
    return this.cutter.decode(ids, options.skipSpecial ?? true);
  }

  /** How many special pieces stand around one text or two. */
  specialCount(texts: number): number {
    return this.#parts(texts).filter(({ piece }) => "id" in piece).length;
  }

  /** One text or two with the special pieces around. Throws `PTX_DATA` where `most` has no room for special pieces. */
  encode(texts: readonly string[], { most, strategy, direction }: Truncation = this.truncation): Encoding {
    const all = texts.map((text) => this.cutter.tokenize(text));
    const counts = all.map(({ length }) => length);
    const kept = keptPieces(counts, this.#room(texts.length, most), strategy ?? "longest_first");
    const pieces = all.map((list, i) =>
      kept[i] === list.length
        ? list
        : direction === "left"
          ? list.slice(list.length - kept[i]!)
          : list.slice(0, kept[i]),
    );
    return this.#encoding(
      pieces,
      this.#parts(texts.length),
      kept.some((count, i) => count < counts[i]!),
    );
  }

  /**
   * All of one text, or of the second of two, in windows of at most `most` pieces (special ones and the first text included),
   * each of which begins `overlap` pieces before the one before ended. Throws `PTX_DATA` where there is no room for that.
   */
  windows(texts: readonly string[], most: number, overlap: number): Encoding[] {
    const all = texts.map((text) => this.cutter.tokenize(text));
    const [last, before] = [all.at(-1)!, all.slice(0, -1)];
    const room = Math.max(0, this.room(before, most));
    const places = windowPlaces(last.length, room, overlap);
    return places.map(([from, to]) => this.around([...before, last.slice(from, to)], places.length > 1));
  }

  /** How many pieces of one text, or of the second of two behind the pieces of the first, there is room for; negative: too few by so many. */
  room(before: readonly (readonly Piece[])[], most: number): number {
    return this.#room(before.length + 1, most) - before.reduce((sum, { length }) => sum + length, 0);
  }

  /** The pieces of one text or two with the special pieces around. */
  around(pieces: readonly (readonly Piece[])[], truncated = false): Encoding {
    return this.#encoding(pieces, this.#parts(pieces.length), truncated);
  }

  /**
   * Words that were cut by others, each cut into pieces, with the special pieces of one text around. Each word has one piece
   * at least: the unknown one where it has no other. Where there are too many, the words with the most pieces lose their
   * last ones, and only where there are more words than places those at the end are left out.
   */
  encodeWords(words: readonly string[], most: number | null): WordEncoding {
    const room = this.#room(1, most);
    const all = words.slice(0, Math.min(room, words.length)).map((word) => this.#piecesOf(word));
    const widest = keptOfWords(
      all.map(({ length }) => length),
      room,
    );
    const pieces = all.flatMap((own) => own.slice(0, widest));
    const truncated = all.length < words.length || all.some(({ length }) => length > widest);
    const encoding = this.#encoding([pieces], this.#parts(1), truncated);
    const owners = all.flatMap((own, at) => own.slice(0, widest).map(() => at));
    const before = encoding.texts.indexOf(0);
    const first = new Int32Array(all.length);
    for (let at = 0, place = before; at < all.length; at++) {
      first[at] = place;
      place += Math.min(all[at]!.length, widest);
    }
    const wordOf = new Int32Array(encoding.ids.length).fill(-1);
    wordOf.set(owners, Math.max(before, 0));
    return { ...encoding, words: wordOf, first };
  }

  /** The tokenizer as a value of the form that tokenizer.json files have. */
  toJSON(): unknown {
    return this.#json();
  }

  #piecesOf(word: string): readonly Piece[] {
    const pieces = this.cutter.tokenizeWord(word);
    if (pieces.length > 0) return pieces;
    const { unknown } = this.special;
    if (unknown === null)
      throw ptxError(
        "PTX_DATA",
        "words",
        `the word ${JSON.stringify(word)} has no pieces, and there is no unknown piece`,
      );
    return [{ id: unknown, startUtf16: 0, endUtf16: word.length }];
  }

  #parts(texts: number): readonly TemplatePart[] {
    return texts === 1 ? this.template.single : this.template.pair;
  }

  #room(texts: number, most: number | null): number {
    if (most === null) return Number.POSITIVE_INFINITY;
    const special = this.specialCount(texts);
    if (most < special)
      throw ptxError("PTX_DATA", "truncation", `${most} pieces have no room for the ${special} special ones`);
    return most - special;
  }

  #encoding(
    pieces: readonly (readonly Piece[])[],
    parts: readonly TemplatePart[],
    truncated: boolean,
  ): Encoding {
    const size = parts.reduce((sum, { piece }) => sum + ("id" in piece ? 1 : pieces[piece.text]!.length), 0);
    const [ids, typeIds] = [new Int32Array(size), new Int32Array(size)];
    const texts = new Int8Array(size).fill(-1);
    const startsUtf16 = new Int32Array(size).fill(-1);
    const endsUtf16 = new Int32Array(size).fill(-1);
    let at = 0;
    for (const { piece, typeId } of parts) {
      if ("id" in piece) {
        ids[at] = piece.id;
        typeIds[at++] = typeId;
        continue;
      }
      for (const { id, startUtf16, endUtf16 } of pieces[piece.text]!) {
        ids[at] = id;
        typeIds[at] = typeId;
        texts[at] = piece.text;
        startsUtf16[at] = startUtf16;
        endsUtf16[at++] = endUtf16;
      }
    }
    return { ids, typeIds, texts, startsUtf16, endsUtf16, truncated };
  }
}
