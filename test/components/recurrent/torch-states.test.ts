import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gruStack } from "../../../src/components/recurrent/gru.js";
import { lstmStack } from "../../../src/components/recurrent/lstm.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { add, mul } from "../../../src/graph/ops/elementwise.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import { built, difference, floats, prefixMask, tokenInputs, withGradients } from "../models/harness.js";

type Numbers = Readonly<Record<string, number[]>>;

interface Recorded {
  readonly vectors: number[];
  readonly mix: number[];
  readonly states: number[];
  readonly initial: Numbers;
  readonly final: Numbers;
  readonly final_mix: Numbers;
  readonly initial_gradients: Numbers;
  readonly parameters: Numbers;
  readonly gradients: Numbers;
}

const fixture = JSON.parse(
  readFileSync(new URL("../language/fixtures/torch.json", import.meta.url), "utf8"),
) as { lengths: number[]; dim: number; hidden: number; recurrent: { LSTM: Recorded; GRU: Recorded } };
const { lengths, dim, hidden } = fixture;
const options = { hidden, layers: 2, bidirectional: true, dropout: 0 };
const [batch, tokens] = [lengths.length, Math.max(...lengths)];

/** What PyTorch's packed sequences gave from h0 (and c0): origin in the fixture. */
describe.each([
  ["LSTM", lstmStack, ["h", "c"], fixture.recurrent.LSTM],
  ["GRU", gruStack, ["h"], fixture.recurrent.GRU],
] as const)("%s from given states against PyTorch", (_name, stack, parts, recorded) => {
  const names = [0, 1].map((layer) =>
    ["forward", "backward"].map((direction) => parts.map((part) => `${layer}.${direction}.${part}`)),
  );
  const perState = (values: Numbers) =>
    Object.fromEntries(Object.entries(values).map(([name, data]) => [name, floats([batch, hidden], data)]));
  const feeds = {
    vectors: floats([batch, tokens, dim], recorded.vectors),
    mask: prefixMask(lengths, tokens),
    ...perState(recorded.initial),
  };

  function outputs(scope: Scope): {
    readonly states: Tensor;
    readonly final: Readonly<Record<string, Tensor>>;
  } {
    const input = (name: string): Tensor => scope.graph.input(name, "float32", ["batch", hidden]);
    const initial = names.map((layer) => layer.map((direction) => direction.map(input)));
    const { states, final } = stack(scope, tokenInputs(scope, dim), options, initial);
    const flat = final.flat(2);
    return { states, final: Object.fromEntries(names.flat(2).map((name, i) => [name, flat[i]!])) };
  }

  const all = (scope: Scope) => {
    const { states, final } = outputs(scope);
    return {
      states,
      ...Object.fromEntries(Object.entries(final).map(([name, tensor]) => [`final ${name}`, tensor])),
    };
  };

  async function ready(): Promise<ParameterStore> {
    const store = new ParameterStore(1);
    await built(await engine("onnxruntime"), "infer", store, all);
    expect(store.names.sort()).toEqual(Object.keys(recorded.parameters).sort());
    for (const [name, values] of Object.entries(recorded.parameters)) store.get(name)!.data.set(values);
    return store;
  }

  it.each(["train", "infer"] as const)("has its states and final states, in mode %s", async (mode: Mode) => {
    const target = await built(await engine("onnxruntime"), mode, await ready(), all);
    const results = await target.run(feeds);
    const dims = [batch, tokens, 2 * hidden];
    expect(difference(results.states!, { dims, data: recorded.states })).toBeLessThan(1e-6);
    for (const [name, data] of Object.entries(recorded.final))
      expect(difference(results[`final ${name}`]!, { dims: [batch, hidden], data }), name).toBeLessThan(1e-6);
  });

  it("has its gradients, by initial states too", async () => {
    const states = Object.keys(recorded.initial);
    const target = await built(
      await engine("onnxruntime"),
      "train",
      await ready(),
      withGradients((scope) => {
        const made = outputs(scope);
        const mix = scope.graph.input("mix", "float32", ["batch", "tokens", 2 * hidden]);
        const start = reduceSum(mul(made.states, mix), []);
        return Object.entries(made.final).reduce((sum, [name, tensor]) => {
          const weights = scope.graph.input(`mix ${name}`, "float32", ["batch", hidden]);
          return add(sum, reduceSum(mul(tensor, weights), []));
        }, start);
      }, states),
    );
    const results = await target.run({
      ...feeds,
      mix: floats([batch, tokens, 2 * hidden], recorded.mix),
      ...perState(
        Object.fromEntries(Object.entries(recorded.final_mix).map(([name, data]) => [`mix ${name}`, data])),
      ),
    });
    for (const [name, values] of Object.entries({ ...recorded.gradients, ...recorded.initial_gradients })) {
      const own = results[`d:${name}`]!;
      expect(difference(own, { dims: own.dims, data: values }), name).toBeLessThan(3e-6);
    }
  });
});
