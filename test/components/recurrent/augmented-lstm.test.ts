import { expect, it } from "vitest";
import { type AugmentedOptions, augmentedLayers } from "../../../src/components/recurrent/augmented-lstm.js";
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
const shapes: readonly AugmentedOptions[] = [
  { hidden: 3, layers: 1, bidirectional: false, highway: true, bias: false, dropout: 0 },
  { hidden: 2, layers: 2, bidirectional: true, highway: true, bias: true, dropout: 0 },
  { hidden: 3, layers: 1, bidirectional: true, highway: false, bias: false, dropout: 0 },
];

async function layers(mode: Mode, options: AugmentedOptions, store: ParameterStore, name = engineNames[0]!) {
  const made = await built(await engine(name), mode, store, (scope) => ({
    states: augmentedLayers(scope, tokenInputs(scope, DIM), options),
  }));
  for (const { name: parameter, data } of store)
    data.set(normals(data.length, parameter).map((x) => 0.7 * x));
  return made;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** One direction over one row, as the formulas of PyText's cell say. `kept`: what states are multiplied by. */
function recurrence(
  row: readonly (readonly number[])[],
  get: (name: string) => ArrayLike<number>,
  { hidden, highway, bias }: AugmentedOptions,
  kept?: ArrayLike<number>,
): number[][] {
  const [ofInput, ofState] = [(highway ? 6 : 4) * hidden, (highway ? 5 : 4) * hidden];
  const [weight, recurrent, own] = [get("weight_ih"), get("weight_hh"), get("bias")];
  let [h, c] = [Array<number>(hidden).fill(0), Array<number>(hidden).fill(0)];
  return row.map((x) => {
    const from = (values: readonly number[], matrix: ArrayLike<number>, width: number, at: number): number =>
      values.reduce((sum, value, i) => sum + value * matrix[i * width + at]!, 0);
    const gate = (which: number, j: number): number => {
      const at = which * hidden + j;
      return from(x, weight, ofInput, at) + from(h, recurrent, ofState, at) + own[at]!;
    };
    const last = highway ? 4 : 3;
    const next = c.map(
      (old, j) => sigmoid(gate(2, j)) * old + sigmoid(gate(0, j)) * Math.tanh(gate(last, j)),
    );
    const state = next.map((cell, j) => {
      const out = sigmoid(gate(1, j)) * Math.tanh(cell);
      const through = highway ? sigmoid(gate(3, j)) : 1;
      const image = highway
        ? from(x, weight, ofInput, 5 * hidden + j) + (bias ? get("highway_bias")[j]! : 0)
        : 0;
      return (through * out + (1 - through) * image) * (kept?.[j] ?? 1);
    });
    [h, c] = [state, next];
    return state;
  });
}

/** All layers over one row. */
function byHand(
  row: readonly (readonly number[])[],
  store: ParameterStore,
  options: AugmentedOptions,
): number[][] {
  let states = row.map((x) => [...x]);
  for (let layer = 0; layer < options.layers; layer++) {
    const get = (way: string) => (name: string) => store.get(`layer${layer}.${way}.${name}`)!.data;
    const forward = recurrence(states, get("forward"), options);
    const backward = options.bidirectional
      ? recurrence([...states].reverse(), get("backward"), options).reverse()
      : forward.map(() => []);
    states = forward.map((own, t) => [...own, ...backward[t]!]);
  }
  return states;
}

it.each(engineNames)("gives the states of a plain program, and zeros at padding, on %s", async (name) => {
  const feeds = tokenVectors(rows, 5, DIM);
  for (const options of shapes) {
    const store = new ParameterStore(3);
    for (const mode of ["train", "infer"] as const) {
      const { states } = await (await layers(mode, options, store, name)).run(feeds);
      const width = options.hidden * (options.bidirectional ? 2 : 1);
      expect(states!.dims).toEqual([3, 5, width]);
      for (const [i, { length }] of rows.entries()) {
        const at = (t: number, size: number, data: ArrayLike<number>): number[] =>
          Array.from({ length: size }, (_, k) => data[(i * 5 + t) * size + k]!);
        const row = Array.from({ length }, (_, t) => at(t, DIM, feeds.vectors.data as Float32Array));
        const expected = byHand(row, store, options);
        for (let t = 0; t < 5; t++)
          for (const [k, value] of at(t, width, states!.data).entries())
            expect(value).toBeCloseTo(t < length ? expected[t]![k]! : 0, 5);
      }
    }
  }
});

it("drops the same elements of a row's states at each word, and in what the cell reads of itself", async () => {
  const options: AugmentedOptions = { ...shapes[0]!, dropout: 0.5 };
  const store = new ParameterStore(3);
  const target = await layers("train", options, store);
  const [mask] = target.scope.masks;
  const kept = [2, 0, 2, 0, 2, 2, 2, 2, 2];
  const feeds = tokenVectors(rows, 5, DIM);
  const { states } = await target.run({ ...feeds, [mask!.name]: floats([3, 3], kept) });
  const vectors = feeds.vectors.data as Float32Array;
  const row = Array.from({ length: 5 }, (_, t) => [...vectors.subarray(t * DIM, t * DIM + DIM)]);
  const get = (name: string) => store.get(`layer0.forward.${name}`)!.data;
  const expected = recurrence(row, get, options, kept.slice(0, 3)).flat();
  for (const [i, value] of expected.entries()) expect(states!.data[i]).toBeCloseTo(value, 5);
  expect((await layers("infer", options, store)).scope.masks).toEqual([]);
});

it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
  const store = new ParameterStore(3);
  await layers("train", shapes[1]!, store);
  const target = await built(
    await engine(name),
    "train",
    store,
    withGradients((scope) => mixed(augmentedLayers(scope, tokenInputs(scope, DIM), shapes[1]!)), ["vectors"]),
  );
  expect(await gradientError(target, store, tokenVectors(rows, 5, DIM), ["vectors"])).toBeLessThan(2e-3);
});
