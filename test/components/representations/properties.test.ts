/** @file What every representation must hold, whatever it computes: of texts and of sequences of utterances, of vectors for words and for the whole. */
import { describe, expect, it } from "vitest";
import type { Represented, TokenVectors } from "../../../src/components/contracts.js";
import { zeroPadding } from "../../../src/components/masking.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { add } from "../../../src/graph/ops/elementwise.js";
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
  type Value,
  withGradients,
} from "../models/harness.js";

const DIM = 4;
const mlp = { hidden_dims: [5, 3], activation: "tanh" };
const slotAttention = (attention_type: string) => ({ attention_type, attn_dimension: 3 });

interface Kind {
  readonly title: string;
  readonly raw: unknown;
  /** Sizes of the two results; null where there is none. */
  readonly doc: number | null;
  readonly tokens: number | null;
  /** Rows are sequences of utterances. */
  readonly nested?: boolean;
}

const transformer = { num_layers: 2, num_attention_heads: 2, ffnn_embed_dim: 5, dropout: 0.2 };
const lightConv = {
  encoder_kernel_size_list: [3, 1],
  encoder_embed_dim: 6,
  encoder_conv_dim: 4,
  encoder_ffn_embed_dim: 5,
};
const kinds: readonly Kind[] = [
  { title: "PassThrough", raw: "PassThroughRepresentation", doc: null, tokens: DIM },
  {
    title: "AugmentedLSTM",
    raw: { AugmentedLSTM: { lstm_dim: 3, bidirectional: true, use_bias: true, num_layers: 2 } },
    doc: null,
    tokens: 6,
  },
  {
    title: "OrderedNeuronLSTM",
    raw: { OrderedNeuronLSTM: { lstm_dim: 3, num_layers: 2 } },
    doc: null,
    tokens: 3,
  },
  { title: "BiLSTM", raw: { BiLSTM: { lstm_dim: 3 } }, doc: null, tokens: 6 },
  { title: "BiGRU", raw: { BiGRU: { gru_dim: 2, num_layers: 2 } }, doc: null, tokens: 4 },
  {
    title: "BiLSTMDocSlotAttention",
    raw: { BiLSTMDocSlotAttention: { lstm: { BiLSTM: { lstm_dim: 3 } } } },
    doc: 6,
    tokens: 6,
  },
  ...["dot", "multiply", "concat"].map((type) => ({
    title: `BiLSTMDocSlotAttention by ${type} with hidden layers`,
    raw: {
      BiLSTMDocSlotAttention: {
        lstm: { BiLSTM: { lstm_dim: 2 } },
        pooling: "MaxPool",
        slot_attention: slotAttention(type),
        doc_mlp: mlp,
        word_mlp: mlp,
      },
    },
    doc: 3,
    tokens: 3,
  })),
  {
    title: "BiLSTMSlotAttention",
    raw: { BiLSTMSlotAttention: { lstm: "PassThroughRepresentation", slot_attention: slotAttention("dot") } },
    doc: null,
    tokens: 2 * DIM,
  },
  {
    title: "BiLSTMSlotAttention with hidden layers",
    raw: { BiLSTMSlotAttention: { lstm: { BiGRU: { gru_dim: 2 } }, mlp } },
    doc: null,
    tokens: 3,
  },
  {
    title: "StackedBidirectionalRNN",
    raw: { StackedBidirectionalRNN: { hidden_size: 2, num_layers: 2, dropout: 0.3 } },
    doc: null,
    tokens: 8,
  },
  {
    title: "StackedBidirectionalRNN of GRU, last layer",
    raw: {
      StackedBidirectionalRNN: { hidden_size: 2, num_layers: 2, rnn_type: "gru", concat_layers: false },
    },
    doc: null,
    tokens: 4,
  },
  {
    title: "Transformer",
    raw: { TransformerRepresentation: { ...transformer, attention_dropout: 0.1, activation_dropout: 0.1 } },
    doc: DIM,
    tokens: DIM,
  },
  {
    title: "Transformer, post-norm, learnt positions, first word",
    raw: {
      TransformerRepresentation: {
        ...transformer,
        hidden_dim: 6,
        normalize_before: false,
        activation: "tanh",
        positions: "learned",
        max_positions: 3,
        pooling: "BoundaryPool",
      },
    },
    doc: 6,
    tokens: 6,
  },
  {
    title: "DeepCNN",
    raw: { DeepCNNRepresentation: { kernel_num: 3, kernel_sizes: [3, 5] } },
    doc: null,
    tokens: 3,
  },
  {
    title: "DeepCNN, dilated, causal, filters of learnt length, pooled",
    raw: {
      DeepCNNRepresentation: {
        kernel_num: DIM,
        kernel_sizes: [2, 2],
        dilated: true,
        causal: true,
        weight_norm: true,
        activation: "gelu",
        pooling: "MeanPool",
      },
    },
    doc: DIM,
    tokens: DIM,
  },
  {
    title: "LightConv",
    raw: { LightConvRepresentation: { ...lightConv, dropout: 0.2 } },
    doc: 6,
    tokens: 6,
  },
  {
    title: "LightConv, causal, normalised, pre-norm, waves added, without gates",
    raw: {
      LightConvRepresentation: {
        ...lightConv,
        encoder_kernel_size_list: [2],
        convolution_type: "causal",
        weight_softmax: true,
        bias: false,
        encoder_glu: false,
        encoder_normalize_before: true,
        positional_embedding_type: "sinusoidal",
        combine_pos_embed: "sum",
        pooling: "MaxPool",
      },
    },
    doc: 6,
    tokens: 6,
  },
  {
    title: "JointCNN",
    raw: {
      JointCNNRepresentation: {
        doc_representation: { DocNNRepresentation: { kernel_num: 2, kernel_sizes: [1, 2] } },
        word_representation: { BSeqCNNRepresentation: { kernel_num: 1, kernel_sizes: [2] } },
      },
    },
    doc: 4,
    tokens: 3,
  },
  {
    title: "SharedCNN",
    raw: {
      SharedCNNRepresentation: {
        word_representation: { DeepCNNRepresentation: { kernel_num: 3, kernel_sizes: [3] } },
      },
    },
    doc: 3,
    tokens: 3,
  },
  {
    title: "BSeqCNN",
    raw: {
      BSeqCNNRepresentation: {
        kernel_num: 2,
        kernel_sizes: [1, 3],
        fwd_bwd_context_len: 2,
        surrounding_context_len: 1,
      },
    },
    doc: null,
    tokens: 12,
  },
  {
    title: "SeqRepresentation",
    raw: {
      SeqRepresentation: {
        doc_representation: { DocNNRepresentation: { kernel_num: 2, kernel_sizes: [2] } },
        seq_representation: { BiLSTMDocAttention: { lstm: { BiLSTM: { lstm_dim: 2 } } } },
      },
    },
    doc: 4,
    tokens: null,
    nested: true,
  },
  {
    title: "SeqRepresentation of recurrences",
    raw: {
      SeqRepresentation: {
        doc_representation: { BiLSTMDocAttention: { lstm: { BiGRU: { gru_dim: 2 } }, pooling: "MeanPool" } },
        seq_representation: { DocNNRepresentation: { kernel_num: 3, kernel_sizes: [1, 2] } },
      },
    },
    doc: 6,
    tokens: null,
    nested: true,
  },
];

