/** @file Node attributes in ONNX's form. */
import { ptxError } from "../../registry/errors.js";
import { bytesOfText } from "../byte-text.js";
import { type DType, dtypeCodes, toData } from "../dtype.js";
import type { Graph, Node } from "../graph.js";
import { byteAttributes, floatAttributes } from "./operators.js";
import { onnx } from "./proto/onnx.js";
import { tensorProto } from "./tensor-proto.js";

type AttributeProto = onnx.AttributeProto.$Properties;
const { AttributeType } = onnx.AttributeProto;

/** The attributes of a node; `writeBody` turns the body of a loop, or a branch, into its ONNX form. */
export function attributeProtos(
  node: Node,
  writeBody: (body: Graph) => onnx.GraphProto.$Properties,
): AttributeProto[] {
  const { definition, attributes } = node;
  switch (definition.name) {
    case "Cast":
      return [integer("to", dtypeCodes[attributes.to as DType])];
    case "ConstantOfShape": {
      const dtype = attributes.dtype as DType;
      const value = tensorProto("", { dtype, dims: [1], data: toData(dtype, [attributes.fill as number]) });
      return [{ name: "value", type: AttributeType.TENSOR, t: value }];
    }
    case "Scan":
      return scanAttributes(node, writeBody(attributes.body as Graph));
    case "If":
      return Object.entries(attributes).map(([name, branch]) => {
        return { name, type: AttributeType.GRAPH, g: writeBody(branch as Graph) };
      });
    default:
      return Object.entries(attributes).flatMap(([name, value]) =>
        value === undefined ? [] : [plainAttribute(node, name, value)],
      );
  }
}

function scanAttributes({ attributes, outputs }: Node, body: onnx.GraphProto.$Properties): AttributeProto[] {
  const scanned = attributes.scanned as number;
  const result: AttributeProto[] = [
    { name: "body", type: AttributeType.GRAPH, g: body },
    integer("num_scan_inputs", scanned),
  ];
  if (attributes.reverse === 1) {
    const stacked = outputs.length - (attributes.states as number);
    result.push(integers("scan_input_directions", Array(scanned).fill(1)));
    result.push(integers("scan_output_directions", Array(stacked).fill(1)));
  }
  return result;
}

function plainAttribute(node: Node, name: string, value: unknown): AttributeProto {
  const float = floatAttributes.has(name);
  const bytes = (text: string): Uint8Array =>
    byteAttributes.has(name) ? bytesOfText(text) : Buffer.from(text);
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: bytes(value) };
  if (typeof value === "number") {
    return float ? { name, type: AttributeType.FLOAT, f: value } : integer(name, whole(node, name, value));
  }
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === "string") && (value.length > 0 || name.endsWith("strings"))) {
      return { name, type: AttributeType.STRINGS, strings: value.map(bytes) };
    }
    return float
      ? { name, type: AttributeType.FLOATS, floats: value }
      : integers(
          name,
          value.map((item) => whole(node, name, item)),
        );
  }
  throw ptxError("PTX_GRAPH", node.name, `${node.definition.name}: the attribute "${name}" has no ONNX form`);
}

function whole(node: Node, name: string, value: unknown): number {
  if (!Number.isSafeInteger(value)) {
    throw ptxError(
      "PTX_GRAPH",
      node.name,
      `${node.definition.name}: the attribute "${name}" must be an integer, got ${value}`,
    );
  }
  return value as number;
}

function integer(name: string, value: number): AttributeProto {
  return { name, type: AttributeType.INT, i: value };
}

function integers(name: string, values: readonly number[]): AttributeProto {
  return { name, type: AttributeType.INTS, ints: [...values] };
}
