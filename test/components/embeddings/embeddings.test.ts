import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ModelInput, ModelInputs, type TokenVectors } from "../../../src/components/contracts.js";
import type { Row, Tensorizer } from "../../../src/components/data/contracts.js";
import { dataComponents } from "../../../src/components/data/index.js";
import { SplitData } from "../../../src/components/data/split-data.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import type { Context } from "../../../src/registry/context.js";
import { PAD_ID, UNK_ID } from "../../../src/text/vocabulary.js";
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

const texts = ["the cat sat on the mat", "dogs", "", "a cat barks"];

interface Prepared {
  readonly context: Context;
  readonly tensorizers: ReadonlyMap<string, Tensorizer>;
  readonly data: SplitData;
}

/** Tensorizers that have learnt the texts; `inputs` is a tensorizer's config by input name. */
async function prepared(inputs: Readonly<Record<string, unknown>>): Promise<Prepared> {
  const context = testContext(...dataComponents);
  const tensorizers = new Map<string, Tensorizer>();
  for (const [name, raw] of Object.entries(inputs)) {
    const { component: tensorizer, config } = context.part("tensorizer", slot("tensorizer", raw, context));
    tensorizers.set(name, tensorizer.create(config, context, name));
  }
  const rows = texts.map((text, i): Row => ({ values: { text }, origin: `texts:${i + 1}` }));
  for (const row of rows) for (const tensorizer of tensorizers.values()) tensorizer.observe(row);
  for (const tensorizer of tensorizers.values()) await tensorizer.finish();
  const data = new SplitData("train", Object.fromEntries(tensorizers));
  for (const [i, row] of rows.entries()) {
    data.push(
      [...tensorizers.values()].map((tensorizer) => tensorizer.numberize(row)),
      row.origin,
      i,
    );
  }
  return { context, tensorizers, data };
}

/** Builds an embedding at "embedding" over the tensorizers' inputs. */
function embed({ context, tensorizers }: Prepared, raw: unknown) {
  const value = slot("embedding", raw, context);
  return (scope: Scope): TokenVectors => {
    const inputs = new Map<string, ModelInput>();
    for (const [name, tensorizer] of tensorizers)
      inputs.set(name, { tensorizer, tensors: tensorizer.build(scope, "ids") });
    return scope.part("embedding", value, "embedding", (embedding, config, at) =>
      embedding.build(at, config, new ModelInputs(inputs)),
    );
  };
}

async function vectorsOf(on: Prepared, raw: unknown, store: ParameterStore, mode: Mode = "infer") {
  const make = embed(on, raw);
  return built(
    await engine("onnxruntime"),
    mode,
    store,
    (scope) => {
      const { vectors, mask } = make(scope);
      return { vectors, mask };
    },
    on.context,
  );
}

const kinds = [
  { title: "words", inputs: { tokens: "TokenTensorizer" }, raw: { WordEmbedding: { embed_dim: 3 } }, dim: 3 },
  {
    title: "words with layers on them",
    inputs: { tokens: "TokenTensorizer" },
    raw: { WordEmbedding: { embed_dim: 3, mlp_layer_dims: [5, 4] } },
    dim: 4,
  },
  {
    title: "characters of words",
    inputs: { chars: "CharacterTokenTensorizer" },
    raw: { CharacterEmbedding: { embed_dim: 4, kernel_num: 2, kernel_sizes: [1, 3] } },
    dim: 4,
  },
  {
    title: "bytes of words with highway and projection",
    inputs: { chars: "ByteTokenTensorizer" },
    raw: {
      CharacterEmbedding: {
        embed_dim: 3,
        kernel_num: 4,
        kernel_sizes: [2],
        highway_layers: 2,
        projection_dim: 3,
      },
    },
    dim: 3,
  },
  {
    title: "words and characters side by side",
    inputs: { tokens: "TokenTensorizer", chars: "CharacterTokenTensorizer" },
    raw: {
      EmbeddingList: {
        embeddings: [
          { WordEmbedding: { embed_dim: 2 } },
          { CharacterEmbedding: { embed_dim: 3, kernel_num: 3, kernel_sizes: [2] } },
        ],
      },
    },
    dim: 5,
  },
] as const;

