/** @file Small models as messages, as another program would write them. */
import { onnx } from "../../../src/graph/onnx/proto/onnx.js";

/** A value's declaration; a size that is null is left open. */
export function declare(
  name: string,
  elemType: number,
  ...dims: (number | string | null)[]
): onnx.ValueInfoProto.$Properties {
  const dim = dims.map((size) =>
    size === null ? {} : typeof size === "string" ? { dimParam: size } : { dimValue: size },
  );
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** A model of x float32[n,3] with these nodes; its output is y. */
export function model(
  node: onnx.NodeProto.$Properties[],
  graph: onnx.GraphProto.$Properties = {},
  rest: onnx.ModelProto.$Properties = {},
): Uint8Array {
  const x = declare("x", onnx.TensorProto.DataType.FLOAT, "n", 3);
  const whole = { name: "g", input: [x], output: [{ name: "y" }], node, ...graph };
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    graph: whole,
    ...rest,
  }).finish();
}
