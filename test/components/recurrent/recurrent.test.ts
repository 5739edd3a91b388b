import { describe, expect, it } from "vitest";
import type { TokenVectors } from "../../../src/components/contracts.js";
import { distinctLookup } from "../../../src/components/distinct.js";
import { zeroPadding } from "../../../src/components/masking.js";
import { gruLayers } from "../../../src/components/recurrent/gru.js";
import type { RecurrentOptions } from "../../../src/components/recurrent/layers.js";
import { lstmLayers } from "../../../src/components/recurrent/lstm.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { equal, not } from "../../../src/graph/ops/elementwise.js";
import { gather } from "../../../src/graph/ops/lookup.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  gradientError,
  ints,
  mixed,
  normals,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";

type Layers = (scope: Scope, input: TokenVectors, options: RecurrentOptions) => Tensor;

const kinds: readonly { readonly name: string; readonly layers: Layers; readonly gates: number }[] = [
  { name: "LSTM", layers: lstmLayers, gates: 4 },
  { name: "GRU", layers: gruLayers, gates: 3 },
];

const shapes: readonly RecurrentOptions[] = [
  { hidden: 3, layers: 1, bidirectional: false, dropout: 0 },
  { hidden: 3, layers: 1, bidirectional: true, dropout: 0 },
  { hidden: 2, layers: 3, bidirectional: true, dropout: 0.3 },
];

const DIM = 4;
const rows = [
  { name: "long", length: 5 },
  { name: "short", length: 2 },
  { name: "empty", length: 0 },
];

/** A store whose parameters all hold noticeable numbers, biases too. */
function lively(store: ParameterStore): ParameterStore {
  for (const { name, data } of store) data.set(normals(data.length, name).map((value) => value * 0.7));
  return store;
}

async function statesOf(
  mode: Mode,
  layers: Layers,
  options: RecurrentOptions,
  store: ParameterStore,
  name = engineNames[0]!,
) {
  return built(await engine(name), mode, store, (scope) => ({
    states: layers(scope.child("rnn"), tokenInputs(scope, DIM), options),
  }));
}

async function ready(layers: Layers, options: RecurrentOptions): Promise<ParameterStore> {
  const store = new ParameterStore(3);
  await statesOf("infer", layers, options, store);
  return lively(store);
}

describe.each(kinds)("$name layers", ({ layers, gates }) => {
  it.each(shapes)("give the same states as a loop and as the fused operator: %o", async (options) => {
    const store = await ready(layers, options);
    const feeds = tokenVectors(rows, 5, DIM);
    const loop = await (await statesOf("train", layers, options, store)).run(feeds);
    const fused = await (await statesOf("infer", layers, options, store)).run(feeds);
    expect(fused.states!.dims).toEqual([3, 5, options.hidden * (options.bidirectional ? 2 : 1)]);
    expect(Math.max(...fused.states!.data.map(Math.abs))).toBeGreaterThan(0.1);
    expect(difference(loop.states!, fused.states!)).toBeLessThan(2e-6);
  });

  it.each(["train", "infer"] as const)(
    "give a row the same states whatever stands beside it, in mode %s",
    async (mode) => {
      const options = shapes[2]!;
      const states = await statesOf(mode, layers, options, await ready(layers, options));
      const width = 2 * options.hidden;
      const together = (await states.run(tokenVectors(rows, 5, DIM))).states!;
      for (const [i, row] of rows.entries()) {
        const tokens = Math.max(1, row.length);
        const alone = (await states.run(tokenVectors([row], tokens, DIM))).states!;
        const start = i * 5 * width;
        const own = { dims: alone.dims, data: together.data.slice(start, start + tokens * width) };
        expect(difference(alone, own)).toBeLessThan(1e-6);
        const behind = together.data.slice(start + row.length * width, start + 5 * width);
        expect(behind.every((value) => value === 0)).toBe(true);
      }
    },
  );

  it("pass no gradient from padding to anything", async () => {
    const options = shapes[2]!;
    const store = await ready(layers, options);
    const onlyPadding = [{ name: "empty", length: 0 }];
    const target = await built(
      await engine("onnxruntime"),
      "train",
      store,
      withGradients(
        (scope) => mixed(layers(scope.child("rnn"), tokenInputs(scope, DIM), options)),
        ["vectors"],
      ),
    );
    const results = await target.run(tokenVectors(onlyPadding, 4, DIM));
    for (const [name, { data }] of Object.entries(results)) {
      expect(
        data.every((value) => value === 0),
        name,
      ).toBe(true);
    }
  });

  it.each(engineNames)("have the gradients that finite differences give, on %s", async (name) => {
    const options = { ...shapes[2]!, layers: 2 };
    const store = await ready(layers, options);
    const target = await built(
      await engine(name),
      "train",
      store,
      withGradients(
        (scope) => mixed(layers(scope.child("rnn"), tokenInputs(scope, DIM), options)),
        ["vectors"],
      ),
    );
    expect(await gradientError(target, store, tokenVectors(rows, 5, DIM), ["vectors"])).toBeLessThan(2e-3);
  });

  it("give the same states and gradients when they compute once for each different word", async () => {
    const options = shapes[1]!;
    const ids = ints([3, 5], [4, 2, 4, 4, 3, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1]);
    const results = [];
    for (const once of [true, false]) {
      const store = new ParameterStore(3);
      const build = withGradients((scope) => {
        const table = scope.parameter("table", [6, DIM]);
        const places = scope.graph.input("ids", "int32", ["batch", "tokens"]);
        const mask = not(equal(places, 1));
        const input = { vectors: zeroPadding(gather(table, places), mask), mask };
        const distinct = distinctLookup(table, places, mask);
        return mixed(layers(scope.child("rnn"), once ? { ...input, distinct } : input, options));
      });
      const target = await built(await engine("onnxruntime"), "train", store, build);
      lively(store);
      results.push(await target.run({ ids }));
    }
    const [once, always] = results;
    expect(once!.loss!.data[0]).toBeCloseTo(always!.loss!.data[0]!, 5);
    for (const name of Object.keys(once!))
      expect(difference(once![name]!, always![name]!), name).toBeLessThan(5e-6);
  });

  it("name their parameters by layer and direction, and size them by gates", async () => {
    const store = await ready(layers, { ...shapes[1]!, layers: 2 });
    const sizes = Object.fromEntries([...store].map(({ name, shape }) => [name, shape]));
    expect(sizes["rnn.layer0.forward.weight_ih"]).toEqual([DIM, gates * 3]);
    expect(sizes["rnn.layer0.backward.weight_hh"]).toEqual([3, gates * 3]);
    expect(sizes["rnn.layer1.forward.weight_ih"]).toEqual([6, gates * 3]);
    expect(sizes["rnn.layer1.backward.bias"]).toEqual([gates * 3]);
  });

  it("drop out between layers only, and only in training", async () => {
    const masksOf = async (mode: Mode, count: number) =>
      (
        await statesOf(mode, layers, { ...shapes[1]!, layers: count, dropout: 0.5 }, new ParameterStore(1))
      ).scope.masks.map(({ name }) => name);
    expect(await masksOf("train", 1)).toEqual([]);
    expect(await masksOf("train", 3)).toEqual(["rnn.layer1.dropout0", "rnn.layer2.dropout1"]);
    expect(await masksOf("infer", 3)).toEqual([]);
  });
});
