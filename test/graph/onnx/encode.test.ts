import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Graph } from "../../../src/graph/graph.js";
import { encodeModel, INLINE_LIMIT, storedBytes } from "../../../src/graph/onnx/encode.js";
import { readModel, writeModel } from "../../../src/graph/onnx/file.js";
import { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import { apply, define } from "../../../src/graph/ops/define.js";
import { add, cast, mul, neg, tanh } from "../../../src/graph/ops/elementwise.js";
import { encodeStrings } from "../../../src/graph/ops/lookup.js";
import { layerNorm, reduceSum } from "../../../src/graph/ops/reduction.js";
import { scan } from "../../../src/graph/ops/scan.js";
import { full, Reshape, reshape, shapeOf } from "../../../src/graph/ops/shaping.js";
import { textClassifier, wave } from "./graphs.js";

const folder = mkdtempSync(join(tmpdir(), "ptx-onnx-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a written model says, as plain data. */
function written(graph: Graph, options?: Parameters<typeof encodeModel>[1]) {
  const model = onnx.ModelProto.decode(encodeModel(graph, options).model);
  return { model, graph: model.graph as onnx.GraphProto };
}

function size(dim: onnx.TensorShapeProto.Dimension.$Properties): number | string {
  return dim.dimParam || (Object.hasOwn(dim, "dimValue") ? Number(dim.dimValue) : "open");
}

describe("a written model", () => {
  it("names the operator sets that it uses, and no others", () => {
    const graph = new Graph();
    graph.output("y", tanh(graph.input("x", "float32", ["n"])));
    const sets = (g: Graph) =>
      written(g).model.opsetImport.map(({ domain, version }) => `${domain}:${version}`);
    expect(sets(graph)).toEqual([":20"]);
    expect(sets(textClassifier().graph)).toEqual([":20", "ai.onnx.ml:4"]);
    expect(Number(written(graph).model.irVersion)).toBe(9);
  });

  it("says who wrote it, and what it is told to say", () => {
    const graph = new Graph();
    graph.output("y", neg(graph.input("x", "float32", [])));
    const producer = { name: "me", version: "1.2" };
    const { model } = written(graph, {
      producer,
      description: "a model",
      metadata: { labels: '["a"]', empty: "" },
    });
    expect([model.producerName, model.producerVersion, model.docString]).toEqual(["me", "1.2", "a model"]);
    expect(model.metadataProps).toEqual([
      { key: "labels", value: '["a"]' },
      { key: "empty", value: "" },
    ]);
  });

  it("keeps symbols as named sizes and leaves sizes open that only a run tells", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["batch", "tokens", 3]);
    graph.output("rows", reshape(x, [-1, 3]));
    graph.output("open", apply(Reshape, [x, graph.input("target", "int64", [2])], {}));
    const { graph: model } = written(graph);
    const shape = ({ type }: onnx.ValueInfoProto.$Properties) => type!.tensorType!.shape!.dim!.map(size);
    expect(shape(model.input[0]!)).toEqual(["batch", "tokens", 3]);
    expect(model.output.map(shape)).toEqual([
      ["batch*tokens", 3],
      ["open", "open"],
    ]);
  });

  it("holds what its outputs need and nothing else", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n"]);
    graph.input("ignored", "float32", ["n"]);
    graph.parameter("idle", [2]);
    mul(neg(x), 17);
    graph.output("y", add(x, 3));
    const { graph: model } = written(graph);
    expect(model.node.map(({ opType }) => opType)).toEqual(["Add"]);
    expect(model.initializer).toHaveLength(1);
    expect(model.input.map(({ name }) => name)).toEqual(["x", "ignored"]);
  });

  it("leaves out statistics of a normalisation that nobody reads", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["n", 4]);
    graph.output("y", layerNorm(x, graph.parameter("scale", [4]), graph.parameter("shift", [4])));
    expect(written(graph).graph.node[0]!.output).toEqual(["y"]);
  });

  it("gives a result its declared name without a node, a second name by an Identity", () => {
    const graph = new Graph();
    const y = neg(graph.input("x", "float32", []));
    graph.output("first", y);
    graph.output("second", y);
    const { node } = written(graph).graph;
    expect(node.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ["Neg", ["x"], ["first"]],
      ["Identity", ["first"], ["second"]],
    ]);
  });

  it("writes attributes in ONNX's types", () => {
    const graph = new Graph();
    const words = graph.input("words", "string", ["n"]);
    const ids = encodeStrings(words, ["a"], [5], -1);
    graph.output("sum", reduceSum(cast(ids, "float32"), [0], true));
    graph.output("filled", full(graph, "int32", [2], 7));
    const node = Object.fromEntries(written(graph).graph.node.map((proto) => [proto.opType, proto]));
    const attribute = (operator: string, name: string): onnx.AttributeProto.$Properties =>
      node[operator]!.attribute!.find((proto: onnx.AttributeProto.$Properties) => proto.name === name)!;
    const { AttributeType } = onnx.AttributeProto;
    expect(Buffer.from(attribute("LabelEncoder", "keys_strings").strings![0]!).toString()).toBe("a");
    expect(Number(attribute("LabelEncoder", "values_int64s").ints![0])).toBe(5);
    expect(attribute("Cast", "to")).toMatchObject({ type: AttributeType.INT });
    expect(Number(attribute("Cast", "to").i)).toBe(onnx.TensorProto.DataType.FLOAT);
    const value = attribute("ConstantOfShape", "value").t!;
    expect(value.dataType).toBe(onnx.TensorProto.DataType.INT32);
    expect([...value.rawData!]).toEqual([7, 0, 0, 0]);
  });

  it("tells loops their direction and leaves what they capture to scoping", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", ["time", 2]);
    const w = graph.parameter("w", [2]);
    const loop = (reverse: boolean) =>
      scan({ states: [w], scanned: [x], reverse }, ([s], [slice]) => ({
        states: [add(s!, mul(slice!, w))],
        outputs: [s!],
      }));
    graph.output("forward", loop(false).outputs[0]!);
    graph.output("backward", loop(true).outputs[0]!);
    const [forward, backward] = written(graph).graph.node;
    expect(forward!.input).toEqual(["w", "x"]);
    expect(forward!.attribute!.map(({ name }) => name)).toEqual(["body", "num_scan_inputs"]);
    const directions = backward!.attribute!.slice(2).map(({ name, ints }) => [name, ints!.map(Number)]);
    expect(directions).toEqual([
      ["scan_input_directions", [1]],
      ["scan_output_directions", [1]],
    ]);
  });

  it("refuses an output that has the name of another input", () => {
    const graph = new Graph();
    graph.output("x", neg(graph.input("x", "float32", [])));
    expect(() => encodeModel(graph)).toThrow(
      'PTX_GRAPH  x\n  the output "x" has the name of another input or parameter',
    );
  });

  it("refuses attributes that ONNX has no form for", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", []);
    const odd = (attributes: Record<string, number | readonly number[]>) => {
      const other = new Graph();
      const y = other.addNode(
        define("Odd", { infer: () => [x], gradient: { none: "test" } }),
        [],
        attributes,
        [x],
      ).outputs[0]!;
      other.output("y", y);
      return () => encodeModel(other);
    };
    expect(odd({ count: 0.5 })).toThrow('Odd: the attribute "count" must be an integer, got 0.5');
    expect(odd({ counts: [1, 2 ** 60] })).toThrow("must be an integer");
    expect(odd({ body: new Graph() as never })).toThrow('the attribute "body" has no ONNX form');
  });
});

