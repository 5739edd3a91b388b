import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, mul } from "../../graph/ops/elementwise.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { reshape } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { activationSchema } from "../activation.js";
import { checkHeads } from "../attention/multi-head.js";
import { paddingBias } from "../attention/padding-bias.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { zeroPadding } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { encoderLayers } from "../transformer/encoder.js";
import { learnedPositions, sinusoidalPositions } from "../transformer/positions.js";

const rate = (description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0, description });

const schema = Type.Object(
  {
    num_layers: Type.Integer({ minimum: 1, default: 3, description: "Layers, each reading the one below." }),
    num_attention_heads: Type.Integer({
      minimum: 1,
      default: 4,
      description: "Attentions side by side in each layer; the vectors' size must be a multiple of it.",
    }),
    hidden_dim: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: "Size of the vectors inside, by a first linear layer; null: the embedding's size.",
    }),
    ffnn_embed_dim: Type.Integer({
      minimum: 1,
      default: 32,
      description: "Size of the hidden layer that follows each attention.",
    }),
    activation: activationSchema("What that hidden layer applies to its values.", "gelu"),
    normalize_before: Type.Boolean({
      default: true,
      description:
        "Normalise what goes into attention and hidden layer, which trains without warming up; false: their sums, as the first Transformer did.",
    }),
    positions: Type.Union([Type.Literal("sinusoidal"), Type.Literal("learned"), Type.Literal("none")], {
      default: "sinusoidal",
      description:
        "What tells where a word stands: waves of different lengths (the word's vector is scaled by the root of its size first), learnt vectors, or nothing.",
    }),
    max_positions: Type.Integer({
      minimum: 1,
      default: 512,
      description: "How many places have learnt vectors; words further on share the last one's.",
    }),
    pooling: Slot("pooling", {
      default: "MeanPool",
      description: "Vectors of words to the text's vector; BoundaryPool takes the first word's.",
    }),
    dropout: rate(
      "Probability that an element is zeroed in training: of the first layer's input, and of what attention and hidden layer add.",
    ),
    attention_dropout: rate("Probability that a weight of an attention is zeroed in training."),
    activation_dropout: rate("Probability that a value of a hidden layer is zeroed in training."),
  },
  { description: "A Transformer encoder over the words (Vaswani et al., 2017)." },
);
type Config = Static<typeof schema>;

/** Words with their places: `vectors [batch, tokens, dim]` -> `[batch, tokens, hidden_dim or dim]`. */
function placed(scope: Scope, { hidden_dim, positions, max_positions }: Config, vectors: Tensor): Tensor {
  const words = hidden_dim === null ? vectors : linearLayer(scope.child("input"), vectors, hidden_dim, true);
  const [tokens, dim] = [words.dim(1), sizedAxis(words, 2)];
  switch (positions) {
    case "sinusoidal":
      return add(mul(words, Math.sqrt(dim)), sinusoidalPositions(scope.graph, tokens, dim));
    case "learned":
      return add(words, learnedPositions(scope.child("positions"), tokens, dim, max_positions));
    case "none":
      return words;
  }
}

/** `vectors [batch, tokens, dim]` -> doc `[batch, hidden_dim or dim]`, tokens `[batch, tokens, hidden_dim or dim]`, zero at padding. */
export const TransformerRepresentation = component({
  kind: "representation",
  name: "TransformerRepresentation",
  schema,
  check: ({ hidden_dim, num_attention_heads }) =>
    hidden_dim === null
      ? []
      : checkHeads(hidden_dim, num_attention_heads, "num_attention_heads", "hidden_dim"),
  build(scope, config, { vectors, mask }) {
    const words = placed(scope, config, vectors);
    const batch = { mask, bias: paddingBias(mask, words.dtype, 2) };
    const rows = scope.dropout(rowsOf(words), config.dropout);
    const { states } = encoderLayers(scope, rows, batch, config.num_layers, {
      heads: config.num_attention_heads,
      feedForward: config.ffnn_embed_dim,
      activation: config.activation,
      normalizeBefore: config.normalize_before,
      epsilon: 1e-5,
      dropout: config.dropout,
      attentionDropout: config.attention_dropout,
      activationDropout: config.activation_dropout,
    });
    const tokens = zeroPadding(reshape(states.at(-1)!, words.shape), mask);
    const doc = scope.part("pooling", config.pooling, "pooling", (pooling, options, at) =>
      pooling.build(at, options, { vectors: tokens, mask }),
    );
    return { doc, tokens };
  },
});
