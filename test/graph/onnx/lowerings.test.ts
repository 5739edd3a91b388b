import { describe, expect, it } from "vitest";
import { loadRuntime } from "../../../src/engine/onnxruntime.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { decodeModel } from "../../../src/graph/onnx/decode.js";
import { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import { tensorProto } from "../../../src/graph/onnx/tensor-proto.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { onnxruntimeEngine as engine, integers, wave } from "./graphs.js";

type Attributes = Readonly<Record<string, number | string | readonly number[] | HostTensor>>;
const { AttributeType } = onnx.AttributeProto;
const { FLOAT } = onnx.TensorProto.DataType;

function attributeProto(name: string, value: Attributes[string]): onnx.AttributeProto.$Properties {
  if (typeof value === "string") return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if (typeof value === "number") {
    return name === "value_float"
      ? { name, type: AttributeType.FLOAT, f: value }
      : { name, type: AttributeType.INT, i: value };
  }
  if (!Array.isArray(value))
    return { name, type: AttributeType.TENSOR, t: tensorProto("", value as HostTensor) };
  return name === "value_floats"
    ? { name, type: AttributeType.FLOATS, floats: [...value] }
    : { name, type: AttributeType.INTS, ints: [...value] };
}

/** One node over x float32[n,m,4] and stored tensors; a stored `null` is an input left out. */
function model(
  opType: string,
  opset: number,
  stored: readonly (HostTensor | null)[],
  attributes: Attributes,
  outputs = 1,
): Buffer {
  const names = stored.map((value, i) => (value === null ? "" : `c${i}`));
  const output = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const takesX = opType !== "Constant";
  const node = {
    opType,
    input: takesX ? ["x", ...names] : [],
    output,
    attribute: Object.entries(attributes).map(([n, v]) => attributeProto(n, v)),
  };
  const dim = [{ dimParam: "n" }, { dimParam: "m" }, { dimValue: 4 }];
  return Buffer.from(
    onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ domain: "", version: opset }],
      graph: {
        name: "g",
        input: [{ name: "x", type: { tensorType: { elemType: FLOAT, shape: { dim } } } }],
        initializer: stored.flatMap((value, i) => (value === null ? [] : [tensorProto(names[i]!, value)])),
        node: [node],
        output: output.map((name) => ({
          name,
          type: { tensorType: { elemType: outputType(opType, attributes) } },
        })),
      },
    }).finish(),
  );
}

function outputType(opType: string, attributes: Attributes): number {
  if (opType === "Shape" || "value_int" in attributes || "value_ints" in attributes)
    return onnx.TensorProto.DataType.INT64;
  return FLOAT;
}

const x = wave([2, 3, 4], 1.7);
const scalar = (value: number): HostTensor => ({ dtype: "float32", dims: [], data: Float32Array.of(value) });
const bool = (value: number): HostTensor => ({ dtype: "bool", dims: [], data: Uint8Array.of(value) });

type Form = [
  opType: string,
  opset: number,
  stored: readonly (HostTensor | null)[],
  attributes: Attributes,
  outputs?: number,
];

