import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DecodedModel, decodeModel } from "../../../src/graph/onnx/decode.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import type { DecodeOptions } from "../../../src/graph/onnx/read-graph.js";
import { tensorProto } from "../../../src/graph/onnx/tensor-proto.js";
import { PtxError } from "../../../src/registry/errors.js";
import { cases, integers, textClassifier, trainedTagger } from "./graphs.js";
import { declare, model } from "./messages.js";

type NodeProto = onnx.NodeProto.$Properties;
const { DataType, DataLocation } = onnx.TensorProto;

/** What the reader says against a file. */
function complaint(bytes: Uint8Array, options?: DecodeOptions): string {
  let error: unknown;
  try {
    decodeModel(bytes, options);
  } catch (reason) {
    error = reason;
  }
  expect(error).toBeInstanceOf(PtxError);
  expect((error as PtxError).code).toBe("PTX_MODEL_FILE");
  return (error as PtxError).message;
}

const relu: NodeProto = { opType: "Relu", input: ["x"], output: ["y"], name: "r" };

describe("a stored tensor", () => {
  const read = (proto: onnx.TensorProto.$Properties, options?: DecodeOptions): DecodedModel =>
    decodeModel(model([relu], { initializer: [{ name: "w", ...proto }] }), {
      parameters: () => true,
      ...options,
    });
  const value = (proto: onnx.TensorProto.$Properties, options?: DecodeOptions) =>
    read(proto, options).values.w;

  it.each<[string, onnx.TensorProto.$Properties, unknown]>([
    ["float_data", { dataType: DataType.FLOAT, floatData: [0.5, -2] }, Float32Array.of(0.5, -2)],
    ["double_data", { dataType: DataType.DOUBLE, doubleData: [0.1, 2] }, Float64Array.of(0.1, 2)],
    ["int64_data", { dataType: DataType.INT64, int64Data: [-1, 2 ** 40] }, BigInt64Array.of(-1n, 2n ** 40n)],
    ["int32_data", { dataType: DataType.INT32, int32Data: [-1, 7] }, Int32Array.of(-1, 7)],
    ["int32_data as int8", { dataType: DataType.INT8, int32Data: [-128, 7] }, Int8Array.of(-128, 7)],
    ["int32_data as uint8", { dataType: DataType.UINT8, int32Data: [255, 7] }, Uint8Array.of(255, 7)],
    ["int32_data as bool", { dataType: DataType.BOOL, int32Data: [1, 0] }, Uint8Array.of(1, 0)],
    [
      "int32_data as the bits of float16",
      { dataType: DataType.FLOAT16, int32Data: [0x3c00, 0xc000] },
      Uint16Array.of(0x3c00, 0xc000),
    ],
    [
      "raw bytes",
      { dataType: DataType.INT32, rawData: Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255) },
      Int32Array.of(1, -1),
    ],
    ["strings", { dataType: DataType.STRING, stringData: [Buffer.from("ä"), Buffer.from("")] }, ["ä", ""]],
  ])("is read from %s", (_, proto, data) => {
    expect(value({ dims: [2], ...proto })!.data).toEqual(data);
  });

  it("is read from outside by location, offset and length", () => {
    const asked: unknown[] = [];
    const external = (...call: unknown[]) => {
      asked.push(call);
      return Uint8Array.of(0, 0, 128, 63);
    };
    const entries = [
      { key: "location", value: "weights" },
      { key: "offset", value: "8" },
    ];
    const proto = {
      dataType: DataType.FLOAT,
      dims: [1],
      dataLocation: DataLocation.EXTERNAL,
      externalData: entries,
    };
    expect(value(proto, { external })!.data).toEqual(Float32Array.of(1));
    expect(asked).toEqual([["weights", 8, 4]]);
    const fails = (externalData: typeof entries, options?: DecodeOptions) =>
      complaint(model([relu], { initializer: [{ name: "w", ...proto, externalData }] }), options);
    expect(fails(entries)).toContain('"w" is kept in "weights"; read the model by its path');
    expect(fails([])).toContain("the model does not say where");
    expect(fails([...entries, { key: "length", value: "5" }], { external })).toContain(
      'needs 4 bytes of "weights", the model says 5 from 8',
    );
  });

  it.each<[onnx.TensorProto.$Properties, string]>([
    [
      { dataType: DataType.BFLOAT16, dims: [1] },
      'the tensor "w" has the element type BFLOAT16, which is not supported',
    ],
    [{ dataType: 99, dims: [1] }, "has the element type 99"],
    [{ dataType: DataType.FLOAT, dims: [3], floatData: [1] }, "has 1 elements, its shape [3] needs 3"],
    [{ dataType: DataType.FLOAT, dims: [2], rawData: new Uint8Array(7) }, "has 7 bytes, float32[2] needs 8"],
    [{ dataType: DataType.FLOAT, dims: [-2] }, "has the impossible shape [-2]"],
  ])("that is wrong is named (%#)", (proto, message) => {
    expect(complaint(model([relu], { initializer: [{ name: "w", ...proto }] }))).toContain(message);
  });

  it("of floats with an axis is a parameter unless the caller decides otherwise; what we wrote says itself what it is", () => {
    const floats = (name: string, dims: number[]) =>
      tensorProto(name, { dtype: "float32", dims, data: new Float32Array(dims.length || 1) });
    const initializer = [floats("w", [1]), floats("scalar", []), tensorProto("ids", integers([1], [3]))];
    const bytes = model([relu], { initializer });
    expect(Object.keys(decodeModel(bytes).values)).toEqual(["w"]);
    expect(Object.keys(decodeModel(bytes, { parameters: (name) => name === "scalar" }).values)).toEqual([
      "scalar",
    ]);
    const { graph, parameters: values } = textClassifier();
    const ours = decodeModel(encodeModel(graph, { values }).model, { parameters: () => true });
    expect(Object.keys(ours.values)).toEqual(Object.keys(values));
  });

  it("that is declared as an input as well is no input", () => {
    const w = tensorProto("w", { dtype: "float32", dims: [3], data: Float32Array.of(1, 2, 3) });
    const input = [declare("x", DataType.FLOAT, "n", 3), declare("w", DataType.FLOAT, 3)];
    const read = decodeModel(
      model([{ opType: "Add", input: ["x", "w"], output: ["y"] }], { input, initializer: [w] }),
    );
    expect(read.graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect(read.graph.parameters.map(({ name }) => name)).toEqual(["w"]);
  });
});

