import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { checkHiddenLayers, hiddenLayerOptions, hiddenLayers, linearLayer } from "./hidden-layers.js";

const schema = Type.Object(hiddenLayerOptions, {
  description:
    "A stack of linear layers with activations between them; without hidden layers one linear layer.",
});

/** `[..., dim] -> [..., outputs]`. The last layer has no activation. */
export const MLPDecoder = component({
  kind: "decoder",
  name: "MLPDecoder",
  schema,
  check: (config) => checkHiddenLayers(config),
  build(scope, config, input, outputs) {
    const hidden = hiddenLayers(scope, config, input);
    return linearLayer(scope.child(`layer${config.hidden_dims.length}`), hidden, outputs, config.bias);
  },
});
