/** How a token is written, as a class: what lower-casing takes away. */

/** The classes, in the order of their numbers. */
export const CAPITALIZATIONS = [
  "lower",
  "initial_capital",
  "all_capitals",
  "mixed",
  "digits",
  "digits_and_letters",
  "punctuation",
  "no_case",
] as const;

/** One of the classes. */
export type Capitalization = (typeof CAPITALIZATIONS)[number];

/** The insides of the character classes of an expression. */
interface Characters {
  readonly letter: string;
  readonly upper: string;
  readonly lower: string;
  readonly digit: string;
}

/** Expressions that the whole of a token may match, from which its class follows. */
interface Patterns {
  readonly neitherLettersNorDigits: string;
  readonly noLetters: string;
  readonly noDigits: string;
  readonly noCapitals: string;
  readonly noLowerCase: string;
  readonly initialCapital: string;
}

/**
 * Tells classes apart by six questions, whatever answers them.
 * @param matches whether the token matches the whole expression; `choose` gives one of two results by such an answer
 */
export function classify<Answer, Result>(
  patterns: Patterns,
  matches: (pattern: string) => Answer,
  choose: (condition: Answer, yes: Result, no: Result) => Result,
  result: (capitalization: Capitalization) => Result,
): Result {
  const small = choose(matches(patterns.noLowerCase), result("no_case"), result("lower"));
  const big = choose(
    matches(patterns.initialCapital),
    result("initial_capital"),
    choose(matches(patterns.noLowerCase), result("all_capitals"), result("mixed")),
  );
  const letters = choose(matches(patterns.noCapitals), small, big);
  const anyLetters = choose(matches(patterns.noDigits), letters, result("digits_and_letters"));
  const some = choose(matches(patterns.noLetters), result("digits"), anyLetters);
  return choose(matches(patterns.neitherLettersNorDigits), result("punctuation"), some);
}

/** The expressions for given characters, in what RE2 and JavaScript write alike. */
function patternsOf({ letter, upper, lower, digit }: Characters): Patterns {
  return {
    neitherLettersNorDigits: `[^${letter}${digit}]*`,
    noLetters: `[^${letter}]*`,
    noDigits: `[^${digit}]*`,
    noCapitals: `[^${upper}]*`,
    noLowerCase: `[^${lower}]*`,
    initialCapital: `[^${letter}]*[${upper}][^${upper}]*`,
  };
}

const UNICODE: Characters = { letter: "\\p{L}", upper: "\\p{Lu}\\p{Lt}", lower: "\\p{Ll}", digit: "\\p{N}" };
const PATTERNS = patternsOf(UNICODE);
const EXPRESSIONS = new Map(
  Object.values(PATTERNS).map((pattern) => [pattern, new RegExp(`^(?:${pattern})$`, "u")]),
);

/** The class of a token that is not empty. A capital alone is an initial capital. */
export function capitalization(token: string): Capitalization {
  return classify<boolean, Capitalization>(
    PATTERNS,
    (pattern) => EXPRESSIONS.get(pattern)!.test(token),
    (condition, yes, no) => (condition ? yes : no),
    (name) => name,
  );
}

/**
 * The expressions with all characters written out, as this program's Unicode tables have them: another program's tables,
 * older or newer, then give the same classes.
 */
export function explicitPatterns(): Patterns {
  explicit ??= patternsOf({
    letter: written(UNICODE.letter),
    upper: written(UNICODE.upper),
    lower: written(UNICODE.lower),
    digit: written(UNICODE.digit),
  });
  return explicit;
}

/** They take a walk over all of Unicode to make. */
let explicit: Patterns | undefined;

/** The ranges of characters inside a class. None of them has a meaning of its own there: all are letters or digits. */
function written(inside: string): string {
  const expression = new RegExp(`^[${inside}]$`, "u");
  const ranges: string[] = [];
  let first: number | undefined;
  for (let code = 0; code <= 0x110000; code++) {
    const belongs = code < 0x110000 && expression.test(String.fromCodePoint(code));
    if (belongs) first ??= code;
    else if (first !== undefined) {
      ranges.push(range(first, code - 1));
      first = undefined;
    }
  }
  return ranges.join("");
}

function range(first: number, last: number): string {
  const [from, to] = [String.fromCodePoint(first), String.fromCodePoint(last)];
  return first === last ? from : `${from}-${to}`;
}
