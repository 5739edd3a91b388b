/** @file The pieces of a vocabulary as a tree of characters. */

/** The longest piece that a part of a word begins with; length 0: none. */
export interface LongestPiece {
  readonly id: number;
  readonly length: number;
}

/** The symbol of every character that no piece holds. */
export const OTHER_SYMBOL = 0;

/** The root, from which words are read, and what goes on with them. */
const ROOT = 0;

/**
 * A tree with an edge for each character of a piece. Its nodes have numbers from 0, the root, that rise with the depth.
 * Characters are symbols. The first character of a word counts as another symbol than the same character further on
 * (`first` more), so that one root serves both, and what is read never runs into the next word.
 */
export class PieceTree {
  /** What is added to the symbol of a word's first character. */
  readonly first: number;
  /** More than all symbols: the edge from a node with a symbol has the number `node * width + symbol`. */
  readonly width: number;
  /** By depth: the edges that lead there, and the nodes that they lead to. */
  readonly levels: readonly ReadonlyMap<number, number>[];
  /** For each node the longest piece on the way to it. */
  readonly longestAt: readonly LongestPiece[];
  readonly #symbols = new Map<string, number>();

  /**
   * @param pieces in id order
   * @param continuation what stands before pieces that go on with a word
   * @param most pieces of more characters are left out
   */
  constructor(pieces: readonly string[], continuation: string, most: number) {
    const paths = pieces.map((piece) => [
      ...(piece.startsWith(continuation) ? piece.slice(continuation.length) : piece),
    ]);
    for (const character of paths.flat())
      if (!this.#symbols.has(character)) this.#symbols.set(character, this.#symbols.size + 1);
    this.first = this.#symbols.size + 1;
    this.width = 2 * this.first;
    const longestAt: LongestPiece[] = [{ id: 0, length: 0 }];
    const levels: Map<number, number>[] = [];
    let open = pieces.flatMap((piece, id) => {
      const path = paths[id]!;
      const begins = piece.startsWith(continuation) ? 0 : this.first;
      return path.length === 0 || path.length > most ? [] : [{ id, path, begins, node: ROOT }];
    });
    for (let depth = 0; open.length > 0; depth++) {
      const level = new Map<number, number>();
      for (const walk of open) {
        const edge = this.edge(walk.node, this.symbol(walk.path[depth]!) + (depth === 0 ? walk.begins : 0));
        let next = level.get(edge);
        if (next === undefined) {
          next = longestAt.length;
          level.set(edge, next);
          longestAt.push(longestAt[walk.node]!);
        }
        walk.node = next;
        if (walk.path.length === depth + 1) longestAt[next] = { id: walk.id, length: depth + 1 };
      }
      levels.push(level);
      open = open.filter(({ path }) => path.length > depth + 1);
    }
    this.levels = levels;
    this.longestAt = longestAt;
  }

  /** The characters that pieces hold. */
  get alphabet(): Iterable<string> {
    return this.#symbols.keys();
  }

  symbol(character: string): number {
    return this.#symbols.get(character) ?? OTHER_SYMBOL;
  }

  /** The number of an edge. */
  edge(node: number, symbol: number): number {
    return node * this.width + symbol;
  }

  /** The longest piece at a place of a word, given as the symbols of its characters. */
  longest(word: readonly number[], start: number): LongestPiece {
    let node = ROOT;
    for (let at = start; at < word.length; at++) {
      const symbol = at === 0 ? this.first + word[at]! : word[at]!;
      const next = this.levels[at - start]?.get(this.edge(node, symbol));
      if (next === undefined) break;
      node = next;
    }
    return this.longestAt[node]!;
  }
}