describe("a model file", () => {
  const { graph, parameters } = textClassifier();

  it("comes back from disk with its values and metadata", async () => {
    const path = join(folder, "inside.onnx");
    expect(await writeModel(path, graph, { values: parameters, metadata: { labels: "no yes" } })).toEqual([
      path,
    ]);
    const read = await readModel(path);
    expect(read.values).toEqual(parameters);
    expect(read.metadata).toEqual({ labels: "no yes" });
    expect((await readModel(path)).metadata).toEqual({ labels: "no yes" });
    expect(read.producer.name).toBe("pytext-ts");
  });

  it("keeps tensors beside it on request, page by page", async () => {
    const path = join(folder, "outside.onnx");
    const files = await writeModel(path, graph, { values: parameters, externalFrom: 20 });
    expect(files).toEqual([path, `${path}.data`]);
    const proto = onnx.ModelProto.decode(readFileSync(path));
    const outside = proto.graph!.initializer!.filter(({ externalData }) => externalData!.length > 0);
    expect(outside.map(({ name }) => name)).toEqual([
      "model.embedding.weight",
      "scale",
      "shift",
      "out.weight",
    ]);
    const offsets = outside.map(({ externalData }) =>
      Number(externalData!.find(({ key }) => key === "offset")!.value),
    );
    expect(offsets).toEqual([0, 4096, 8192, 12288]);
    expect(statSync(`${path}.data`).size).toBe(12288 + 4 * 18);
    expect((await readModel(path)).values).toEqual(parameters);
  });

  it("holds a constant once that is there several times", () => {
    const twice = new Graph();
    const x = twice.input("x", "float32", [20]);
    const constant = (from: number) =>
      twice.constant(
        "float32",
        [20],
        Array.from({ length: 20 }, (_, i) => from + i),
      );
    twice.output("y", add(add(x, constant(0)), add(constant(0), constant(1))));
    const { graph } = written(twice);
    const [first, second] = graph.initializer!.map(({ name }) => name);
    expect(graph.initializer).toHaveLength(2);
    expect(graph.node!.map(({ input }) => input)).toEqual([["x", first], [first, second], expect.anything()]);
  });

  it("keeps large tensors beside it by itself once it holds more than 1 GB", async () => {
    expect(INLINE_LIMIT).toBe(2 ** 30);
    const large = new Graph();
    const weights = large.constant("float32", [256], Array(256).fill(1));
    const rest = large.constant("float32", [2], [1, 2]);
    large.output("y", add(large.input("x", "float32", [1]), weights));
    large.output("z", rest);
    const path = join(folder, "limit.onnx");
    expect(storedBytes(large)).toBe(4 * 258);
    expect(await writeModel(path, large, {}, 4 * 258)).toEqual([path]);
    expect(await writeModel(path, large, {}, 4 * 258 - 1)).toEqual([path, `${path}.data`]);
    expect(statSync(`${path}.data`).size).toBe(4 * 256);
  });

  it("is missing its external data when that is cut, gone or elsewhere", async () => {
    const path = join(folder, "broken.onnx");
    await writeModel(path, graph, { values: parameters, externalFrom: 20 });
    writeFileSync(`${path}.data`, readFileSync(`${path}.data`).subarray(0, 5000));
    await expect(readModel(path)).rejects.toThrow("PTX_MODEL_FILE");
    await expect(readModel(path)).rejects.toThrow("broken.onnx needs its bytes up to 8216, it has 5000");
    rmSync(`${path}.data`);
    await expect(readModel(path)).rejects.toThrow(
      /PTX_MODEL_FILE .*broken\.onnx\.data\n.*the external data of broken\.onnx cannot be read: ENOENT/,
    );
    const escaping = encodeModel(graph, {
      values: parameters,
      external: { location: "../secret", threshold: 1 },
    });
    writeFileSync(path, escaping.model);
    await expect(readModel(path)).rejects.toThrow(
      'its external data "../secret" lies outside the model\'s folder',
    );
    await expect(readModel(join(folder, "absent.onnx"))).rejects.toThrow("PTX_FILE_MISSING");
  });

  it("replaces an old one at once, and leaves no pieces when it cannot be written", async () => {
    const path = join(folder, "again.onnx");
    await writeModel(path, graph);
    const before = readdirSync(folder).sort();
    await writeModel(path, graph, { values: parameters });
    expect((await readModel(path)).values).toEqual(parameters);
    await expect(writeModel(join(folder, "no", "x.onnx"), graph)).rejects.toThrow("ENOENT");
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it("needs values of the parameters' shapes", () => {
    expect(() => encodeModel(graph, { values: { scale: wave([7], 1) } })).toThrow(
      "PTX_GRAPH  scale\n  the parameter is float32[6], the value given for it is float32[7]",
    );
    const short = { dtype: "float32", dims: [6], data: new Float32Array(5) } as const;
    expect(() => encodeModel(graph, { values: { scale: short } })).toThrow(
      "the value has 5 elements, its shape [6] needs 6",
    );
  });

  it("keeps sizes that are computed from the input", () => {
    const shapes = new Graph();
    shapes.output("shape", shapeOf(shapes.input("x", "float32", ["n", 2])));
    expect(written(shapes).graph.node.map(({ opType }) => opType)).toEqual(["Shape"]);
  });
});
