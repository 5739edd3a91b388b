/** @file ONNX Runtime's errors, told in terms of the program: which component's node failed, and why. */
import { type PtxError, ptxError } from "../registry/errors.js";
import { printable } from "../registry/printable.js";

/** The longest message that is repeated whole; names in it may be a stranger's. */
const LONGEST = 2000;

/** How ONNX Runtime names the node in its messages. */
const nodePatterns = [
  /Name:'([^']+)'/,
  /Node:? \(([^)]+)\) Op/,
  /in node \(([^)]+)\)/,
  /node with name '([^']+)'/,
];

/** An error of the run time as `PTX_ENGINE`, at the component whose node it is about where it names one. */
export function engineError(doing: string, error: unknown): PtxError {
  const text = error instanceof Error ? error.message : String(error);
  const node = nodePatterns.map((pattern) => pattern.exec(text)?.[1]).find((name) => name !== undefined);
  return ptxError(
    "PTX_ENGINE",
    node === undefined ? "engine onnxruntime" : printable(placeOf(node)),
    `${doing}: ${printable(explain(text), LONGEST)}`,
  );
}

/** `model/encoder/MatMul_7` is a node of the component `model/encoder`. */
function placeOf(node: string): string {
  const end = node.lastIndexOf("/");
  return end < 0 ? node : `${node.slice(0, end)} (${node.slice(end + 1)})`;
}

/** The message without the run time's source positions. */
function explain(text: string): string {
  const status = /Status Message: (.*)/s.exec(text)?.[1] ?? text;
  return status
    .replace(/\/onnxruntime_src\/\S+:\d+ [^\n]*?\) (?=\S)/, "")
    .replace(/\s+/g, " ")
    .trim();
}
