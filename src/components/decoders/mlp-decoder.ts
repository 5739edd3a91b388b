import { Type } from "typebox";
import { linear } from "../../graph/ops/matrix.js";
import { layerNorm } from "../../graph/ops/reduction.js";
import { constantInit, xavierInit } from "../../graph/parameters.js";
import { component } from "../../registry/component.js";
import { activation, activationSchema } from "../activation.js";
import { sizedAxis } from "../sizes.js";

const schema = Type.Object(
  {
    hidden_dims: Type.Array(Type.Integer({ minimum: 1 }), { default: [], description: "Sizes of the hidden layers, first to last; none makes one linear layer." }),
    activation: activationSchema("Between layers; the last layer has none."),
    layer_norm: Type.Boolean({ default: false, description: "Normalise each hidden layer before its activation." }),
    dropout: Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0, description: "Probability that a hidden value is zeroed in training." }),
    bias: Type.Boolean({ default: true, description: "Whether layers add a bias." }),
  },
  { description: "A stack of linear layers with activations between them." },
);

/** `[..., dim] -> [..., outputs]`. */
export const MLPDecoder = component({
  kind: "decoder",
  name: "MLPDecoder",
  schema,
  build(scope, config, input, outputs) {
    const sizes = [...config.hidden_dims, outputs];
    return sizes.reduce((x, size, i) => {
      const layer = scope.child(`layer${i}`);
      const weight = layer.parameter("weight", [sizedAxis(x, -1), size], xavierInit);
      const y = linear(x, weight, config.bias ? layer.parameter("bias", [size]) : undefined);
      if (i === sizes.length - 1) return y;
      const normal = config.layer_norm
        ? layerNorm(y, layer.parameter("norm.scale", [size], constantInit(1)), layer.parameter("norm.bias", [size]))
        : y;
      return layer.dropout(activation(config.activation, normal), config.dropout);
    }, input);
  },
});
