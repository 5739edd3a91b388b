/** @file BERT's tokenizer: words, and the longest pieces of a vocabulary that words are made of. */
import { ptxError } from "../registry/errors.js";
import { forEachLine, lineBlocks } from "./lines.js";
import { PieceTree } from "./piece-tree.js";
import { type BasicCharacter, type BasicOptions, basicCharacter } from "./wordpiece-characters.js";

/** What stands before pieces that go on with a word. */
const CONTINUATION = "##";

/** A word of more characters is unknown as a whole. */
export const LONGEST_WORD = 100;

const SPECIAL_PIECES = { pad: "[PAD]", unknown: "[UNK]", start: "[CLS]", separator: "[SEP]" } as const;

/** The pieces of a vocabulary; a piece's id is its place. */
export class PieceVocabulary {
  /** Ids of the pieces that no text is cut into. */
  readonly special: { readonly [role in keyof typeof SPECIAL_PIECES]: number };
  readonly tree: PieceTree;

  /**
   * Throws `PTX_VOCABULARY` for an empty or repeated piece, and where [PAD], [UNK], [CLS] or [SEP] is missing.
   * @param place where pieces come from, and where one of them does
   */
  constructor(
    readonly pieces: readonly string[],
    place: (id?: number) => string = () => "vocabulary",
  ) {
    const ids = new Map<string, number>();
    for (const [id, piece] of pieces.entries()) {
      if (piece === "") throw ptxError("PTX_VOCABULARY", place(id), "there is no piece: it is empty");
      const first = ids.get(piece);
      if (first !== undefined)
        throw ptxError(
          "PTX_VOCABULARY",
          place(id),
          `the piece "${piece}" is there already (${place(first)})`,
        );
      ids.set(piece, id);
    }
    const id = (piece: string): number => {
      const found = ids.get(piece);
      if (found !== undefined) return found;
      const all = Object.values(SPECIAL_PIECES).join(", ");
      throw ptxError(
        "PTX_VOCABULARY",
        place(),
        `the vocabulary lacks ${piece}: it needs ${all}, each on a line of its own`,
      );
    };
    const { pad, unknown, start, separator } = SPECIAL_PIECES;
    this.special = { pad: id(pad), unknown: id(unknown), start: id(start), separator: id(separator) };
    this.tree = new PieceTree(pieces, CONTINUATION, LONGEST_WORD);
  }

  /** Reads a vocab.txt: a piece a line. Throws `PTX_VOCABULARY` with file:line for a line that holds none, or one again. */
  static async read(file: string): Promise<PieceVocabulary> {
    const pieces: string[] = [];
    for await (const block of lineBlocks(file)) forEachLine(block, (text) => void pieces.push(text));
    return new PieceVocabulary(pieces, (id) => (id === undefined ? file : `${file}:${id + 1}`));
  }
}

/** A piece of a text, or a whole word that is no pieces' sum. Offsets count UTF-16 code units of the text, end exclusive. */
export interface Piece {
  readonly id: number;
  readonly startUtf16: number;
  readonly endUtf16: number;
}

/** One text or two as a model reads them: [CLS] text [SEP], or [CLS] text [SEP] text [SEP]. */
export interface Encoding {
  readonly ids: Int32Array;
  /** What is kept of each text. */
  readonly pieces: readonly (readonly Piece[])[];
  readonly truncated: boolean;
}

/** A character as a tree of pieces reads it. */
interface ReadCharacter {
  readonly kind: BasicCharacter["kind"];
  readonly symbols: readonly number[];
}

/**
 * Cuts texts as Hugging Face's BertTokenizer (the tokenizers library) does, with two differences. A text that spells a
 * special piece, such as [SEP], is cut like any other text. And where accents are stripped, marks that take a place (Mc)
 * stay in the order in which they are written, while the library puts marks in their canonical order first.
 */
export class WordPiece {
  readonly #read = new Map<number, ReadCharacter>();

  constructor(
    readonly vocabulary: PieceVocabulary,
    readonly options: BasicOptions,
  ) {}

  tokenize(text: string): Piece[] {
    const pieces: Piece[] = [];
    const word = new Word();
    for (let at = 0; at < text.length; ) {
      const code = text.codePointAt(at)!;
      const end = at + (code > 0xffff ? 2 : 1);
      const { kind, symbols } = this.#character(code);
      if (kind !== "inside") this.#cut(word, pieces);
      for (const symbol of symbols) word.push(symbol, at, end);
      if (kind === "alone") this.#cut(word, pieces);
      at = end;
    }
    this.#cut(word, pieces);
    return pieces;
  }

  /**
   * One text or two with the special pieces around, at most `most` in all (null: any number), which is enough for those.
   * One text loses its end. Of two the longer one is cut until it is as long as the other one, then both are; where they
   * cannot become equal the second keeps a piece more, unless the first was longer.
   */
  encode(texts: readonly string[], most: number | null): Encoding {
    const { start, separator } = this.vocabulary.special;
    const all = texts.map((text) => this.tokenize(text));
    const counts = all.map(({ length }) => length);
    const kept = most === null ? counts : keptPieces(counts, most - 1 - texts.length);
    const pieces = all.map((list, i) => list.slice(0, kept[i]));
    const ids = [start, ...pieces.flatMap((list) => [...list.map(({ id }) => id), separator])];
    return { ids: Int32Array.from(ids), pieces, truncated: kept.some((count, i) => count < counts[i]!) };
  }

  #character(code: number): ReadCharacter {
    const known = this.#read.get(code);
    if (known !== undefined) return known;
    const { kind, text } = basicCharacter(String.fromCodePoint(code), this.options);
    const read = { kind, symbols: Array.from(text, (one) => this.vocabulary.tree.symbol(one)) };
    this.#read.set(code, read);
    return read;
  }

  /** Cuts a word into pieces, and empties it. */
  #cut(word: Word, pieces: Piece[]): void {
    const { symbols } = word;
    const { tree, special } = this.vocabulary;
    const before = pieces.length;
    let at = 0;
    while (at < symbols.length && symbols.length <= LONGEST_WORD) {
      const { id, length } = tree.longest(symbols, at);
      if (length === 0) break;
      pieces.push(word.piece(id, at, at + length));
      at += length;
    }
    if (at < symbols.length) {
      pieces.length = before;
      pieces.push(word.piece(special.unknown, 0, symbols.length));
    }
    word.clear();
  }
}

/** How many pieces of one text or two there is room for. */
function keptPieces(counts: readonly number[], room: number): number[] {
  const [first, second] = counts as [number, number?];
  if (second === undefined) return [Math.min(first, room)];
  const half = Math.floor(room / 2);
  const share = first > second ? room - half : half;
  return [
    Math.min(first, Math.max(room - second, share)),
    Math.min(second, Math.max(room - first, room - share)),
  ];
}

/** The characters of a word, and where they come from. */
class Word {
  readonly symbols: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  push(symbol: number, start: number, end: number): void {
    this.symbols.push(symbol);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  piece(id: number, from: number, to: number): Piece {
    return { id, startUtf16: this.#starts[from]!, endUtf16: this.#ends[to - 1]! };
  }

  clear(): void {
    this.symbols.length = this.#starts.length = this.#ends.length = 0;
  }
}
