/** @file The graph of an encoder that was made elsewhere: read from its file once, and kept with the run without its weights. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { checkedModel } from "../../graph/onnx/check-model.js";
import { decodeModel, decodeParsed } from "../../graph/onnx/decode.js";
import { encodeModel } from "../../graph/onnx/encode.js";
import { type ForeignGraph, foreignValue } from "../../graph/onnx/inline.js";
import { liveReads } from "../../graph/passes/liveness.js";
import type { Context, Token } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { runFiles } from "../../registry/run-files.js";

/** What is read of a file. */
export interface ForeignValues {
  /** The path of an ONNX file. */
  readonly file: string;
  /** The names of values besides the file's outputs. */
  readonly values: readonly string[];
}

/** A file's graph; without the values of its parameters where it comes with a run. */
export type ForeignModel = ForeignGraph;

const token = (name: string): Token<ForeignGraph> => `foreign graph:${name}`;

/** The name under which a run keeps the graph: the file's own, and what tells two of one name apart. */
function keptName({ file, values }: ForeignValues): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([file, values]))
    .digest("hex")
    .slice(0, 8);
  const stem = basename(file, extname(file)).replace(/[^\w.-]+/g, "_");
  return `${stem}.${digest}.onnx`;
}

/**
 * The graph with the chosen values among its outputs: from the run where it keeps it, else from the file, whose graph the run
 * then keeps. Throws `PTX_FILE_MISSING`, `PTX_MODEL_FILE`, or `PTX_GRAPH` for values that the file does not have.
 */
export function foreignModel(wanted: ForeignValues, context: Context): ForeignModel {
  const name = keptName(wanted);
  return context.shared(token(name), () => {
    const kept = runFiles(context);
    if (kept.has(name))
      return { ...decodeModel(kept.need(name, name), { where: name, trained: true }), values: null };
    const decoded = readForeign(wanted, context);
    for (const value of wanted.values)
      if (!decoded.graph.outputs.has(value))
        decoded.graph.output(value, foreignValue(decoded, value, wanted.file));
    kept.keep(name, encodeModel(decoded.graph).model);
    return decoded;
  });
}

function readForeign({ file }: ForeignValues, context: Context): ForeignGraph {
  const { model, files } = checkedModel(bytesOf(file), file);
  const decoded = decodeParsed(model, {
    where: file,
    external: (location, offset, length) => files.read({ location, offset, length }),
    trained: true,
    widen: true,
  });
  const { widened, values } = decoded;
  const numbers = Object.values(values).reduce((sum, { data }) => sum + data.length, 0);
  context.log.info(`${file}: ${numbers} weights in ${Object.keys(values).length} tensors`);
  if (widened > 0)
    context.log.info(
      `${file}: ${widened} tensors of 16 or 64 bits are read as float32, which the graph computes with`,
    );
  return decoded;
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw ptxError("PTX_FILE_MISSING", file, `the model cannot be read: ${(error as Error).message}`);
  }
}

/** The names of integer matrices that a value needs: weights that were made small, which cannot be trained. */
export function integerWeights(model: ForeignModel, value: string): string[] {
  const reads = liveReads(model.graph, [foreignValue(model, value, "graph")]);
  return [...model.named]
    .filter(([, tensor]) => tensor.origin.kind === "constant" && reads.has(tensor))
    .filter(([, { dtype, rank }]) => (dtype === "int8" || dtype === "uint8") && rank > 1)
    .map(([name]) => name);
}