describe.each(kinds)("embedding of $title", ({ inputs, raw, dim }) => {
  it("gives each word of a row the same vector whatever stands beside the row, and zeros at padding", async () => {
    const on = await prepared(inputs);
    const store = new ParameterStore(1);
    const target = await vectorsOf(on, raw, store);
    const together = await target.run(on.data.batch([0, 1, 2, 3]));
    expect(together.vectors!.dims).toEqual([4, 6, dim]);
    for (const [row, count] of [6, 1, 0, 3].entries()) {
      const alone = await target.run(on.data.batch([row]));
      const start = row * 6 * dim;
      const own = {
        dims: alone.vectors!.dims,
        data: together.vectors!.data.slice(start, start + Math.max(count, 1) * dim),
      };
      expect(difference(alone.vectors!, own)).toBeLessThan(1e-6);
      const behind = together.vectors!.data.slice(start + count * dim, start + 6 * dim);
      expect(behind.every((value) => value === 0)).toBe(true);
      expect(together.mask!.data.slice(row * 6, row * 6 + 6)).toEqual(
        Array.from({ length: 6 }, (_, i) => (i < count ? 1 : 0)),
      );
    }
  });

  it("gives equal words equal vectors and other words others", async () => {
    const on = await prepared(inputs);
    const { vectors } = await (await vectorsOf(on, raw, new ParameterStore(1))).run(on.data.batch([0, 3]));
    const at = (row: number, token: number) =>
      vectors!.data.slice((row * 6 + token) * dim, (row * 6 + token + 1) * dim);
    expect(at(0, 0)).toEqual(at(0, 4));
    expect(at(0, 1)).toEqual(at(1, 1));
    expect(at(0, 1)).not.toEqual(at(0, 2));
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    const on = await prepared(inputs);
    const store = new ParameterStore(1);
    const make = embed(on, raw);
    const target = await built(
      await engine(name),
      "train",
      store,
      withGradients((scope) => mixed(make(scope).vectors)),
      on.context,
    );
    for (const { name: parameter, data } of store) data.set(normals(data.length, parameter));
    expect(await gradientError(target, store, on.data.batch([0, 1, 2, 3]), [], 1e-3)).toBeLessThan(5e-3);
  });
});

