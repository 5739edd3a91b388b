import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ModelInput, ModelInputs } from "../../../src/components/contracts.js";
import type { InputForm, Row, Tensorizer } from "../../../src/components/data/contracts.js";
import { dataComponents } from "../../../src/components/data/index.js";
import { SplitData } from "../../../src/components/data/split-data.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  gradientError,
  mixed,
  normals,
  slot,
  testContext,
  withGradients,
} from "../models/harness.js";

const file = join(mkdtempSync(join(tmpdir(), "dictionary-")), "names.tsv");
writeFileSync(file, "new york\tcity\nnew york\tteam\t0.5\nnew york times\tpaper\ncoffee\tdrink\t-2\n");

const rows: Row[] = [
  { text: "Coffee in New York , 7 pm", dense: [1, -2], each: "[[1],[2],[3],[4],[5],[6],[7]]" },
  { text: "", dense: [0, 4], each: "[]" },
  { text: "the NEW York Times", dense: [3, 0.5], each: "[[0.5],[-1],[2],[8]]" },
].map((values, i) => ({ values, origin: `rows:${i + 1}` }));

/** An embedding over these inputs of the rows. */
async function on(inputs: Readonly<Record<string, unknown>>, raw: unknown) {
  const context = testContext(...dataComponents);
  const tensorizers = new Map<string, Tensorizer>();
  for (const [name, written] of Object.entries(inputs)) {
    const { component, config } = context.part("tensorizer", slot("tensorizer", written, context));
    tensorizers.set(name, component.create(config, context, name));
  }
  for (const row of rows) for (const tensorizer of tensorizers.values()) tensorizer.observe(row);
  for (const tensorizer of tensorizers.values()) await tensorizer.finish();
  const data = new SplitData("train", Object.fromEntries(tensorizers));
  for (const [i, row] of rows.entries())
    data.push(
      [...tensorizers.values()].map((tensorizer) => tensorizer.numberize(row)),
      row.origin,
      i,
    );
  const value = slot("embedding", raw, context);
  const make = (scope: Scope, form: InputForm) => {
    const made = new Map<string, ModelInput>();
    for (const [name, tensorizer] of tensorizers)
      made.set(name, { tensorizer, tensors: tensorizer.build(scope, form) });
    return scope.part("embedding", value, "embedding", (embedding, config, at) =>
      embedding.build(at, config, new ModelInputs(made)),
    );
  };
  const program = async (store: ParameterStore, form: InputForm = "ids", mode: Mode = "infer") =>
    built(
      await engine("onnxruntime"),
      mode,
      store,
      (scope) => {
        const { vectors, mask } = make(scope, form);
        return { vectors, mask };
      },
      context,
    );
  const strings = (numbers: readonly number[]): Record<string, HostTensor> =>
    Object.assign(
      {},
      ...[...tensorizers.values()].map((one) =>
        one.serve!(
          numbers.map((i) => rows[i]!),
          "tokens",
        ),
      ),
    );
  return { context, tensorizers, data, make, program, strings };
}

const words = { tokens: "TokenTensorizer" };
const kinds = [
  ...(["mean", "sum", "max"] as const).map((pooling) => ({
    title: `dictionary features, ${pooling}`,
    inputs: { dict: { GazetteerTensorizer: { dictionary: file } } },
    raw: { DictEmbedding: { embed_dim: 3, pooling } },
    dim: 3,
  })),
  {
    title: "capitals",
    inputs: { caps: "CapitalizationTensorizer" },
    raw: { CapitalizationEmbedding: { embed_dim: 2 } },
    dim: 2,
  },
  {
    title: "numbers of a row",
    inputs: { ...words, dense: "FloatListTensorizer" },
    raw: { DenseEmbedding: { projection_dim: 3 } },
    dim: 3,
  },
  {
    title: "numbers of each word",
    inputs: { ...words, dense: { FloatListSeqTensorizer: { column: "each" } } },
    raw: { DenseEmbedding: { projection_dim: 2 } },
    dim: 2,
  },
  {
    title: "numbers of each word, by hidden layers",
    inputs: { ...words, dense: { FloatListSeqTensorizer: { column: "each" } } },
    raw: { DenseEmbedding: { mlp_layer_dims: [4, 2] } },
    dim: 2,
  },
  {
    title: "words, capitals, dictionaries and numbers side by side",
    inputs: {
      ...words,
      caps: "CapitalizationTensorizer",
      dict: { GazetteerTensorizer: { dictionary: file } },
      dense: "FloatListTensorizer",
    },
    raw: {
      EmbeddingList: {
        embeddings: [
          { DictEmbedding: { embed_dim: 2 } },
          { WordEmbedding: { embed_dim: 2 } },
          "CapitalizationEmbedding",
          "DenseEmbedding",
        ],
      },
    },
    dim: 11,
  },
];