/** Lengths of texts; of the utterances of sequences. */
interface Row {
  readonly name: string;
  readonly lengths: readonly number[];
}
const texts: readonly Row[] = [6, 2, 0, 1].map((length) => ({ name: `text${length}`, lengths: [length] }));
const dialogues: readonly Row[] = [[3, 1], [4], [2, 0, 5], []].map((lengths) => ({
  name: `dialogue${lengths}`,
  lengths,
}));

/** Rows padded to given sizes; the numbers of a row depend on its name alone. */
function feed(rows: readonly Row[], nested: boolean, spare = 0): Record<"vectors" | "mask", HostTensor> {
  const tokens = Math.max(1, ...rows.flatMap(({ lengths }) => lengths)) + spare;
  const utterances = nested ? Math.max(1, ...rows.map(({ lengths }) => lengths.length)) + spare : 1;
  const vectors = new Float32Array(rows.length * utterances * tokens * DIM);
  const mask = new Uint8Array(rows.length * utterances * tokens);
  for (const [i, { name, lengths }] of rows.entries()) {
    for (const [j, length] of lengths.entries()) {
      const at = (i * utterances + j) * tokens;
      vectors.set(normals(length * DIM, `${name}/${j}`), at * DIM);
      mask.fill(1, at, at + length);
    }
  }
  const places = nested ? [rows.length, utterances, tokens] : [rows.length, tokens];
  return {
    vectors: floats([...places, DIM], vectors),
    mask: { dtype: "bool", dims: places, data: mask },
  };
}

function represent({ raw, nested }: Kind) {
  const value = slot("representation", raw);
  return (scope: Scope): Represented => {
    const places = nested ? ["batch", "utterances", "tokens"] : ["batch", "tokens"];
    const fed = scope.graph.input("vectors", "float32", [...places, DIM]);
    const mask = scope.graph.input("mask", "bool", places);
    // As embeddings do it.
    const input: TokenVectors = { vectors: zeroPadding(fed, mask), mask };
    return scope.part("representation", value, "rep", (representation, config, at) =>
      representation.build(at, config, input),
    );
  };
}

function results({ doc, tokens }: Represented): Record<string, Tensor> {
  return { ...(doc && { doc }), ...(tokens && { tokens }) };
}