describe("WordEmbedding", () => {
  const tokens = { tokens: { TokenTensorizer: { vocab: { min_counts: 2 } } } };
  const raw = (config: object) => ({ WordEmbedding: { embed_dim: 3, ...config } });
  const table = async (config: object) => {
    const store = new ParameterStore(1);
    await vectorsOf(await prepared(tokens), raw(config), store);
    const { shape, data } = store.get("embedding.weight")!;
    return Array.from({ length: shape[0]! }, (_, id) => Array.from(data.subarray(id * 3, id * 3 + 3)));
  };

  it.each(["uniform", "normal", "zero", "xavier"])(
    "starts from %s values, padding from zeros",
    async (strategy) => {
      const rows = await table({ embedding_init_strategy: strategy, embedding_init_range: 0.5 });
      expect(rows).toHaveLength(4); // unknown, padding, the, cat
      expect(rows[PAD_ID]).toEqual([0, 0, 0]);
      expect(rows[UNK_ID]!.every((value) => value === 0)).toBe(strategy === "zero");
      if (strategy === "uniform") expect(Math.max(...rows.flat().map(Math.abs))).toBeLessThanOrEqual(0.5);
    },
  );

  it("passes no gradient to padding, and as many rows as the batch has different words to others", async () => {
    const on = await prepared(tokens);
    const store = new ParameterStore(1);
    const make = embed(on, raw({}));
    const target = await built(
      await engine("onnxruntime"),
      "train",
      store,
      withGradients((scope) => mixed(make(scope).vectors)),
      on.context,
    );
    const { "d:embedding.weight": gradient } = await target.run(on.data.batch([0, 2]));
    const touched = Array.from({ length: 4 }, (_, id) =>
      gradient!.data.slice(id * 3, id * 3 + 3).some((value) => value !== 0),
    );
    expect(touched).toEqual([true, false, true, true]);
  });

  it("is not trained when frozen", async () => {
    const store = new ParameterStore(1);
    await vectorsOf(await prepared(tokens), raw({ freeze: true }), store);
    expect(store.get("embedding.weight")!.trainable).toBe(false);
  });

  it("drops out in training only", async () => {
    const on = await prepared(tokens);
    const masks = async (mode: Mode) =>
      (await vectorsOf(on, raw({ dropout: 0.2 }), new ParameterStore(1), mode)).scope.masks;
    expect(await masks("train")).toMatchObject([{ keep: 0.8 }]);
    expect(await masks("infer")).toEqual([]);
  });

  it("gives what layers with ReLU make of the vectors, and trains these when frozen", async () => {
    const on = await prepared({ tokens: "TokenTensorizer" });
    const store = new ParameterStore(1);
    const config = raw({ mlp_layer_dims: [4, 2], freeze: true });
    const made = [await vectorsOf(on, config, store), await vectorsOf(on, config, store, "train")];
    const trained = [...store].filter(({ trainable }) => trainable).map(({ name }) => name);
    expect(trained).toEqual(
      [0, 1].flatMap((i) => ["weight", "bias"].map((name) => `embedding.mlp.layer${i}.${name}`)),
    );
    for (const { name, data } of store) data.set(normals(data.length, name));
    const get = (name: string) => store.get(`embedding.${name}`)!.data;
    const expected = on.data.values("tokens", 0).flatMap((id) =>
      [4, 2].reduce(
        (x, size, i) =>
          Array.from({ length: size }, (_, j) =>
            Math.max(
              0,
              x.reduce(
                (sum, value, k) => sum + value * get(`mlp.layer${i}.weight`)[k * size + j]!,
                get(`mlp.layer${i}.bias`)[j]!,
              ),
            ),
          ),
        [...get("weight").subarray(id * 3, id * 3 + 3)],
      ),
    );
    for (const target of made) {
      const { vectors } = await target.run(on.data.batch([0]));
      expect(difference(vectors!, { dims: [1, 6, 2], data: expected })).toBeLessThan(1e-5);
    }
  });

  it("reads words as the unknown word where word dropout says so, in training only", async () => {
    const on = await prepared(tokens);
    const store = new ParameterStore(1);
    const target = await vectorsOf(on, raw({ word_dropout: 0.5 }), store, "train");
    const [mask] = target.scope.masks;
    expect(mask).toMatchObject({ keep: 0.5, shape: ["batch", "tokens"] });
    const table = store.get("embedding.weight")!;
    const dim = table.shape[1]!;
    table.data.set(normals(table.data.length, "table"));
    const drawn = [2, 0, 2, 0, 0, 2];
    const feeds = on.data.batch([0]);
    const { vectors } = await target.run({
      ...feeds,
      [mask!.name]: { dtype: "float32", dims: [1, 6], data: Float32Array.from(drawn) },
    });
    const ids = on.data.values("tokens", 0);
    const expected = ids.flatMap((id, i) => {
      const row = drawn[i] === 0 ? UNK_ID : id;
      return [...table.data.subarray(row * dim, (row + 1) * dim)];
    });
    expect(difference(vectors!, { dims: [1, 6, dim], data: expected })).toBe(0);
    const infer = await vectorsOf(on, raw({ word_dropout: 0.5 }), store, "infer");
    expect(infer.scope.masks).toEqual([]);
  });

  it("needs an input whose ids come from a vocabulary", async () => {
    const on = await prepared({ tokens: { FloatListTensorizer: { column: "text" } } }).catch(() => undefined);
    expect(on).toBeUndefined(); // texts are no numbers
    await expect(
      vectorsOf(await prepared({ chars: "CharacterTokenTensorizer" }), raw({}), new ParameterStore(1)),
    ).rejects.toThrow(/inputs\.tokens\n.*WordEmbedding reads the input "tokens"/);
  });
});

