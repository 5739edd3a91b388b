/** @file The kernels that read strings. */
import { bytesOfText, textOfBytes } from "../../graph/byte-text.js";
import { headExpression, MOST_CHARACTERS } from "../../graph/ops/text.js";
import { sizeOf } from "./arrays.js";
import { exact, filled, type Kernels } from "./kernel.js";
import { longestMatches } from "./longest-match.js";

/** What each expression cuts a text into. */
const cutters = new Map<string, (text: string) => string[]>();

function cutterFor(expression: string): (text: string) => string[] {
  const known = cutters.get(expression) ?? makeCutter(expression);
  cutters.set(expression, known);
  return known;
}

function makeCutter(expression: string): (text: string) => string[] {
  const most = Number(/\d+(?=\}\)$)/.exec(expression)?.[0]);
  if (most >= 1 && most <= MOST_CHARACTERS && expression === headExpression(most))
    return (text) => (text === "" ? [] : [[...text].slice(0, most).join("")]);
  return longestMatches(expression);
}

/** A string's bytes before, between and behind the first places of a delimiter; none of an empty string. */
function splitBytes(text: string, delimiter: string, most: number): string[] {
  let rest = Buffer.from(bytesOfText(text));
  if (rest.length === 0) return [];
  const between = bytesOfText(delimiter);
  const parts: string[] = [];
  for (let at = rest.indexOf(between); at >= 0 && parts.length < most; at = rest.indexOf(between)) {
    parts.push(textOfBytes(rest.subarray(0, at)));
    rest = rest.subarray(at + between.length);
  }
  return [...parts, textOfBytes(rest)];
}

/** The kernel of `Tokenizer` is for the ways of cutting that `splitCharacters` and `matches` use. */
export const textKernels: Kernels<"Tokenizer" | "RegexFullMatch" | "StringSplit"> = {
  RegexFullMatch: ({ inputs: [x], attributes: { pattern } }) => {
    const expression = new RegExp(`^(?:${pattern})$`, "u");
    return filled("bool", x.dims, x.strings.length, (i) => Number(expression.test(x.strings[i]!)));
  },
  StringSplit: ({ inputs: [x], attributes: { delimiter, maxsplit } }) => {
    const parts = x.strings.map((text) => splitBytes(text, delimiter, maxsplit));
    const width = parts.reduce((most, { length }) => Math.max(most, length), 0);
    const dims = [...x.dims, width];
    const at = (i: number): string => parts[Math.floor(i / width)]![i % width] ?? "";
    return [
      filled("string", dims, sizeOf(dims), at),
      exact(
        x.dims,
        Float64Array.from(parts, ({ length }) => length),
      ),
    ];
  },
  Tokenizer: ({ inputs: [x], attributes: { mark, mincharnum, pad_value, separators, tokenexp } }) => {
    if (mark !== 0 || mincharnum !== 1) throw new Error("this engine neither marks nor drops pieces");
    if (separators !== undefined && separators.join() !== "")
      throw new Error(`this engine cuts at no separator, got ${JSON.stringify(separators)}`);
    const pieces = x.strings.map(tokenexp === undefined ? (text) => [...text] : cutterFor(tokenexp));
    const width = pieces.reduce((longest, { length }) => Math.max(longest, length), 0);
    const dims = [...x.dims, width];
    return filled(
      "string",
      dims,
      sizeOf(dims),
      (i) => pieces[Math.floor(i / width)]![i % width] ?? pad_value,
    );
  },
};
