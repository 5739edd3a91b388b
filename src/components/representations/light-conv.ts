import { type Static, Type } from "typebox";
import { mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, mul } from "../../graph/ops/elementwise.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { reduceSum, softmax } from "../../graph/ops/reduction.js";
import { concat, expand, reshape, unsqueeze } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { gatedLinear } from "../activation.js";
import { checkHeads } from "../attention/multi-head.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { zeroPadding } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { addedHalf, hiddenHalf, norm } from "../transformer/encoder.js";
import { learnedPositions, sinusoidalPositions } from "../transformer/positions.js";
import { around, checkWindows, offsetsFrom } from "./token-windows.js";

const size = (standard: number, description: string) =>
  Type.Integer({ minimum: 1, default: standard, description });
const rate = (standard: number, description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, default: standard, description });

const schema = Type.Object(
  {
    encoder_kernel_size_list: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 1,
      default: [3, 7, 15],
      description: "Window size in tokens of each layer, the first one first; odd, unless causal.",
    }),
    encoder_embed_dim: size(128, "Size of the words' vectors inside, which come out."),
    encoder_conv_dim: size(128, "Size of the vectors that are convolved; a multiple of num_heads."),
    encoder_ffn_embed_dim: size(512, "Size of the hidden layer that follows each convolution."),
    num_heads: size(
      2,
      "How many filters a layer has: each is for an equal share of the vectors' elements, and has one weight for each place of the window.",
    ),
    weight_softmax: Type.Boolean({
      default: false,
      description: "Make the weights of a filter positive with the sum 1, as the paper does.",
    }),
    bias: Type.Boolean({ default: true, description: "Whether the convolution adds a bias." }),
    convolution_type: Type.Union([Type.Literal("non-causal"), Type.Literal("causal")], {
      default: "non-causal",
      description: "causal: windows end at their token, and nothing behind it counts.",
    }),
    encoder_glu: Type.Boolean({
      default: true,
      description: "Convolve a linear layer's answers times the sigmoid of others; false: the answers alone.",
    }),
    encoder_normalize_before: Type.Boolean({
      default: false,
      description: "Normalise what goes into convolution and hidden layer; false: their sums with it.",
    }),
    positional_embedding_type: Type.Union(
      [Type.Literal("learned"), Type.Literal("sinusoidal"), Type.Literal("none")],
      {
        default: "learned",
        description:
          "What tells where a word stands: learnt vectors, waves of different lengths, or nothing.",
      },
    ),
    combine_pos_embed: Type.Union([Type.Literal("concat"), Type.Literal("sum")], {
      default: "concat",
      description:
        "concat: the place's vector stands behind the word's and fills it up to encoder_embed_dim; sum: it is added to what a linear layer makes of the word's.",
    }),
    max_source_positions: size(
      1024,
      "How many places have learnt vectors; words further on share the last one's.",
    ),
    embed_dropout: rate(0.1, "Probability that an element of the first layer's input is zeroed in training."),
    input_dropout: rate(
      0.1,
      "Probability that an element of what a convolution reads is zeroed in training.",
    ),
    dropout: rate(
      0.1,
      "Probability that an element of what convolution and hidden layer add is zeroed in training.",
    ),
    relu_dropout: rate(0, "Probability that a value of a hidden layer is zeroed in training."),
    pooling: Slot("pooling", {
      default: "MeanPool",
      description: "Vectors of words to the text's vector.",
    }),
  },
  {
    description:
      "Lightweight convolutions, a Transformer's place of attention taken by few weights (Wu et al., 2019).",
  },
);
type Config = Static<typeof schema>;

/** Words with their places: `vectors [batch, tokens, dim]` -> `[batch, tokens, encoder_embed_dim]`. Throws `PTX_CONFIG_VALUE` where no room is left for places. */
function placed(scope: Scope, config: Config, vectors: Tensor): Tensor {
  const { encoder_embed_dim: dim, combine_pos_embed, positional_embedding_type: type } = config;
  const given = sizedAxis(vectors, 2);
  const words = mul(vectors, Math.sqrt(given));
  const fitted = (): Tensor => (given === dim ? words : linearLayer(scope.child("input"), words, dim, true));
  if (type === "none") return fitted();
  const [batch, tokens] = [vectors.dim(0), vectors.dim(1)];
  const places = (width: number): Tensor =>
    type === "sinusoidal"
      ? sinusoidalPositions(scope.graph, tokens, width)
      : learnedPositions(scope.child("positions"), tokens, width, config.max_source_positions, width ** -0.5);
  if (combine_pos_embed === "sum") return add(fitted(), places(dim));
  if (given >= dim) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `${scope.path}.encoder_embed_dim`,
      `the words' vectors have ${given} elements, which leaves none of ${dim} for their places`,
      `take more than ${given}, or combine_pos_embed: "sum"`,
    );
  }
  const width = dim - given;
  return concat([words, expand(unsqueeze(places(width), [0]), [batch, tokens, width])], 2);
}

