/** Words that a shingle spans. */
const shingleWords = 3;

/** The letters of a text as lower-case words: digits, punctuation and spacing, which mass mail varies, are left out. */
export function plainWords(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** All runs of three words; a text of fewer words is one shingle, a text without letters is none. */
export function shingles(text: string): Set<string> {
  const words = plainWords(text);
  if (words.length === 0) return new Set();
  const last = Math.max(0, words.length - shingleWords);
  return new Set(Array.from({ length: last + 1 }, (_, at) => words.slice(at, at + shingleWords).join(" ")));
}

/** Disjoint sets of the numbers 0 to size - 1 (union by smaller root, path halving). */
export class Groups {
  readonly #parent: number[];

  constructor(size: number) {
    this.#parent = Array.from({ length: size }, (_, i) => i);
  }

  /** The smallest member of the group that holds `item`. */
  root(item: number): number {
    let at = item;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at]!]!;
      at = this.#parent[at]!;
    }
    return at;
  }

  /** Puts the groups of `a` and `b` together. */
  join(a: number, b: number): void {
    const [low, high] = [this.root(a), this.root(b)].sort((x, y) => x - y) as [number, number];
    this.#parent[high] = low;
  }
}

/**
 * Joins every pair of texts of which the smaller shares at least `threshold` of its shingles with the larger
 * (the overlap coefficient, never below the Jaccard index). Exact: every pair that has a shingle in common is
 * counted by an inverted index, no hashing scheme guesses candidates.
 */
export function joinNearDuplicates(groups: Groups, texts: readonly string[], threshold: number): void {
  const holders = new Map<string, number[]>();
  const sizes = new Int32Array(texts.length);
  const common = new Int32Array(texts.length);
  texts.forEach((text, at) => {
    const own = shingles(text);
    sizes[at] = own.size;
    const touched: number[] = [];
    for (const shingle of own) {
      const earlier = holders.get(shingle);
      if (earlier === undefined) {
        holders.set(shingle, [at]);
        continue;
      }
      for (const other of earlier) if (common[other]!++ === 0) touched.push(other);
      earlier.push(at);
    }
    for (const other of touched) {
      if (common[other]! >= threshold * Math.min(own.size, sizes[other]!)) groups.join(at, other);
      common[other] = 0;
    }
  });
}

/** Joins all items that carry the same non-empty key. */
export function joinByKey(groups: Groups, keys: readonly string[]): void {
  const first = new Map<string, number>();
  keys.forEach((key, at) => {
    if (key === "") return;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, at);
    else groups.join(earlier, at);
  });
}
