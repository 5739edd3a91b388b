import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type ModelInput, ModelInputs } from "../../../src/components/contracts.js";
import type { InputForm, Row, Tensorizer } from "../../../src/components/data/contracts.js";
import { dataComponents } from "../../../src/components/data/index.js";
import { SplitData } from "../../../src/components/data/split-data.js";
import type { VocabularyHolder } from "../../../src/components/data/tensorizers/vocabulary-holder.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { type EngineName, engine, engineNames } from "../../graph/engines.js";
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

const folder = mkdtempSync(join(tmpdir(), "context-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const values = [
  { text: "and on friday ?", context: ["wake me 🌞 at nine", "no , at ten"] },
  { text: "again", context: [] },
  { text: "", context: ["play jazz"] },
  { text: "louder please", context: ["play jazz", "", "play jazz in the kitchen"] },
  { text: "what ?", context: [""] },
];
const rows = values.map((row, i): Row => ({ values: row, origin: `rows:${i + 1}` }));

const tokens = "TokenTensorizer";
const context = { SeqTokenTensorizer: { column: "context", axis: "context_tokens" } };
const mean = {
  BiLSTMDocAttention: { lstm: "PassThroughRepresentation", pooling: "MeanPool", dropout: 0 },
};
/** The mean over the utterances of the mean over their words. */
const means = { SeqRepresentation: { doc_representation: mean, seq_representation: mean } };
const trained = {
  SeqRepresentation: {
    doc_representation: { DocNNRepresentation: { kernel_num: 2, kernel_sizes: [2], dropout: 0 } },
    seq_representation: {
      BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 2, dropout: 0 } }, dropout: 0 },
    },
  },
};
const embedding = (representation: object, more: object = {}) => ({
  ContextEmbedding: { embedding: { WordEmbedding: { embed_dim: 3, ...more } }, representation },
});

/** An embedding over tensorizers that have learnt the rows. */
async function on(
  raw: unknown,
  inputs: Readonly<Record<string, unknown>> = { tokens, context },
  read: readonly Row[] = rows,
) {
  const about = testContext(...dataComponents);
  const tensorizers = new Map<string, Tensorizer>();
  for (const [name, written] of Object.entries(inputs)) {
    const { component, config } = about.part("tensorizer", slot("tensorizer", written, about));
    tensorizers.set(name, component.create(config, about, name));
  }
  for (const row of read) for (const tensorizer of tensorizers.values()) tensorizer.observe(row);
  for (const tensorizer of tensorizers.values()) await tensorizer.finish();
  const data = new SplitData("train", Object.fromEntries(tensorizers));
  for (const [i, row] of read.entries())
    data.push(
      [...tensorizers.values()].map((tensorizer) => tensorizer.numberize(row)),
      row.origin,
      i,
    );
  const value = slot("embedding", raw, about);
  const make = (scope: Scope, form: InputForm = "ids") => {
    const made = new Map<string, ModelInput>();
    for (const [name, tensorizer] of tensorizers)
      made.set(name, { tensorizer, tensors: tensorizer.build(scope, form) });
    const view = new ModelInputs(made);
    const { vectors } = scope.part("embedding", value, "embedding", (part, config, at) =>
      part.build(at, config, view),
    );
    view.requireAllRead();
    return vectors;
  };
  const feeds = (chosen: readonly number[]): Record<string, HostTensor> =>
    Object.fromEntries(
      Object.entries(data.batch(chosen)).map(([name, { dtype, dims, data: numbers }]) => [
        name,
        { dtype, dims, data: (numbers as Int32Array).slice() },
      ]),
    );
  const program = async (
    store: ParameterStore,
    form: InputForm = "ids",
    mode: Mode = "infer",
    name: EngineName = "onnxruntime",
  ) => built(await engine(name), mode, store, (scope) => ({ vectors: make(scope, form) }), about);
  return { about, tensorizers, value, make, feeds, program };
}

