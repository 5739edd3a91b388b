import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { operatorChanges } from "../../../src/exporters/fusions.js";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import { Graph } from "../../../src/graph/graph.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { gelu } from "../../../src/graph/ops/gelu.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { optimize } from "../../../src/graph/passes.js";
import { engine, engineNames, numbers } from "../engines.js";
import { runOnce } from "./check.js";

const folder = mkdtempSync(join(tmpdir(), "gelu-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** x, Phi(x) and phi(x) from tables of the normal distribution. */
const TABLE = [
  [-30, 0, 0],
  [-3, 0.0013498980316, 0.0044318484119],
  [-1, 0.1586552539315, 0.2419707245191],
  [0, 0.5, 0.3989422804014],
  [0.5, 0.691462461274, 0.3520653267643],
  [2, 0.9772498680518, 0.0539909665132],
  [30, 1, 0],
] as const;

function withSlope(): Graph {
  const graph = new Graph();
  const x = graph.input("x", "float32", [TABLE.length]);
  const y = gelu(x);
  const [dx] = gradients(reduceSum(y, [0]), [x]);
  if (!dx || isSparse(dx)) throw new Error("the gradient is not dense");
  graph.output("y", y);
  graph.output("dx", dx);
  optimize(graph);
  return graph;
}

describe("gelu", () => {
  it.each(engineNames)("is x Phi(x), with the slope Phi(x) + x phi(x), on %s", async (name) => {
    const data = Float32Array.from(TABLE, ([x]) => x);
    const feeds = { x: { dtype: "float32" as const, dims: [TABLE.length], data } };
    const { y, dx } = await runOnce(await engine(name), withSlope(), feeds);
    const [values, slopes] = [numbers(y!.data), numbers(dx!.data)];
    for (const [i, [x, below, density]] of TABLE.entries()) {
      expect(Math.abs(values[i]! - x * below)).toBeLessThan(1e-6);
      expect(Math.abs(slopes[i]! - (below + x * density))).toBeLessThan(1e-6);
    }
  });

  it("is one operator of ONNX Runtime's, also where its gradient is taken", async () => {
    const file = join(folder, "gelu.onnx");
    writeFileSync(file, encodeModel(withSlope(), { values: {} }).model);
    expect(await operatorChanges(file, join(folder, "runs.onnx"))).toContainEqual({
      operator: "Gelu",
      file: 0,
      runs: 1,
    });
  });
});
