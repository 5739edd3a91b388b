/** @file Byte-pair encoding: neighbouring pieces are merged, in the order in which merges were learnt (Sennrich et al., 2016). */
import { Heap } from "./heap.js";
import type { JsonPlace } from "./json-place.js";
import { bytePiece, type CutWord, idsOf, type PieceModel, piecesById, unknownOf } from "./piece-model.js";

interface BpeOptions {
  readonly unknown: number | null;
  readonly fuseUnknown: boolean;
  /** Characters without a piece become pieces of their bytes. */
  readonly byteFallback: boolean;
  /** A word that is a piece is not cut. */
  readonly ignoreMerges: boolean;
  /** What stands before pieces that go on with a word, and behind pieces that end one. */
  readonly continuation: string;
  readonly ending: string;
}

/** Two merges by one number: ids and ranks stay below. */
const LIMIT = 2 ** 26;

/** Cuts a word as Hugging Face's tokenizers do. */
export class Bpe implements PieceModel {
  readonly unknown: number | null;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #bytes: readonly (number | undefined)[];

  /**
   * @param pieces by id
   * @param ranks for each pair of pieces (`first * LIMIT + second`) when they are merged, and into what (`rank * LIMIT + id`)
   */
  constructor(
    readonly pieces: readonly (string | undefined)[],
    readonly ranks: ReadonlyMap<number, number>,
    readonly options: BpeOptions,
  ) {
    this.unknown = options.unknown;
    this.#ids = idsOf(pieces);
    this.#bytes = Array.from({ length: options.byteFallback ? 256 : 0 }, (_, byte) =>
      this.#ids.get(bytePiece(byte)),
    );
  }

  /** Reads `model` of a tokenizer.json. Throws `PTX_VOCABULARY` where a merge is of no pieces, or drops merges at random. */
  static read(place: JsonPlace): Bpe {
    const dropout = place.at("dropout");
    if (dropout.given && dropout.number() !== 0)
      dropout.refuse("merges that are dropped at random are not supported; null leaves all in");
    const vocab = place.at("vocab");
    const pieces = piecesById(vocab);
    const ids = idsOf(pieces);
    const continuation = place.at("continuing_subword_prefix").string("");
    const ranks = new Map<number, number>();
    const merges = place.at("merges");
    for (const [rank, merge] of (merges.value as readonly unknown[]).entries()) {
      const [first, second] = typeof merge === "string" ? twoOf(merge) : (merge as readonly string[]);
      const idOf = (piece: string | undefined): number =>
        ids.get(piece ?? "") ??
        merges
          .at(rank)
          .refuse(
            `the vocabulary lacks ${JSON.stringify(piece ?? "")} of the merge ${JSON.stringify(merge)}`,
          );
      const pair = idOf(first) * LIMIT + idOf(second);
      ranks.set(pair, rank * LIMIT + idOf(`${first}${second!.slice(continuation.length)}`));
    }
    return new Bpe(pieces, ranks, {
      unknown: place.at("unk_token").given ? unknownOf(place, vocab.object()) : null,
      fuseUnknown: place.at("fuse_unk").boolean(false),
      byteFallback: place.at("byte_fallback").boolean(false),
      ignoreMerges: place.at("ignore_merges").boolean(false),
      continuation,
      ending: place.at("end_of_word_suffix").string(""),
    });
  }

  cut(word: string): CutWord {
    const whole = this.options.ignoreMerges ? this.#ids.get(word) : undefined;
    if (whole !== undefined) return { ids: [whole], starts: [0], ends: [word.length] };
    return this.#merged(this.#characters(word));
  }

  /** The pieces that merging begins with. */
  #characters(word: string): { ids: number[]; starts: number[]; ends: number[] } {
    const { continuation, ending, byteFallback, fuseUnknown, unknown } = this.options;
    const ids: number[] = [];
    const [starts, ends]: [number[], number[]] = [[], []];
    const push = (id: number, start: number, end: number): void => {
      ids.push(id);
      starts.push(start);
      ends.push(end);
    };
    let fuses = false;
    for (let at = 0; at < word.length; ) {
      const character = String.fromCodePoint(word.codePointAt(at)!);
      const end = at + character.length;
      const symbol = `${at > 0 ? continuation : ""}${character}${end === word.length ? ending : ""}`;
      const id = this.#ids.get(symbol);
      const bytes = id === undefined && byteFallback ? this.#bytesOf(symbol) : undefined;
      if (id !== undefined) push(id, at, end);
      else if (bytes !== undefined) for (const byte of bytes) push(byte, at, end);
      else if (unknown !== null) {
        if (fuses && fuseUnknown) ends[ends.length - 1] = end;
        else push(unknown, at, end);
      }
      fuses = id === undefined && bytes === undefined;
      at = end;
    }
    return { ids, starts, ends };
  }

  #bytesOf(symbol: string): number[] | undefined {
    const ids = Array.from(Buffer.from(symbol), (byte) => this.#bytes[byte]);
    return ids.every((id) => id !== undefined) ? ids : undefined;
  }

  /** Merges the pair of the lowest rank, the leftmost first, as long as there is one. */
  #merged({ ids, starts, ends }: { ids: number[]; starts: number[]; ends: number[] }): CutWord {
    const count = ids.length;
    const next = Int32Array.from({ length: count }, (_, i) => i + 1);
    const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
    const queue = new Heap<number>((a, b) => a < b);
    const offer = (at: number): void => {
      const to = next[at]!;
      const merge = to < count ? this.ranks.get(ids[at]! * LIMIT + ids[to]!) : undefined;
      if (merge !== undefined) queue.push(Math.floor(merge / LIMIT) * LIMIT + at);
    };
    for (let at = 0; at + 1 < count; at++) offer(at);
    for (let first = queue.pop(); first !== undefined; first = queue.pop()) {
      const at = first % LIMIT;
      const to = next[at]!;
      if (ids[at] === -1 || to >= count) continue;
      const merge = this.ranks.get(ids[at]! * LIMIT + ids[to]!);
      if (merge === undefined || Math.floor(merge / LIMIT) * LIMIT + at !== first) continue;
      ids[at] = merge % LIMIT;
      ends[at] = ends[to]!;
      ids[to] = -1;
      next[at] = next[to]!;
      if (next[to]! < count) previous[next[to]!] = at;
      if (previous[at]! >= 0) offer(previous[at]!);
      offer(at);
    }
    const kept = ids.flatMap((id, i) => (id === -1 ? [] : [i]));
    return {
      ids: kept.map((i) => ids[i]!),
      starts: kept.map((i) => starts[i]!),
      ends: kept.map((i) => ends[i]!),
    };
  }
}

/** A merge written with a space between its pieces. */
function twoOf(merge: string): readonly [string, string | undefined] {
  const at = merge.indexOf(" ");
  return at < 0 ? [merge, undefined] : [merge.slice(0, at), merge.slice(at + 1)];
}