describe("forms that other programs write compute what ONNX Runtime computes from the file itself:", () => {
  it.each<Form>([
    ["Clip", 13, [scalar(-0.3), scalar(0.4)], {}],
    ["Clip", 13, [null, scalar(0.4)], {}],
    ["Clip", 13, [scalar(-0.3)], {}],
    ["Clip", 13, [], {}],
    ["Constant", 13, [], { value: wave([2, 2], 0.4) }],
    ["Constant", 13, [], { value_float: 0.5 }],
    ["Constant", 13, [], { value_int: 7 }],
    ["Constant", 13, [], { value_floats: [0.5, 1] }],
    ["Constant", 13, [], { value_ints: [3, 4] }],
    ["Dropout", 13, [scalar(0.5)], {}],
    ["Dropout", 13, [scalar(0.5), bool(0)], {}],
    ["Flatten", 13, [], {}],
    ["Flatten", 13, [], { axis: 0 }],
    ["Flatten", 13, [], { axis: -1 }],
    ["GatherND", 13, [integers([2, 2], [0, 1, 1, -1])], {}],
    ["GatherND", 13, [integers([2, 2, 3], [0, 1, 3, 1, -1, 0, 0, 0, 0, -2, 2, -4])], {}],
    ["GatherND", 13, [integers([1, 1], [-1])], {}],
    ["Gelu", 20, [], {}],
    ["LogSoftmax", 11, [], { axis: 2 }],
    ["Softmax", 11, [], { axis: -1 }],
    ["Softmax", 13, [], { axis: 1 }],
    ["Softmax", 13, [], {}],
    ["Max", 13, [scalar(0), scalar(0.2)], {}],
    ["Min", 13, [scalar(0), scalar(-0.2)], {}],
    ["Sum", 13, [scalar(1), scalar(2)], {}],
    ["Sum", 13, [], {}],
    ["Pad", 13, [integers([6], [0, 1, 0, 0, 0, 2])], {}],
    ["Pad", 13, [integers([6], [0, 1, 0, 0, 0, 2]), scalar(5)], {}],
    ["Pow", 13, [integers([], [2])], {}],
    ["Pow", 13, [scalar(2)], {}],
    ["ReduceSum", 11, [], { axes: [1], keepdims: 0 }],
    ["ReduceMean", 13, [], { axes: [-1] }],
    ["ReduceMax", 13, [], {}],
    ["ReduceMin", 18, [integers([2], [0, 2])], { keepdims: 0 }],
    ["ReduceSum", 13, [], { noop_with_empty_axes: 1 }],
    ["ReduceSum", 13, [integers([1], [1])], { noop_with_empty_axes: 1 }],
    ["Reshape", 14, [integers([2], [-1, 4])], { allowzero: 1 }],
    ["Shape", 15, [], { start: 1 }],
    ["Shape", 15, [], { start: -3, end: -1 }],
    ["Shape", 15, [], {}],
    ["Slice", 13, [integers([1], [1]), integers([1], [2])], {}],
    ["Slice", 13, [integers([2], [0, 1]), integers([2], [2, 3]), integers([2], [0, -1])], {}],
    ["Slice", 13, [integers([1], [-1]), integers([1], [-9]), integers([1], [1]), integers([1], [-2])], {}],
    ["Split", 11, [], { axis: 2, split: [1, 3] }, 2],
    ["Split", 13, [integers([2], [3, 1])], { axis: -1 }, 2],
    ["Split", 13, [], { axis: 2 }, 2],
    ["Split", 18, [], { axis: 2, num_outputs: 2 }, 2],
    ["Transpose", 13, [], {}],
    ["Unsqueeze", 11, [], { axes: [0, -1] }],
    ["Unsqueeze", 13, [integers([1], [1])], {}],
  ])("%s of operator set %i (%#)", async (opType, opset, stored, attributes, outputs = 1) => {
    const bytes = model(opType, opset, stored, attributes, outputs);
    const { graph, values } = decodeModel(bytes);
    verifyGraph(graph);
    const results = await (await (await engine()).compile(graph, { frozen: values })).run({ x });
    const { InferenceSession, Tensor } = await loadRuntime();
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 4 });
    const expected = await session.run({ x: new Tensor("float32", x.data as Float32Array, x.dims) });
    expect(Object.keys(results)).toHaveLength(outputs);
    for (const [name, { dims, data }] of Object.entries(results)) {
      expect(dims).toEqual(expected[name]!.dims);
      const want = Array.from(expected[name]!.data as Float32Array, Number);
      for (const [i, value] of Array.from(data as Float32Array, Number).entries())
        expect(value).toBeCloseTo(want[i]!, 5);
    }
  });

  it("Squeeze without axes drops the sizes that are 1", () => {
    const dim = [{ dimValue: 1 }, { dimParam: "n" }, { dimValue: 1 }];
    const bytes = onnx.ModelProto.encode({
      opsetImport: [{ version: 13 }],
      graph: {
        input: [{ name: "x", type: { tensorType: { elemType: FLOAT, shape: { dim } } } }],
        node: [{ opType: "Squeeze", input: ["x"], output: ["y"] }],
        output: [{ name: "y" }],
      },
    }).finish();
    expect(String(decodeModel(bytes).graph.outputs.get("y"))).toBe("float32[n]");
  });
});

