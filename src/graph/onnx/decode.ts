/** @file ONNX models as graphs: the same operators under the same names, with types inferred anew. */
import type { HostTensor } from "../dtype.js";
import type { Graph, Tensor } from "../graph.js";
import { damaged, metadataOf, opsetsOf, parseModel } from "./model-file.js";
import type { onnx } from "./proto/onnx.js";
import { type DecodeOptions, GraphReader } from "./read-graph.js";

/** What a file holds. */
export interface DecodedModel {
  readonly graph: Graph;
  /** The stored values of parameters, by name. */
  readonly values: Readonly<Record<string, HostTensor>>;
  /** Everything in the graph that the file has a name for: inputs, stored tensors, what nodes make. */
  readonly named: ReadonlyMap<string, Tensor>;
  /** How many stored tensors were of another floating-point type and became float32. */
  readonly widened: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly producer: { readonly name: string; readonly version: string };
  readonly description: string;
}

/** Versions of ONNX's own operators whose meaning is known here. */
const knownOpsets = { oldest: 1, newest: 24 };

/** Reads a model's bytes. Throws `PTX_MODEL_FILE` for a damaged file, or one with operators or types that graphs do not have. */
export function decodeModel(bytes: Uint8Array, options: DecodeOptions = {}): DecodedModel {
  return decodeParsed(parseModel(bytes, options.where ?? "model").model, options);
}

/** The same for a message that has been parsed. */
export function decodeParsed(model: onnx.ModelProto.$Properties, options: DecodeOptions): DecodedModel {
  const where = options.where ?? "model";
  const opset = opsetsOf(model).get("");
  if (!model.graph || opset === undefined)
    throw damaged(where, "it is not a whole ONNX model (no graph, or no operator set)");
  if (opset < knownOpsets.oldest || opset > knownOpsets.newest) {
    throw damaged(
      where,
      `it uses operator set ${opset}; ${knownOpsets.oldest} to ${knownOpsets.newest} can be read`,
    );
  }
  const reader = new GraphReader(where, opset, options);
  reader.main(model.graph);
  return {
    graph: reader.graph,
    values: Object.fromEntries(reader.values),
    named: reader.named,
    widened: reader.widened,
    metadata: metadataOf(model),
    producer: { name: model.producerName ?? "", version: model.producerVersion ?? "" },
    description: model.docString ?? "",
  };
}
