/**
 * Random numbers as pure functions: a stream is named by a seed and a path of names, and every draw is
 * a keyed hash of the draw's number. So a run that resumes, or asks for its draws in another order, gets the same ones.
 * Generator: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */

import { fillMask, MASK_STATE } from "./random-mask.js";

const PARITY = 0x1bd11bda;
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const TWO_POW_32 = 2 ** 32;
/** Words drawn at a time while filling an array: few enough to stay in the first-level cache. Even. */
const PIECE = 2048;

/** What a stream's name is made of. */
export type StreamName = string | number;

/**
 * Threefry-2x32, 20 rounds: writes the two output words for `key` and `counter` into `out`.
 * Words are given and returned as 32-bit integers (the results are unsigned).
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Uint32Array,
): void {
  const key2 = key0 ^ key1 ^ PARITY;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let group = 1; group <= 5; group++) {
    const first = group & 1 ? 0 : 4;
    for (let round = first; round < first + 4; round++) {
      const rotation = ROTATIONS[round]!;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    const phase = group % 3;
    x0 = (x0 + (phase === 0 ? key0 : phase === 1 ? key1 : key2)) | 0;
    x1 = (x1 + (phase === 0 ? key1 : phase === 1 ? key2 : key0) + group) | 0;
  }
  out[0] = x0;
  out[1] = x1;
}

/** The stream of a seed and a path of names: `stream(7, "batcher", epoch)`. Different names give independent streams. */
export function stream(seed: number, ...names: readonly StreamName[]): RandomStream {
  return new RandomStream(seed, names);
}

/** One stream of random numbers; its state is `position` alone. */
export class RandomStream {
  /** Blocks drawn so far. Setting it jumps there. */
  position = 0;
  readonly #key0: number;
  readonly #key1: number;
  readonly #block = new Uint32Array(2);
  #spareAt = -1;
  #spare = 0;

  constructor(seed: number, names: readonly StreamName[]) {
    const key = new Uint32Array(2);
    absorb(key, seed);
    for (const name of names) absorb(key, name);
    this.#key0 = key[0]! | 0;
    this.#key1 = key[1]! | 0;
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    this.#next();
    return this.#block[0]!;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    this.#next();
    return ((this.#block[0]! >>> 5) * 2 ** 26 + (this.#block[1]! >>> 6)) / 2 ** 53;
  }

  /** An integer in [0, limit), every one equally likely. `limit` is at most 2^32. */
  int(limit: number): number {
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= TWO_POW_32)) {
      throw new RangeError(`a random integer needs a limit from 1 to 2^32, got ${limit}`);
    }
    const fair = TWO_POW_32 - (TWO_POW_32 % limit);
    let drawn = this.uint32();
    while (drawn >= fair) drawn = this.uint32();
    return drawn % limit;
  }

  /** A draw from the standard normal distribution (Box-Muller; two draws a block pair, the second kept). */
  normal(): number {
    if (this.#spareAt === this.position) {
      this.#spareAt = -1;
      return this.#spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    this.#spareAt = this.position;
    return radius * Math.cos(angle);
  }

  /** Puts the items in random order, in place (Fisher-Yates), and returns them. */
  shuffle<A extends { readonly length: number; [index: number]: unknown }>(items: A): A {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const kept = items[last];
      items[last] = items[other];
      items[other] = kept;
    }
    return items;
  }

  /** The numbers 0 to size-1 in random order. */
  permutation(size: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: size }, (_, index) => index));
  }

  /** Fills with independent draws, uniform between `low` and `high`. */
  fillUniform(array: Float32Array, low: number, high: number): Float32Array {
    const step = (high - low) / TWO_POW_32;
    return this.#bulk(array, 1, (words, start, end) => {
      for (let i = start; i < end; i++) array[i] = low + words[i - start]! * step;
    });
  }

  /** Fills with independent draws from the normal distribution. */
  fillNormal(array: Float32Array, mean: number, deviation: number): Float32Array {
    return this.#bulk(array, 1, (words, start, end) => {
      for (let i = start; i < end; i += 2) {
        const radius = deviation * Math.sqrt(-2 * Math.log((words[i - start]! + 1) / TWO_POW_32));
        const angle = (2 * Math.PI * words[i - start + 1]!) / TWO_POW_32;
        array[i] = mean + radius * Math.cos(angle);
        if (i + 1 < end) array[i + 1] = mean + radius * Math.sin(angle);
      }
    });
  }

  /** Fills with `scale` where a coin of probability `keepProbability` falls heads, else 0: a dropout mask. */
  fillBernoulli(array: Float32Array, keepProbability: number, scale: number): Float32Array {
    if (!(keepProbability >= 0 && keepProbability <= 1)) {
      throw new RangeError(`a probability lies between 0 and 1, got ${keepProbability}`);
    }
    if (keepProbability === 1) return array.fill(scale);
    const state = new Uint32Array(MASK_STATE);
    for (let i = 0; i < MASK_STATE; i += 2) {
      this.#next();
      state.set(this.#block, i);
    }
    fillMask(array, state, Math.floor(keepProbability * TWO_POW_32), scale);
    return array;
  }

  /**
   * Fills an array piece by piece from a fast sequential generator that is seeded by two blocks of this stream.
   * @param perWord how many elements a word is enough for
   */
  #bulk(
    array: Float32Array,
    perWord: number,
    fill: (words: Uint32Array, start: number, end: number) => void,
  ): Float32Array {
    this.#next();
    const [a, b] = [this.#block[0]!, this.#block[1]!];
    this.#next();
    const generator = new Xoshiro128(a, b, this.#block[0]!, this.#block[1]!);
    const needed = Math.ceil(array.length / perWord);
    const words = new Uint32Array(Math.min(PIECE, needed + (needed % 2)));
    for (let start = 0; start < array.length; start += PIECE * perWord) {
      generator.fill(words);
      fill(words, start, Math.min(start + PIECE * perWord, array.length));
    }
    return array;
  }

  #next(): void {
    const at = this.position++;
    threefry2x32(this.#key0, this.#key1, at | 0, Math.floor(at / TWO_POW_32), this.#block);
  }
}

/** xoshiro128++ 1.0 (Blackman and Vigna, 2019): some 1.5 ns a word, for filling arrays. */
export class Xoshiro128 {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Four 32-bit words of state, not all zero (all zero is replaced, as it would give only zeros). */
  constructor(a: number, b: number, c: number, d: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = (a | b | c | d) === 0 ? 1 : d | 0;
  }

  /** Fills with the next integers in [0, 2^32). */
  fill(words: Uint32Array): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    for (let i = 0; i < words.length; i++) {
      const sum = (a + d) | 0;
      words[i] = ((sum << 7) | (sum >>> 25)) + a;
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
  }
}

/** Mixes one name into a key, so that ("ab", "c"), ("a", "bc") and ("abc") differ, as do 1 and "1". */
function absorb(key: Uint32Array, name: StreamName): void {
  const words = typeof name === "number" ? numberWords(name) : textWords(name);
  const tag = typeof name === "number" ? 1 : 2;
  threefry2x32(key[0]! | 0, key[1]! | 0, tag, words.length, key);
  for (let i = 0; i < words.length; i += 2) {
    threefry2x32(key[0]! | 0, key[1]! | 0, words[i]! | 0, (words[i + 1] ?? 0) | 0, key);
  }
}

function numberWords(value: number): Uint32Array {
  return new Uint32Array(new Float64Array([value]).buffer);
}

function textWords(text: string): Uint32Array {
  return Uint32Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
