/** @file Trees as rows hold them, and whether they stand over the tokens of the row's text. */
import { ptxError } from "../../../registry/errors.js";
import { type ParseTree, readTree, TreeError } from "../../../text/trees.js";
import type { Row } from "../contracts.js";
import { textCell } from "./cells.js";

/** The tree in a column of a row. Throws `PTX_DATA` for text that is none. */
export function treeCell(row: Row, column: string): ParseTree {
  try {
    return readTree(textCell(row, column));
  } catch (error) {
    if (!(error instanceof TreeError)) throw error;
    throw ptxError("PTX_DATA", row.origin, `the column "${column}" holds no tree: ${error.message}`);
  }
}

/**
 * Throws `PTX_DATA` with the first place where a tree's words are not the tokens of its row's text.
 * @param hint what must be set otherwise
 */
export function requireTokens(
  row: Row,
  column: string,
  words: readonly string[],
  tokens: readonly string[],
  hint: string,
): void {
  const size = Math.max(words.length, tokens.length);
  const at = Array.from({ length: size }, (_, i) => i).find((i) => words[i] !== tokens[i]);
  if (at === undefined) return;
  const [ours, theirs] = [words[at], tokens[at]].map((word) =>
    word === undefined ? "has ended" : `has "${word}"`,
  );
  throw ptxError(
    "PTX_DATA",
    row.origin,
    `the tree in "${column}" is not over the tokens of the text: at token ${at + 1} the tree ${ours}, the text ${theirs}`,
    hint,
  );
}
