/** @file Texts cut as a tokenizer.json says: added tokens, normalizer, pre-tokenizer, model, decoder. */
import type { NormalizedText } from "../normalize.js";
import type { AddedTokens } from "./added-tokens.js";
import { BYTE_CHARACTERS } from "./byte-characters.js";
import type { Decoder } from "./decoders.js";
import type { Piece } from "./encoding.js";
import type { CutWord, PieceModel } from "./piece-model.js";
import type { PieceCutter } from "./piece-tokenizer.js";
import type { PostProcessor } from "./post-processors.js";
import type { PreTokenizer } from "./pre-tokenizers.js";

/** A text without the white space around it. */
function trimmedText(text: NormalizedText): NormalizedText {
  const { length } = text.text;
  const start = length - text.text.trimStart().length;
  return text.slice(start, start + text.text.trim().length);
}

/** Words that are remembered with their pieces, at most. */
const REMEMBERED = 20_000;
/** Longer words are not remembered. */
const LONGEST_REMEMBERED = 64;

/** The parts of a pipeline. */
export interface PipelineParts {
  readonly added: AddedTokens;
  readonly preTokenizer: PreTokenizer | null;
  readonly model: PieceModel;
  readonly trims: PostProcessor["trims"];
  readonly decoder: Decoder;
  /** Pieces by id, added ones too. */
  readonly pieces: readonly (string | undefined)[];
  /** Ids that decoding may leave out. */
  readonly special: ReadonlySet<number>;
  /** Ids that no text becomes: the unknown piece stands for them. */
  readonly excluded: ReadonlySet<number>;
}

/** Cuts texts as Hugging Face's tokenizers do. */
export class Pipeline implements PieceCutter {
  readonly #known = new Map<string, CutWord>();

  constructor(readonly parts: PipelineParts) {}

  tokenize(text: string): Piece[] {
    return this.#cut(text, false);
  }

  tokenizeWord(word: string): Piece[] {
    return this.#cut(word, true);
  }

  decode(ids: readonly number[], skipSpecial: boolean): string {
    const { pieces, special, decoder } = this.parts;
    const kept = skipSpecial ? ids.filter((id) => !special.has(id)) : ids;
    return decoder(kept.flatMap((id) => pieces[id] ?? [])).join("");
  }

  #cut(text: string, word: boolean): Piece[] {
    const { added, preTokenizer } = this.parts;
    const pieces: Piece[] = [];
    for (const { text: part, id } of added.parts(text)) {
      if (id !== null) {
        // Spaces that a piece takes beside it are no part of its place where those of byte-level pieces are none.
        const own = this.parts.trims === null ? part : trimmedText(part);
        pieces.push({ id, startUtf16: own.originalStart(0), endUtf16: own.originalEnd(own.text.length) });
      } else if (preTokenizer === null) this.#push(part, pieces);
      else for (const one of preTokenizer(part, word)) this.#push(one, pieces);
    }
    return this.parts.trims === null ? pieces : pieces.map((piece) => this.#trimmed(piece));
  }

  #push(word: NormalizedText, pieces: Piece[]): void {
    const { ids, starts, ends } = this.#cutWord(word.text);
    for (let i = 0; i < ids.length; i++)
      pieces.push({
        id: this.#allowed(ids[i]!),
        startUtf16: word.originalStart(starts[i]!),
        endUtf16: word.originalEnd(ends[i]!),
      });
  }

  #allowed(id: number): number {
    const { excluded, model } = this.parts;
    return excluded.has(id) ? (model.unknown ?? id) : id;
  }

  #cutWord(word: string): CutWord {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const cut = this.parts.model.cut(word);
    if (word.length <= LONGEST_REMEMBERED) {
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(word, cut);
    }
    return cut;
  }

  /** A byte-level piece without the spaces at its ends, except for one that was put before the text. */
  #trimmed(piece: Piece): Piece {
    const { pieces, trims, special } = this.parts;
    const written = pieces[piece.id] ?? "";
    const space = BYTE_CHARACTERS[0x20]!;
    if (special.has(piece.id) || !(written.startsWith(space) || written.endsWith(space))) return piece;
    let [leading, trailing] = [0, 0];
    while (leading < written.length && written[leading] === space) leading++;
    while (trailing < written.length && written[written.length - 1 - trailing] === space) trailing++;
    if (leading > 0 && trims!.prefixSpace && piece.startUtf16 === 0) leading--;
    const startUtf16 = Math.min(piece.startUtf16 + leading, piece.endUtf16);
    return { id: piece.id, startUtf16, endUtf16: Math.max(piece.endUtf16 - trailing, startUtf16) };
  }
}