/** `[batch, tokens, dim]` both: element `c` of a token is a sum over its window, weighted by the filter of `c`'s share. Parameters: `weight [window, heads]`, `bias [dim]`. */
function lightConvolution(scope: Scope, config: Config, window: number, x: Tensor): Tensor {
  const { num_heads: heads, weight_softmax, convolution_type, bias } = config;
  const dim = sizedAxis(x, 2);
  const drawn = scope.parameter(
    "weight",
    [window, heads],
    uniformInit(Math.sqrt(6 / (window * (1 + heads)))),
  );
  const weight = weight_softmax ? softmax(drawn, 0) : drawn;
  const last = convolution_type === "causal" ? 0 : (window - 1) / 2;
  const count = mulDims(x.dim(0), x.dim(1));
  const windows = reshape(around(x, offsetsFrom(last - window + 1, last)), [
    count,
    window,
    heads,
    dim / heads,
  ]);
  const sums = reshape(reduceSum(mul(windows, unsqueeze(weight, [2])), [1]), x.shape);
  return bias ? add(sums, scope.parameter("bias", [dim])) : sums;
}

/** One layer. `rows [batch * tokens, dim]`, both. Parameters: `linear_in.*`, `conv.*`, `linear_out.*`, `norm1.*`; `linear1.*`, `linear2.*`, `norm2.*`. */
function layer(scope: Scope, config: Config, window: number, rows: Tensor, mask: Tensor): Tensor {
  const { encoder_conv_dim: width, encoder_glu: gated } = config;
  const half = {
    normalizeBefore: config.encoder_normalize_before,
    epsilon: 1e-5,
    dropout: config.dropout,
  };
  const convolved = addedHalf(scope, rows, "norm1", half, (input) => {
    const kept = scope.dropout(input, config.input_dropout);
    const answers = linearLayer(scope.child("linear_in"), kept, gated ? 2 * width : width, true);
    const read = reshape(gated ? gatedLinear(answers) : answers, [mask.dim(0), mask.dim(1), width]);
    const found = lightConvolution(scope.child("conv"), config, window, zeroPadding(read, mask));
    return linearLayer(scope.child("linear_out"), rowsOf(found), sizedAxis(rows, 1), true);
  });
  return addedHalf(scope, convolved, "norm2", half, (input) =>
    hiddenHalf(scope, input, {
      feedForward: config.encoder_ffn_embed_dim,
      activation: "relu",
      activationDropout: config.relu_dropout,
    }),
  );
}

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, encoder_embed_dim]`, zero at padding; doc `[batch, pooled]`. */
export const LightConvRepresentation = component({
  kind: "representation",
  name: "LightConvRepresentation",
  schema,
  check: ({ encoder_kernel_size_list: sizes, convolution_type, encoder_conv_dim, num_heads }) => [
    ...checkWindows(
      sizes,
      "encoder_kernel_size_list",
      convolution_type === "causal",
      'convolution_type: "causal"',
    ),
    ...checkHeads(encoder_conv_dim, num_heads, "num_heads", "encoder_conv_dim"),
  ],
  build(scope, config, { vectors, mask }) {
    const words = norm(scope.child("embed_norm"), placed(scope, config, vectors), 1e-5);
    const rows = config.encoder_kernel_size_list.reduce<Tensor>(
      (states, window, i) => scope.within(`layer${i}`, (at) => layer(at, config, window, states, mask)),
      scope.dropout(rowsOf(words), config.embed_dropout),
    );
    const states = config.encoder_normalize_before ? norm(scope.child("norm"), rows, 1e-5) : rows;
    const tokens = zeroPadding(reshape(states, words.shape), mask);
    const doc = scope.part("pooling", config.pooling, "pooling", (pooling, options, at) =>
      pooling.build(at, options, { vectors: tokens, mask }),
    );
    return { doc, tokens };
  },
});
