import { readFileSync } from "node:fs";
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { type Problem, ptxError, throwIfAny } from "./errors.js";

/** Reads a file's text; `PTX_FILE_MISSING` when it cannot be read, `PTX_CONFIG_SYNTAX` when it is not UTF-8. */
export function readConfigText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw ptxError("PTX_FILE_MISSING", file, `the config cannot be read: ${(cause as Error).message}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw ptxError("PTX_CONFIG_SYNTAX", file, "the file is not valid UTF-8 text");
  }
}

/**
 * Parses JSON with comments and trailing commas. All syntax errors, and keys written twice, are reported at once
 * as `PTX_CONFIG_SYNTAX` with file:line:column.
 */
export function parseJsonc(text: string, file: string): unknown {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const problems = errors.map(({ error, offset }) =>
    syntaxProblem(text, file, offset, sentences[printParseErrorCode(error)] ?? "this is not JSON"),
  );
  if (text.trim() === "")
    problems.splice(0, problems.length, syntaxProblem(text, file, 0, "the file is empty"));
  throwIfAny(problems);
  const value = nodeValue(tree as Node, text, file, problems);
  throwIfAny(problems);
  return value;
}

/** The value of a syntax tree; unlike jsonc-parser's own, `__proto__` stays a key and a repeated key is a problem. */
function nodeValue(node: Node, text: string, file: string, problems: Problem[]): unknown {
  if (node.type === "array")
    return (node.children ?? []).map((child) => nodeValue(child, text, file, problems));
  if (node.type !== "object") return node.value;
  const seen = new Map<string, unknown>();
  for (const property of node.children ?? []) {
    const [keyNode, valueNode] = property.children as [Node, Node];
    const key = keyNode.value as string;
    if (seen.has(key))
      problems.push(syntaxProblem(text, file, keyNode.offset, `the key "${key}" is written twice`));
    seen.set(key, nodeValue(valueNode, text, file, problems));
  }
  return Object.fromEntries(seen);
}

function syntaxProblem(text: string, file: string, offset: number, message: string): Problem {
  const before = text.slice(0, offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  const line = text.split(/\r?\n/)[before.length - 1]?.trim() ?? "";
  const near = line === "" ? "" : `; the line is: ${line.length > 80 ? `${line.slice(0, 77)}...` : line}`;
  return {
    code: "PTX_CONFIG_SYNTAX",
    where: `${file}:${before.length}:${column}`,
    message: `${message}${near}`,
  };
}

const sentences: Readonly<Record<string, string>> = {
  InvalidSymbol: "a bare word that JSON does not know; texts need double quotes",
  InvalidNumberFormat: "a number that JSON cannot read",
  PropertyNameExpected: "a key in double quotes is expected here",
  ValueExpected: "a value is expected here",
  ColonExpected: 'a ":" is expected here',
  CommaExpected: 'a "," is expected here',
  CloseBraceExpected: 'a "}" is expected here',
  CloseBracketExpected: 'a "]" is expected here',
  EndOfFileExpected: "the config ends before this",
  UnexpectedEndOfComment: "a comment that is not closed",
  UnexpectedEndOfString: "a text that is not closed by a double quote on its line",
  UnexpectedEndOfNumber: "a number that breaks off",
  InvalidUnicode: "a \\u escape needs four hexadecimal digits",
  InvalidEscapeCharacter: "an escape that JSON does not know; write \\\\ for a backslash",
  InvalidCharacter: "a control character inside a text; write it as an escape",
};
