/** @file The kernels that read strings. */
import { NUL } from "../../graph/ops/strings.js";
import { headExpression, MOST_CHARACTERS } from "../../graph/ops/text.js";
import { sizeOf } from "./arrays.js";
import { filled, type Kernels } from "./kernel.js";

/** How many characters an expression takes from the head of a string; throws for every other expression. */
function headLength(expression: string): number {
  const most = Number(/\d+(?=\}\)$)/.exec(expression)?.[0]);
  if (!(most >= 1 && most <= MOST_CHARACTERS) || expression !== headExpression(most)) {
    const own = headExpression(20);
    throw new Error(`the expression ${expression} is not one that this engine cuts by, such as ${own}`);
  }
  return most;
}

/** The kernel of `Tokenizer` is for the ways of cutting that `splitCharacters` and `cutAt` use. */
export const textKernels: Kernels<"Tokenizer" | "RegexFullMatch"> = {
  RegexFullMatch: ({ inputs: [x], attributes: { pattern } }) => {
    const expression = new RegExp(`^(?:${pattern})$`, "u");
    return filled("bool", x.dims, x.strings.length, (i) => Number(expression.test(x.strings[i]!)));
  },
  Tokenizer: ({ inputs: [x], attributes: { mark, mincharnum, pad_value, separators, tokenexp } }) => {
    if (mark !== 0 || mincharnum !== 1) throw new Error("this engine neither marks nor drops pieces");
    const [separator, ...others] = separators ?? [];
    if (separator !== undefined && (others.length > 0 || (separator !== "" && separator !== NUL)))
      throw new Error(`this engine cuts at no separator but NUL, got ${JSON.stringify(separators)}`);
    const most = tokenexp === undefined ? null : headLength(tokenexp);
    const pieces = x.strings.map((text) => {
      if (separator === "") return [...text];
      if (separator !== undefined) return text.split(separator).filter((piece) => piece !== "");
      return text === "" ? [] : [[...text].slice(0, most!).join("")];
    });
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
