import { expect, it } from "vitest";
import {
  type OrderedNeuronOptions,
  orderedNeuronLayers,
} from "../../../src/components/recurrent/ordered-neuron-lstm.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  floats,
  gradientError,
  mixed,
  normals,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";

const DIM = 4;
const rows = [
  { name: "long", length: 5 },
  { name: "short", length: 2 },
  { name: "empty", length: 0 },
];
const options: OrderedNeuronOptions = { hidden: 3, layers: 2, dropout: 0 };

async function layers(mode: Mode, dropout: number, store: ParameterStore, name = engineNames[0]!) {
  const made = await built(await engine(name), mode, store, (scope) => ({
    states: orderedNeuronLayers(scope, tokenInputs(scope, DIM), { ...options, dropout }),
  }));
  for (const { name: parameter, data } of store)
    data.set(normals(data.length, parameter).map((x) => 0.7 * x));
  return made;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Sums of a softmax from its first element on. */
function cumax(x: readonly number[]): number[] {
  const powers = x.map(Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((_, i) => powers.slice(0, i + 1).reduce((a, b) => a + b, 0) / total);
}

/** All layers over one row, by equations 3 to 14 of the paper. `kept`: what each layer's inputs are multiplied by. */
function byHand(
  row: readonly (readonly number[])[],
  store: ParameterStore,
  kept: readonly (readonly number[])[] = [],
): number[][] {
  let states = row.map((x) => [...x]);
  const { hidden } = options;
  for (let layer = 0; layer < options.layers; layer++) {
    const get = (name: string) => store.get(`layer${layer}.${name}`)!.data;
    const [weight, recurrent, bias] = [get("weight_ih"), get("weight_hh"), get("bias")];
    let [h, c] = [Array<number>(hidden).fill(0), Array<number>(hidden).fill(0)];
    states = states.map((given) => {
      const x = given.map((value, i) => value * (kept[layer]?.[i] ?? 1));
      const gate = (which: number): number[] =>
        h.map((_, j) => {
          const at = which * hidden + j;
          const from = (values: readonly number[], matrix: ArrayLike<number>): number =>
            values.reduce((sum, value, i) => sum + value * matrix[i * 6 * hidden + at]!, 0);
          return from(x, weight) + from(h, recurrent) + bias[at]!;
        });
      const [f, i, o] = [0, 1, 2].map((which) => gate(which).map(sigmoid)) as [number[], number[], number[]];
      const candidate = gate(3).map(Math.tanh);
      const masterForget = cumax(gate(4));
      const masterInput = cumax(gate(5)).map((value) => 1 - value);
      c = c.map((old, j) => {
        const overlap = masterForget[j]! * masterInput[j]!;
        const keep = f[j]! * overlap + (masterForget[j]! - overlap);
        const enter = i[j]! * overlap + (masterInput[j]! - overlap);
        return keep * old + enter * candidate[j]!;
      });
      h = c.map((value, j) => o[j]! * Math.tanh(value));
      return h;
    });
  }
  return states;
}

function rowOf(vectors: ArrayLike<number>, i: number, length: number): number[][] {
  return Array.from({ length }, (_, t) =>
    Array.from({ length: DIM }, (_, k) => vectors[(i * 5 + t) * DIM + k]!),
  );
}

it.each(engineNames)("gives the states of a plain program, and zeros at padding, on %s", async (name) => {
  const feeds = tokenVectors(rows, 5, DIM);
  for (const mode of ["train", "infer"] as const) {
    const store = new ParameterStore(3);
    const { states } = await (await layers(mode, 0, store, name)).run(feeds);
    expect(states!.dims).toEqual([3, 5, 3]);
    for (const [i, { length }] of rows.entries()) {
      const expected = byHand(rowOf(feeds.vectors.data as Float32Array, i, length), store);
      for (let t = 0; t < 5; t++)
        for (let k = 0; k < 3; k++)
          expect(states!.data[(i * 5 + t) * 3 + k]).toBeCloseTo(expected[t]?.[k] ?? 0, 5);
    }
  }
});

it("drops the same elements of what a layer reads at each word of a row, in training only", async () => {
  const store = new ParameterStore(3);
  const target = await layers("train", 0.5, store);
  const [first, second] = target.scope.masks;
  const kept = [
    [2, 0, 2, 0],
    [0, 2, 2],
  ];
  const ones = (size: number) => Array<number>(2 * size).fill(1);
  const feeds = tokenVectors(rows, 5, DIM);
  const { states } = await target.run({
    ...feeds,
    [first!.name]: floats([1, 3, DIM], [...kept[0]!, ...ones(DIM)]),
    [second!.name]: floats([1, 3, 3], [...kept[1]!, ...ones(3)]),
  });
  const expected = byHand(rowOf(feeds.vectors.data as Float32Array, 0, 5), store, kept).flat();
  for (const [i, value] of expected.entries()) expect(states!.data[i]).toBeCloseTo(value, 5);
  expect((await layers("infer", 0.5, store)).scope.masks).toEqual([]);
});

it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
  const store = new ParameterStore(3);
  await layers("train", 0, store);
  const target = await built(
    await engine(name),
    "train",
    store,
    withGradients(
      (scope) => mixed(orderedNeuronLayers(scope, tokenInputs(scope, DIM), options)),
      ["vectors"],
    ),
  );
  expect(await gradientError(target, store, tokenVectors(rows, 5, DIM), ["vectors"])).toBeLessThan(2e-3);
});
