/** @file How a model is run in Python, written from its signature. */
import type { ValueSignature } from "../graph/onnx/value-type.js";

/** What texts in the example are made of. */
const WORDS = ["some", "words", "of", "text"] as const;

/** Arrays of more elements are filled by number, not written out. */
const MOST_WRITTEN = 16;

/** Lines of Python that run a model once with made-up inputs of its types and shapes, and print what it gives. */
export function pythonExample(file: string, inputs: readonly ValueSignature[]): string {
  return [
    "import numpy as np",
    "import onnxruntime as ort",
    "",
    `session = ort.InferenceSession(${JSON.stringify(file)})`,
    "feeds = {",
    ...inputs.map((input) => `    ${JSON.stringify(input.name)}: ${made(input)},`),
    "}",
    "for output, value in zip(session.get_outputs(), session.run(None, feeds)):",
    "    print(output.name, value)",
  ].join("\n");
}

function made({ dtype, shape }: ValueSignature): string {
  const sizes = (shape ?? []).map((size) =>
    typeof size === "number" ? size : size === "batch" ? 1 : WORDS.length,
  );
  const elements = sizes.reduce((a, b) => a * b, 1);
  const tuple = `(${sizes
    .map((size) => `${size}, `)
    .join("")
    .trimEnd()})`;
  if (dtype !== "string") return `np.zeros(${tuple}, dtype=np.${dtype === "bool" ? "bool_" : dtype})`;
  if (elements > MOST_WRITTEN) return `np.full(${tuple}, ${JSON.stringify(WORDS[0])}, dtype=object)`;
  const words = sizes.length < 2 ? [WORDS.join(" ")] : WORDS;
  return `np.array(${nested(sizes, words)}, dtype=object)`;
}

/** Lists in lists of these sizes, the words in turn. */
function nested(sizes: readonly number[], words: readonly string[], from = 0): string {
  const [first, ...rest] = sizes;
  if (first === undefined) return JSON.stringify(words[from % words.length]);
  const width = rest.reduce((a, b) => a * b, 1);
  return `[${Array.from({ length: first }, (_, i) => nested(rest, words, from + i * width)).join(", ")}]`;
}
