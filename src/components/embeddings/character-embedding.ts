import { Type } from "typebox";
import { mulDims } from "../../graph/dims.js";
import { cast, greater } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { reshape } from "../../graph/ops/shaping.js";
import { type Initializer, uniformInit } from "../../graph/parameters.js";
import { component } from "../../registry/component.js";
import { PAD_ID } from "../../text/vocabulary.js";
import { vocabularyOf } from "../data/tensorizers/vocabulary-holder.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { distinctLookup, wholeLookup } from "../distinct.js";
import { highway } from "../highway.js";
import { zeroPadding } from "../masking.js";
import { windowFeatures } from "../representations/max-over-windows.js";
import { sizedAxis } from "../sizes.js";

const schema = Type.Object(
  {
    embed_dim: Type.Integer({ minimum: 1, default: 100, description: "Size of a character's vector." }),
    kernel_sizes: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 1,
      default: [3, 4],
      description: "Window sizes in characters.",
    }),
    kernel_num: Type.Integer({ minimum: 1, default: 100, description: "Filters for each window size." }),
    highway_layers: Type.Integer({
      minimum: 0,
      default: 0,
      description: "Highway layers after the maximum (Srivastava et al., 2015).",
    }),
    projection_dim: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description:
        "Size of a word's vector by a last linear layer; null: kernel_num times the number of window sizes.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that an element of a word's vector is zeroed in training.",
    }),
    word_dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that a word's whole vector is zeroed in training.",
    }),
  },
  { description: "A vector for each word from its characters: convolution and maximum (Kim et al., 2016)." },
);

const paddedUniform =
  (limit: number): Initializer =>
  (data, shape, random) => {
    uniformInit(limit)(data, shape, random);
    data.fill(0, PAD_ID * shape[1]!, (PAD_ID + 1) * shape[1]!);
  };

/** `chars [batch, tokens, chars] -> [batch, tokens, dim]`, zero at padding. */
export const CharacterEmbedding = component({
  kind: "embedding",
  name: "CharacterEmbedding",
  schema,
  build(scope, config, inputs) {
    const { tensorizer, tensors } = inputs.need("chars", "CharacterEmbedding");
    const [ids, mask] = [tensors.ids!, tensors.mask!];
    const [batch, tokens, chars] = [ids.dim(0), ids.dim(1), ids.dim(2)];
    const size = vocabularyOf(tensorizer, "CharacterEmbedding").size;
    const table = scope.parameter("weight", [size, config.embed_dim], paddedUniform(0.25));
    const words = mulDims(batch, tokens);
    const [letters, isLetter] = [reshape(ids, [words, chars]), reshape(mask, [words, chars])];
    const characters = {
      vectors: zeroPadding(gather(table, letters), isLetter),
      mask: isLetter,
      distinct:
        scope.mode === "infer"
          ? wholeLookup(table, letters, PAD_ID)
          : distinctLookup(table, letters, isLetter),
    };
    let x = windowFeatures(scope, characters, config.kernel_num, config.kernel_sizes);
    for (let i = 0; i < config.highway_layers; i++) x = highway(scope.child(`highway${i}`), x);
    if (config.projection_dim !== null)
      x = linearLayer(scope.child("projection"), x, config.projection_dim, true);
    const isWord = greater(reduceSum(cast(mask, "float32"), [2]), 0);
    const vectors = zeroPadding(reshape(x, [batch, tokens, sizedAxis(x, 1)]), isWord);
    const seen = scope.dropout(vectors, config.word_dropout, [batch, tokens, 1]);
    return { vectors: scope.dropout(seen, config.dropout), mask: isWord };
  },
});
