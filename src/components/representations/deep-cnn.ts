import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, div, mul, sqrt } from "../../graph/ops/elementwise.js";
import { linear, rowsOf } from "../../graph/ops/matrix.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { reshape } from "../../graph/ops/shaping.js";
import { constantInit, xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { activation, gatedLinear } from "../activation.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { zeroPadding } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { around, checkWindows, offsetsFrom } from "./token-windows.js";

const schema = Type.Object(
  {
    kernel_num: Type.Integer({ minimum: 1, default: 100, description: "Filters of each layer." }),
    kernel_sizes: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 1,
      default: [3, 3],
      description: "Window size in tokens of each layer, the first one first; odd, unless causal.",
    }),
    weight_norm: Type.Boolean({
      default: false,
      description: "Learn the length of each filter apart from its direction (Salimans and Kingma, 2016).",
    }),
    dilated: Type.Boolean({
      default: false,
      description: "The tokens of a window stand 1, 2, 4, ... apart in one layer after the other.",
    }),
    causal: Type.Boolean({
      default: false,
      description: "Windows end at their token: nothing behind it counts.",
    }),
    activation: Type.Union(
      [
        Type.Literal("glu"),
        Type.Literal("relu"),
        Type.Literal("gelu"),
        Type.Literal("tanh"),
        Type.Literal("sigmoid"),
      ],
      {
        default: "glu",
        description: "What a layer applies; glu: each filter's answer times the sigmoid of another's.",
      },
    ),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.3,
      description: "Probability that an element of a word's vector is zeroed in training.",
    }),
    pooling: Slot("pooling", {
      default: null,
      description: "Vectors of words to a vector of the text; null: the text has none.",
    }),
  },
  { description: "Convolutions on top of each other, each added to its input (Gehring et al., 2017)." },
);
type Config = Static<typeof schema>;

/** The filters of one layer, `[rows, filters]`. */
function filters(scope: Scope, rows: number, count: number, normed: boolean): Tensor {
  if (!normed) return scope.parameter("weight", [rows, count], xavierInit);
  const direction = scope.parameter("weight_v", [rows, count], xavierInit);
  // The length that columns have on average as they are drawn: at first the norm changes little.
  const length = scope.parameter("weight_g", [count], constantInit(Math.sqrt((2 * rows) / (rows + count))));
  return mul(direction, div(length, sqrt(reduceSum(mul(direction, direction), [0]))));
}

/** One convolution and what it is added to. `[batch, tokens, dim] -> [batch, tokens, kernel_num]`. */
function layer(scope: Scope, config: Config, index: number, states: Tensor, mask: Tensor): Tensor {
  const { kernel_num: count, causal, dilated } = config;
  const [size, dim] = [config.kernel_sizes[index]!, sizedAxis(states, 2)];
  const step = dilated ? 2 ** index : 1;
  const last = causal ? 0 : ((size - 1) / 2) * step;
  const windows = rowsOf(around(states, offsetsFrom(last - (size - 1) * step, last, step)));
  const gated = config.activation === "glu";
  const weight = filters(scope, size * dim, gated ? 2 * count : count, config.weight_norm);
  const answers = linear(windows, weight, scope.parameter("bias", [gated ? 2 * count : count]));
  const active = config.activation === "glu" ? gatedLinear(answers) : activation(config.activation, answers);
  const rows = rowsOf(states);
  const carried = dim === count ? rows : linearLayer(scope.child("projection"), rows, count, true);
  const sum = mul(add(active, carried), Math.SQRT1_2);
  return zeroPadding(reshape(sum, [states.dim(0), states.dim(1), count]), mask);
}

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, kernel_num]`, zero at padding; doc `[batch, pooled]` if there is a pooling. */
export const DeepCNNRepresentation = component({
  kind: "representation",
  name: "DeepCNNRepresentation",
  schema,
  check: ({ kernel_sizes, causal }) => checkWindows(kernel_sizes, "kernel_sizes", causal, "causal: true"),
  build(scope, config, { vectors, mask }) {
    const tokens = config.kernel_sizes.reduce<Tensor>(
      (states, _, i) => scope.within(`conv${i}`, (at) => layer(at, config, i, states, mask)),
      scope.dropout(vectors, config.dropout),
    );
    if (config.pooling === null) return { doc: null, tokens };
    const doc = scope.part("pooling", config.pooling, "pooling", (pooling, options, at) =>
      pooling.build(at, options, { vectors: tokens, mask }),
    );
    return { doc, tokens };
  },
});