const lossOf = (kind: Kind) => (scope: Scope) =>
  Object.entries(results(represent(kind)(scope)))
    .map(([name, result]) => mixed(result, name))
    .reduce((a, b) => add(a, b));

function lively(store: ParameterStore): ParameterStore {
  for (const { name, data } of store) data.set(normals(data.length, name).map((x) => x * 0.6));
  return store;
}

async function compiled(kind: Kind, mode: Mode, store: ParameterStore, name = engineNames[0]!) {
  const target = await built(await engine(name), mode, store, (scope) => results(represent(kind)(scope)));
  lively(store);
  return target;
}

async function differentiated(kind: Kind, store: ParameterStore, name = engineNames[0]!) {
  const target = await built(await engine(name), "train", store, withGradients(lossOf(kind), ["vectors"]));
  lively(store);
  return target;
}

/** The part of a result that is of one row, its padding cut away (that it is zero is checked). */
function ofRow(value: Value, row: number, length: number | null): Value {
  const size = value.dims.slice(1).reduce((a, b) => a * b, 1);
  const own = value.data.slice(row * size, (row + 1) * size);
  if (length === null) return { dims: value.dims.slice(1), data: own };
  const [, , dim] = value.dims as [number, number, number];
  expect(own.slice(length * dim).every((x) => x === 0)).toBe(true);
  return { dims: [length, dim], data: own.slice(0, length * dim) };
}

describe.each(kinds)("$title", (kind) => {
  const nested = kind.nested ?? false;
  const rows = nested ? dialogues : texts;

  it.each(["train", "infer"] as const)(
    "gives a row the same whatever stands beside and behind it, and zeros at padding, in mode %s",
    async (mode) => {
      const target = await compiled(kind, mode, new ParameterStore(9));
      const together = await target.run(feed(rows, nested, 2));
      expect(Object.keys(together).length).toBe((kind.doc ? 1 : 0) + (kind.tokens ? 1 : 0));
      if (kind.doc) expect(together.doc!.dims).toEqual([rows.length, kind.doc]);
      if (kind.tokens) expect(together.tokens!.dims.at(-1)).toBe(kind.tokens);
      for (const [i, row] of rows.entries()) {
        const alone = await target.run(feed([row], nested));
        for (const [name, value] of Object.entries(together)) {
          const length = name === "tokens" ? row.lengths[0]! : null;
          expect(value.data.every(Number.isFinite)).toBe(true);
          expect(difference(ofRow(value, i, length), ofRow(alone[name]!, 0, length))).toBeLessThan(3e-6);
        }
      }
    },
  );

  it("learns from a batch what it learns from its rows alone, so padding and batch-mates teach nothing", async () => {
    const target = await differentiated(kind, new ParameterStore(9));
    const together = await target.run(feed(rows, nested, 2));
    const alone = await Promise.all(rows.map((row) => target.run(feed([row], nested))));
    for (const [name, value] of Object.entries(together)) {
      if (name === "d:vectors") continue;
      const sum = value.data.map((_, i) => alone.reduce((total, one) => total + one[name]!.data[i]!, 0));
      const scale = Math.max(1, ...sum.map(Math.abs));
      expect(difference(value, { dims: value.dims, data: sum }) / scale, name).toBeLessThan(1e-5);
    }
    const gradient = together["d:vectors"]!.data;
    const mask = feed(rows, nested, 2).mask.data as Uint8Array;
    expect(gradient.filter((_, i) => mask[Math.floor(i / DIM)] === 0).every((x) => x === 0)).toBe(true);
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it("gives in training without dropout what it gives in inference, and drops out in training only", async () => {
    const store = new ParameterStore(9);
    const [train, infer] = [await compiled(kind, "train", store), await compiled(kind, "infer", store)];
    const fed = feed(rows, nested);
    const [a, b] = [await train.run(fed), await infer.run(fed)];
    for (const name of Object.keys(a)) {
      expect(difference(a[name]!, b[name]!)).toBeLessThan(3e-6);
      expect(Math.max(...b[name]!.data.map(Math.abs))).toBeGreaterThan(0.05);
    }
    expect(infer.scope.masks).toEqual([]);
  });

  it("has the gradients that finite differences give, and both engines agree on all of it", async () => {
    const byEngine: Record<string, Value>[] = [];
    for (const name of engineNames) {
      const store = new ParameterStore(9);
      const target = await differentiated(kind, store, name);
      const fed = feed(rows, nested);
      byEngine.push(await target.run(fed));
      if (name === engineNames[0])
        expect(await gradientError(target, store, fed, ["vectors"], 2e-3)).toBeLessThan(4e-3);
    }
    const [first, second] = byEngine;
    for (const [name, value] of Object.entries(first!)) {
      const scale = Math.max(1, ...value.data.map(Math.abs));
      expect(difference(value, second![name]!) / scale, name).toBeLessThan(1e-5);
    }
  });
});
