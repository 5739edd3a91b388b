/** @file Outputs of a graph that are themselves what is stored in fewer bits. */
import { expect, test } from "vitest";
import type { Values } from "../../../src/engine/engine.js";
import type { QuantizedForm } from "../../../src/exporters/quantize/forms.js";
import { quantizedModel } from "../../../src/exporters/quantize/quantize.js";
import { Graph } from "../../../src/graph/graph.js";
import { add } from "../../../src/graph/ops/elementwise.js";
import { gather } from "../../../src/graph/ops/lookup.js";
import { gemm, matmul } from "../../../src/graph/ops/matrix.js";
import { openEngine } from "../../../src/library.js";
import { stream } from "../../../src/registry/random.js";

const DIM = 64;

test.each<QuantizedForm>(["int8", "int8-weights"])(
  "as %s, products and the rows of a table may be outputs themselves",
  async (form) => {
    const graph = new Graph();
    const values: Record<string, Values[string]> = {};
    const parameter = (name: string, dims: readonly number[]) => {
      const random = stream(3, name);
      const size = dims.reduce((a, b) => a * b);
      const data = Float32Array.from({ length: size }, () => 0.2 * random.normal());
      values[name] = { dtype: "float32", dims, data };
      return graph.parameter(name, dims);
    };
    const x = graph.input("x", "float32", ["batch", DIM]);
    const ids = graph.input("ids", "int64", ["batch"]);
    const product = matmul(x, parameter("w", [DIM, DIM]));
    graph.output("product", product);
    graph.output("same", product);
    graph.output("after", add(product, 1));
    graph.output("gemm", gemm(x, parameter("v", [DIM, DIM]), { bias: parameter("b", [DIM]) }));
    graph.output("rows", gather(parameter("table", [DIM, DIM]), ids));
    const random = stream(4, "x");
    const feeds: Values = {
      x: {
        dtype: "float32",
        dims: [3, DIM],
        data: Float32Array.from({ length: 3 * DIM }, () => random.normal()),
      },
      ids: { dtype: "int64", dims: [3], data: BigInt64Array.from([0n, 63n, 7n]) },
    };
    const engine = await openEngine("onnxruntime");
    const made = await quantizedModel(graph, values, form, engine);
    expect(Object.keys(made.values).some((name) => name in values && name !== "b")).toBe(false);
    const [whole, small] = [
      await engine.compile(graph, { frozen: values }),
      await engine.compile(made.graph, { frozen: made.values }),
    ];
    const [before, after] = [await whole.run(feeds), await small.run(feeds)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [name, { dims, data }] of Object.entries(before)) {
      expect(after[name]!.dims).toEqual(dims);
      for (const [i, value] of (data as Float32Array).entries())
        expect(Math.abs((after[name]!.data[i] as number) - value), `${name} ${i}`).toBeLessThan(0.1);
    }
  },
);