describe.each(kinds)("embedding of $title", ({ inputs, raw, dim }) => {
  it("gives a row the same vectors whatever stands beside it, and zeros at padding", async () => {
    const { data, program } = await on(inputs, raw);
    const target = await program(new ParameterStore(1));
    const together = await target.run(data.batch([0, 1, 2]));
    expect(together.vectors!.dims).toEqual([3, 7, dim]);
    for (const [row, count] of [7, 0, 4].entries()) {
      const alone = await target.run(data.batch([row]));
      const start = row * 7 * dim;
      const own = {
        dims: alone.vectors!.dims,
        data: together.vectors!.data.slice(start, start + Math.max(count, 1) * dim),
      };
      expect(difference(alone.vectors!, own)).toBeLessThan(1e-6);
      const behind = together.vectors!.data.slice(start + count * dim, start + 7 * dim);
      expect(behind.every((value) => value === 0)).toBe(true);
      expect(together.mask!.data.slice(row * 7, row * 7 + 7)).toEqual(
        Array.from({ length: 7 }, (_, i) => (i < count ? 1 : 0)),
      );
    }
  });

  it("gives the same vectors from an exported file's inputs as from numbers", async () => {
    const { data, program, strings } = await on(inputs, raw);
    const store = new ParameterStore(1);
    const ids = await (await program(store)).run(data.batch([0, 1, 2]));
    const exported = await program(store, "tokens");
    const tokens = await exported.run(strings([0, 1, 2]));
    expect(difference(tokens.vectors!, ids.vectors!)).toBeLessThan(1e-6);
    expect(tokens.mask).toEqual(ids.mask);
    expect((await exported.run(strings([1]))).vectors!.data.every((value) => value === 0)).toBe(true);
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    const { data, make, context } = await on(inputs, raw);
    const store = new ParameterStore(1);
    const target = await built(
      await engine(name),
      "train",
      store,
      withGradients((scope) => mixed(make(scope, "ids").vectors)),
      context,
    );
    for (const { name: parameter, data: values } of store) values.set(normals(values.length, parameter));
    expect(await gradientError(target, store, data.batch([0, 1, 2]), [], 1e-3)).toBeLessThan(5e-3);
  });
});

describe("DictEmbedding", () => {
  it.each([
    ["mean", [(1 * 10 + 0.5 * 20) / 2, -2 * 40]],
    ["sum", [1 * 10 + 0.5 * 20, -2 * 40]],
    ["max", [Math.max(1 * 10, 0.5 * 20), -2 * 40]],
  ])(
    "weighs a word's features and takes their %s; a word without any has zeros",
    async (pooling, [york, coffee]) => {
      const { data, program } = await on(
        { dict: { GazetteerTensorizer: { dictionary: file } } },
        { DictEmbedding: { embed_dim: 1, pooling } },
      );
      const store = new ParameterStore(1);
      const target = await program(store);
      // Unknown, padding, city, team, paper, drink.
      store.get("embedding.weight")!.data.set([1000, 1000, 10, 20, 30, 40]);
      const { vectors } = await target.run(data.batch([0, 2]));
      expect(vectors!.data).toEqual([coffee, 0, york, york, 0, 0, 0, 0, 30, 30, 30, 0, 0, 0]);
    },
  );

  it("needs the features of words", async () => {
    const { program } = await on({ dict: "TokenTensorizer" }, "DictEmbedding");
    await expect(program(new ParameterStore(1))).rejects.toThrow(/inputs\.dict\n.*GazetteerTensorizer/);
  });
});

describe("DenseEmbedding", () => {
  it("repeats a row's numbers for each of its words", async () => {
    const { data, program } = await on({ ...words, dense: "FloatListTensorizer" }, "DenseEmbedding");
    const { vectors } = await (await program(new ParameterStore(1))).run(data.batch([1, 2]));
    expect(vectors!.data).toEqual([...Array(8).fill(0), 3, 0.5, 3, 0.5, 3, 0.5, 3, 0.5]);
  });

  it("takes each word's own numbers", async () => {
    const dense = { FloatListSeqTensorizer: { column: "each" } };
    const { data, program } = await on({ ...words, dense }, "DenseEmbedding");
    const { vectors } = await (await program(new ParameterStore(1))).run(data.batch([2]));
    expect(vectors!.data).toEqual([0.5, -1, 2, 8]);
  });

  it("puts them through linear layers with ReLU, and leaves padding zero", async () => {
    const raw = { DenseEmbedding: { projection_dim: 3, mlp_layer_dims: [4, 2] } };
    const { data, program } = await on({ ...words, dense: "FloatListTensorizer" }, raw);
    const store = new ParameterStore(1);
    const target = await program(store);
    for (const { name, data: numbers } of store) numbers.set(normals(numbers.length, name));
    const linear = (name: string, x: readonly number[]): number[] => {
      const { data: weight } = store.get(`embedding.${name}.weight`)!;
      const { data: bias } = store.get(`embedding.${name}.bias`)!;
      return Array.from(bias, (b, j) => x.reduce((sum, v, i) => sum + v * weight[i * bias.length + j]!, b));
    };
    const hidden = ["mlp.layer0", "mlp.layer1"].reduce(
      (x, name) => linear(name, x).map((v) => Math.max(0, v)),
      linear("projection", [3, 0.5]),
    );
    const { vectors } = await target.run(data.batch([1, 2]));
    expect(vectors!.dims).toEqual([2, 4, 2]);
    const expected = [...Array<number>(8).fill(0), ...hidden, ...hidden, ...hidden, ...hidden];
    for (const [i, value] of expected.entries()) expect(vectors!.data[i]).toBeCloseTo(value, 5);
    expect(Math.max(...hidden)).toBeGreaterThan(0);
  });

  it("needs numbers", async () => {
    const { program } = await on({ ...words, dense: "CharacterTokenTensorizer" }, "DenseEmbedding");
    await expect(program(new ParameterStore(1))).rejects.toThrow(/inputs\.dense\n.*FloatListTensorizer/);
  });
});