describe("a file is refused, saying which node and why:", () => {
  it.each<[string, NodeProto[], string]>([
    [
      "an unknown operator",
      [{ ...relu, opType: "Frobnicate" }],
      'node "r" (Frobnicate): the operator Frobnicate is not supported',
    ],
    ["another domain", [{ ...relu, domain: "com.acme" }], "the operator com.acme.Relu is not supported"],
    [
      "a name from JavaScript",
      [{ ...relu, opType: "constructor" }],
      "the operator constructor is not supported",
    ],
    ["an undefined input", [{ ...relu, input: ["q"] }], 'it reads "q", which is not defined before it'],
    [
      "nodes out of order",
      [
        { ...relu, input: ["z"] },
        { ...relu, output: ["z"] },
      ],
      'it reads "z", which is not defined before it',
    ],
    ["a name defined twice", [relu, relu], '"y" is defined twice'],
    ["an output that nobody makes", [{ ...relu, output: ["z"] }], 'no node makes the output "y"'],
    [
      "shapes that do not fit",
      [{ ...relu, opType: "MatMul", input: ["x", "x"] }],
      'node "r" (MatMul): inner sizes 3 and n differ',
    ],
    ["a missing input", [{ ...relu, opType: "Add" }], "it lacks an input that it needs"],
    [
      "a missing attribute",
      [{ ...relu, opType: "Concat", input: ["x", "x"] }],
      'it needs the attribute "axis"',
    ],
    [
      "an unknown attribute",
      [{ ...relu, attribute: [{ name: "zip", type: 2, i: 1 }] }],
      'its attribute "zip" is not known',
    ],
    [
      "an attribute of the wrong type",
      [
        {
          ...relu,
          opType: "Softmax",
          attribute: [{ name: "axis", type: 4, t: tensorProto("", integers([], [1])) }],
        },
      ],
      "axis",
    ],
    [
      "an attribute of an unknown type",
      [{ ...relu, attribute: [{ name: "zip", type: 13 }] }],
      'its attribute "zip" has a type that is not supported',
    ],
    [
      "a value we lack the meaning of",
      [{ ...relu, opType: "Unique", attribute: [{ name: "sorted", type: 2, i: 0 }] }],
      'its attribute "sorted" is 0; only 1 is supported',
    ],
    [
      "a cast to a type that graphs lack",
      [{ ...relu, opType: "Cast", attribute: [{ name: "to", type: 2, i: DataType.COMPLEX64 }] }],
      "it casts to COMPLEX64",
    ],
    [
      "a fill of two numbers",
      [
        {
          ...relu,
          opType: "ConstantOfShape",
          attribute: [{ name: "value", type: 4, t: tensorProto("", integers([2], [1, 2])) }],
        },
      ],
      "its value must be one number",
    ],
  ])("%s", (_, nodes, message) => {
    expect(complaint(model(nodes), { where: "m.onnx" })).toMatch(/^PTX_MODEL_FILE {2}m\.onnx\n/);
    expect(complaint(model(nodes))).toContain(message);
  });

  it("inputs without a shape, or of types that graphs lack", () => {
    const input = (...values: onnx.ValueInfoProto.$Properties[]) =>
      complaint(model([relu], { input: values }));
    expect(input(declare("x", DataType.UINT64, 1))).toContain(
      'the input "x" is of type UINT64, which is not supported',
    );
    expect(input({ name: "x", type: { tensorType: { elemType: 1 } } })).toContain(
      'the input "x" has no shape',
    );
    expect(input({ name: "x", type: { sequenceType: {} } })).toContain('the input "x" is of type UNDEFINED');
    expect(input({ ...declare("x", DataType.FLOAT, "n"), docString: "parameter" })).toContain(
      'the parameter "x" has open sizes',
    );
    expect(input(declare("x", 1, 2), declare("x", 1, 2))).toContain('the name "x" is taken');
  });

  it("operator sets that are too old or too new, none at all, and sparse tensors", () => {
    const version = (value: number) => complaint(model([relu], {}, { opsetImport: [{ version: value }] }));
    expect(version(0)).toContain("it uses operator set 0; 1 to 24 can be read");
    expect(version(99)).toContain("it uses operator set 99");
    expect(complaint(model([relu], {}, { opsetImport: [] }))).toContain("not a whole ONNX model");
    expect(complaint(model([relu], { sparseInitializer: [{ dims: [1] }] }))).toContain(
      "sparse tensors are not supported",
    );
  });

  it("loops that run in two directions, over other axes, or whose body does not fit", () => {
    const scan = onnx.ModelProto.decode(encodeModel(trainedTagger(true).graph).model);
    const altered = (alter: (attributes: onnx.AttributeProto.$Properties[], node: NodeProto) => void) => {
      const copy = onnx.ModelProto.decode(onnx.ModelProto.encode(scan).finish());
      const node = copy.graph!.node!.find(({ opType }) => opType === "Scan")!;
      alter(node.attribute!, node);
      return complaint(onnx.ModelProto.encode(copy).finish());
    };
    const find = (all: onnx.AttributeProto.$Properties[], name: string) =>
      all.find((attribute) => attribute.name === name)!;
    expect(
      altered((all) => {
        find(all, "scan_output_directions").ints![0] = 0;
      }),
    ).toContain("must run in one direction");
    expect(
      altered((all) => {
        all.splice(all.indexOf(find(all, "scan_input_directions")), 1);
      }),
    ).toContain("must run in one direction");
    expect(
      altered((all) => {
        all.push({ name: "scan_input_axes", type: 7, ints: [1] });
      }),
    ).toContain("only axis 0 can be scanned");
    expect(
      altered((all) => {
        all.splice(all.indexOf(find(all, "body")), 1);
      }),
    ).toContain("a loop needs a body");
    expect(
      altered((all) => {
        find(all, "body").g!.input!.pop();
      }),
    ).toContain("its body has 1 inputs, it gives 2");
    expect(
      altered((all) => {
        find(all, "body").g!.output![0]!.name = "gone";
      }),
    ).toContain('no node makes the output "gone" of its body');
    expect(
      altered((_, node) => {
        node.input![0] = "";
      }),
    ).toContain("every input of a loop must be given");
  });
});

describe("a damaged file", () => {
  const whole = Object.values(cases).map((make) => {
    const { graph, parameters: values } = make();
    return encodeModel(graph, { values }).model;
  });

  it("is refused or read, never anything else, wherever it is cut", () => {
    for (const bytes of whole) {
      for (let length = 0; length < bytes.length; length += 13)
        expect(complaint(bytes.subarray(0, length))).toBeTruthy();
    }
  });

  it("is refused or read, never anything else, whichever bytes are changed", () => {
    const change = fc.record({ file: fc.nat(whole.length - 1), at: fc.nat(), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = Buffer.from(whole[changes[0]!.file]!);
        for (const { at, to } of changes) bytes[at % bytes.length] = to;
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(PtxError);
          expect((error as PtxError).code).toBe("PTX_MODEL_FILE");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("of another format is refused", () => {
    expect(complaint(Buffer.from('{"a": 1}'), { where: "config.json" })).toContain(
      "config.json\n  it is not a whole ONNX model",
    );
    expect(complaint(new Uint8Array(0))).toContain("no graph, or no operator set");
  });
});
