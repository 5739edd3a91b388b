import { describe, expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import { built, normals, slot, tokenInputs, tokenVectors } from "../models/harness.js";

const DIM = 3;
const rows = [
  { name: "long", length: 5 },
  { name: "short", length: 2 },
];
const base = {
  encoder_kernel_size_list: [3, 5],
  encoder_embed_dim: 6,
  encoder_conv_dim: 4,
  encoder_ffn_embed_dim: 5,
  num_heads: 2,
  weight_softmax: false,
  bias: true,
  convolution_type: "non-causal",
  encoder_glu: true,
  encoder_normalize_before: false,
  positional_embedding_type: "learned",
  combine_pos_embed: "concat",
  max_source_positions: 4,
};
type Options = typeof base;
type Matrix = readonly (readonly number[])[];

/** One row of words through the formulas of PyText's encoder; `get` tells a parameter's numbers. */
function byHand(row: Matrix, options: Options, get: (name: string) => ArrayLike<number>): number[][] {
  const linear = (name: string, x: readonly number[]): number[] => {
    const [weight, bias] = [get(`${name}.weight`), get(`${name}.bias`)];
    return Array.from(bias, (b, j) => x.reduce((sum, v, i) => sum + v * weight[i * bias.length + j]!, b));
  };
  const norm = (name: string, x: readonly number[]): number[] => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    const [scale, shift] = [get(`${name}.weight`), get(`${name}.bias`)];
    return x.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * scale[i]! + shift[i]!);
  };
  const place = (t: number, width: number): number[] =>
    options.positional_embedding_type === "learned"
      ? Array.from({ length: width }, (_, i) => get("positions.weight")[Math.min(t, 3) * width + i]!)
      : Array.from({ length: width }, (_, i) => {
          const angle = t / 10000 ** ((i - (i % 2)) / width);
          return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
        });
  const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v + b[i]!);
  let states = row.map((vector, t) => {
    const word = vector.map((v) => v * Math.sqrt(DIM));
    if (options.positional_embedding_type === "none") return linear("input", word);
    return options.combine_pos_embed === "concat"
      ? [...word, ...place(t, 6 - DIM)]
      : sum(linear("input", word), place(t, 6));
  });
  states = states.map((x) => norm("embed_norm", x));
  const before = options.encoder_normalize_before;
  for (const [i, window] of options.encoder_kernel_size_list.entries()) {
    const at = (name: string): string => `layer${i}.${name}`;
    const half = (name: string, of: (x: number[][]) => number[][]): void => {
      const added = of(before ? states.map((x) => norm(at(name), x)) : states);
      states = states.map((x, t) => sum(x, added[t]!));
      if (!before) states = states.map((x) => norm(at(name), x));
    };
    half("norm1", (inputs) => {
      const read = inputs.map((x) => {
        const answers = linear(at("linear_in"), x);
        return options.encoder_glu
          ? answers.slice(0, 4).map((v, c) => v / (1 + Math.exp(-answers[4 + c]!)))
          : answers;
      });
      const weight = get(at("conv.weight"));
      const first = options.convolution_type === "causal" ? window - 1 : (window - 1) / 2;
      return read.map((_, t) => {
        const found = Array.from({ length: 4 }, (_, c) => {
          const head = Math.floor(c / 2);
          const filter = Array.from({ length: window }, (_, k) => weight[k * 2 + head]!);
          const total = filter.reduce((a, w) => a + Math.exp(w), 0);
          const own = options.weight_softmax ? filter.map((w) => Math.exp(w) / total) : filter;
          const start = options.bias ? get(at("conv.bias"))[c]! : 0;
          return own.reduce((a, w, k) => a + w * (read[t - first + k]?.[c] ?? 0), start);
        });
        return linear(at("linear_out"), found);
      });
    });
    half("norm2", (inputs) =>
      inputs.map((x) =>
        linear(
          at("linear2"),
          linear(at("linear1"), x).map((v) => Math.max(0, v)),
        ),
      ),
    );
  }
  return before ? states.map((x) => norm("norm", x)) : states;
}

const made = (raw: object) => {
  const value = slot("representation", { LightConvRepresentation: raw });
  return (scope: Scope) =>
    scope.part("representation", value, "rep", (representation, config, at) => {
      const { doc, tokens } = representation.build(at, config, tokenInputs(scope, DIM));
      return { doc: doc!, tokens: tokens! };
    });
};

describe.each(engineNames)("LightConv on %s", (name) => {
  it.each<Partial<Options>>([
    {},
    { weight_softmax: true, encoder_normalize_before: true, positional_embedding_type: "sinusoidal" },
    { combine_pos_embed: "sum", bias: false },
    {
      encoder_kernel_size_list: [2, 3],
      convolution_type: "causal",
      encoder_glu: false,
      positional_embedding_type: "none",
    },
  ])("with %o gives what a plain program gives", async (change) => {
    const options = { ...base, ...change };
    const feeds = tokenVectors(rows, 6, DIM);
    for (const mode of ["train", "infer"] as const) {
      const store = new ParameterStore(3);
      const target = await built(await engine(name), mode, store, made(options));
      for (const { name: parameter, data } of store)
        data.set(normals(data.length, parameter).map((x) => 0.7 * x));
      const { doc, tokens } = await target.run(feeds);
      for (const [i, { length }] of rows.entries()) {
        const vectors = feeds.vectors.data as Float32Array;
        const row = Array.from({ length }, (_, t) => [
          ...vectors.slice((i * 6 + t) * DIM, (i * 6 + t + 1) * DIM),
        ]);
        const expected = byHand(row, options, (parameter) => store.get(`rep.${parameter}`)!.data);
        const mean = expected[0]!.map((_, c) => expected.reduce((a, x) => a + x[c]!, 0) / length);
        for (let t = 0; t < 6; t++)
          for (let c = 0; c < 6; c++)
            expect(tokens!.data[(i * 6 + t) * 6 + c]).toBeCloseTo(expected[t]?.[c] ?? 0, 4);
        for (let c = 0; c < 6; c++) expect(doc!.data[i * 6 + c]).toBeCloseTo(mean[c]!, 4);
      }
    }
  });
});

it.each([
  [
    { encoder_kernel_size_list: [3, 4] },
    /encoder_kernel_size_list\[1\][\s\S]*a window of 4 tokens has no middle/,
  ],
  [{ num_heads: 3 }, /encoder_conv_dim \(4\) must be a multiple of num_heads \(3\)/],
])("refuses %o", (change, message) => {
  expect(() => made({ ...base, ...change })).toThrow(message);
});

it("refuses words that leave no room for their places", async () => {
  const raw = { ...base, encoder_embed_dim: DIM };
  const build = built(await engine(engineNames[0]!), "infer", new ParameterStore(3), made(raw));
  await expect(build).rejects.toThrow(/3 elements, which leaves none of 3 for their places/);
});
