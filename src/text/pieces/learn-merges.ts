/** @file Merges of neighbouring pieces learnt from words, the most frequent pair first (Sennrich et al., 2016). */
import { Heap } from "./heap.js";

/** What merges are learnt from, and how many. */
export interface LearnOptions {
  /** How many pieces there are in the end, at most. */
  readonly vocabSize: number;
  /** Pairs that are rarer are not merged. */
  readonly minFrequency: number;
  /** Pieces in front of all others, which no word becomes. */
  readonly special: readonly string[];
  /** Characters that are pieces whether words hold them or not. */
  readonly alphabet: readonly string[];
  /** What stands before pieces that go on with a word. */
  readonly continuation: string;
  /** Told from time to time how many pieces there are. */
  readonly progress?: (pieces: number) => void;
}

/** What was learnt. */
export interface LearntMerges {
  /** In id order: special pieces, characters by code point (those that go on with words last), merged ones as they were learnt. */
  readonly pieces: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
}

/** Two pieces as one number: ids stay below. */
const LIMIT = 2 ** 26;

interface Candidate {
  readonly pair: number;
  readonly count: number;
}

/** A word as ids of pieces, which change while merges are learnt. */
interface Word {
  ids: number[];
  readonly count: number;
}

const byCodePoint = (a: string, b: string): number => a.codePointAt(0)! - b.codePointAt(0)!;

/**
 * Learns from words and how often they occur. Each step merges the most frequent pair of neighbours everywhere; of equally
 * frequent pairs the one whose first piece has the smaller id, then whose second has. The same words give the same pieces.
 */
export function learnMerges(words: ReadonlyMap<string, number>, options: LearnOptions): LearntMerges {
  const { special, continuation, minFrequency, vocabSize } = options;
  const ids = new Map<string, number>();
  const add = (piece: string): number => {
    const known = ids.get(piece);
    if (known !== undefined) return known;
    ids.set(piece, ids.size);
    return ids.size - 1;
  };
  for (const piece of special) add(piece);
  const [begin, goOn] = [new Set(options.alphabet), new Set<string>()];
  for (const word of words.keys())
    for (const [i, character] of [...word].entries())
      (i === 0 || continuation === "" ? begin : goOn).add(character);
  for (const character of [...begin, ...goOn].sort(byCodePoint)) add(character);
  for (const character of [...goOn].sort(byCodePoint)) add(`${continuation}${character}`);
  const pieces = [...ids.keys()];

  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const queue = new Heap<Candidate>((a, b) => a.count > b.count || (a.count === b.count && a.pair < b.pair));
  const all: Word[] = [];
  const change = (pair: number, by: number, word: number): void => {
    counts.set(pair, (counts.get(pair) ?? 0) + by);
    if (by < 0) return;
    const known = places.get(pair);
    if (known === undefined) places.set(pair, new Set([word]));
    else known.add(word);
  };
  for (const [word, count] of words) {
    const own = Array.from(word, (one, i) => ids.get(i === 0 ? one : `${continuation}${one}`)!);
    for (let i = 0; i + 1 < own.length; i++) change(own[i]! * LIMIT + own[i + 1]!, count, all.length);
    all.push({ ids: own, count });
  }
  for (const [pair, count] of counts) queue.push({ pair, count });

  const merges: [string, string][] = [];
  while (pieces.length < vocabSize) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = counts.get(top.pair)!;
    if (count !== top.count) {
      if (count > 0) queue.push({ pair: top.pair, count });
      continue;
    }
    if (count < Math.max(minFrequency, 1)) break;
    const [first, second] = [Math.floor(top.pair / LIMIT), top.pair % LIMIT];
    const merged = `${pieces[first]}${pieces[second]!.slice(continuation.length)}`;
    const id = add(merged);
    if (id === pieces.length) pieces.push(merged);
    merges.push([pieces[first]!, pieces[second]!]);
    const raised = new Set<number>();
    for (const at of places.get(top.pair)!) {
      const word = all[at]!;
      mergeIn(word, first, second, id, (pair, by) => {
        change(pair, by * word.count, at);
        if (by > 0) raised.add(pair);
      });
    }
    places.delete(top.pair);
    counts.set(top.pair, 0);
    for (const pair of raised) if (counts.get(pair)! > 0) queue.push({ pair, count: counts.get(pair)! });
    if (merges.length % 1000 === 0) options.progress?.(pieces.length);
  }
  return { pieces, merges };
}

/** Merges a pair in a word from the left, and tells which pairs there are more and fewer of. */
function mergeIn(
  word: Word,
  first: number,
  second: number,
  id: number,
  change: (pair: number, by: number) => void,
): void {
  const { ids } = word;
  const result: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] !== first || ids[i + 1] !== second) {
      result.push(ids[i]!);
      continue;
    }
    const before = result.at(-1);
    const after = ids[i + 2];
    if (before !== undefined) {
      change(before * LIMIT + first, -1);
      change(before * LIMIT + id, 1);
    }
    if (after !== undefined) {
      change(second * LIMIT + after, -1);
      change(id * LIMIT + after, 1);
    }
    result.push(id);
    i++;
  }
  word.ids = result;
}