describe("forms that mean something else are refused:", () => {
  it.each<[string, Form]>([
    ["it is set to training", ["Dropout", 13, [scalar(0.5), bool(1)], {}]],
    ['it has the unknown form "other"', ["Gelu", 20, [], { approximate: "other" }]],
    [
      'padding by "reflect" needs known sizes',
      ["Pad", 13, [integers([6], [0, 1, 0, 0, 0, 2])], { mode: "reflect" }],
    ],
    ['the axis that it splits has the open size "n"', ["Split", 13, [], {}, 2]],
    ['a constant given by "sparse_value" is not supported', ["Constant", 13, [], { sparse_value: 1 }]],
    ["a constant needs exactly one value", ["Constant", 13, [], {}]],
    ["it lacks an input that it needs", ["Max", 13, [null], {}]],
  ])("%s", (message, [opType, opset, stored, attributes, outputs]) => {
    expect(() => decodeModel(model(opType, opset, stored, attributes, outputs))).toThrow(message);
  });
});

describe("sizes that other programs compute", () => {
  const { INT64 } = onnx.TensorProto.DataType;
  const declared = (
    name: string,
    elemType: number,
    ...dim: onnx.TensorShapeProto.Dimension.$Properties[]
  ) => ({
    name,
    type: { tensorType: { elemType, shape: { dim } } },
  });
  type Nodes = readonly (readonly [string, readonly string[], string, Attributes?])[];

  /** The graph of nodes over x float32[n,3], two stored vectors and the output y. */
  function graphOf(nodes: Nodes, stored: Readonly<Record<string, HostTensor>>) {
    const node = nodes.map(([opType, input, output, attributes = {}]) => ({
      opType,
      input: [...input],
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    }));
    const bytes = onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ version: 17 }],
      graph: {
        name: "g",
        input: [
          declared("x", FLOAT, { dimParam: "n" }, { dimValue: 3 }),
          declared("free", INT64, { dimValue: 2 }),
        ],
        initializer: Object.entries(stored).map(([name, value]) => tensorProto(name, value)),
        node,
        output: [declared("y", FLOAT)],
      },
    }).finish();
    return decodeModel(bytes).graph;
  }

  /** `where(target == -1, 1, target)`, as PyTorch writes the sizes of `expand(-1, 3)`. */
  const expandTo = (target: string, ...before: Nodes): Nodes => [
    ...before,
    ["Equal", [target, "minus"], "open"],
    ["Where", ["open", "ones", target], "sizes"],
    ["Expand", ["x", "sizes"], "y"],
  ];
  const stored = {
    minus: integers([2], [-1, -1]),
    ones: integers([2], [1, 1]),
    target: integers([2], [-1, 3]),
  };

  it("are settled while reading where no run can change them", () => {
    const graph = graphOf(expandTo("target"), stored);
    expect(String(graph.outputs.get("y"))).toBe("float32[n,3]");
    const symbolic = graphOf(expandTo("shape", ["Shape", ["x"], "shape"]), stored);
    expect(String(symbolic.outputs.get("y"))).toBe("float32[n,3]");
  });

  it("stay open, and are refused as a target, where only a run tells", () => {
    expect(() => graphOf(expandTo("free"), stored)).toThrow(
      "the target shape must be known while the graph is built",
    );
    const twos = { ...stored, minus: integers([2], [2, 2]) };
    expect(() => graphOf(expandTo("shape", ["Shape", ["x"], "shape"]), twos)).toThrow(
      "the target shape must be known",
    );
  });

  it("are known when they start from a vector of one repeated number", () => {
    const nodes: Nodes = [
      ["ConstantOfShape", ["two"], "ones", { value: integers([1], [1]) }],
      ["Mul", ["ones", "three"], "sizes"],
      ["ReduceSum", ["x", "axis"], "sum", { keepdims: 0 }],
      ["Expand", ["sum", "sizes"], "y"],
    ];
    const axis = integers([2], [0, 1]);
    const graph = graphOf(nodes, { two: integers([1], [2]), three: integers([1], [3]), axis });
    expect(String(graph.outputs.get("y"))).toBe("float32[3,3]");
  });

  it("where is a choice at run time when it is one, and IsNaN finds what differs from itself", async () => {
    const nodes: Nodes = [
      ["IsNaN", ["x"], "missing"],
      ["Where", ["missing", "zero", "x"], "y"],
    ];
    const graph = graphOf(nodes, { zero: scalar(0) });
    const data = Float32Array.of(1, Number.NaN, 3);
    const results = await (await (await engine()).compile(graph)).run({
      x: { dtype: "float32", dims: [1, 3], data },
      free: integers([2], [0, 0]),
    });
    expect(results.y!.data).toEqual(Float32Array.of(1, 0, 3));
  });
});
