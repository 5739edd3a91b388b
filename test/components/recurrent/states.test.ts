import { describe, expect, it } from "vitest";
import type { TokenVectors } from "../../../src/components/contracts.js";
import { gruLayers, gruStack } from "../../../src/components/recurrent/gru.js";
import type { RecurrentOptions, StackResult, StackState } from "../../../src/components/recurrent/layers.js";
import { lstmLayers, lstmStack } from "../../../src/components/recurrent/lstm.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { add } from "../../../src/graph/ops/elementwise.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  type Built,
  built,
  difference,
  floats,
  gradientError,
  mixed,
  normals,
  tokenInputs,
  tokenVectors,
  type Value,
  withGradients,
} from "../models/harness.js";

type Stack = (
  scope: Scope,
  input: TokenVectors,
  options: RecurrentOptions,
  initial: StackState,
) => StackResult;

const kinds = [
  { name: "LSTM", stack: lstmStack as Stack, layers: lstmLayers, parts: ["h", "c"] },
  { name: "GRU", stack: gruStack as Stack, layers: gruLayers, parts: ["h"] },
];

const DIM = 4;
const oneWay: RecurrentOptions = { hidden: 3, layers: 2, bidirectional: false, dropout: 0 };
const bothWays: RecurrentOptions = { ...oneWay, bidirectional: true };
const rows = [
  { name: "long", length: 5 },
  { name: "short", length: 2 },
  { name: "empty", length: 0 },
];

/** The names of a stack's states: `0.forward.h`. */
function stateNames({ layers, bidirectional }: RecurrentOptions, parts: readonly string[]): string[][][] {
  const directions = bidirectional ? ["forward", "backward"] : ["forward"];
  return Array.from({ length: layers }, (_, layer) =>
    directions.map((direction) => parts.map((part) => `${layer}.${direction}.${part}`)),
  );
}

/** The stack from fed states; its outputs are `states` and, under the names of the states, the final ones. */
function outputsOf(stack: Stack, options: RecurrentOptions, parts: readonly string[], scope: Scope) {
  const names = stateNames(options, parts);
  const initial = names.map((layer) =>
    layer.map((direction) =>
      direction.map((name) => scope.graph.input(name, "float32", ["batch", options.hidden])),
    ),
  );
  const { states, final } = stack(scope.child("rnn"), tokenInputs(scope, DIM), options, initial);
  const outputs: Record<string, Tensor> = { states };
  for (const [i, name] of names.flat(2).entries()) outputs[`final ${name}`] = final.flat(2)[i]!;
  return outputs;
}

function stateFeeds(names: readonly string[], batch: number, hidden: number, zero = false) {
  return Object.fromEntries(
    names.map((name) => [
      name,
      floats([batch, hidden], zero ? new Float32Array(batch * hidden) : normals(batch * hidden, name)),
    ]),
  );
}

function lively(store: ParameterStore): ParameterStore {
  for (const { name, data } of store) data.set(normals(data.length, name).map((value) => value * 0.7));
  return store;
}

const rowOf = ({ dims, data }: Value, row: number): number[] => {
  const width = data.length / dims[0]!;
  return data.slice(row * width, (row + 1) * width);
};

