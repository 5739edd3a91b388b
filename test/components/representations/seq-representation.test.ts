import { describe, expect, it } from "vitest";
import { type ModelInput, ModelInputs } from "../../../src/components/contracts.js";
import { dataComponents } from "../../../src/components/data/index.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Scope } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import {
  built,
  difference,
  floats,
  ints,
  mixed,
  normals,
  slot,
  testContext,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";

const DIM = 3;
const doc_representation = { DocNNRepresentation: { kernel_num: 2, kernel_sizes: [2], dropout: 0 } };
const seq_representation = {
  BiLSTMDocAttention: { lstm: { BiGRU: { gru_dim: 2, dropout: 0 } }, pooling: "MeanPool", dropout: 0 },
};
const raw = { SeqRepresentation: { doc_representation, seq_representation } };

function nestedInputs(scope: Scope) {
  return {
    vectors: scope.graph.input("vectors", "float32", ["batch", "utterances", "tokens", DIM]),
    mask: scope.graph.input("mask", "bool", ["batch", "utterances", "tokens"]),
  };
}

async function docOf(
  config: unknown,
  inputs: (scope: Scope) => ReturnType<typeof tokenInputs>,
  path = "rep",
) {
  const store = new ParameterStore(4);
  const value = slot("representation", config);
  const target = await built(await engine("onnxruntime"), "infer", store, (scope) => ({
    doc: scope.part(
      "representation",
      value,
      path,
      (representation, resolved, at) => representation.build(at, resolved, inputs(scope)).doc!,
    ),
  }));
  for (const { name, data } of store) data.set(normals(data.length, name));
  return target;
}

/** One row of utterances whose words are those of `tokenVectors`. */
function dialogue(lengths: readonly number[], tokens = 4) {
  const rows = lengths.map((length, i) => ({ name: `u${i}`, length }));
  const { vectors, mask } = tokenVectors(rows, tokens, DIM);
  return {
    vectors: { ...vectors, dims: [1, ...vectors.dims] },
    mask: { ...mask, dims: [1, ...mask.dims] },
  };
}

describe("SeqRepresentation", () => {
  it("is the representation of a sequence of which each vector represents an utterance", async () => {
    const whole = await docOf(raw, nestedInputs);
    const inner = await docOf(
      doc_representation,
      (scope) => tokenInputs(scope, DIM),
      "rep.doc_representation",
    );
    const outer = await docOf(seq_representation, (scope) => tokenInputs(scope, 2), "rep.seq_representation");
    const lengths = [3, 1, 4];
    const docs: number[] = [];
    for (const [i, length] of lengths.entries()) {
      const { doc } = await inner.run(tokenVectors([{ name: `u${i}`, length }], length, DIM));
      docs.push(...doc!.data);
    }
    const mask = tokenVectors([{ name: "any", length: 3 }], 3, 1).mask;
    const { doc: expected } = await outer.run({ vectors: floats([1, 3, 2], docs), mask });
    const { doc } = await whole.run(dialogue(lengths));
    expect(difference(doc!, expected!)).toBeLessThan(1e-6);
  });

  it("hears an utterance without words that stands between others, and none behind the last one", async () => {
    const target = await docOf(raw, nestedInputs);
    const ask = async (lengths: readonly number[]) => (await target.run(dialogue(lengths))).doc!;
    const some = await ask([3, 1]);
    expect(difference(some, await ask([3, 1, 0, 0]))).toBe(0);
    // The words of an utterance hang on its place: u0 and u2 here, u0 and u1 there.
    const silent = await ask([3, 0, 1]);
    expect(difference(silent, some)).toBeGreaterThan(1e-3);
  });

  it("takes the words of a WordEmbedding whose tensorizer gives utterances", async () => {
    const context = testContext(...dataComponents);
    const { component, config } = context.part("tensorizer", slot("tensorizer", "TokenTensorizer", context));
    const tensorizer = component.create(config, context, "tokens");
    tensorizer.observe({ values: { text: "one two three" }, origin: "test:1" });
    await tensorizer.finish();
    const embedding = slot("embedding", { WordEmbedding: { embed_dim: DIM } }, context);
    const representation = slot("representation", raw, context);
    const results = [];
    for (const mode of ["train", "infer"] as const) {
      const store = new ParameterStore(5);
      const build = (scope: Scope) => {
        const places = ["batch", "utterances", "tokens"];
        const tensors = {
          ids: scope.graph.input("ids", "int32", places),
          mask: scope.graph.input("mask", "bool", places),
        };
        const inputs = new ModelInputs(new Map<string, ModelInput>([["tokens", { tensorizer, tensors }]]));
        const words = scope.part("embedding", embedding, "embedding", (part, own, at) =>
          part.build(at, own, inputs),
        );
        return scope.part(
          "representation",
          representation,
          "rep",
          (part, own, at) => part.build(at, own, words).doc!,
        );
      };
      const graph = mode === "train" ? withGradients((scope) => mixed(build(scope))) : undefined;
      const target = await built(
        await engine("onnxruntime"),
        mode,
        store,
        graph ?? ((scope) => ({ loss: mixed(build(scope)) })),
        context,
      );
      const ids = ints([2, 2, 3], [2, 3, 4, 0, 2, 1, 4, 1, 1, 1, 1, 1]);
      const mask = {
        dtype: "bool" as const,
        dims: [2, 2, 3],
        data: Uint8Array.from([1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0]),
      };
      results.push((await target.run({ ids, mask })).loss!.data[0]!);
    }
    expect(results[0]).toBeCloseTo(results[1]!, 5);
  });

  it("says what it needs where it gets something else", async () => {
    await expect(docOf(raw, (scope) => tokenInputs(scope, DIM))).rejects.toThrow(
      /rep\n.*several utterances.*\n.*SeqTokenTensorizer/,
    );
    const wrong = { SeqRepresentation: { doc_representation: "BiLSTM" } };
    await expect(docOf(wrong, nestedInputs)).rejects.toThrow(
      /rep\.doc_representation\n.*BiLSTM gives vectors of words only.*\n.*DocNN/,
    );
  });
});
