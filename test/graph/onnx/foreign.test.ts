/** @file Models of other programs, and metadata that is not what this library writes. */
import { describe, expect, it, test } from "vitest";
import { readModel } from "../../../src/graph/onnx/file.js";
import { inspectModel } from "../../../src/graph/onnx/inspect.js";
import { loadModel } from "../../../src/library.js";
import { workplace } from "../../support/toy.js";
import { declare } from "./messages.js";
import { bytesOf, failure, open, relu, write } from "./refused.js";

const folder = workplace();

describe("a foreign model", () => {
  test("with operators and types that graphs do not have is opened by the run time, and inspected", async () => {
    const path = write(
      folder,
      bytesOf(
        {
          node: [
            { opType: "Atan", name: "h", input: ["x"], output: ["t"] },
            { ...relu, input: ["t"], opType: "Atan" },
          ],
        },
        { opsetImport: [{ version: 18 }] },
      ),
    );
    const model = await open(path);
    const { y } = await model.run({ x: { dtype: "float32", dims: [1, 3], data: Float32Array.of(0, 3, 30) } });
    expect([...(y!.data as Float32Array)].map((value) => Math.round(value))).toEqual([0, 1, 1]);
    await model.release();
    expect((await inspectModel(path)).operators).toEqual({ Atan: 2 });
    expect((await failure(readModel(path))).message).toContain("the operator Atan is not supported");
    expect((await failure(loadModel(path))).message).toContain(
      "does not carry the task, config, labels and form of input",
    );
  });

  test("with nodes out of order, open sizes written as -1, and an unknown domain, is inspected", async () => {
    const nodes = [
      { ...relu, domain: "com.acme", opType: "Frob", input: ["t"] },
      { ...relu, name: "q", output: ["t"] },
    ];
    const path = write(folder, bytesOf({ node: nodes, input: [declare("x", 1, -1, 3)] }));
    const { operators, inputs, content } = await inspectModel(path);
    expect(operators).toEqual({ Relu: 1, "com.acme.Frob": 1 });
    expect(inputs).toEqual([{ name: "x", type: "float32[?,3]", dtype: "float32", shape: [null, 3] }]);
    expect(content).toMatchObject({ recorded: null, state: "unrecorded" });
    expect((await failure(open(path))).code).toBe("PTX_ENGINE");
  });

  test.each([99, -1])("of operator set %i is the run time's to refuse", async (version) => {
    const path = write(
      folder,
      bytesOf({ node: [{ ...relu, opType: "Mish" }] }, { opsetImport: [{ version }] }),
    );
    expect((await failure(open(path))).code).toBe("PTX_ENGINE");
    expect((await inspectModel(path)).opsets).toEqual({ "ai.onnx": version });
    expect((await failure(readModel(path))).message).toContain(`it uses operator set ${version}`);
  });
});

describe("metadata", () => {
  const good = {
    ...{ task: "DocumentClassificationTask", config: "{}", labels: '{"labels":["a"]}' },
    ...{ input: "text", offset_unit: "utf16" },
  };
  it.each<[Record<string, string>, RegExp]>([
    [{ ...good, labels: "{" }, /^PTX_MODEL_FILE .*\n.*its metadata "labels" is not valid JSON/],
    [{ ...good, config: "not json" }, /^PTX_MODEL_FILE .*\n.*its metadata "config" is not valid JSON/],
    [
      { ...good, config: "[]" },
      /^PTX_MODEL_FILE .*\n.*its metadata "config" is not what an exported file has there/,
    ],
    [{ ...good, labels: '{"labels":[1]}' }, /its metadata "labels" is not what an exported file has there/],
    [{ ...good, metrics: "7" }, /its metadata "metrics" is not what an exported file has there/],
    [{ ...good, sizes: '{"batch":0}' }, /its metadata "sizes" is not what an exported file has there/],
    [{ ...good, input: "speech" }, /does not carry the task, config, labels and form of input/],
    [{ ...good, data: "[{}]" }, /its metadata "data" is not what an exported file has there/],
    [{ ...good, config: '{"task":{"Nope":{}}}' }, /^PTX_CONFIG_UNKNOWN_COMPONENT .*config/],
  ])("%j is refused", async (metadata, message) => {
    const metadataProps = Object.entries(metadata).map(([key, value]) => ({ key, value }));
    const path = write(folder, bytesOf({}, { metadataProps }));
    expect((await failure(loadModel(path))).message).toMatch(message);
    expect((await inspectModel(path)).metadata).toEqual(metadata);
  });
});
