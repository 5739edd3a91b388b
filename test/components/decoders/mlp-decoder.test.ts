import { describe, expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  floats,
  gradientError,
  mixed,
  normals,
  slot,
  withGradients,
} from "../models/harness.js";

const DIM = 3;

function decode(config: object, outputs: number, rank = 2) {
  const value = slot("decoder", { MLPDecoder: config });
  return (scope: Scope) => {
    const shape = rank === 2 ? ["batch", DIM] : ["batch", "tokens", DIM];
    return scope.part("decoder", value, "decoder", (decoder, options, at) =>
      decoder.build(at, options, scope.graph.input("x", "float32", shape), outputs),
    );
  };
}

async function decoder(
  config: object,
  outputs: number,
  store: ParameterStore,
  mode: Mode = "infer",
  rank = 2,
) {
  return built(await engine("onnxruntime"), mode, store, (scope) => ({
    y: decode(config, outputs, rank)(scope),
  }));
}

const activations: Readonly<Record<string, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** The layers by plain sums, in doubles. */
function byHand(
  x: readonly number[],
  store: ParameterStore,
  names: readonly string[],
  act: (x: number) => number,
  norm: boolean,
): number[] {
  return names.reduce<number[]>(
    (input, name, at) => {
      const [weight, bias] = [store.get(`decoder.${name}.weight`)!, store.get(`decoder.${name}.bias`)];
      const width = weight.shape[1]!;
      const sums = Array.from({ length: width }, (_, j) =>
        input.reduce((total, value, i) => total + value * weight.data[i * width + j]!, bias?.data[j] ?? 0),
      );
      if (at === names.length - 1) return sums;
      const mean = sums.reduce((a, b) => a + b, 0) / width;
      const variance = sums.reduce((total, value) => total + (value - mean) ** 2, 0) / width;
      return sums.map((value) => act(norm ? (value - mean) / Math.sqrt(variance + 1e-5) : value));
    },
    [...x],
  );
}

describe("MLPDecoder", () => {
  it("is one linear layer by default", async () => {
    const store = new ParameterStore(1);
    const target = await decoder({}, 2, store);
    expect([...store].map(({ name, shape }) => [name, shape])).toEqual([
      ["decoder.layer0.weight", [DIM, 2]],
      ["decoder.layer0.bias", [2]],
    ]);
    store.get("decoder.layer0.weight")!.data.set([1, 2, 3, 4, 5, 6]);
    store.get("decoder.layer0.bias")!.data.set([0.5, -1]);
    const { y } = await target.run({ x: floats([1, DIM], [1, 0, -1]) });
    expect(y).toEqual({ dims: [1, 2], data: [-3.5, -5] });
  });

  it.each(
    Object.keys(activations).flatMap(
      (name) =>
        [
          [name, false],
          [name, true],
        ] as const,
    ),
  )("applies %s between layers, layer norm %s, and nothing after the last", async (name, norm) => {
    const store = new ParameterStore(1);
    const target = await decoder({ hidden_dims: [5, 4], activation: name, layer_norm: norm }, 2, store);
    for (const { name: parameter, data } of store) {
      if (!parameter.includes("norm.")) data.set(normals(data.length, parameter));
    }
    const x = normals(DIM, "x");
    const { y } = await target.run({ x: floats([1, DIM], x) });
    const expected = byHand([...x], store, ["layer0", "layer1", "layer2"], activations[name]!, norm);
    expect(difference(y!, { dims: [1, 2], data: expected })).toBeLessThan(1e-5);
  });

  it("decodes every token of a sequence alike", async () => {
    const store = new ParameterStore(1);
    const rows = await decoder({ hidden_dims: [4] }, 2, store);
    const tokens = await decoder({ hidden_dims: [4] }, 2, store, "infer", 3);
    const x = normals(6 * DIM, "x");
    const [flat, deep] = [
      (await rows.run({ x: floats([6, DIM], x) })).y!,
      (await tokens.run({ x: floats([2, 3, DIM], x) })).y!,
    ];
    expect(deep.dims).toEqual([2, 3, 2]);
    expect(difference({ ...deep, dims: flat.dims }, flat)).toBeLessThan(1e-6);
  });

  it("has no biases when told so, and drops hidden values out in training only", async () => {
    const store = new ParameterStore(1);
    const train = await decoder({ hidden_dims: [4, 3], bias: false, dropout: 0.25 }, 2, store, "train");
    expect(store.names).toEqual(["decoder.layer0.weight", "decoder.layer1.weight", "decoder.layer2.weight"]);
    expect(train.scope.masks.map(({ shape, keep }) => [shape, keep])).toEqual([
      [["batch", 4], 0.75],
      [["batch", 3], 0.75],
    ]);
    expect(
      (await decoder({ hidden_dims: [4], dropout: 0.25 }, 2, new ParameterStore(1))).scope.masks,
    ).toEqual([]);
  });

  it("divides by its temperature outside of training alone, hidden values not", async () => {
    const x = { x: floats([2, DIM], normals(2 * DIM, "x")) };
    const results = async (config: object, mode: Mode) =>
      (await (await decoder({ hidden_dims: [4], ...config }, 2, new ParameterStore(1), mode)).run(x)).y!;
    for (const mode of ["train", "infer"] as const) {
      const [plain, warm] = [await results({}, mode), await results({ temperature: 4 }, mode)];
      const factor = mode === "train" ? 1 : 1 / 4;
      expect(warm.data).toEqual(plain.data.map((value) => value * factor));
    }
  });

  it.each([
    ["layer_norm", true],
    ["dropout", 0.3],
  ])("refuses %s without a hidden layer, where it would do nothing", (key, value) => {
    expect(() => slot("decoder", { MLPDecoder: { [key]: value } })).toThrow(
      `MLPDecoder.${key}\n  ${key} is about hidden layers, and hidden_dims is empty`,
    );
    expect(() => slot("representation", { BiLSTMDocAttention: { mlp: { [key]: value } } })).toThrow(
      `BiLSTMDocAttention.mlp.${key}\n`,
    );
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    const store = new ParameterStore(1);
    const config = { hidden_dims: [5, 4], activation: "gelu", layer_norm: true, dropout: 0.5 };
    const target = await built(
      await engine(name),
      "train",
      store,
      withGradients((scope) => mixed(decode(config, 2)(scope)), ["x"]),
    );
    for (const { name: parameter, data } of store) data.set(normals(data.length, parameter));
    expect(
      await gradientError(target, store, { x: floats([4, DIM], normals(12, "x")) }, ["x"], 3e-3),
    ).toBeLessThan(3e-3);
  });
});
