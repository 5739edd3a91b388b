/** @file What a regular expression matches, each time as long as can be, as RE2 does when it is asked to. */

/** Where matches of an expression's part may end (in characters) that start at a place. */
type Ends = (characters: readonly string[], start: number) => Iterable<number>;

const CLASS = /\[(?:\\x[0-9a-f]{2}|\\[^x]|[^\\\]])+\]|\\x[0-9a-f]{2}/uy;

/**
 * The pieces of a text that an expression matches, from the left; empty ones are none. It may consist of classes of
 * characters, `(?:...)`, `|`, `?`, `*` and `+`. Throws for every other expression.
 */
export function longestMatches(expression: string): (text: string) => string[] {
  const ends = new Parser(expression).all();
  return (text) => {
    const characters = [...text];
    const pieces: string[] = [];
    for (let start = 0; start < characters.length; ) {
      let end = start;
      for (const other of ends(characters, start)) end = Math.max(end, other);
      if (end > start) pieces.push(characters.slice(start, end).join(""));
      start = Math.max(end, start + 1);
    }
    return pieces;
  };
}

class Parser {
  #at = 0;

  constructor(readonly expression: string) {}

  all(): Ends {
    const ends = this.#either();
    if (this.#at < this.expression.length) throw this.#error();
    return ends;
  }

  #either(): Ends {
    const parts = [this.#sequence()];
    while (this.#takes("|")) parts.push(this.#sequence());
    return parts.length === 1
      ? parts[0]!
      : (characters, start) => new Set(parts.flatMap((part) => [...part(characters, start)]));
  }

  #sequence(): Ends {
    const parts = [this.#repeated()];
    while (this.#at < this.expression.length && !/[|)]/.test(this.expression[this.#at]!))
      parts.push(this.#repeated());
    return parts.reduce((head, tail) => (characters, start) => {
      const found = new Set<number>();
      for (const middle of head(characters, start))
        for (const end of tail(characters, middle)) found.add(end);
      return found;
    });
  }

  #repeated(): Ends {
    const once = this.#one();
    if (this.#takes("?")) return (characters, start) => new Set([start, ...once(characters, start)]);
    const [star, plus] = [this.#takes("*"), this.#takes("+")];
    if (!star && !plus) return once;
    return (characters, start) => {
      const found = new Set<number>(once(characters, start));
      // A set is walked through what is added on the way, too.
      for (const end of found) for (const next of once(characters, end)) found.add(next);
      return star ? found.add(start) : found;
    };
  }

  #one(): Ends {
    if (this.#takes("(?:")) {
      const inner = this.#either();
      if (!this.#takes(")")) throw this.#error();
      return inner;
    }
    CLASS.lastIndex = this.#at;
    const [written] = CLASS.exec(this.expression) ?? [];
    if (written === undefined) throw this.#error();
    this.#at += written.length;
    const test = new RegExp(`^${written}$`, "u");
    const known = new Map<string, boolean>();
    const fits = (character: string): boolean => {
      const fit = known.get(character) ?? test.test(character);
      known.set(character, fit);
      return fit;
    };
    return (characters, start) => (start < characters.length && fits(characters[start]!) ? [start + 1] : []);
  }

  #takes(text: string): boolean {
    const there = this.expression.startsWith(text, this.#at);
    if (there) this.#at += text.length;
    return there;
  }

  #error(): Error {
    const written = `${this.expression.slice(0, 40)}${this.expression.length > 40 ? "..." : ""}`;
    return new Error(
      `the expression ${written} is not one that this engine cuts by: it knows classes of characters, (?:...), |, ?, * and +`,
    );
  }
}