/** Random parameters; the vector of padding stays zero. */
function filled(store: ParameterStore): void {
  for (const { name, data, shape } of store) {
    data.set(normals(data.length, name));
    if (name.endsWith("embedding.weight")) data.fill(0, shape[1]!, 2 * shape[1]!);
  }
}

describe("ContextEmbedding", () => {
  it.each(engineNames)(
    "gives every word what the earlier utterances mean, computed by hand, on %s",
    async (name) => {
      const { tensorizers, feeds, program } = await on(embedding(means));
      const store = new ParameterStore(1);
      const target = await program(store, "ids", "infer", name);
      filled(store);
      const table = store.get("embedding.embedding.weight")!.data;
      const { vocabulary } = tensorizers.get("context") as VocabularyHolder;
      const average = (all: readonly number[][]) =>
        [0, 1, 2].map((at) => all.reduce((sum, vector) => sum + vector[at]!, 0) / Math.max(1, all.length));
      const word = (text: string) =>
        Array.from(table.slice(3 * vocabulary.id(text), 3 * vocabulary.id(text) + 3));
      const cut = (text: string) => text.split(" ").filter((part) => part !== "");
      const { vectors } = await target.run(feeds([0, 1, 2, 3, 4]));
      expect(vectors!.dims).toEqual([5, 4, 3]);
      for (const [row, { text, context: earlier }] of values.entries()) {
        // Utterances without words count up to the last one that has some.
        const last = earlier.findLastIndex((utterance) => utterance !== "");
        const heard = average(
          earlier.slice(0, last + 1).map((utterance) => average(cut(utterance).map(word))),
        );
        for (let i = 0; i < 4; i++) {
          const found = vectors!.data.slice((row * 4 + i) * 3, (row * 4 + i) * 3 + 3);
          for (const [at, x] of (i < cut(text).length ? heard : [0, 0, 0]).entries())
            expect(found[at], `row ${row}, word ${i}`).toBeCloseTo(x, 5);
        }
      }
    },
  );

  it.each(
    [...engineNames].flatMap((name) => (["train", "infer"] as const).map((mode) => [name, mode] as const)),
  )("gives a row the same whatever stands beside it (%s, %s)", async (name, mode) => {
    const { feeds, program } = await on(embedding(trained));
    const store = new ParameterStore(2);
    const target = await program(store, "ids", mode, name);
    filled(store);
    const together = (await target.run(feeds([0, 1, 2, 3, 4]))).vectors!;
    const width = together.dims[2]!;
    for (const row of rows.keys()) {
      const alone = (await target.run(feeds([row]))).vectors!;
      const same = together.data.slice(row * 4 * width, (row * 4 + alone.dims[1]!) * width);
      expect(difference(alone, { dims: alone.dims, data: same })).toBeLessThan(1e-6);
      expect(alone.data.every(Number.isFinite)).toBe(true);
    }
  });

  it("has the gradients that finite differences have", async () => {
    const { about, feeds, make } = await on(embedding(trained));
    const store = new ParameterStore(3);
    const target = await built(
      await engine("onnxruntime"),
      "train",
      store,
      withGradients((scope) => mixed(make(scope))),
      about,
    );
    filled(store);
    expect([...store].map(({ name }) => name)).toContain("embedding.embedding.weight");
    expect(await gradientError(target, store, feeds([0, 1, 3]))).toBeLessThan(2e-3);
  });

  it("gives from strings what it gives from ids", async () => {
    const { tensorizers, feeds, program } = await on(embedding(trained));
    const store = new ParameterStore(4);
    const [ids, strings] = [await program(store, "ids"), await program(store, "tokens")];
    filled(store);
    const served: Record<string, HostTensor> = Object.assign(
      {},
      ...[...tensorizers.values()].map((one) => one.serve!(rows, "tokens")),
    );
    expect(Object.keys(served)).toEqual(["tokens", "context_tokens"]);
    const all = [0, 1, 2, 3, 4];
    expect(
      difference((await ids.run(feeds(all))).vectors!, (await strings.run(served)).vectors!),
    ).toBeLessThan(1e-6);
  });

  it("starts the text's words and those before it from one file of vectors, each by its own vocabulary", async () => {
    const pretrained_embeddings_path = join(folder, "vectors.txt");
    writeFileSync(pretrained_embeddings_path, "jazz 1 2 3\nagain 4 5 6\nplease 7 8 9\nplay 10 11 12\n");
    const { about, tensorizers, value, program } = await on({
      EmbeddingList: {
        embeddings: [
          { WordEmbedding: { embed_dim: 3, pretrained_embeddings_path } },
          embedding(means, { pretrained_embeddings_path }),
        ],
      },
    });
    const { component, config } = about.part("embedding", value);
    await component.prepare!(config, about, tensorizers);
    const store = new ParameterStore(5);
    await program(store);
    const vector = (path: string, input: string, word: string) => {
      const id = (tensorizers.get(input) as VocabularyHolder).vocabulary.id(word);
      return Array.from(store.get(path)!.data.slice(3 * id, 3 * id + 3));
    };
    expect(vector("embedding.0.weight", "tokens", "again")).toEqual([4, 5, 6]);
    expect(vector("embedding.0.weight", "tokens", "please")).toEqual([7, 8, 9]);
    expect(vector("embedding.1.embedding.weight", "context", "jazz")).toEqual([1, 2, 3]);
    expect(vector("embedding.1.embedding.weight", "context", "play")).toEqual([10, 11, 12]);
  });

  it("says what it needs where it gets something else", async () => {
    const failing = async (raw: unknown, inputs?: Readonly<Record<string, unknown>>) =>
      (await on(raw, inputs)).program(new ParameterStore(6));
    await expect(failing("ContextEmbedding", { tokens })).rejects.toThrow(
      /PTX_CONFIG_MISSING.*inputs\.context\n.*ContextEmbedding reads the input "context"/,
    );
    await expect(
      failing("ContextEmbedding", { tokens, context: { TokenTensorizer: { axis: "other" } } }),
    ).rejects.toThrow(/inputs\.context\n.*several utterances.*\n.*SeqTokenTensorizer.*context_tokens/);
    const seq = (axis: string) => ({ SeqTokenTensorizer: { column: "context", axis } });
    await expect(failing("ContextEmbedding", { tokens: seq("a"), context: seq("b") })).rejects.toThrow(
      /inputs\.tokens\n.*several texts\n.*TokenTensorizer/,
    );
    await expect(
      failing(
        { ContextEmbedding: { embedding: "CharacterEmbedding" } },
        {
          tokens,
          context,
          chars: "CharacterTokenTensorizer",
        },
      ),
    ).rejects.toThrow(
      /embedding\.embedding\n.*CharacterEmbedding reads the input "chars".*\n.*WordEmbedding/,
    );
    await expect(failing({ ContextEmbedding: { representation: "DocNNRepresentation" } })).rejects.toThrow(
      /embedding\.representation\n.*DocNNRepresentation reads one text in each row.*\n.*SeqRepresentation/,
    );
  });

  it("refuses earlier utterances on the axis of the text", async () => {
    await expect(
      on("ContextEmbedding", { tokens, context: { SeqTokenTensorizer: { column: "context" } } }),
    ).rejects.toThrow(/rows:1\n.*"tokens" \(4\) and "context" \(5\) disagree.*axes of different names/);
    const equal = { values: { text: "as long", context: ["as this"] }, origin: "rows:1" };
    const chance = await on(
      "ContextEmbedding",
      { tokens, context: { SeqTokenTensorizer: { column: "context" } } },
      [equal],
    );
    await expect(chance.program(new ParameterStore(7))).rejects.toThrow(
      /inputs\.context\n.*share the axis "tokens".*\n.*"axis": "context_tokens"/,
    );
    const about = testContext(...dataComponents);
    const wrong = { SeqTokenTensorizer: { axis: "words", utterance_axis: "words" } };
    expect(() => slot("tensorizer", wrong, about)).toThrow(/both "words".*different names/);
  });
});
