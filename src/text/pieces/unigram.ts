/** @file The unigram language model: the most likely pieces of a word (Kudo, 2018). */
import type { JsonPlace } from "./json-place.js";
import { bytePiece, type CutWord, idsOf, type PieceModel } from "./piece-model.js";

/** How much less likely an unknown character is than the least likely piece, as a logarithm. */
const UNKNOWN_PENALTY = 10;

/** Cuts words as Hugging Face's tokenizers do: of equally likely ways the one that was found first. */
export class Unigram implements PieceModel {
  /** The edges of the tree of pieces: `node * 65536 + UTF-16 unit` to a node. */
  readonly #edges = new Map<number, number>();
  /** The piece that ends at a node; -1: none. */
  readonly #ends: number[] = [-1];
  readonly #unknownScore: number;
  readonly #bytes: readonly (number | undefined)[];

  /**
   * @param scores logarithms of the pieces' probabilities
   * @param excluded pieces that no text becomes
   */
  constructor(
    readonly pieces: readonly string[],
    readonly scores: Float64Array,
    readonly unknown: number | null,
    byteFallback: boolean,
    excluded: ReadonlySet<string>,
  ) {
    this.#unknownScore =
      scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - UNKNOWN_PENALTY;
    const ids = idsOf(pieces);
    this.#bytes = Array.from({ length: byteFallback ? 256 : 0 }, (_, byte) => ids.get(bytePiece(byte)));
    for (const [piece, id] of ids) if (!excluded.has(piece)) this.#add(piece, id);
  }

  /** Reads `model` of a tokenizer.json. */
  static read(place: JsonPlace, excluded: ReadonlySet<string>): Unigram {
    const vocab = place.at("vocab");
    const entries = vocab.value as readonly (readonly [unknown, unknown])[];
    if (!Array.isArray(entries)) vocab.list();
    const pieces = entries.map((entry, i) =>
      typeof entry?.[0] === "string" ? entry[0] : vocab.at(i).at(0).string(),
    );
    const scores = Float64Array.from(entries, (entry, i) =>
      typeof entry[1] === "number" ? entry[1] : vocab.at(i).at(1).number(),
    );
    const unknown = place.at("unk_id");
    if (unknown.given && unknown.integer() >= entries.length)
      unknown.refuse(`there is no piece ${unknown.integer()}`);
    return new Unigram(
      pieces,
      scores,
      unknown.given ? unknown.integer() : null,
      place.at("byte_fallback").boolean(false),
      excluded,
    );
  }

  #add(piece: string, id: number): void {
    let node = 0;
    for (let at = 0; at < piece.length; at++) {
      const edge = node * 65536 + piece.charCodeAt(at);
      const next = this.#edges.get(edge);
      node = next ?? this.#ends.length;
      if (next !== undefined) continue;
      this.#edges.set(edge, node);
      this.#ends.push(-1);
    }
    if (node !== 0) this.#ends[node] = id;
  }

  cut(word: string): CutWord {
    const { ids, from } = this.#mostLikely(word);
    const steps: { id: number; start: number; end: number }[] = [];
    for (let end = word.length; end > 0; end = from[end]!) {
      const [id, start] = [ids[end]!, from[end]!];
      const last = steps.at(-1);
      // Unknown characters beside each other are one.
      if (id === -1 && last?.id === -1) last.start = start;
      else steps.push({ id, start, end });
    }
    const result = { ids: [] as number[], starts: [] as number[], ends: [] as number[] };
    for (const { id, start, end } of steps.reverse()) {
      for (const piece of id === -1 ? this.#unknownPieces(word.slice(start, end)) : [id]) {
        result.ids.push(piece);
        result.starts.push(start);
        result.ends.push(end);
      }
    }
    return result;
  }

  /** For each place the last piece of the most likely way there (-1: unknown), and where that piece starts. */
  #mostLikely(word: string): { ids: Int32Array; from: Int32Array } {
    const size = word.length;
    const best = new Float64Array(size + 1);
    const ids = new Int32Array(size + 1).fill(-1);
    const from = new Int32Array(size + 1).fill(-1);
    const offer = (end: number, id: number, start: number, score: number): void => {
      const candidate = best[start]! + score;
      if (from[end] !== -1 && candidate <= best[end]!) return;
      best[end] = candidate;
      ids[end] = id;
      from[end] = start;
    };
    for (let start = 0; start < size; ) {
      const width = word.codePointAt(start)! > 0xffff ? 2 : 1;
      let single = false;
      let node = 0;
      for (let at = start; at < size; at++) {
        const next = this.#edges.get(node * 65536 + word.charCodeAt(at));
        if (next === undefined) break;
        node = next;
        const id = this.#ends[node]!;
        if (id === -1) continue;
        offer(at + 1, id, start, this.scores[id]!);
        single ||= at + 1 === start + width;
      }
      if (!single) offer(start + width, -1, start, this.#unknownScore);
      start += width;
    }
    for (let end = size; end > 0; end = from[end]!) if (ids[end] === this.unknown) ids[end] = -1;
    return { ids, from };
  }

  #unknownPieces(text: string): number[] {
    const bytes = Array.from(Buffer.from(text), (byte) => this.#bytes[byte]);
    if (this.#bytes.length > 0 && bytes.every((id) => id !== undefined)) return bytes;
    return this.unknown === null ? [] : [this.unknown];
  }
}
