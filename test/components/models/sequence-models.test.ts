/** @file The models that tag tokens: whole models on rows, as a task builds them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { div } from "../../../src/graph/ops/elementwise.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { ModelKindName } from "../../../src/tasks/single-model-task.js";
import { PAD_ID } from "../../../src/text/vocabulary.js";
import { type EngineName, engine, engineNames } from "../../graph/engines.js";
import { type Built, built, difference, gradientError, normals, withGradients } from "./harness.js";
import { type ModelOnRows, modelOnRows } from "./task.js";

const rows = [
  { text: "play the song", intent: "play", slots: "O O B-thing", numbers: [1, 0.5] },
  { text: "rain", intent: "weather", slots: "B-thing", numbers: [-1, 2] },
  { text: "", intent: "weather", slots: "", numbers: [0, 0] },
  {
    text: "will the long rain song stop in oslo",
    intent: "weather",
    slots: "O O B-thing I-thing I-thing O O B-place",
    numbers: [3, -2],
  },
];

const small = { WordEmbedding: { embed_dim: 4 } };
const lstm = { BiLSTM: { lstm_dim: 3, dropout: 0 } };
const labels = { SlotLabelTensorizer: { format: "tags" } };
const tagger = (more: object) => ({
  WordTaggingModel: { inputs: { labels }, embedding: small, representation: lstm, ...more },
});
const joint = (more: object = {}) => ({
  IntentSlotModel: {
    inputs: { slots: labels, ...(more as { inputs?: object }).inputs },
    embedding: small,
    representation: { BiLSTMDocSlotAttention: { lstm, pooling: "MeanPool", dropout: 0 } },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "inputs")),
  },
});

interface Case {
  readonly kind: ModelKindName;
  readonly raw: object;
  /** Outputs while training; a CRF does not decode then. */
  readonly training: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  "a tagger with a softmax": {
    kind: "tagging_model",
    raw: tagger({ output_layer: "WordTaggingOutputLayer" }),
    training: ["tags", "tag_scores"],
  },
  "a tagger with a CRF over windows": {
    kind: "tagging_model",
    raw: tagger({
      representation: { BSeqCNNRepresentation: { kernel_num: 4 } },
      decoder: { MLPDecoder: { hidden_dims: [4], activation: "tanh" } },
    }),
    training: [],
  },
  "a joint model": { kind: "intent_slot_model", raw: joint(), training: ["scores", "tags", "tag_scores"] },
  "a joint model with a CRF, intents beside the words, dense numbers": {
    kind: "intent_slot_model",
    raw: joint({
      inputs: { dense: { FloatListTensorizer: { column: "numbers" } } },
      word_output_layer: "CRFOutputLayer",
      use_doc_probs_in_word: true,
      doc_loss_weight: 0.5,
      word_loss_weight: 2,
    }),
    training: ["scores"],
  },
  "a joint model over a Transformer": {
    kind: "intent_slot_model",
    raw: joint({
      representation: {
        TransformerRepresentation: { num_layers: 1, num_attention_heads: 2, ffnn_embed_dim: 5 },
      },
    }),
    training: ["scores", "tags", "tag_scores"],
  },
};

const OUTPUTS = {
  tagging_model: ["tags", "tag_scores"],
  intent_slot_model: ["scores", "tags", "tag_scores"],
} as const;

/** Noticeable numbers everywhere, but zeros for the padding row of word vectors, which stays so in training. */
function lively(store: ParameterStore): void {
  for (const { name, shape, data } of store) {
    data.set(normals(data.length, name).map((x) => x * 0.5));
    if (/embedding\.weight$/.test(name)) data.fill(0, PAD_ID * shape[1]!, (PAD_ID + 1) * shape[1]!);
  }
}

