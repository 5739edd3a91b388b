/** @file Linear layers with activations between them: the body of the MLP decoder, also on top of pooled representations. */
import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, mul } from "../../graph/ops/elementwise.js";
import { linear } from "../../graph/ops/matrix.js";
import { layerNorm } from "../../graph/ops/reduction.js";
import { constantInit, xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import type { CheckProblem } from "../../registry/component.js";
import { activation, activationSchema } from "../activation.js";
import { sizedAxis } from "../sizes.js";

/** Config keys of a stack of hidden layers. */
export const hiddenLayerOptions = {
  hidden_dims: Type.Array(Type.Integer({ minimum: 1 }), {
    default: [],
    description: "Sizes of the hidden layers, first to last.",
  }),
  activation: activationSchema("What each hidden layer applies to its values."),
  layer_norm: Type.Boolean({
    default: false,
    description: "Normalise each hidden layer before its activation.",
  }),
  dropout: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    description: "Probability that a hidden value is zeroed in training.",
  }),
  bias: Type.Boolean({ default: true, description: "Whether layers add a bias." }),
};

/** The schema of hidden layers that stand inside another component. */
export const hiddenLayersSchema = (description: string) =>
  Type.Object(hiddenLayerOptions, { default: {}, description });

/** The resolved value of `hiddenLayerOptions`. */
export type HiddenLayers = Static<ReturnType<typeof hiddenLayersSchema>>;

/** Refuses what would do nothing because there is no hidden layer. `at` is the path of the options, ending in a dot. */
export function checkHiddenLayers(config: HiddenLayers, at = ""): CheckProblem[] {
  if (config.hidden_dims.length > 0) return [];
  const idle = [...(config.layer_norm ? ["layer_norm"] : []), ...(config.dropout > 0 ? ["dropout"] : [])];
  return idle.map((key) => ({
    path: `${at}${key}`,
    message: `${key} is about hidden layers, and hidden_dims is empty: give it sizes, or leave ${key} out`,
  }));
}

/**
 * One linear layer with the parameters `weight [in, size]` and `bias [size]`. `[..., in] -> [..., size]`.
 * @param columns `[size]`: what weight and bias are multiplied by first
 */
export function linearLayer(layer: Scope, x: Tensor, size: number, bias: boolean, columns?: Tensor): Tensor {
  const scaled = (matrix: Tensor): Tensor => (columns === undefined ? matrix : mul(matrix, columns));
  const inputs = sizedAxis(x, -1);
  const weight = scaled(layer.parameter("weight", [inputs, size], xavierInit));
  const y = linear(x, weight, bias ? scaled(layer.parameter("bias", [size])) : undefined);
  const added = layer.lowRank(inputs, size);
  if (added === undefined) return y;
  // (x A) B and not x (A B): neither a product of the matrix's size nor the gradient of one is made.
  const narrow = linear(layer.dropout(x, added.dropout), added.a);
  return add(y, linear(narrow, scaled(mul(added.b, added.scale))));
}

/** The hidden layers, called `layer0`, `layer1`, ... `[..., dim] -> [..., last of hidden_dims]`; none give `x` back. */
export function hiddenLayers(scope: Scope, config: HiddenLayers, x: Tensor): Tensor {
  return config.hidden_dims.reduce((input, size, i) => {
    const layer = scope.child(`layer${i}`);
    const y = linearLayer(layer, input, size, config.bias);
    const normal = config.layer_norm
      ? layerNorm(
          y,
          layer.parameter("norm.scale", [size], constantInit(1)),
          layer.parameter("norm.bias", [size]),
        )
      : y;
    return layer.dropout(activation(config.activation, normal), config.dropout);
  }, x);
}
