import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { operatorChanges } from "../../../src/exporters/fusions.js";
import { countOperators } from "../../../src/graph/onnx/count-operators.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import { built, slot, tokenInputs } from "../models/harness.js";

const LAYERS = 2;
const folder = mkdtempSync(join(tmpdir(), "fusions-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What ONNX Runtime runs of a Transformer's layers, by operator. */
async function running(mode: Mode): Promise<ReadonlyMap<string, number>> {
  const store = new ParameterStore(1);
  const value = slot("representation", {
    TransformerRepresentation: { num_layers: LAYERS, num_attention_heads: 2, dropout: 0 },
  });
  const { graph } = await built(await engine("onnxruntime"), mode, store, (scope) =>
    scope.part("representation", value, "rep", (part, config, at) => ({
      tokens: part.build(at, config, tokenInputs(scope, 8)).tokens!,
    })),
  );
  const [file, runs] = [join(folder, `${mode}.onnx`), join(folder, `${mode}-runs.onnx`)];
  writeFileSync(file, encodeModel(graph, { values: mode === "infer" ? store.feeds() : {} }).model);
  await operatorChanges(file, runs);
  return countOperators(runs);
}

it("ONNX Runtime runs GELU and layer norm as one operator each, and in inference no scaling of scores or weights", async () => {
  const operators = await running("infer");
  expect(operators.get("Gelu")).toBe(LAYERS);
  expect(operators.has("Erf")).toBe(false);
  expect(operators.get("LayerNormalization")).toBeGreaterThanOrEqual(2 * LAYERS);
  expect(operators.has("com.microsoft.FusedMatMul")).toBe(false);
});

it("in training the scale of scores is a part of the product of queries and keys", async () => {
  const operators = await running("train");
  expect(operators.get("Gelu")).toBe(LAYERS);
  expect(operators.get("com.microsoft.FusedMatMul")).toBe(LAYERS);
});