async function outputs(
  model: ModelOnRows,
  store: ParameterStore,
  name: EngineName = "onnxruntime",
): Promise<Built> {
  const build = (scope: Parameters<ModelOnRows["build"]>[0]) => ({ ...model.build(scope, false).outputs });
  return built(await engine(name), "infer", store, build, model.context);
}

async function step(model: ModelOnRows, store: ParameterStore, name: EngineName): Promise<Built> {
  const build = withGradients((scope) => {
    const { loss } = model.build(scope);
    return div(loss!.sum, loss!.count);
  });
  return built(await engine(name), "train", store, build, model.context);
}

/** The mean loss of some rows. */
async function lossOf(
  raw: object,
  kind: ModelKindName,
  store: ParameterStore,
  which: readonly number[],
): Promise<number> {
  const model = await modelOnRows(raw, rows, kind);
  const target = await step(model, store, "onnxruntime");
  return Number((await target.run(model.feeds(which))).loss!.data[0]);
}

describe.each(Object.entries(cases))("%s", (_, { kind, raw, training }) => {
  it("gives its outputs, and while training those that cost nothing more", async () => {
    const model = await modelOnRows(raw, rows, kind);
    const store = new ParameterStore(1);
    let names: string[] = [];
    await built(
      await engine("onnxruntime"),
      "train",
      store,
      (scope) => {
        const { outputs: made, loss } = model.build(scope);
        names = Object.keys(made);
        return { sum: loss!.sum };
      },
      model.context,
    );
    expect(names).toEqual(training);
    const target = await outputs(model, store);
    expect(Object.keys(await target.run(model.feeds([0, 1, 2, 3], false)))).toEqual([
      ...OUTPUTS[kind as keyof typeof OUTPUTS],
    ]);
  });

  it("predicts the same for a row whatever stands beside it, and nothing at padding", async () => {
    const model = await modelOnRows(raw, rows, kind);
    const store = new ParameterStore(1);
    const target = await outputs(model, store);
    lively(store);
    const together = await target.run(model.feeds([0, 1, 2, 3], false));
    for (const [row, { text }] of rows.entries()) {
      const alone = await target.run(model.feeds([row], false));
      const tokens = text === "" ? 0 : text.split(" ").length;
      for (const [name, { dims, data }] of Object.entries(together)) {
        const width = dims[1]!;
        const kept = name === "scores" ? width : tokens;
        const own = { dims: [kept], data: data.slice(row * width, row * width + kept) };
        expect(difference({ dims: [kept], data: alone[name]!.data.slice(0, kept) }, own), name).toBeLessThan(
          2e-6,
        );
        if (name !== "scores")
          expect(
            data
              .slice(row * width + kept, (row + 1) * width)
              .every((x) => Number(x) === (name === "tags" ? -1 : 0)),
          ).toBe(true);
      }
    }
  });

  it("has the gradients that finite differences give", async () => {
    const model = await modelOnRows(raw, rows, kind);
    const store = new ParameterStore(1);
    const target = await step(model, store, "onnxruntime");
    lively(store);
    expect(await gradientError(target, store, model.feeds([0, 1, 2, 3]), [], 3e-3)).toBeLessThan(4e-3);
  });

  it("takes the same training step on every engine", async () => {
    const model = await modelOnRows(raw, rows, kind);
    const results = await Promise.all(
      engineNames.map(async (name) => {
        const store = new ParameterStore(1);
        const target = await step(model, store, name);
        lively(store);
        return target.run(model.feeds([0, 1, 2, 3]));
      }),
    );
    const [reference, ...others] = results;
    for (const other of others) {
      for (const [name, value] of Object.entries(reference!)) {
        const largest = Math.max(1, ...Array.from(value.data, (x) => Math.abs(Number(x))));
        expect(difference(other[name]!, value) / largest, name).toBeLessThan(1e-5);
      }
    }
  });
});

