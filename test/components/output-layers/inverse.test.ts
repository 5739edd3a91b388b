import { describe, expect, test } from "vitest";
import { Graph } from "../../../src/graph/graph.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { optimize } from "../../../src/graph/passes.js";
import { Scope } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import { floats, slot, testContext } from "../models/harness.js";

/** The scores that a layer makes of the logits that it says scores are of. */
async function again(
  kind: "output_layer" | "regression_output_layer",
  layer: object | string,
  dims: readonly number[],
  scores: readonly number[],
): Promise<number[]> {
  const context = testContext();
  const graph = new Graph();
  const scope = Scope.root(graph, "infer", new ParameterStore(1), context);
  const { component, config } = context.part(kind, slot(kind, layer));
  const given = graph.input("scores", "float32", ["batch", ...dims.slice(1)]);
  const logits = component.logitsOf!(config, given);
  const labels = Array.from({ length: dims[1] ?? 1 }, (_, i) => `label${i}`);
  graph.output("again", component.build(scope, config, logits, undefined, labels).scores);
  optimize(graph);
  const program = await (await engine("onnxruntime")).compile(graph);
  const results = await program.run({ scores: floats(dims, scores) });
  return Array.from(results.again!.data as Float32Array);
}

describe("logits of scores give these scores again", () => {
  test.each([
    ["ClassificationOutputLayer", [2, 3], [0.2, 0.5, 0.3, 1, 0, 0]],
    ["BinaryClassificationOutputLayer", [3, 2], [0.2, 0.8, 1, 0, 0.999, 0.001]],
    ["MultiLabelClassificationOutputLayer", [2, 3], [0.2, 0.9, 0, 1, 0.5, 1e-4]],
  ] as const)("of %s", async (layer, dims, scores) => {
    const made = await again("output_layer", layer, dims, scores);
    for (const [i, score] of scores.entries()) expect(made[i]).toBeCloseTo(score, 6);
  });

  test.each([
    ["RegressionOutputLayer", [-3, 0, 7.5]],
    [{ RegressionOutputLayer: { squash_to_range: [1, 5] } }, [1.001, 3, 4.5]],
  ] as const)("of %j", async (layer, scores) => {
    const made = await again("regression_output_layer", layer, [3], scores);
    for (const [i, score] of scores.entries()) expect(made[i]).toBeCloseTo(score, 5);
  });
});
