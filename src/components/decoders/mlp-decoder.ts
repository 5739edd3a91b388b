import { Type } from "typebox";
import { div } from "../../graph/ops/elementwise.js";
import { component } from "../../registry/component.js";
import { checkHiddenLayers, hiddenLayerOptions, hiddenLayers, linearLayer } from "./hidden-layers.js";

const schema = Type.Object(
  {
    ...hiddenLayerOptions,
    temperature: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description:
        "What the results are divided by outside of training: for logits, above 1 makes a model less sure of itself, and no other label is the likeliest (Guo et al., 2017).",
    }),
  },
  {
    description:
      "A stack of linear layers with activations between them; without hidden layers one linear layer.",
  },
);

/** `[..., dim] -> [..., outputs]`. The last layer has no activation. */
export const MLPDecoder = component({
  kind: "decoder",
  name: "MLPDecoder",
  schema,
  check: (config) => checkHiddenLayers(config),
  build(scope, config, input, outputs) {
    const hidden = hiddenLayers(scope, config, input);
    const last = scope.child(`layer${config.hidden_dims.length}`);
    const results = linearLayer(last, hidden, outputs, config.bias);
    const { temperature } = config;
    return scope.mode === "train" || temperature === 1 ? results : div(results, temperature);
  },
});