describe("the loss of a joint model", () => {
  const weighted = (doc: number, word: number) =>
    joint({ word_output_layer: "CRFOutputLayer", doc_loss_weight: doc, word_loss_weight: word });

  it("is the weighted sum of what intent and tags lose, as a mean over texts", async () => {
    const store = new ParameterStore(1);
    await lossOf(weighted(1, 1), "intent_slot_model", store, [0]);
    lively(store);
    const of = (doc: number, word: number, which = [0, 1, 2, 3]) =>
      lossOf(weighted(doc, word), "intent_slot_model", store, which);
    const [intent, tags] = [await of(1, 0), await of(0, 1)];
    expect(await of(0.5, 2)).toBeCloseTo(0.5 * intent + 2 * tags, 4);
    let [one, sum] = [0, 0];
    for (const row of [0, 1, 2, 3]) {
      one = await of(1, 1, [row]);
      sum += one;
    }
    expect(await of(1, 1)).toBeCloseTo(sum / 4, 4);
  });
});

describe("pretrained vectors", () => {
  const folder = mkdtempSync(join(tmpdir(), "pytext-ts-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(["tagging_model", "intent_slot_model"] as const)(
    "start the words of a %s, and are read by it",
    async (kind) => {
      const path = join(folder, "vectors.txt");
      writeFileSync(path, "song 1 2 3 4\nrain 0.5 0.25 -1 8\n");
      const embedding = { WordEmbedding: { embed_dim: 4, pretrained_embeddings_path: path } };
      const raw = kind === "tagging_model" ? tagger({ embedding }) : joint({ embedding });
      const model = await modelOnRows(raw, rows, kind);
      const store = new ParameterStore(1);
      const target = await outputs(model, store);
      const { vocabulary } = model.tensorizers.get("tokens") as unknown as {
        vocabulary: { id(word: string): number };
      };
      const table = store.get("model.embedding.weight")!.data;
      const vector = (word: string) => [
        ...table.subarray(4 * vocabulary.id(word), 4 * vocabulary.id(word) + 4),
      ];
      expect([vector("song"), vector("rain")]).toEqual([
        [1, 2, 3, 4],
        [0.5, 0.25, -1, 8],
      ]);
      const before = await target.run(model.feeds([1], false));
      table.fill(-2, 4 * vocabulary.id("rain"), 4 * vocabulary.id("rain") + 4);
      const after = await target.run(model.feeds([1], false));
      expect(difference(before.tag_scores!, after.tag_scores!)).toBeGreaterThan(1e-4);
    },
  );
});

describe("what does not fit", () => {
  const building = async (raw: object, kind: ModelKindName) =>
    outputs(await modelOnRows(raw, rows, kind), new ParameterStore(1));

  it.each([
    [
      "a tagger over a vector of the text",
      tagger({ representation: "DocNNRepresentation" }),
      "tagging_model",
      /model\.representation\n.*vectors of words are needed/,
    ],
    [
      "a joint model without a vector of the text",
      joint({ representation: "BiLSTM" }),
      "intent_slot_model",
      /BiLSTM gives no vector of the text/,
    ],
    [
      "a joint model without vectors of words",
      joint({ representation: "DocNNRepresentation" }),
      "intent_slot_model",
      /gives no vectors of words/,
    ],
    [
      "several intents a text",
      joint({ doc_output_layer: "MultiLabelClassificationOutputLayer" }),
      "intent_slot_model",
      /one intent/,
    ],
    [
      "an input that nothing reads",
      tagger({ inputs: { labels, chars: "CharacterTokenTensorizer" } }),
      "tagging_model",
      /inputs\.chars\n.*no part of the model reads it/,
    ],
  ] as const)("is refused: %s", async (_, raw, kind, message) => {
    await expect(building(raw, kind)).rejects.toThrow(message);
  });

  it("is refused: two losses that count nothing", async () => {
    await expect(
      modelOnRows(joint({ doc_loss_weight: 0, word_loss_weight: 0 }), rows, "intent_slot_model"),
    ).rejects.toThrow("nothing would be learnt");
  });
});
