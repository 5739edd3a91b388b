import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gruLayers } from "../../../src/components/recurrent/gru.js";
import { lstmLayers } from "../../../src/components/recurrent/lstm.js";
import { mul } from "../../../src/graph/ops/elementwise.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import { built, difference, floats, prefixMask, tokenInputs, withGradients } from "../models/harness.js";

interface Recorded {
  readonly vectors: number[];
  readonly mix: number[];
  readonly states: number[];
  readonly parameters: Readonly<Record<string, number[]>>;
  readonly gradients: Readonly<Record<string, number[]>>;
}

const fixture = JSON.parse(
  readFileSync(new URL("../models/fixtures/torch-layers.json", import.meta.url), "utf8"),
) as { lengths: number[]; dim: number; hidden: number; recurrent: { LSTM: Recorded; GRU: Recorded } };
const { lengths, dim, hidden } = fixture;
const options = { hidden, layers: 2, bidirectional: true, dropout: 0 };
const sizes = [lengths.length, Math.max(...lengths)] as const;

/** What PyTorch's packed sequences gave: origin in the fixture. */
describe.each([
  ["LSTM", lstmLayers, fixture.recurrent.LSTM],
  ["GRU", gruLayers, fixture.recurrent.GRU],
] as const)("%s against PyTorch", (_name, layers, recorded) => {
  const feeds = { vectors: floats([...sizes, dim], recorded.vectors), mask: prefixMask(lengths, sizes[1]) };

  async function ready(): Promise<ParameterStore> {
    const store = new ParameterStore(1);
    await built(await engine("onnxruntime"), "infer", store, (scope) => ({
      states: layers(scope, tokenInputs(scope, dim), options),
    }));
    for (const [name, values] of Object.entries(recorded.parameters)) {
      expect(store.get(name)?.data.length, name).toBe(values.length);
      store.get(name)!.data.set(values);
    }
    expect(store.names.sort()).toEqual(Object.keys(recorded.parameters).sort());
    return store;
  }

  it.each(["train", "infer"] as const)("has its states, in mode %s", async (mode: Mode) => {
    const target = await built(await engine("onnxruntime"), mode, await ready(), (scope) => ({
      states: layers(scope, tokenInputs(scope, dim), options),
    }));
    const { states } = await target.run(feeds);
    expect(difference(states!, { dims: [...sizes, 2 * hidden], data: recorded.states })).toBeLessThan(1e-6);
  });

  it("has its gradients", async () => {
    const target = await built(
      await engine("onnxruntime"),
      "train",
      await ready(),
      withGradients(
        (scope) => {
          const mix = scope.graph.input("mix", "float32", ["batch", "tokens", 2 * hidden]);
          return reduceSum(mul(layers(scope, tokenInputs(scope, dim), options), mix), []);
        },
        ["vectors"],
      ),
    );
    const results = await target.run({ ...feeds, mix: floats([...sizes, 2 * hidden], recorded.mix) });
    for (const [name, values] of Object.entries(recorded.gradients)) {
      const own = results[`d:${name}`]!;
      expect(difference(own, { dims: own.dims, data: values }), name).toBeLessThan(2e-6);
    }
  });
});
