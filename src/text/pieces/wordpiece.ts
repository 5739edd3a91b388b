/** @file BERT's tokenizer: words, and the longest pieces of a vocabulary that words are made of. */
import { ptxError } from "../../registry/errors.js";
import { forEachLine, lineBlocks } from "../lines.js";
import type { Piece } from "./encoding.js";
import type { PieceCutter } from "./piece-tokenizer.js";
import { PieceTree } from "./piece-tree.js";
import { joinWordPieces } from "./word-piece-text.js";
import { type BasicCharacter, type BasicOptions, basicCharacter } from "./wordpiece-characters.js";

/** What stands before pieces that go on with a word. */
export const CONTINUATION = "##";

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
export class WordPiece implements PieceCutter {
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

  /** A word is a text like any other: the same as `tokenize`. */
  tokenizeWord(word: string): Piece[] {
    return this.tokenize(word);
  }

  decode(ids: readonly number[], skipSpecial: boolean): string {
    const { pieces, special } = this.vocabulary;
    const left = new Set(skipSpecial ? Object.values(special) : []);
    return joinWordPieces(
      ids.filter((id) => !left.has(id)).map((id) => pieces[id] ?? ""),
      CONTINUATION,
      true,
    );
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
