import { describe, expect, it } from "vitest";
import { decodeModel } from "../../../src/graph/onnx/decode.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { optimize } from "../../../src/graph/passes.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { cases, onnxruntimeEngine } from "./graphs.js";

describe.each(Object.entries(cases))("%s", (_, make) => {
  it("keeps the rules of graphs", () => {
    expect(() => verifyGraph(make().graph)).not.toThrow();
  });

  it("computes the same after writing and reading, with parameters as inputs and with parameters inside", async () => {
    const { graph, inputs, parameters } = make();
    const runtime = await onnxruntimeEngine();
    const expected = await (await runtime.compile(graph)).run({ ...inputs, ...parameters });

    const open = decodeModel(encodeModel(graph).model);
    expect(open.values).toEqual({});
    expect(open.graph.parameters.map(({ name }) => name)).toEqual(Object.keys(parameters));
    verifyGraph(open.graph);
    expect(await (await runtime.compile(open.graph)).run({ ...inputs, ...parameters })).toEqual(expected);

    const closed = decodeModel(encodeModel(graph, { values: parameters }).model);
    expect(closed.values).toEqual(parameters);
    expect(await (await runtime.compile(closed.graph, { frozen: closed.values })).run(inputs)).toEqual(
      expected,
    );
  });

  it("is the same file, byte by byte, each time it is read and written again", () => {
    const { graph, parameters: values } = make();
    const again = (bytes: Uint8Array): Uint8Array => {
      const read = decodeModel(bytes);
      return encodeModel(read.graph, { values: read.values }).model;
    };
    const first = again(encodeModel(graph, { values }).model);
    expect(Buffer.from(again(first)).equals(first)).toBe(true);
    expect(
      Buffer.from(encodeModel(make().graph, { values }).model).equals(encodeModel(graph, { values }).model),
    ).toBe(true);
  });

  it("computes the same after all passes, under the same output tensors", async () => {
    const { graph, inputs, parameters } = make();
    const runtime = await onnxruntimeEngine();
    const expected = await (await runtime.compile(graph)).run({ ...inputs, ...parameters });
    const [outputs, before] = [[...graph.outputs.values()], graph.nodes.length];
    optimize(graph);
    expect([...graph.outputs.values()].every((tensor, i) => tensor === outputs[i])).toBe(true);
    expect(graph.nodes.length).toBeLessThanOrEqual(before);
    const results = await (await runtime.compile(graph)).run({ ...inputs, ...parameters });
    for (const [name, { dims, data }] of Object.entries(expected)) {
      expect(results[name]!.dims).toEqual(dims);
      for (const [i, value] of Array.from(data as Iterable<number | bigint | string>).entries()) {
        const got = results[name]!.data[i];
        if (typeof value === "number") expect(got).toBeCloseTo(value, 5);
        else expect(got).toBe(value);
      }
    }
  });
});