describe("pretrained vectors", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "vectors-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("start the words found, ignoring case where only that helps, and leave the others as they would be", async () => {
    const path = join(folder, "some.vec");
    writeFileSync(path, "cat 1 2 3\nSAT 4 5 6\nunicorn 7 8 9\n");
    const on = await prepared({ tokens: "TokenTensorizer" });
    const raw = { WordEmbedding: { embed_dim: 3, pretrained_embeddings_path: path } };
    const { component: embedding, config } = on.context.part("embedding", slot("embedding", raw, on.context));
    await embedding.prepare!(config, on.context, on.tensorizers);
    const store = new ParameterStore(1);
    const { vectors } = await (await vectorsOf(on, raw, store)).run(on.data.batch([0]));
    expect(vectors!.data.slice(3, 9)).toEqual([1, 2, 3, 4, 5, 6]);
    const plain = new ParameterStore(1);
    const { vectors: without } = await (await vectorsOf(on, { WordEmbedding: { embed_dim: 3 } }, plain)).run(
      on.data.batch([0]),
    );
    expect(vectors!.data.slice(0, 3)).toEqual(without!.data.slice(0, 3));
    expect(vectors!.data.slice(9)).toEqual(without!.data.slice(9));
  });

  it("inside an EmbeddingList are read too", async () => {
    const path = join(folder, "list.vec");
    writeFileSync(path, "dogs 0.5 0.25\n");
    const on = await prepared({ tokens: "TokenTensorizer" });
    const raw = {
      EmbeddingList: { embeddings: [{ WordEmbedding: { embed_dim: 2, pretrained_embeddings_path: path } }] },
    };
    const { component: embedding, config } = on.context.part("embedding", slot("embedding", raw, on.context));
    await embedding.prepare!(config, on.context, on.tensorizers);
    const store = new ParameterStore(1);
    const { vectors } = await (await vectorsOf(on, raw, store)).run(on.data.batch([1]));
    expect(vectors!.data).toEqual([0.5, 0.25]);
    expect(store.names).toEqual(["embedding.0.weight"]);
  });

  it("of another size are refused", async () => {
    const path = join(folder, "wide.vec");
    writeFileSync(path, "cat 1 2 3 4\n");
    const on = await prepared({ tokens: "TokenTensorizer" });
    const raw = { WordEmbedding: { embed_dim: 3, pretrained_embeddings_path: path } };
    const { component: embedding, config } = on.context.part("embedding", slot("embedding", raw, on.context));
    await expect(embedding.prepare!(config, on.context, on.tensorizers)).rejects.toThrow(/wide\.vec:1/);
  });
});

describe("CharacterEmbedding", () => {
  it("is a filter's largest answer over the windows of a word's characters", async () => {
    const on = await prepared({ chars: "CharacterTokenTensorizer" });
    const store = new ParameterStore(1);
    const raw = { CharacterEmbedding: { embed_dim: 1, kernel_num: 1, kernel_sizes: [2] } };
    const target = await vectorsOf(on, raw, store);
    const table = store.get("embedding.weight")!.data.fill(0);
    const { vocabulary } = on.tensorizers.get("chars") as unknown as {
      vocabulary: { id(word: string): number };
    };
    for (const [i, letter] of [..."dogs"].entries()) table[vocabulary.id(letter)] = i + 1;
    store.get("embedding.conv0.weight")!.data.set([1, 10]);
    store.get("embedding.conv0.bias")!.data.set([0.5]);
    const { vectors } = await target.run(on.data.batch([1]));
    expect(vectors!.data).toEqual([3 + 40 + 0.5]);
  });

  it("carries through a highway layer whose gate is shut", async () => {
    const on = await prepared({ chars: "CharacterTokenTensorizer" });
    const config = { embed_dim: 2, kernel_num: 3, kernel_sizes: [2] };
    const store = new ParameterStore(1);
    const target = await vectorsOf(on, { CharacterEmbedding: { ...config, highway_layers: 1 } }, store);
    const bias = store.get("embedding.highway0.bias")!.data;
    expect(Array.from(bias)).toEqual([0, 0, 0, -1, -1, -1]);
    bias.fill(-100, 3);
    const feeds = on.data.batch([0]);
    const plain = await (await vectorsOf(on, { CharacterEmbedding: config }, store)).run(feeds);
    expect(difference((await target.run(feeds)).vectors!, plain.vectors!)).toBe(0);
  });
});
