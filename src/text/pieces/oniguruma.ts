/** @file Regular expressions of tokenizer.json files (Oniguruma's language) as JavaScript's. */
import type { JsonPlace } from "./json-place.js";

/** What shorthands stand for inside a class. Oniguruma's white space and word characters are not JavaScript's. */
const CLASSES: Readonly<Record<string, string>> = {
  s: "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000",
  d: "\\p{Nd}",
  w: "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\xb2\\xb3\\xb9\\xbc-\\xbe",
  h: "0-9a-fA-F",
};

const ANCHORS: Readonly<Record<string, string>> = { A: "^", z: "$" };

/** Letters that others are variants of, beside upper and lower case. */
const VARIANTS: Readonly<Record<string, string>> = { s: "\u017f", k: "\u212a" };

function anyCase(letter: string): string {
  const lower = letter.toLowerCase();
  const upper = letter.toUpperCase();
  if (lower === upper) return letter;
  return `[${lower}${upper.length === 1 ? upper : ""}${VARIANTS[lower] ?? ""}]`;
}

/**
 * A regular expression with the flags `g` and `u`. Inline flags (`(?i:...)`) and possessive quantifiers, which JavaScript
 * lacks, are written out. Throws `PTX_VOCABULARY` with the place for what has no counterpart.
 */
export function regularExpression(place: JsonPlace): RegExp {
  const source = place.string();
  try {
    return new RegExp(new Translator(source, place).translated(), "gu");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return place.refuse(
      `the regular expression ${source} has no counterpart in JavaScript: ${error.message}`,
    );
  }
}

class Translator {
  #at = 0;
  #atomics = 0;

  constructor(
    readonly source: string,
    readonly place: JsonPlace,
  ) {}

  translated(): string {
    const text = this.#alternatives(false);
    if (this.#at < this.source.length) this.#refuse("a bracket closes that none opened");
    return text;
  }

  #refuse(why: string): never {
    return this.place.refuse(`the regular expression ${this.source} is not supported: ${why}`);
  }

  #alternatives(ignoreCase: boolean): string {
    let result = "";
    while (this.#at < this.source.length && this.source[this.#at] !== ")") {
      if (this.source[this.#at] === "|") {
        result += "|";
        this.#at++;
      } else result += this.#quantified(ignoreCase);
    }
    return result;
  }

  #quantified(ignoreCase: boolean): string {
    const atom = this.#atom(ignoreCase);
    const [quantifier, most] = /^(?:[*+?]|\{\d+(?:,\d*)?\}|\{,(\d+)\})/.exec(this.source.slice(this.#at)) ?? [
      "",
    ];
    if (quantifier === "") return atom;
    this.#at += quantifier.length;
    const counted = most === undefined ? quantifier : `{0,${most}}`;
    const next = this.source[this.#at];
    if (next === "?") {
      this.#at++;
      return `${atom}${counted}?`;
    }
    if (next !== "+" || quantifier.startsWith("{")) return `${atom}${counted}`;
    this.#at++;
    const name = `atomic${this.#atomics++}`;
    return `(?=(?<${name}>${atom}${counted}))\\k<${name}>`;
  }

  #atom(ignoreCase: boolean): string {
    const character = String.fromCodePoint(this.source.codePointAt(this.#at)!);
    if (character === "(") return this.#group(ignoreCase);
    if (character === "[") return this.#class(ignoreCase);
    if (character === "\\") return this.#escape(ignoreCase);
    this.#at += character.length;
    if (character === "{" || character === "}" || character === "]") return `\\${character}`;
    return ignoreCase ? anyCase(character) : character;
  }

  #group(ignoreCase: boolean): string {
    const opening = /^\((?:\?(?:([imsx]*):|<?[=!]|>))?/.exec(this.source.slice(this.#at))![0];
    const flags = /^\(\?([imsx]*):$/.exec(opening)?.[1];
    if (opening === "(" && this.source[this.#at + 1] === "?")
      this.#refuse(`a group ${this.source.slice(this.#at, this.#at + 5)}`);
    if (flags !== undefined && /[^i]/.test(flags)) this.#refuse(`the flags ${flags}`);
    this.#at += opening.length;
    const inner = this.#alternatives(ignoreCase || flags === "i");
    if (this.source[this.#at] !== ")") this.#refuse("a bracket is not closed");
    this.#at++;
    if (opening === "(?>") {
      const name = `atomic${this.#atomics++}`;
      return `(?:(?=(?<${name}>${inner}))\\k<${name}>)`;
    }
    return `${flags === undefined && opening !== "(" ? opening : "(?:"}${inner})`;
  }

  #class(ignoreCase: boolean): string {
    let result = "[";
    this.#at++;
    if (this.source[this.#at] === "^") {
      result += "^";
      this.#at++;
    }
    for (let first = true; ; first = false) {
      const character = this.source[this.#at];
      if (character === undefined) this.#refuse("a class is not closed");
      if (character === "]" && !first) break;
      if (character === "[" || this.source.startsWith("&&", this.#at)) this.#refuse("classes inside classes");
      if (character === "\\") {
        result += this.#escapeInClass();
        continue;
      }
      const whole = String.fromCodePoint(this.source.codePointAt(this.#at)!);
      this.#at += whole.length;
      result += /[(){}/|]/.test(whole) || (whole === "]" && first) ? `\\${whole}` : whole;
      if (ignoreCase && /\p{L}/u.test(whole)) result += anyCase(whole).slice(1, -1);
    }
    this.#at++;
    return `${result}]`;
  }

  #escapeInClass(): string {
    const next = this.source[this.#at + 1];
    if (next !== undefined && next in CLASSES) {
      this.#at += 2;
      return CLASSES[next]!;
    }
    if (next === "S" || next === "D" || next === "W") this.#refuse(`\\${next} inside a class`);
    return this.#plainEscape();
  }

  #escape(ignoreCase: boolean): string {
    const next = this.source[this.#at + 1] ?? this.#refuse("it ends with a backslash");
    const known = CLASSES[next.toLowerCase()];
    if (known !== undefined) {
      this.#at += 2;
      return `[${next in CLASSES ? "" : "^"}${known}]`;
    }
    if (next in ANCHORS) {
      this.#at += 2;
      return ANCHORS[next]!;
    }
    if (ignoreCase && /\p{L}/u.test(next) && !/[nrtfvpPxu]/.test(next))
      this.#refuse(`\\${next} where case is ignored`);
    return this.#plainEscape();
  }

  /** Escapes that mean the same in both languages. */
  #plainEscape(): string {
    const rest = this.source.slice(this.#at);
    const match =
      /^\\(?:[nrtfv]|[pP]\{\^?\w+\}|x[0-9a-fA-F]{2}|x\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|[^0-9a-zA-Z])/u.exec(
        rest,
      )?.[0];
    if (match === undefined) return this.#refuse(`the escape ${rest.slice(0, 2)}`);
    this.#at += match.length;
    if (match.startsWith("\\x{")) return `\\u{${match.slice(3)}`;
    if (/^\\[pP]\{\^/.test(match)) return `\\${match[1] === "p" ? "P" : "p"}{${match.slice(4)}`;
    if (/^\\[^0-9a-zA-Z]$/u.test(match) && !/[\^$\\.*+?()[\]{}|/-]/.test(match[1]!)) return match[1]!;
    if (match === "\\-") return "\\x2d";
    return match;
  }
}