describe.each(kinds)("$name layers from given states", ({ stack, layers, parts }) => {
  async function build(mode: Mode, options: RecurrentOptions, store: ParameterStore, name = "onnxruntime") {
    return built(await engine(name as (typeof engineNames)[number]), mode, store, (scope) =>
      outputsOf(stack, options, parts, scope),
    );
  }

  async function ready(options: RecurrentOptions): Promise<ParameterStore> {
    const store = new ParameterStore(3);
    await build("infer", options, store);
    return lively(store);
  }

  const feedsOf = (options: RecurrentOptions): Record<string, HostTensor> => ({
    ...tokenVectors(rows, 5, DIM),
    ...stateFeeds(stateNames(options, parts).flat(2), rows.length, options.hidden),
  });

  it.each([oneWay, bothWays])(
    "give the same states and final states as a loop and as the fused operator, on both engines: %o",
    async (options) => {
      const store = await ready(options);
      const results: Record<string, Value>[] = [];
      for (const name of engineNames)
        for (const mode of ["train", "infer"] as const)
          results.push(await (await build(mode, options, store, name)).run(feedsOf(options)));
      const [first, ...others] = results;
      expect(Math.max(...first!.states!.data.map(Math.abs))).toBeGreaterThan(0.1);
      for (const other of others)
        for (const name of Object.keys(first!))
          expect(difference(first![name]!, other[name]!), name).toBeLessThan(3e-6);
    },
  );

  it.each(["train", "infer"] as const)(
    "give what layers without initial states give when these are zeros, in mode %s",
    async (mode) => {
      const store = await ready(bothWays);
      const plain = await built(await engine("onnxruntime"), mode, store, (scope) => ({
        states: layers(scope.child("rnn"), tokenInputs(scope, DIM), bothWays),
      }));
      const names = stateNames(bothWays, parts).flat(2);
      const from = await build(mode, bothWays, store);
      const vectors = tokenVectors(rows, 5, DIM);
      const [a, b] = [
        await plain.run(vectors),
        await from.run({ ...vectors, ...stateFeeds(names, rows.length, bothWays.hidden, true) }),
      ];
      expect(difference(a.states!, b.states!)).toBeLessThan(1e-6);
    },
  );

  it.each(["train", "infer"] as const)(
    "hand on a row's states however much padding stands behind it, in mode %s",
    async (mode) => {
      const store = await ready(bothWays);
      const target = await build(mode, bothWays, store);
      const names = stateNames(bothWays, parts).flat(2);
      const all = feedsOf(bothWays);
      const together = await target.run(all);
      for (const [i, row] of rows.entries()) {
        const own = Object.fromEntries(
          names.map((name) => [
            name,
            floats([1, bothWays.hidden], (all[name]!.data as Float32Array).slice(i * 3, i * 3 + 3)),
          ]),
        );
        const alone = await target.run({ ...tokenVectors([row], Math.max(1, row.length), DIM), ...own });
        for (const name of names) {
          const [a, b] = [rowOf(together[`final ${name}`]!, i), alone[`final ${name}`]!.data];
          for (const [k, value] of a.entries()) expect(value, name).toBeCloseTo(b[k]!, 6);
          if (row.length === 0) expect(a.map(Math.fround), name).toEqual([...own[name]!.data]);
        }
      }
    },
  );

  it.each(["train", "infer"] as const)(
    "give in two pieces what they give in one, in mode %s",
    async (mode) => {
      const store = await ready(oneWay);
      const target = await build(mode, oneWay, store);
      const names = stateNames(oneWay, parts).flat(2);
      const whole = feedsOf(oneWay);
      const expected = await target.run(whole);
      const cut = (from: number, to: number) => ({
        vectors: floats(
          [3, to - from, DIM],
          [0, 1, 2].flatMap((row) => {
            const start = row * 5 * DIM;
            return [...(whole.vectors!.data as Float32Array).slice(start + from * DIM, start + to * DIM)];
          }),
        ),
        mask: {
          dtype: "bool" as const,
          dims: [3, to - from],
          data: Uint8Array.from(
            [0, 1, 2].flatMap((row) => [
              ...(whole.mask!.data as Uint8Array).slice(row * 5 + from, row * 5 + to),
            ]),
          ),
        },
      });
      const initial = Object.fromEntries(names.map((name) => [name, whole[name]!]));
      const first = await target.run({ ...cut(0, 3), ...initial });
      const between = Object.fromEntries(
        names.map((name) => [name, floats([3, 3], first[`final ${name}`]!.data)]),
      );
      const second = await target.run({ ...cut(3, 5), ...between });
      for (const name of names)
        expect(difference(second[`final ${name}`]!, expected[`final ${name}`]!), name).toBeLessThan(1e-6);
      for (const row of [0, 1, 2]) {
        const joined = [...rowOf(first.states!, row), ...rowOf(second.states!, row)];
        for (const [k, value] of rowOf(expected.states!, row).entries())
          expect(joined[k]).toBeCloseTo(value, 6);
      }
    },
  );

  it.each(engineNames)(
    "have the gradients that finite differences give, by initial states too, on %s",
    async (name) => {
      const store = await ready(bothWays);
      const names = stateNames(bothWays, parts).flat(2);
      const inputs = ["vectors", ...names];
      const target: Built = await built(
        await engine(name),
        "train",
        store,
        withGradients((scope) => {
          const all = outputsOf(stack, bothWays, parts, scope);
          return Object.entries(all)
            .map(([output, tensor]) => mixed(tensor, output))
            .reduce((a, b) => add(a, b));
        }, inputs),
      );
      expect(await gradientError(target, store, feedsOf(bothWays), inputs)).toBeLessThan(2e-3);
    },
  );

  it("drop out each token's elements anew on request", async () => {
    const shapeOf = async (dropoutByToken: boolean) => {
      const options = { ...oneWay, dropout: 0.5, dropoutByToken };
      const target = await build("train", options, new ParameterStore(1));
      return target.scope.masks.map(({ shape }) => shape);
    };
    expect(await shapeOf(false)).toEqual([[1, "batch", 3]]);
    expect(await shapeOf(true)).toEqual([["tokens", "batch", 3]]);
  });
});
