import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { greater, where } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { full } from "../../graph/ops/shaping.js";
import { type Initializer, normalInit, uniformInit, xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import type { Context, Token } from "../../registry/context.js";
import { InputFile } from "../../registry/input-file.js";
import { type LoadedVectors, loadVectors } from "../../text/embeddings-file.js";
import { PAD_ID, UNK_ID } from "../../text/vocabulary.js";
import type { Tensorizer } from "../data/contracts.js";
import { vocabularyOf } from "../data/tensorizers/vocabulary-holder.js";
import { distinctLookup, wholeLookup } from "../distinct.js";
import { zeroPadding } from "../masking.js";
import { mlpLayers, mlpLayersSchema } from "./mlp-layers.js";

const schema = Type.Object(
  {
    embed_dim: Type.Integer({ minimum: 1, default: 100, description: "Size of a word's vector." }),
    embedding_init_strategy: Type.Union(
      [Type.Literal("uniform"), Type.Literal("normal"), Type.Literal("zero"), Type.Literal("xavier")],
      {
        default: "uniform",
        description: "First values of words without a pretrained vector.",
      },
    ),
    embedding_init_range: Type.Number({
      exclusiveMinimum: 0,
      default: 0.25,
      description: "Limit of the uniform, or standard deviation of the normal first values.",
    }),
    pretrained_embeddings_path: InputFile({
      default: null,
      description:
        "GloVe, word2vec or fastText text file (may end in .gz) whose vectors start the words found in it.",
    }),
    freeze: Type.Boolean({ default: false, description: "Keep the vectors as they start." }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that a vector's element is zeroed in training.",
    }),
    word_dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description:
        "Probability that a word is read as the unknown word in training: then its neighbours must tell what it is, and the unknown word's vector is trained (Kiperwasser and Goldberg, 2016).",
    }),
    mlp_layer_dims: mlpLayersSchema(
      "Sizes of linear layers with ReLU on each word's vector, first to last: the last is the size of the vectors that come out. They are trained with freeze too.",
    ),
  },
  { description: "A trained vector for every word of the vocabulary." },
);

/** The vectors of a file for the words of one input: another input's words have other ids. */
const vectorsToken = (path: string, { fields: [field] }: Tensorizer): Token<LoadedVectors> =>
  `vectors:${field!.name}:${path}`;

function initializer(
  config: { embedding_init_strategy: string; embedding_init_range: number },
  vectors: LoadedVectors | undefined,
): Initializer {
  const { embedding_init_strategy: strategy, embedding_init_range: range } = config;
  const base: Initializer =
    strategy === "zero"
      ? (data) => data.fill(0)
      : strategy === "xavier"
        ? xavierInit
        : strategy === "normal"
          ? normalInit(range)
          : uniformInit(range);
  return (data, shape, random) => {
    base(data, shape, random);
    const dim = shape[1]!;
    for (const [id, vector] of vectors?.rows ?? []) data.set(vector, id * dim);
    data.fill(0, PAD_ID * dim, (PAD_ID + 1) * dim);
  };
}

/** In training, the unknown word's id in the place of each id with probability `rate`. */
function withUnknown(scope: Scope, ids: Tensor, rate: number): Tensor {
  if (scope.mode === "infer" || rate === 0) return ids;
  const kept = scope.dropout(full(ids.graph, "float32", ids.shape, 1), rate);
  return where(greater(kept, 0), ids, UNK_ID);
}

/** `tokens [batch, tokens] -> [batch, tokens, embed_dim or last of mlp_layer_dims]`, zero at padding. */
export const WordEmbedding = component({
  kind: "embedding",
  name: "WordEmbedding",
  schema,
  async prepare(config, context: Context, tensorizers) {
    const path = config.pretrained_embeddings_path;
    if (path === null) return;
    const tensorizer = tensorizers.get("tokens");
    const vocabulary = vocabularyOf(tensorizer, "WordEmbedding");
    const vectors = await loadVectors(path, vocabulary, config.embed_dim);
    for (const line of vectors.summary) context.log.info(line);
    context.provide(vectorsToken(path, tensorizer!), vectors);
  },
  build(scope, config, inputs) {
    const { tensorizer, tensors } = inputs.need("tokens", "WordEmbedding");
    const path = config.pretrained_embeddings_path;
    const pretrained = path === null ? undefined : scope.context.find(vectorsToken(path, tensorizer));
    const size = vocabularyOf(tensorizer, "WordEmbedding").size;
    const table = scope.parameter("weight", [size, config.embed_dim], initializer(config, pretrained), {
      frozen: config.freeze,
    });
    const mask = tensors.mask!;
    const ids = withUnknown(scope, tensors.ids!, config.word_dropout);
    if (config.mlp_layer_dims.length > 0) {
      const vectors = zeroPadding(mlpLayers(scope, config.mlp_layer_dims, gather(table, ids)), mask);
      return { vectors: scope.dropout(vectors, config.dropout), mask };
    }
    if (scope.mode === "infer") {
      // The row of padding is zeros from the start and has no gradient.
      return { vectors: gather(table, ids), mask, distinct: wholeLookup(table, ids, PAD_ID), table };
    }
    const vectors = scope.dropout(zeroPadding(gather(table, ids), mask), config.dropout);
    return config.dropout > 0
      ? { vectors, mask, table }
      : { vectors, mask, distinct: distinctLookup(table, ids, mask), table };
  },
});
